package login

import (
	"errors"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/google/go-cmp/cmp"

	"authdeck/connections"
	"authdeck/oauthflow"
	"authdeck/tui/screen/screentest"
)

// TestHelp: ? shows the keys and esc goes back without an end of the sign-in; in the field ? is a letter.
func TestHelp(t *testing.T) {
	inBubble(t, screentest.Google(), nil, func(r *rig) {
		r.loop.Press("?")
		if frame := r.dialog.View(80, 20); !strings.Contains(frame, "copies the address") || strings.Contains(frame, "waiting for") {
			t.Error(frame)
		}
		r.loop.Press("u", "esc")
		if r.dialog.helping || r.login.Cancels() != 0 || len(r.shell.Said) != 0 {
			t.Errorf("helping %v, said %q", r.dialog.helping, r.shell.Said)
		}
		r.loop.Press("p", "?")
		if r.dialog.helping || r.dialog.paste.text != "?" {
			t.Errorf("helping %v, the field holds %q", r.dialog.helping, r.dialog.paste.text)
		}
		r.loop.Press("esc", "?")
		r.loop.Send(tea.PasteMsg{Content: pastedAddress})
		if r.dialog.helping || r.dialog.paste == nil {
			t.Error("a pasted address does not leave help")
		}
		r.loop.Press("esc", "?")
		r.login.Finish(connections.Detail{}, errors.New("no"))
		r.loop.Settle()
		if r.dialog.helping {
			t.Error("a failure stays behind help")
		}
	})
}

// TestStays: the box has the same height whatever happens in it, so that the shell, which centres it, does not move it.
func TestStays(t *testing.T) {
	inBubble(t, screentest.Google(), func(r *rig) { r.login.PasteErr = errors.New("another state") }, func(r *rig) {
		want := strings.Count(r.dialog.View(80, 20), "\n")
		stays := func(what string) {
			t.Helper()
			if got := strings.Count(r.dialog.View(80, 20), "\n"); got != want {
				t.Errorf("%s: %d lines, before %d", what, got, want)
			}
		}
		r.loop.Press("p")
		stays("field")
		r.loop.Send(tea.PasteMsg{Content: pastedAddress})
		r.loop.Press("enter")
		stays("refused")
		r.loop.Press("esc", "?")
		stays("help")
		r.login.Finish(connections.Detail{}, &connections.Error{Message: "access_denied: the user did not consent", Hint: strings.Repeat("nothing was changed ", 8)})
		r.loop.Settle()
		stays("failed")
		r.login = screentest.NewLogin(r.login.Info, time.Now())
		r.loop.Press("enter")
		stays("again")
	})
}

// TestWrongIssuer: a server that is not the one that was typed leads to the fields of the set-up.
func TestWrongIssuer(t *testing.T) {
	err := &connections.Error{Kind: connections.KindFailed, Message: "it is of the issuer x", Err: oauthflow.ErrMetadata}
	inBubble(t, screentest.GitLab(), nil, func(r *rig) {
		r.login.Finish(connections.Detail{}, err)
		r.loop.Settle()
		r.loop.Press("s")
		if diff := cmp.Diff([]string{"close", "push: set up gitlab"}, r.shell.Said); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	})
	inBubble(t, screentest.Demo(), nil, func(r *rig) {
		r.login.Finish(connections.Detail{}, err)
		r.loop.Settle()
		if frame := r.dialog.View(80, 20); strings.Contains(frame, "set-up") {
			t.Errorf("there is nothing to set up:\n%s", frame)
		}
	})
}

// TestPort: a busy port names what can be done from here, and what only a shell can.
func TestPort(t *testing.T) {
	for want, req := range map[string]connections.LoginRequest{
		"authdeck login google --port N": {Integration: "google"},
		"authdeck login work --port N":   {Connection: "work"},
	} {
		inBubble(t, screentest.Google(), func(r *rig) { r.req = req }, func(r *rig) {
			r.login.Finish(connections.Detail{}, &connections.Error{Kind: connections.KindPortBusy, Message: "port 1 is in use", Hint: "take another port with --port N"})
			r.loop.Settle()
			if frame := r.dialog.View(80, 20); !strings.Contains(frame, want) || strings.Contains(frame, "take another") {
				t.Error(frame)
			}
		})
	}
}
