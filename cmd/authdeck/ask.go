package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"unicode/utf8"

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
	for tries := 1; ; tries++ {
		p, why, err := askNew(ctx, tty)
		if err != nil || why == "" {
			return p, err
		}
		if tries == 3 {
			return p, &connections.Error{Kind: connections.KindUsage, Message: why, Hint: "nothing was changed"}
		}
		_, _ = fmt.Fprintln(tty, why+"; again, please")
	}
}

// leastPassphrase is the fewest characters of a passphrase that a person chooses (NIST SP 800-63B, 5.1.1).
const leastPassphrase = 8

// askNew asks twice; why says what is wrong with what was typed.
func askNew(ctx context.Context, tty *os.File) (p secret.String, why string, err error) {
	first, err := readHidden(ctx, tty, "New passphrase of the store: ")
	if err != nil {
		return p, "", err
	}
	if utf8.RuneCountInString(first.Reveal()) < leastPassphrase {
		return p, fmt.Sprintf("it needs %d characters at least", leastPassphrase), nil
	}
	second, err := readHidden(ctx, tty, "The same once more: ")
	if err != nil {
		return p, "", err
	}
	if !first.Equal(second) {
		return p, "the two passphrases are not the same", nil
	}
	return first, "", nil
}

// readHidden prints the prompt once nothing that is typed shows any more, and reads one line. Ctrl+c ends it as it ends any verb.
func readHidden(ctx context.Context, tty *os.File, prompt string) (secret.String, error) {
	fd := int(tty.Fd())
	before, err := term.MakeRaw(fd)
	if err != nil {
		return secret.String{}, fmt.Errorf("ask for the passphrase: %w", err)
	}
	defer func() {
		_ = term.Restore(fd, before)
		_, _ = fmt.Fprintln(tty)
	}()
	_, _ = fmt.Fprint(tty, prompt)
	type answer struct {
		line []byte
		err  error
	}
	got := make(chan answer, 1)
	go func() { // ends with the line, or with the process: a read of a terminal cannot be ended
		line, err := hiddenLine(tty)
		got <- answer{line, err}
	}()
	select {
	case r := <-got:
		if r.err != nil {
			return secret.String{}, fmt.Errorf("ask for the passphrase: %w", r.err)
		}
		if len(bytes.TrimSpace(r.line)) == 0 {
			return secret.String{}, usage("the passphrase is empty")
		}
		return secret.New(string(r.line)), nil
	case <-ctx.Done():
		return secret.String{}, errors.Join(errors.New("ask for the passphrase"), ctx.Err())
	}
}

// hiddenLine reads what is typed up to enter; backspace takes a character back, ctrl+u all, ctrl+c and ctrl+d end it. Escape sequences
// count for nothing: a terminal may still answer what the screen before had asked of it.
func hiddenLine(r io.Reader) ([]byte, error) {
	in := oneByte{r} // what comes after enter is for the next question
	var line []byte
	for {
		c, err := in.ReadByte()
		if err != nil {
			return nil, errors.Join(io.ErrUnexpectedEOF, err)
		}
		switch c {
		case '\r', '\n':
			return line, nil
		case 0x03, 0x04:
			return nil, context.Canceled
		case 0x7f, 0x08:
			_, n := utf8.DecodeLastRune(line)
			line = line[:len(line)-n]
		case 0x15:
			line = line[:0]
		case 0x1b:
			if err := skipSequence(in); err != nil {
				return nil, errors.Join(io.ErrUnexpectedEOF, err)
			}
		default:
			line = append(line, c)
		}
	}
}

// skipSequence reads the rest of an escape sequence: CSI up to its final byte, OSC and DCS up to BEL or ST, else one byte.
func skipSequence(in oneByte) error {
	kind, err := in.ReadByte()
	for before := byte(0); err == nil; {
		var c byte
		switch kind {
		case '[':
			if c, err = in.ReadByte(); c >= 0x40 && c <= 0x7e {
				return err
			}
		case ']', 'P':
			if c, err = in.ReadByte(); c == 0x07 || c == '\\' && before == 0x1b {
				return err
			}
			before = c
		case 'O', 'N':
			_, err = in.ReadByte()
			return err
		default:
			return nil
		}
	}
	return err
}

// oneByte reads no further than it is asked to.
type oneByte struct{ r io.Reader }

func (o oneByte) ReadByte() (byte, error) {
	var c [1]byte
	_, err := io.ReadFull(o.r, c[:])
	return c[0], err
}
