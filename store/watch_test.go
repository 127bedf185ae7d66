package store

import (
	"context"
	"testing"
	"time"
)

func TestWatch(t *testing.T) {
	dir := folder(t)
	here, elsewhere := open(t, dir), open(t, dir)
	memory := NewMemory(Options{})
	for _, c := range []struct {
		name           string
		watcher, other Store
		within         time.Duration
	}{
		{"own write", here, here, 50 * time.Millisecond},
		{"write of another process", here, elsewhere, 200 * time.Millisecond},
		{"memory", memory, memory, 50 * time.Millisecond},
	} {
		t.Run(c.name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			changes, err := c.watcher.Watch(ctx)
			if err != nil {
				t.Fatal(err)
			}
			var longest time.Duration
			for i := range 5 {
				if err := c.other.PutSetting(ctx, "s", "k", i); err != nil {
					t.Fatal(err)
				}
				began := time.Now()
				select {
				case <-changes:
					longest = max(longest, time.Since(began))
				case <-time.After(5 * time.Second):
					t.Fatal("no word of a write")
				}
			}
			if longest > c.within {
				t.Errorf("told after %s, want %s", longest, c.within)
			}
			// Reads are no changes.
			if _, err := c.other.List(ctx); err != nil {
				t.Fatal(err)
			}
			select {
			case <-changes:
				t.Error("told of a read, or twice of a write")
			case <-time.After(2*watchEvery + 50*time.Millisecond):
			}
			cancel()
			if _, open := <-changes; open {
				t.Error("the channel is not closed")
			}
		})
	}
}

// Many writes at once are one word, and a write between two looks at the files is never missed.
func TestWatch_Coalesces(t *testing.T) {
	dir := folder(t)
	here, elsewhere := open(t, dir), open(t, dir)
	changes, err := here.Watch(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for i := range 30 {
		if err := elsewhere.PutSetting(t.Context(), "s", "k", i); err != nil {
			t.Fatal(err)
		}
	}
	words := 0
	for {
		select {
		case <-changes:
			words++
			var got int
			if err := here.Setting(t.Context(), "s", "k", &got); err != nil {
				t.Fatal(err)
			}
			if got == 29 {
				if words > 20 {
					t.Errorf("%d words for 30 writes", words)
				}
				return
			}
		case <-time.After(5 * time.Second):
			t.Fatal("the last write was not told")
		}
	}
}
