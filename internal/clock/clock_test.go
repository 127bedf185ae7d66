package clock_test

import (
	"testing"
	"testing/synctest"
	"time"

	"authdeck/internal/clock"
)

func TestSystem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := clock.System()
		wall, mono := c.Wall(), c.Mono()
		if wall.Location() != time.UTC {
			t.Errorf("the wall is in %s", wall.Location())
		}
		if wall != wall.Round(0) {
			t.Error("the wall carries a monotonic reading: differences would not see a clock step")
		}
		time.Sleep(90 * time.Second)
		if d := c.Wall().Sub(wall); d != 90*time.Second {
			t.Errorf("the wall moved by %s", d)
		}
		if d := c.Mono() - mono; d != 90*time.Second {
			t.Errorf("the monotonic reading moved by %s", d)
		}
	})
}
