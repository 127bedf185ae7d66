package store

import (
	"errors"
	"testing"

	"authdeck/internal/secret"
)

// A Put whose commit failed may stand in the file. The same Put again by the same process is not stale; one of anybody else is.
func TestCommit_AnUnsurePutOnceMore(t *testing.T) {
	event := Write{Events: []Event{{Event: "refresh"}}}
	unsure := &commitError{unsure: true, err: errors.New("fsync failed")}
	start := func(t *testing.T) (b *Bolt, c, next Connection) {
		b = open(t, folder(t))
		c = put(t, b, sample(1), Write{})
		next = c
		next.Grant.RefreshToken = secret.New("rotated")
		var wrote attempt
		if err := b.write(t.Context(), func(x *txn) error {
			_, err := x.putConnection(next, event)
			wrote = x.wrote
			return err
		}); err != nil {
			t.Fatal(err)
		}
		b.attempts.ended(wrote, unsure)
		return b, c, next
	}
	t.Run("the same", func(t *testing.T) {
		b, c, next := start(t)
		stored, err := b.Put(t.Context(), next, event)
		if err != nil || stored.Generation != c.Generation+1 || stored.History != 1 {
			t.Fatalf("generation %d, %d events, %v", stored.Generation, stored.History, err)
		}
		if _, err := b.Put(t.Context(), next, event); !errors.Is(err, ErrStale) {
			t.Errorf("once it is sure: %v", err)
		}
	})
	t.Run("other content", func(t *testing.T) {
		b, c, next := start(t)
		next.Health.Tries = 7
		stored, err := b.Put(t.Context(), next, event)
		if err != nil || stored.Generation != c.Generation+2 || stored.Grant.RefreshToken.Reveal() != "rotated" || stored.Health.Tries != 7 {
			t.Errorf("generation %d, %v", stored.Generation, err)
		}
		check(t, b)
	})
	t.Run("of another process", func(t *testing.T) {
		b, _, next := start(t)
		if _, err := open(t, b.dir).Put(t.Context(), next, event); !errors.Is(err, ErrStale) {
			t.Errorf("Put = %v", err)
		}
	})
	t.Run("somebody wrote since", func(t *testing.T) {
		b, c, next := start(t)
		theirs, err := b.Get(t.Context(), c.ID)
		if err != nil {
			t.Fatal(err)
		}
		put(t, open(t, b.dir), theirs, Write{})
		if _, err := b.Put(t.Context(), next, event); !errors.Is(err, ErrStale) {
			t.Errorf("Put = %v", err)
		}
	})
}
