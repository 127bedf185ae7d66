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
	"authdeck/tui"
)

// openStore opens the store of the data folder, or makes it where there is none yet, with the first key source that is
// there: AUTHDECK_KEY_FILE, then the key file whose place is remembered. A person at a terminal is offered to make one.
func (a *app) openStore(ctx context.Context) (store.Store, error) {
	source, err := a.keySource()
	if errors.Is(err, store.ErrNoKey) && a.interactive() && !a.json {
		source, err = a.offerKeyFile(ctx)
	}
	if err != nil {
		return nil, err
	}
	return a.openWith(ctx, source)
}

func (a *app) openWith(ctx context.Context, source store.KeySource) (*store.Bolt, error) {
	return store.Open(ctx, a.data(), store.Options{
		Keys: []store.KeySource{source}, Clock: a.clock, Rand: rand.Reader, Create: true,
	})
}

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
		return nil, store.ErrNoKey
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
