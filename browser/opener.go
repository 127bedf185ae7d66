package browser

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"

	"authdeck/internal/safetext"
)

// ErrURL says that the address is not one that a browser is started with.
var ErrURL = errors.New("not an address to open")

// ErrHeadless says that no browser can be seen by the user from here.
var ErrHeadless = errors.New("no browser here")

// None is the choice of no browser.
const None = "none"

// Opener opens an address in the browser of the user's choice.
type Opener interface {
	// Open starts the browser and does not wait for it to end. choice is "" (the system's, or $BROWSER), "none"
	// ([ErrHeadless]) or a command: a program, or a program and fixed arguments with spaces between them. The address is
	// its last argument, or stands where an argument is "%s". No shell is involved.
	Open(ctx context.Context, address, choice string) error
	// Available says whether Open with this choice can work; else why not, in words for the user.
	Available(choice string) (ok bool, why string)
}

// New returns the opener for this environment.
func New(e Environment) Opener { return opener{e} }

type opener struct{ e Environment }

// way is how an address will be opened: by one of the commands, the first that is there, or by the system's call.
type way struct {
	commands []command
	system   bool
}

type command struct {
	name string
	args []string
}

func (o opener) Open(ctx context.Context, address, choice string) error {
	address, err := CheckURL(address)
	if err != nil {
		return err
	}
	w, err := o.choose(choice)
	if err != nil {
		return err
	}
	if w.system {
		if err := o.e.System(ctx, address); err != nil {
			return fmt.Errorf("open the system's browser: %w", err)
		}
		return nil
	}
	for _, c := range w.commands {
		// A program that is there and fails is not the end either: xdg-open without a browser, say.
		if err = o.e.Command(ctx, c.name, c.with(address)...); err == nil {
			return nil
		}
		err = fmt.Errorf("start %s: %w", safetext.Line(c.name, 60), err)
	}
	return err
}

func (o opener) Available(choice string) (ok bool, why string) {
	_, err := o.choose(choice)
	var n *notHere
	switch {
	case err == nil:
		return true, ""
	case errors.As(err, &n):
		return false, n.why
	}
	return false, err.Error()
}

// notHere is an [ErrHeadless] with its reason in words.
type notHere struct{ why string }

func (e *notHere) Error() string { return ErrHeadless.Error() + ": " + e.why }
func (e *notHere) Unwrap() error { return ErrHeadless }

// choose decides; what the user named beats what the machine looks like.
func (o opener) choose(choice string) (way, error) {
	choice = strings.TrimSpace(choice)
	if choice == None {
		return way{}, &notHere{"none was asked for"}
	}
	if choice != "" {
		c, ok := o.find(choice)
		if !ok {
			return way{}, fmt.Errorf("browser %s: %w", safetext.Line(choice, 60), exec.ErrNotFound)
		}
		return way{commands: []command{c}}, nil
	}
	if list := o.e.Getenv("BROWSER"); strings.TrimSpace(list) != "" {
		return o.fromVariable(list)
	}
	if why := headless(o.e); why != "" {
		return way{}, &notHere{why}
	}
	candidates := systemCommands(o.e)
	if candidates == nil {
		return way{system: true}, nil
	}
	found := o.present(candidates)
	if len(found) == 0 {
		return way{}, &notHere{"no program that opens addresses is installed (" + candidates[0] + ")"}
	}
	return way{commands: found}, nil
}

// fromVariable reads $BROWSER: commands in order of preference, a list like $PATH.
func (o opener) fromVariable(list string) (way, error) {
	separator := ":"
	if o.e.GOOS == "windows" {
		separator = ";"
	}
	entries := strings.Split(list, separator)
	if strings.TrimSpace(entries[0]) == None {
		return way{}, &notHere{"$BROWSER says none"}
	}
	found := o.present(entries)
	if len(found) == 0 {
		return way{}, fmt.Errorf("$BROWSER %s: %w", safetext.Line(list, 60), exec.ErrNotFound)
	}
	return way{commands: found}, nil
}

func (o opener) present(entries []string) []command {
	var found []command
	for _, e := range entries {
		if c, ok := o.find(e); ok {
			found = append(found, c)
		}
	}
	return found
}

// find reads a command. What is a program as a whole, spaces and all, is taken so.
func (o opener) find(s string) (command, bool) {
	s = strings.TrimSpace(s)
	if s == "" || strings.HasPrefix(s, "-") {
		return command{}, false
	}
	if _, err := o.e.LookPath(s); err == nil {
		return command{name: s}, true
	}
	f := strings.Fields(s)
	if _, err := o.e.LookPath(f[0]); err != nil {
		return command{}, false
	}
	return command{name: f[0], args: f[1:]}, true
}

// with returns the arguments, the address being one of its own.
func (c command) with(address string) []string {
	args := append([]string(nil), c.args...)
	for i, a := range args {
		if a == "%s" {
			args[i] = address
			return args
		}
	}
	return append(args, address)
}
