package screentest

import (
	"context"
	"errors"
	"sync"
	"time"

	"authdeck/connections"
	"authdeck/integrations"
	"authdeck/tui/screen"
)

// Login is a sign-in that ends when a test says so.
type Login struct {
	Address, Redirect string
	Info              integrations.Info
	Start, End        time.Time
	Warn              []string
	Why, SSH          string
	OpenErr           error
	PasteErr          error

	done chan result
	mu   sync.Mutex
	// Canceled, Opened and Pasted count and keep what was asked of it.
	Canceled, Opened int
	Pasted           []string
}

type result struct {
	detail connections.Detail
	err    error
}

var _ screen.Login = (*Login)(nil)

// NewLogin returns a login of an integration that started at now and waits five minutes on a fixed port.
func NewLogin(info integrations.Info, now time.Time) *Login {
	return &Login{
		Address:  "https://accounts.example.com/o/oauth2/v2/auth?client_id=1234-abc&code_challenge=x&state=y",
		Redirect: "http://127.0.0.1:53682/callback",
		Info:     info, Start: now, End: now.Add(5 * time.Minute), done: make(chan result, 1),
	}
}

// Finish lets Wait return.
func (l *Login) Finish(d connections.Detail, err error) { l.done <- result{d, err} }

// URL and the others are the fields.
func (l *Login) URL() string { return l.Address }

// RedirectURI is Redirect.
func (l *Login) RedirectURI() string { return l.Redirect }

// IntegrationInfo is Info.
func (l *Login) IntegrationInfo() integrations.Info { return l.Info }

// Started is Start.
func (l *Login) Started() time.Time { return l.Start }

// Deadline is End.
func (l *Login) Deadline() time.Time { return l.End }

// Warnings are Warn.
func (l *Login) Warnings() []string { return l.Warn }

// Headless is Why and SSH.
func (l *Login) Headless() (why, sshLine string) { return l.Why, l.SSH }

// OpenBrowser counts and returns OpenErr.
func (l *Login) OpenBrowser(context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.Opened++
	return l.OpenErr
}

// Paste keeps the address and returns PasteErr.
func (l *Login) Paste(address string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.Pasted = append(l.Pasted, address)
	return l.PasteErr
}

// Wait returns what Finish gave, ctx's error, or, when the deadline comes first, that the time is over.
func (l *Login) Wait(ctx context.Context) (connections.Detail, error) {
	late := time.NewTimer(time.Until(l.End))
	defer late.Stop()
	select {
	case r := <-l.done:
		return r.detail, r.err
	case <-ctx.Done():
		return connections.Detail{}, ctx.Err()
	case <-late.C:
		return connections.Detail{}, &connections.Error{
			Kind: connections.KindTransient, Message: "nobody came back from the provider within 5 minutes",
			Hint: "try again; nothing was changed", Err: errors.New("timeout"),
		}
	}
}

// Cancel counts.
func (l *Login) Cancel() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.Canceled++
}

// Cancels is how often Cancel was called.
func (l *Login) Cancels() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.Canceled
}
