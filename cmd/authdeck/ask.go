package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"

	"golang.org/x/term"

	"authdeck/connections"
	"authdeck/internal/secret"
	"authdeck/store"
	"authdeck/store/passphrase"
)

// askPassphrase asks on the terminal, without echo, and a new passphrase twice. It uses the terminal itself, so that a
// verb in a pipe can ask too. [store.ErrNoKey] where there is none.
func (a *app) askPassphrase(ctx context.Context, ask passphrase.Ask) (secret.String, error) {
	tty, err := openTerminal()
	if err != nil {
		return secret.String{}, &connections.Error{
			Kind: connections.KindStore, Message: "the store is opened by a passphrase, and there is no terminal to ask for it on",
			Hint: "give the passphrase at a terminal, or by AUTHDECK_PASSPHRASE_FILE; `authdeck store unlock --for 8h` keeps it open for scripts",
			Err:  store.ErrNoKey,
		}
	}
	defer func() { _ = tty.Close() }()
	if !ask.New {
		return readHidden(ctx, tty, "Passphrase of the store: ")
	}
	first, err := readHidden(ctx, tty, "New passphrase of the store: ")
	if err != nil {
		return secret.String{}, err
	}
	second, err := readHidden(ctx, tty, "The same once more: ")
	if err != nil {
		return secret.String{}, err
	}
	if !first.Equal(second) {
		return secret.String{}, &connections.Error{
			Kind: connections.KindUsage, Message: "the two passphrases are not the same", Hint: "nothing was changed; try again",
		}
	}
	return first, nil
}

// readHidden prints the prompt and reads one line without echo. Ctrl+c ends the program by its signal as ever; the echo is
// set back first.
func readHidden(ctx context.Context, tty *os.File, prompt string) (secret.String, error) {
	fd := int(tty.Fd())
	before, err := term.GetState(fd)
	if err != nil {
		return secret.String{}, fmt.Errorf("ask for the passphrase: %w", err)
	}
	_, _ = fmt.Fprint(tty, prompt)
	type answer struct {
		line []byte
		err  error
	}
	got := make(chan answer, 1)
	go func() { // ends with the line, or with the terminal's closing by the caller
		line, err := term.ReadPassword(fd)
		got <- answer{line, err}
	}()
	select {
	case r := <-got:
		_, _ = fmt.Fprintln(tty)
		if r.err != nil {
			return secret.String{}, fmt.Errorf("ask for the passphrase: %w", r.err)
		}
		if len(bytes.TrimSpace(r.line)) == 0 {
			return secret.String{}, usage("the passphrase is empty")
		}
		return secret.New(string(r.line)), nil
	case <-ctx.Done():
		_ = term.Restore(fd, before)
		_, _ = fmt.Fprintln(tty)
		return secret.String{}, errors.Join(errors.New("ask for the passphrase"), ctx.Err())
	}
}
