package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"authdeck/internal/secret"
)

// childFaulty refreshes the victim again and again, then does the rest of what changes files. Whatever fails is tried once more
// and has to work then.
func childFaulty(ctx context.Context, b *Bolt) error {
	c, err := b.Find(ctx, "victim")
	if err != nil {
		return err
	}
	twice := func(what string, fn func() error) error {
		err := fn()
		if err == nil {
			return nil
		}
		fmt.Println("failed", what, errors.Is(err, ErrDiskFull), errors.Is(err, ErrReadOnly), err)
		// Reading goes on, and a token is there: the one before or the new one.
		now, readErr := b.Get(ctx, c.ID)
		if readErr != nil || now.Generation < c.Generation || now.Grant.RefreshToken.Reveal() != "refresh-"+strconv.FormatUint(now.Generation, 10) {
			return fmt.Errorf("after that: generation %d, %w", now.Generation, readErr)
		}
		if err = fn(); errors.Is(err, ErrNotFound) && what == "delete" {
			return nil // the first one did it
		}
		return err
	}
	for i := range 4 {
		if err := twice("intent", func() error { return b.SetIntent(ctx, c.ID, &Intent{Generation: c.Generation, Sent: true}) }); err != nil {
			return err
		}
		next := c
		next.Grant.RefreshToken = secret.New("refresh-" + strconv.FormatUint(c.Generation+1, 10))
		next.UserData = []byte(strings.Repeat("x", i*30_000))
		err := twice("put", func() error {
			stored, err := b.Put(ctx, next, Write{ClearIntent: true, Events: []Event{{Event: "refresh"}}})
			if err == nil {
				c = stored
			}
			return err
		})
		if err != nil {
			return err
		}
		fmt.Println("stored", c.Generation)
	}
	other, err := b.Find(ctx, "connection-2")
	if err != nil {
		return err
	}
	for _, step := range []struct {
		name string
		do   func() error
	}{
		{"copy", func() error { return b.copyNow(ctx) }},
		{"compact", func() error { _, err := b.Compact(ctx); return err }},
		{"delete", func() error {
			if err := b.Delete(ctx, other.ID, Write{}); !errors.Is(err, ErrNotGone) {
				return err
			}
			_, err := b.Compact(ctx)
			return err
		}},
	} {
		if err := twice(step.name, step.do); err != nil {
			return err
		}
	}
	fmt.Println("done")
	return nil
}

// childRestore restores, once more if it fails; it may have failed when the copy was in place.
func childRestore(ctx context.Context, dir string) error {
	_, err := Restore(ctx, dir, options(), "")
	if err != nil {
		fmt.Println("failed", err)
		if _, err = Restore(ctx, dir, options(), ""); errors.Is(err, ErrSound) {
			err = nil
		}
	}
	if err == nil {
		fmt.Println("done")
	}
	return err
}

// childStuck goes on with a disk that takes nothing any more.
func childStuck(ctx context.Context, b *Bolt) error {
	c, err := b.Find(ctx, "victim")
	if err != nil {
		return err
	}
	for range 3 {
		next := c
		next.Grant.RefreshToken = secret.New("refresh-" + strconv.FormatUint(c.Generation+1, 10))
		stored, err := b.Put(ctx, next, Write{})
		switch {
		case err == nil:
			c = stored
			fmt.Println("stored", c.Generation)
		case !errors.Is(err, ErrDiskFull):
			return fmt.Errorf("a full disk is called %w", err)
		}
		if _, err := b.List(ctx); err != nil {
			return fmt.Errorf("list: %w", err)
		}
		if now, err := b.Get(ctx, c.ID); err != nil || now.Grant.RefreshToken.IsZero() {
			return fmt.Errorf("get: %w", err)
		}
	}
	fmt.Println("done")
	return nil
}
