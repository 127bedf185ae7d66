package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"authdeck/connections"
	"authdeck/integrations/demo"
	"authdeck/internal/safetext"
)

// playDemo plays the whole thread by itself, one line a step with what was seen, and fails at the first step that does
// not hold.
func (a *app) playDemo(ctx context.Context, f demoFlags) (err error) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	d, err := a.openDemo(ctx, f)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.close()) }()
	p := &play{a: a, svc: a.svc, deck: d}
	for _, s := range []struct {
		name string
		do   func(context.Context) (string, error)
	}{
		{"server", p.serverUp},
		{"login", p.login},
		{"sealed", p.sealed},
		{"action", p.action},
		{"refresh", p.refresh},
		{"action again", p.action},
		{"revoke", p.revoke},
	} {
		began := time.Now()
		seen, err := s.do(ctx)
		if err := p.say(s.name, seen, time.Since(began), err); err != nil {
			return err
		}
	}
	if !a.json {
		a.note("every step held; with a terminal the same command opens the UI")
	}
	return nil
}

// play is the state between the steps.
type play struct {
	a      *app
	svc    *connections.Service
	deck   *demoDeck
	name   string
	first  connections.Token
	before connections.Detail
}

// step is what one line says.
type step struct {
	Step       string `json:"step"`
	OK         bool   `json:"ok"`
	Seen       string `json:"seen"`
	DurationMS int64  `json:"duration_ms"`
}

func (p *play) say(name, seen string, took time.Duration, err error) error {
	s := step{Step: name, OK: err == nil, Seen: safetext.Line(seen, 0), DurationMS: took.Milliseconds()}
	if err != nil {
		s.Seen = explain(err).Message
	}
	if p.a.json {
		if err := p.a.printLine(s); err != nil {
			return err
		}
	} else {
		word := "ok  "
		if err != nil {
			word = "FAIL"
		}
		p.a.printf("%s  %-13s %s (%d ms)\n", word, name, s.Seen, s.DurationMS)
	}
	if err != nil {
		return fmt.Errorf("demo step %q did not hold: %w", name, err)
	}
	return nil
}

func (p *play) serverUp(context.Context) (string, error) {
	return "authorization server inside this program at " + p.deck.server.Issuer(), nil
}

func (p *play) login(ctx context.Context) (string, error) {
	l, err := p.svc.Login(ctx, connections.LoginRequest{Integration: "demo", Flow: "browser", Browser: "none"})
	if err != nil {
		return "", err
	}
	defer l.Cancel()
	type played struct {
		final string
		err   error
	}
	browser := make(chan played, 1)
	go func() {
		final, err := demo.PlayBrowser(ctx, l.URL(), "ada@example.com")
		browser <- played{final, err}
	}()
	d, err := l.Wait(ctx)
	if err != nil {
		return "", err
	}
	b := <-browser
	if b.err != nil {
		return "", b.err
	}
	if p.first, err = p.svc.Token(ctx, d.Name, 0); err != nil {
		return "", err
	}
	if d.Identity != "ada@example.com" {
		return "", fmt.Errorf("signed in as %q, not as ada@example.com", d.Identity)
	}
	p.name, p.before = d.Name, d
	return fmt.Sprintf("%s connected as %s through %s; the browser ended on %s, with no code in it", d.Name, d.Identity, l.RedirectURI(), b.final), nil
}

// sealed looks for the tokens in every file of the throwaway folder.
func (p *play) sealed(ctx context.Context) (string, error) {
	d, err := p.svc.Show(ctx, p.name)
	if err != nil {
		return "", err
	}
	files, total := 0, int64(0)
	err = filepath.WalkDir(p.deck.dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		b, err := os.ReadFile(path) //nolint:gosec // the folder is our own
		if err != nil {
			return err
		}
		files, total = files+1, total+int64(len(b))
		for _, s := range []string{d.Access.Reveal(), d.Refresh.Reveal(), d.IDToken.Reveal()} {
			if s != "" && bytes.Contains(b, []byte(s)) {
				return fmt.Errorf("%s holds a token in plain", filepath.Base(path))
			}
		}
		return nil
	})
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("no token in plain in %d files, %d bytes", files, total), nil
}

func (p *play) action(ctx context.Context) (string, error) {
	r, err := p.svc.Run(ctx, connections.RunRequest{Connection: p.name, Action: "who-am-i"})
	if err != nil {
		return "", err
	}
	if r.Status != 200 || !bytes.Contains(r.Result, []byte("ada@example.com")) {
		return "", fmt.Errorf("who-am-i answered %d", r.Status)
	}
	return fmt.Sprintf("who-am-i answered %d with ada@example.com", r.Status), nil
}

// refresh waits until the access token has ended, and asks for one: the rotated refresh token brings it.
func (p *play) refresh(ctx context.Context) (string, error) {
	wait := p.before.ExpiresAt.Sub(p.a.clock.Wall()) + 50*time.Millisecond
	select {
	case <-time.After(wait):
	case <-ctx.Done():
		return "", ctx.Err()
	}
	t, err := p.svc.Token(ctx, p.name, 0)
	if err != nil {
		return "", err
	}
	d, err := p.svc.Show(ctx, p.name)
	if err != nil {
		return "", err
	}
	stats := p.deck.server.Stats()
	switch {
	case t.Value.Equal(p.first.Value):
		return "", fmt.Errorf("the access token is the old one")
	case d.Refresh.Equal(p.before.Refresh):
		return "", fmt.Errorf("the refresh token did not rotate")
	case stats.TokenRequests["refresh_token"] != 1 || stats.ReuseErrors != 0:
		return "", fmt.Errorf("the server counted %d refreshes and %d reuse errors", stats.TokenRequests["refresh_token"], stats.ReuseErrors)
	}
	return fmt.Sprintf("expired after %s; 1 refresh, the refresh token rotated, 0 reuse errors", d.ExpiresAt.Sub(d.ObtainedAt).Round(time.Second)), nil
}

func (p *play) revoke(ctx context.Context) (string, error) {
	r, err := p.svc.Revoke(ctx, p.name)
	if err != nil {
		return "", err
	}
	if r.Verified != "inactive" {
		return "", fmt.Errorf("introspection does not say inactive, but %q", r.Verified)
	}
	return fmt.Sprintf("refresh token %s, access token %s; introspection says %s", r.RefreshToken, r.AccessToken, r.Verified), nil
}
