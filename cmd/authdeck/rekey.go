package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"

	"authdeck/connections"
	"authdeck/store"
	"authdeck/store/passphrase"
)

// newPassphrase always asks the person: a file names the passphrase that is, and not the one to be.
func (a *app) newPassphrase() *passphrase.Source { return passphrase.New(a.askPassphrase, rand.Reader) }

// rekey gives the store a new master key by all sources at hand; given comes before them.
func (a *app) rekey(ctx context.Context, st *store.Bolt, drop bool, given ...store.KeySource) error {
	keys, err := a.keys()
	if err != nil {
		return err
	}
	keys = append(given, keys...)
	if a.getenv("AUTHDECK_KEY_FILE") != "" { // it opens its own slot; the others still need theirs
		keys = append(keys, a.keyring(), a.passphrase())
	}
	r, err := st.Rekey(ctx, append(keys, a.rememberedKey()...), store.RekeyOptions{Drop: drop})
	var slots *store.SlotsError
	if errors.As(err, &slots) {
		return &connections.Error{
			Kind: connections.KindStore, Message: "no key is at hand for " + strings.Join(slots.IDs, ", ") + "; nothing was changed",
			Hint: "give its key (AUTHDECK_KEY_FILE, AUTHDECK_PASSPHRASE_FILE), or drop it: authdeck store rekey --drop", Err: err,
		}
	}
	if err != nil {
		return err
	}
	if a.json {
		return a.printJSON(r)
	}
	a.note("%s", rekeyWords(r))
	return nil
}

// offerRekey asks whether to rekey at once, where a person is there to say yes; given opens the slot that was just made.
func (a *app) offerRekey(ctx context.Context, st *store.Bolt, given store.KeySource) error {
	tty, err := openTerminal()
	if err != nil {
		return nil
	}
	defer func() { _ = tty.Close() }()
	_, _ = fmt.Fprint(tty, "Make a new master key now? [y/N] ")
	line, err := readLine(ctx, tty)
	if ctx.Err() != nil {
		return errors.Join(errors.New("ask for a new master key"), ctx.Err())
	}
	if err != nil || !strings.HasPrefix(strings.ToLower(strings.TrimSpace(line)), "y") {
		return nil
	}
	return a.rekey(ctx, st, false, given)
}
