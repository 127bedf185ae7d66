package tui

import (
	"testing"
	"time"
)

// TestKeepIdle: the Settings tab says whether unused refresh tokens are kept from ending, and i changes it.
func TestKeepIdle(t *testing.T) {
	t.Parallel()
	run(t, setup{width: 100, height: 40, options: motion()}, func(a *app) {
		a.press("4")
		a.wait(time.Second)
		a.has("may end by their provider's rule")
		a.press("i")
		a.wait(time.Second)
		a.has("unused refresh tokens: kept", "i: off")
		if on, err := a.deck.KeepIdle(t.Context()); err != nil || !on {
			t.Errorf("kept: %v, %v", on, err)
		}
		a.press("i")
		a.wait(time.Second)
		a.has("left alone")
	})
}
