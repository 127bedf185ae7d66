package loopback

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// ErrNotThisLogin means that a pasted address has another state, path or host, or none of the parameters. The text says which.
var ErrNotThisLogin = errors.New("this address does not belong to this login")

// ErrAnswered means that nobody waits: this login's answer came already, or its time is over. A state is good for one use.
var ErrAnswered = errors.New("this login waits for no answer")

// maxPaste is far above any redirect; a terminal's paste can be anything.
const maxPaste = 64 << 10

// Paste hands in the address the browser ended on; the same checks hold. Spaces, quotes and angle brackets around it do
// not matter. It may be called while Wait runs. [ErrNotThisLogin] leaves the login waiting, [ErrIssuer] is also what Wait
// returns.
func (l *Listener) Paste(address string) error {
	q, err := l.pasted(address)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNotThisLogin, err)
	}
	select {
	case <-l.closing:
		return ErrClosed
	default:
	}
	if err := l.awaited(); err != nil {
		return err
	}
	switch err := l.take(q, false); {
	case err == nil, errors.Is(err, ErrIssuer), errors.Is(err, ErrAnswered):
		return err
	default:
		return fmt.Errorf("%w: %w", ErrNotThisLogin, err)
	}
}

// pasted reads the parameters out of an address that leads to ours (A7).
func (l *Listener) pasted(address string) (url.Values, error) {
	if len(address) > maxPaste {
		return nil, errSyntax
	}
	u, err := url.Parse(unwrap(address))
	if err != nil || u.Opaque != "" {
		return nil, errSyntax
	}
	if !strings.EqualFold(u.Scheme, l.address.Scheme) || u.User != nil || hostPort(u) != hostPort(l.address) ||
		u.EscapedPath() != l.address.EscapedPath() {
		return nil, errPath
	}
	q, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return nil, errSyntax
	}
	return q, nil
}

// unwrap takes off what surrounds an address that was copied out of a terminal, a chat or a shell command.
func unwrap(s string) string {
	for {
		s = strings.TrimSpace(s)
		if len(s) < 2 {
			return s
		}
		switch s[:1] + s[len(s)-1:] {
		case `""`, `''`, "``", "<>":
			s = s[1 : len(s)-1]
		default:
			return s
		}
	}
}

func hostPort(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[strings.ToLower(u.Scheme)]
	}
	return strings.ToLower(u.Hostname()) + " " + port
}
