package login

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"authdeck/connections"
	"authdeck/oauthflow"
	"authdeck/tui/screen"
	"authdeck/tui/screen/screentest"
	"authdeck/tui/screen/setup"
)

// TestSetupAgain: errors that speak of the redirect address or of the client lead to that step of the set-up.
func TestSetupAgain(t *testing.T) {
	tests := []struct {
		name  string
		err   error
		setup bool
		at    setup.Step
	}{
		{"redirect_uri", &connections.Error{Kind: connections.KindFailed, Message: "invalid_request: redirect_uri did not match"}, true, setup.StepRegister},
		{"mismatch", &connections.Error{Kind: connections.KindConfiguration, Message: "redirect_uri_mismatch"}, true, setup.StepRegister},
		{"code of the cause", &connections.Error{Kind: connections.KindFailed, Message: "refused", Err: &oauthflow.Error{Code: "invalid_client"}}, true, setup.StepClient},
		{"configuration", &connections.Error{Kind: connections.KindConfiguration, Message: "no client id"}, true, setup.StepNone},
		{"denied", &connections.Error{Kind: connections.KindFailed, Message: "access_denied"}, false, setup.StepNone},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if _, ok := errors.AsType[*oauthflow.Error](test.err); ok && test.name != "code of the cause" {
				t.Fatal("the table is wrong")
			}
			f := failureOf(test.err, 3)
			if f.setup != test.setup || f.at != test.at {
				t.Errorf("setup %v at %d, want %v at %d", f.setup, f.at, test.setup, test.at)
			}
		})
	}
}

// TestWelcome: what is said of a connection that was made.
func TestWelcome(t *testing.T) {
	tests := []struct {
		req  connections.LoginRequest
		got  connections.Detail
		want string
	}{
		{connections.LoginRequest{Integration: "google"}, connected("google", "ada@example.com"), "connected google as ada@example.com"},
		{connections.LoginRequest{Integration: "x"}, connected("x", ""), "connected x"},
		{connections.LoginRequest{Connection: "google"}, connected("google", "ada@example.com"), "signed in again: google as ada@example.com"},
		{connections.LoginRequest{Connection: "google"}, connected("google-2", "bob@example.com"), "another account: kept as google-2 as bob@example.com, google is as it was"},
	}
	for _, test := range tests {
		if got := welcome(test.req, test.got); got != test.want {
			t.Errorf("got  %q\nwant %q", got, test.want)
		}
	}
}

// TestBrowserChoice: the program's --browser holds for a new connection; a kept choice is not overruled.
func TestBrowserChoice(t *testing.T) {
	inBubble(t, screentest.Google(), func(r *rig) { r.env.Browser = "none" }, func(r *rig) {
		if got := r.deck.Logins[0].Browser; got != "none" {
			t.Errorf("browser %q", got)
		}
		d, ok := New(r.env, connections.LoginRequest{Connection: "work"}).(*Dialog)
		if !ok || d.req.Browser != "" {
			t.Errorf("browser %q", d.req.Browser)
		}
		d.Close()
	})
}

// TestHostile: whatever a provider or a manifest says, a frame stays a frame.
func TestHostile(t *testing.T) {
	for i, text := range screentest.Hostile() {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			v := screentest.Google()
			v.Name = text
			prepare := func(r *rig) {
				r.login.Info.Name, r.login.Why, r.login.SSH, r.login.Warn = text, text, text, []string{text}
				r.login.Redirect, r.login.Address = "https://x.example/"+text, "https://x.example/"+text
			}
			for _, size := range screentest.Sizes() {
				inBubble(t, v, prepare, func(r *rig) {
					check := func() {
						t.Helper()
						frame := r.dialog.View(size.Width, size.Height)
						screentest.Check(t, frame, min(76, size.Width-2), 0)
						if n := strings.Count(frame, "\n") + 1; n > size.Height {
							t.Errorf("%d lines", n)
						}
					}
					check()
					r.loop.Send(tea.PasteMsg{Content: "http://h/" + text})
					check()
					r.login.Finish(connections.Detail{}, &connections.Error{Kind: connections.KindFailed, Message: text, Hint: text})
					r.loop.Settle()
					check()
				})
			}
		})
	}
}

// TestLink: only https and loopback addresses become links, and only in colour.
func TestLink(t *testing.T) {
	for address, want := range map[string]bool{
		"https://a.example/x": true, "http://127.0.0.1:1/x": true, "http://[::1]:1/x": true, "http://a.example/x": false, "javascript:x": false,
		"https://a.example/\x1b]52": false,
	} {
		d := &Dialog{env: &screen.Env{Theme: colourTheme()}, facts: facts{url: address}}
		if got := strings.Contains(d.link("x"), "\x1b]8;;"); got != want {
			t.Errorf("%q: linked %v", address, got)
		}
	}
}
