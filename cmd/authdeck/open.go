package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"authdeck/connections"
	"authdeck/store"
	"authdeck/store/watch"
	"authdeck/tui"
)

// openStore opens the store of the data folder, or makes it where there is none yet, with the first key source that is
// there: AUTHDECK_KEY_FILE, then the key file whose place is remembered. A person at a terminal is offered to make one.
func (a *app) openStore(ctx context.Context) (store.Store, error) {
	source, err := a.keySource()
	if source == nil && err == nil {
		source, err = a.firstKey(ctx)
	}
	if err != nil {
		return nil, err
	}
	return a.openWith(ctx, source)
}

func (a *app) openWith(ctx context.Context, source store.KeySource) (*store.Bolt, error) {
	return store.Open(ctx, a.data(), store.Options{
		Keys: []store.KeySource{source}, Clock: a.clock, Rand: rand.Reader, Create: true, Notify: watch.File,
	})
}

// firstKey is for a start without a key source: only where there is no store yet can a new key open it.
func (a *app) firstKey(ctx context.Context) (store.KeySource, error) {
	there, err := store.Exists(a.data())
	switch {
	case err != nil:
		return nil, fmt.Errorf("look for the store: %w", err)
	case there:
		return nil, &connections.Error{
			Kind: connections.KindStore, Message: "the key of the store in " + a.data() + " is not named",
			Hint: "set AUTHDECK_KEY_FILE to the key file that it was made with", Err: store.ErrNoKey,
		}
	case a.interactive() && !a.json:
		return a.offerKeyFile(ctx)
	}
	return nil, store.ErrNoKey
}

// keySource is the first key source that is there, nil if none is.
func (a *app) keySource() (store.KeySource, error) {
	if path := a.getenv("AUTHDECK_KEY_FILE"); path != "" {
		if _, err := os.Lstat(path); errors.Is(err, os.ErrNotExist) {
			return nil, &connections.Error{
				Kind: connections.KindStore, Message: "AUTHDECK_KEY_FILE names a file that does not exist",
				Hint: "make it: authdeck store key-file " + path, Err: store.ErrNoKey,
			}
		}
		return store.KeyFile(path), nil
	}
	path, err := store.RememberedKeyFile(a.data())
	if err != nil {
		return nil, fmt.Errorf("look for the key file: %w", err)
	}
	if path == "" {
		return nil, nil
	}
	return store.KeyFile(path), nil
}

// keyFilePath is where a key file is offered to be made.
func (a *app) keyFilePath() string { return filepath.Join(a.configDir(), "key") }

// offerKeyFile asks, on one screen, whether to make a key file, and makes it.
func (a *app) offerKeyFile(ctx context.Context) (store.KeySource, error) {
	path := a.keyFilePath()
	yes, err := tui.AskKeyFile(ctx, tui.KeyFileOptions{
		Path: path, DataDir: a.data(), Colour: a.colour(), ASCII: a.ascii,
	})
	if err != nil {
		return nil, err
	}
	if !yes {
		return nil, store.ErrNoKey
	}
	return a.makeKeyFile(path)
}

// makeKeyFile makes the key file, or takes the one that is there, and remembers its place.
func (a *app) makeKeyFile(path string) (store.KeySource, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("make key file: %w", err)
	}
	if err := store.CreateKeyFile(path, rand.Reader); err != nil && !errors.Is(err, os.ErrExist) {
		return nil, err
	}
	if err := store.RememberKeyFile(a.data(), path); err != nil {
		return nil, err
	}
	return store.KeyFile(path), nil
}
