package main

import (
	"context"
	"errors"
	"fmt"

	"authdeck/store"
	"authdeck/store/keyring"
	"authdeck/tui"
)

// makeStore makes the store of a first start, opened by what is named (a key file, AUTHDECK_PASSPHRASE_FILE), else by the
// keyring of the system, else by what the person at the terminal chooses. Nobody there: [store.ErrNoKey].
func (a *app) makeStore(ctx context.Context) (*store.Bolt, error) {
	if a.getenv("AUTHDECK_KEY_FILE") != "" {
		keys, err := a.keys()
		if err != nil {
			return nil, err
		}
		return a.made(ctx, "AUTHDECK_KEY_FILE", keys...)
	}
	path, err := store.RememberedKeyFile(a.data())
	if err != nil {
		return nil, fmt.Errorf("look for the key file: %w", err)
	}
	if path != "" {
		return a.made(ctx, path, store.KeyFile(path))
	}
	if a.getenv("AUTHDECK_PASSPHRASE_FILE") != "" {
		return a.made(ctx, "AUTHDECK_PASSPHRASE_FILE", a.passphrase())
	}
	err = a.keyring().Available(ctx)
	if err == nil {
		return a.made(ctx, "the keyring of this system", a.keyring())
	}
	if a.interactive() && !a.json {
		return a.chooseKey(ctx, keyringWords(err))
	}
	return nil, store.ErrNoKey
}

// made makes the store and says so: a folder whose name was mistyped would pass for one without connections.
func (a *app) made(ctx context.Context, by string, keys ...store.KeySource) (*store.Bolt, error) {
	b, err := a.openWith(ctx, keys...)
	if err == nil {
		a.note("made a store in %s, which is opened by %s", a.data(), by)
	}
	return b, err
}

// keyringWords say why the keyring of this system is not asked to keep the key.
func keyringWords(err error) string {
	switch {
	case errors.Is(err, keyring.ErrLocked):
		return "The keyring of this system is locked."
	case errors.Is(err, keyring.ErrTimeout):
		return "The keyring of this system does not answer."
	case errors.Is(err, keyring.ErrAbsent):
		return "This system has no keyring to keep it in."
	}
	return "The keyring of this system cannot be used."
}

// chooseKey asks, on one screen, what is to open the new store.
func (a *app) chooseKey(ctx context.Context, why string) (*store.Bolt, error) {
	path := a.keyFilePath()
	choice, err := tui.AskKey(ctx, tui.KeyOptions{Path: path, DataDir: a.data(), Why: why, Colour: a.colour(), ASCII: a.ascii})
	if err != nil {
		return nil, err
	}
	switch choice {
	case tui.KeyFile:
		key, err := a.makeKeyFile(path)
		if err != nil {
			return nil, err
		}
		return a.openWith(ctx, key)
	case tui.KeyPassphrase:
		return a.openWith(ctx, a.passphrase())
	case tui.KeyNone:
	}
	return nil, store.ErrNoKey
}
