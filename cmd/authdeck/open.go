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
	"authdeck/store/keyring"
	"authdeck/store/passphrase"
	"authdeck/store/watch"
)

// openStore opens the store of the data folder, or makes it where there is none yet.
func (a *app) openStore(ctx context.Context) (store.Store, error) { return a.openBolt(ctx) }

// openBolt is openStore for the verbs that tend to the store itself.
func (a *app) openBolt(ctx context.Context) (*store.Bolt, error) {
	there, err := store.Exists(a.data())
	switch {
	case err != nil:
		return nil, fmt.Errorf("look for the store: %w", err)
	case !there:
		return a.makeStore(ctx)
	}
	keys, err := a.keys()
	if err != nil {
		return nil, err
	}
	b, err := a.openWith(ctx, keys...)
	return b, keyAway(err)
}

// keyAway is err with a hint for a store that is there: a new key, which is the hint where there is none yet, would not open it.
func keyAway(err error) error {
	var told *connections.Error
	var kinds *store.SlotKindError
	if !errors.Is(err, store.ErrNoKey) || errors.As(err, &told) || errors.As(err, &kinds) {
		return err
	}
	e := connections.Explain(err)
	e.Hint = "put the key back where it was, or name one that opens the store: AUTHDECK_KEY_FILE or AUTHDECK_PASSPHRASE_FILE"
	if errors.Is(err, keyring.ErrAbsent) {
		e.Hint = "run it in the session that has the keyring, or name another key: AUTHDECK_KEY_FILE or AUTHDECK_PASSPHRASE_FILE"
	}
	return e
}

// openWith opens the store by the first of keys that does; a wrong passphrase that a person typed is asked for again.
func (a *app) openWith(ctx context.Context, keys ...store.KeySource) (*store.Bolt, error) {
	const most = 3
	for tries := 1; ; tries++ {
		b, err := store.Open(ctx, a.data(), a.storeOptions(keys...))
		if tries == most || !errors.Is(err, store.ErrWrongPassphrase) || !a.again(keys) {
			return b, storeFailure(err)
		}
		a.note("that passphrase does not open the store; again, please")
	}
}

func (a *app) storeOptions(keys ...store.KeySource) store.Options {
	return store.Options{
		Keys: keys, Clock: a.clock, Rand: rand.Reader, Create: true, Version: version(), Notify: watch.File,
	}
}

// again lets a source that asked a person ask once more; false if none did.
func (a *app) again(keys []store.KeySource) bool {
	if a.getenv("AUTHDECK_PASSPHRASE_FILE") != "" {
		return false
	}
	for _, k := range keys {
		if p, ok := k.(*passphrase.Source); ok && p.Again() {
			return true
		}
	}
	return false
}

// keys are the sources of the key in the order of design/cli.md. AUTHDECK_KEY_FILE stands alone: who names a file means it.
func (a *app) keys() ([]store.KeySource, error) {
	if path := a.getenv("AUTHDECK_KEY_FILE"); path != "" {
		if _, err := os.Lstat(path); errors.Is(err, os.ErrNotExist) {
			hint := "make it: authdeck store key-file " + path
			if there, err := store.Exists(a.data()); err == nil && there {
				hint = "name the file that opens the store; without the variable authdeck looks for its other keys"
			}
			return nil, &connections.Error{
				Kind: connections.KindStore, Message: "AUTHDECK_KEY_FILE names a file that does not exist", Hint: hint, Err: store.ErrNoKey,
			}
		}
		return []store.KeySource{store.KeyFile(path)}, nil
	}
	var keys []store.KeySource
	path, err := store.RememberedKeyFile(a.data())
	if err != nil {
		return nil, fmt.Errorf("look for the key file: %w", err)
	}
	if path != "" {
		keys = append(keys, store.KeyFile(path))
	}
	keys = append(keys, store.KernelKeyring(), a.keyring())
	return append(keys, a.passphrase()), nil
}

func (a *app) keyring() *keyring.Source { return keyring.New(keyring.Options{Rand: rand.Reader}) }

// passphrase is read from AUTHDECK_PASSPHRASE_FILE, else asked for on the terminal.
func (a *app) passphrase() *passphrase.Source {
	if path := a.getenv("AUTHDECK_PASSPHRASE_FILE"); path != "" {
		return passphrase.New(passphrase.FromFile(path), rand.Reader)
	}
	return passphrase.New(a.askPassphrase, rand.Reader)
}

// keyFilePath is where a key file is offered to be made.
func (a *app) keyFilePath() string { return filepath.Join(a.configDir(), "key") }

// makeKeyFile makes the key file, or takes the one that is there, and remembers its place.
func (a *app) makeKeyFile(path string) (store.SlotMaker, error) {
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
