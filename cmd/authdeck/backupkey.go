package main

import (
	"context"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"authdeck/connections"
	"authdeck/internal/secret"
	"authdeck/store/backup"
)

// sealFlags are the flags that say who can read a backup.
type sealFlags struct {
	recipients                     []string
	recipientsFile, passphraseFile string
}

func (k sealFlags) toRecipients() bool { return len(k.recipients) > 0 || k.recipientsFile != "" }

func (k sealFlags) used() bool { return k.toRecipients() || k.passphraseFile != "" }

func (k sealFlags) check() error {
	if k.toRecipients() && k.passphraseFile != "" {
		return usage("a backup is sealed to recipients or to a passphrase, not to both")
	}
	return nil
}

// sealTo reads who can read the backup; the passphrase is asked for if nothing else is named.
func (a *app) sealTo(ctx context.Context, k sealFlags) (to backup.Recipients, what string, err error) {
	if !k.toRecipients() {
		p, err := a.newBackupPassphrase(ctx, k.passphraseFile)
		if err != nil {
			return to, "", err
		}
		to, err = backup.ForPassphrase(p)
		return to, "passphrase", err
	}
	var lists []io.Reader
	if k.recipientsFile != "" {
		f, err := os.Open(k.recipientsFile)
		if err != nil {
			return to, "", usage("--recipients-file: %s", err)
		}
		defer func() { _ = f.Close() }()
		lists = append(lists, f)
	}
	if to, err = backup.ForRecipients(k.recipients, lists...); err != nil {
		return to, "", &connections.Error{
			Kind: connections.KindUsage, Message: "one of the recipients is " + err.Error(), Hint: "`age-keygen -y FILE` prints the recipient of an identity", Err: err,
		}
	}
	return to, "recipients", nil
}

// newBackupPassphrase reads the passphrase of a new backup from the file, or asks for it twice.
func (a *app) newBackupPassphrase(ctx context.Context, file string) (secret.String, error) {
	if file != "" {
		return readPassphrase(file)
	}
	if !term.IsTerminal(int(a.in.Fd())) {
		return secret.String{}, &connections.Error{
			Kind: connections.KindUsage, Message: "there is no terminal to ask for a passphrase",
			Hint: "use --passphrase-file FILE or --recipient age1…",
		}
	}
	first, err := a.askBackup(ctx, "Passphrase of the backup")
	if err != nil {
		return secret.String{}, err
	}
	second, err := a.askBackup(ctx, "The same again")
	if err != nil {
		return secret.String{}, err
	}
	if !first.Equal(second) {
		return secret.String{}, &connections.Error{Kind: connections.KindFailed, Message: "the two passphrases differ", Hint: "nothing was written; try again"}
	}
	return first, nil
}

// opener is what opens a backup: the identities, the passphrase of the file, or one that is asked for.
func (a *app) opener(ctx context.Context, identities []string, passphraseFile string) (backup.Opener, error) {
	var o backup.Opener
	for _, path := range identities {
		f, err := os.Open(path)
		if err != nil {
			return o, usage("--identity: %s", err)
		}
		list, err := backup.ParseIdentities(f)
		_ = f.Close()
		if err != nil {
			return o, usage("--identity: %s holds %s", path, err)
		}
		o.Identities = append(o.Identities, list...)
	}
	switch {
	case passphraseFile != "":
		p, err := readPassphrase(passphraseFile)
		if err != nil {
			return o, err
		}
		o.Passphrase = func() (secret.String, error) { return p, nil }
	case term.IsTerminal(int(a.in.Fd())):
		o.Passphrase = func() (secret.String, error) { return a.askBackup(ctx, "Passphrase of the backup") }
	}
	return o, nil
}

const maxPassphrase = 64 << 10 // bytes

// readPassphrase reads a file without the line break at its end.
func readPassphrase(path string) (secret.String, error) {
	f, err := os.Open(path)
	if err != nil {
		return secret.String{}, usage("--passphrase-file: %s", err)
	}
	defer func() { _ = f.Close() }()
	text, err := io.ReadAll(io.LimitReader(f, maxPassphrase+1))
	p := strings.TrimSuffix(strings.TrimSuffix(string(text), "\n"), "\r")
	switch {
	case err != nil:
		return secret.String{}, usage("--passphrase-file: %s", err)
	case len(text) > maxPassphrase:
		return secret.String{}, usage("--passphrase-file: %s is too long for a passphrase", path)
	}
	return notEmpty(p)
}

func notEmpty(p string) (secret.String, error) {
	if strings.TrimSpace(p) == "" {
		return secret.String{}, usage("the passphrase is empty")
	}
	return secret.New(p), nil
}

// askBackup asks on the terminal without echo.
func (a *app) askBackup(ctx context.Context, prompt string) (secret.String, error) {
	tty, err := openTerminal()
	if err != nil {
		return secret.String{}, usage("there is no terminal to ask for a passphrase")
	}
	defer func() { _ = tty.Close() }()
	return readHidden(ctx, tty, prompt+": ")
}
