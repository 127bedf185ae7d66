package login

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/google/go-cmp/cmp"

	"authdeck/connections"
	"authdeck/tui/screen"
	"authdeck/tui/screen/screentest"
)

const pastedAddress = "http://127.0.0.1:53682/callback?code=4/0Adeu5BW&state=abc"

// TestUpdate: what keys, pastes and results do, state by state.
func TestUpdate(t *testing.T) {
	ok := connected("google", "ada@example.com", "refresh token ends in 6 d: is the consent screen in Testing?")
	tests := []struct {
		name    string
		prepare func(*rig)
		do      func(*rig)
		said    []string // of the shell
		check   func(*testing.T, *rig)
	}{
		{
			name: "the browser is opened by itself, once",
			check: func(t *testing.T, r *rig) {
				if r.login.Opened != 1 {
					t.Errorf("opened %d times", r.login.Opened)
				}
			},
		},
		{
			name:    "no browser is opened where there is none",
			prepare: func(r *rig) { r.login.Why = "no display" },
			check: func(t *testing.T, r *rig) {
				if r.login.Opened != 0 {
					t.Errorf("opened %d times", r.login.Opened)
				}
			},
		},
		{
			name: "o opens it again",
			do:   func(r *rig) { r.loop.Press("o") },
			check: func(t *testing.T, r *rig) {
				if r.login.Opened != 2 {
					t.Errorf("opened %d times", r.login.Opened)
				}
			},
		},
		{
			name: "success closes, shows the connection, and says so with its warnings",
			do:   func(r *rig) { r.login.Finish(ok, nil); r.loop.Settle() },
			said: []string{
				"close", "show: google", "ok: connected google as ada@example.com",
				"warn: refresh token ends in 6 d: is the consent screen in Testing?",
			},
		},
		{
			name: "u copies, P prints",
			do:   func(r *rig) { r.loop.Press("u", "P") },
			said: []string{
				"copy sign-in URL: https://accounts.example.com/o/oauth2/v2/auth?client_id=1234-abc&code_challenge=x&state=y",
				"print: https://accounts.example.com/o/oauth2/v2/auth?client_id=1234-abc&code_challenge=x&state=y",
			},
		},
		{
			name: "over ssh P prints both lines and c copies the ssh line",
			prepare: func(r *rig) {
				r.login.Why, r.login.SSH, r.login.Address = "ssh", "ssh -L 1:127.0.0.1:1 a@b", "https://x.example/y"
			},
			do:   func(r *rig) { r.loop.Press("P", "c") },
			said: []string{"print: ssh -L 1:127.0.0.1:1 a@b\n\nhttps://x.example/y", "copy ssh line: ssh -L 1:127.0.0.1:1 a@b"},
		},
		{
			name: "esc cancels: nothing listens any more",
			do:   func(r *rig) { r.loop.Press("esc") },
			said: []string{"close", "info: sign-in canceled, nothing listens any more"},
			check: func(t *testing.T, r *rig) {
				if r.login.Cancels() == 0 {
					t.Error("the login was not canceled")
				}
			},
		},
		{
			name: "a pasted address opens the field and fires no key",
			do:   func(r *rig) { r.loop.Send(tea.PasteMsg{Content: "Pub\nsP" + pastedAddress}) },
			check: func(t *testing.T, r *rig) {
				if r.dialog.paste == nil || r.dialog.paste.text != "PubsP"+pastedAddress {
					t.Errorf("the field holds %+v", r.dialog.paste)
				}
			},
		},
		{
			name: "letters go into the open field, not to the keys",
			do:   func(r *rig) { r.loop.Press("p", "u", "P", "o", "backspace") },
			check: func(t *testing.T, r *rig) {
				if r.dialog.paste.text != "uP" {
					t.Errorf("the field holds %q", r.dialog.paste.text)
				}
			},
		},
		{
			name: "an accepted address closes the field",
			do:   func(r *rig) { r.loop.Send(tea.PasteMsg{Content: pastedAddress}); r.loop.Press("enter") },
			check: func(t *testing.T, r *rig) {
				if diff := cmp.Diff([]string{pastedAddress}, r.login.Pasted); diff != "" {
					t.Errorf("handed in (-want +got):\n%s", diff)
				}
				if r.dialog.paste != nil || !r.dialog.taken {
					t.Error("the field is still open")
				}
				if got := r.dialog.Busy(); got != "a sign-in is being completed" {
					t.Errorf("busy: %q", got)
				}
			},
		},
		{
			name:    "a refused one stays, with the reason; esc closes the field only",
			prepare: func(r *rig) { r.login.PasteErr = errors.New("another state") },
			do: func(r *rig) {
				r.loop.Send(tea.PasteMsg{Content: pastedAddress})
				r.loop.Press("enter")
				if r.dialog.paste.problem != "another state" {
					t.Errorf("problem %q", r.dialog.paste.problem)
				}
				r.loop.Press("esc")
			},
			check: func(t *testing.T, r *rig) {
				if r.dialog.paste != nil || r.dialog.phase != waiting || r.login.Cancels() != 0 {
					t.Error("esc did more than close the field")
				}
			},
		},
		{
			name: "an empty field is not handed in",
			do:   func(r *rig) { r.loop.Press("p", "enter") },
			check: func(t *testing.T, r *rig) {
				if len(r.login.Pasted) != 0 || r.dialog.paste.problem == "" {
					t.Errorf("handed in %v", r.login.Pasted)
				}
			},
		},
		{
			name: "b is not for real providers",
			prepare: func(r *rig) {
				r.env.Play = func(context.Context, string) error { t.Error("played"); return nil }
			},
			do: func(r *rig) { r.loop.Press("b") },
		},
		{
			name: "a failure stays until it is closed",
			do: func(r *rig) {
				r.login.Finish(connections.Detail{}, &connections.Error{Kind: connections.KindFailed, Message: "access_denied", Hint: "h"})
				r.pass(time.Hour)
			},
			check: func(t *testing.T, r *rig) {
				if r.dialog.failure.message != "access_denied" || r.dialog.failure.hint != "h" {
					t.Errorf("failure %+v", r.dialog.failure)
				}
				if r.dialog.Busy() != "" || r.dialog.Every() != 0 {
					t.Error("a failed sign-in is busy")
				}
			},
		},
		{
			name: "s goes to the set-up and cancels the login",
			do:   func(r *rig) { r.loop.Press("s") },
			said: []string{"close", "push: set up google"},
			check: func(t *testing.T, r *rig) {
				if r.login.Cancels() == 0 {
					t.Error("the login was not canceled")
				}
			},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			inBubble(t, screentest.Google(), test.prepare, func(r *rig) {
				if test.do != nil {
					test.do(r)
				}
				if diff := cmp.Diff(test.said, r.shell.Said); diff != "" {
					t.Errorf("the shell was asked (-want +got):\n%s", diff)
				}
				if test.check != nil {
					test.check(t, r)
				}
			})
		})
	}
}

// TestAgain: enter on a failure starts a new try, with a new listener; a key held down does not.
func TestAgain(t *testing.T) {
	inBubble(t, screentest.Google(), nil, func(r *rig) {
		first := r.login
		first.Finish(connections.Detail{}, errors.New("no"))
		r.loop.Settle()
		r.login = screentest.NewLogin(first.Info, time.Now())
		held := screentest.Key("enter")
		held.IsRepeat = true
		r.loop.Send(held)
		if len(r.deck.Logins) != 1 {
			t.Fatal("a held key tried again")
		}
		r.loop.Press("enter")
		if len(r.deck.Logins) != 2 || r.dialog.phase != waiting {
			t.Fatalf("%d logins, phase %d", len(r.deck.Logins), r.dialog.phase)
		}
		r.login.Finish(connected("google", "ada@example.com"), nil)
		r.loop.Settle()
		if !slices.Contains(r.shell.Said, "show: google") {
			t.Errorf("said %q", r.shell.Said)
		}
	})
}

// TestOtherAccount: n makes a connection of its own of the account that came back.
func TestOtherAccount(t *testing.T) {
	inBubble(t, screentest.Google(), func(r *rig) { r.req = connections.LoginRequest{Connection: "work"} }, func(r *rig) {
		r.deck.Rows = nil
		first := r.login
		r.login = screentest.NewLogin(first.Info, time.Now())
		first.Finish(connections.Detail{}, &connections.Error{Kind: connections.KindOtherAccount, Message: "bob@example.com came back, work is ada@example.com"})
		r.loop.Settle()
		if frame := r.dialog.View(80, 24); !strings.Contains(frame, "new connection") {
			t.Error(frame)
		}
		r.loop.Press("n")
		want := []connections.LoginRequest{{Connection: "work"}, {Integration: "google"}}
		if diff := cmp.Diff(want, r.deck.Logins); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
		r.login.Finish(connected("google-2", "bob@example.com"), nil)
		r.loop.Settle()
		if !slices.Contains(r.shell.Said, "ok: connected google-2 as bob@example.com") {
			t.Errorf("said %q", r.shell.Said)
		}
	})
}

// TestStale: answers of an older try, or to another dialog, change nothing.
func TestStale(t *testing.T) {
	inBubble(t, screentest.Google(), nil, func(r *rig) {
		old := r.dialog.ref()
		other := ref{to: &Dialog{}, gen: old.gen}
		r.dialog.gen++
		for _, at := range []ref{old, other} {
			for _, m := range []tea.Msg{
				startedMsg{ref: at, err: errors.New("x")},
				openedMsg{ref: at, err: errors.New("x")},
				playedMsg{ref: at},
				handedMsg{ref: at},
				doneMsg{ref: at, err: errors.New("x")},
				learnedMsg{ref: at},
			} {
				r.loop.Send(m)
			}
		}
		if r.dialog.phase != waiting || r.dialog.taken || r.dialog.trouble != "" || len(r.shell.Said) != 0 {
			t.Errorf("phase %d, said %q", r.dialog.phase, r.shell.Said)
		}
	})
}

// TestClosedWhileStarting: a login that begins to listen after the dialog is gone is canceled all the same.
func TestClosedWhileStarting(t *testing.T) {
	release := make(chan struct{})
	inBubble(t, screentest.Google(), func(r *rig) {
		release = make(chan struct{})
		r.deck.LoginFunc = func(context.Context, connections.LoginRequest) (screen.Login, error) {
			<-release
			return r.login, nil
		}
	}, func(r *rig) {
		if got := r.dialog.Busy(); got != "a sign-in is waiting" {
			t.Errorf("busy: %q", got)
		}
		r.loop.Press("esc")
		close(release)
		r.loop.Settle()
		if r.login.Cancels() == 0 {
			t.Error("the listener stays open")
		}
		if r.login.Opened != 0 {
			t.Error("a browser was opened")
		}
	})
}

// TestProgramEnds: the end of the program's context ends the login.
func TestProgramEnds(t *testing.T) {
	inBubble(t, screentest.Google(), func(r *rig) {
		var cancel context.CancelFunc
		r.env.Ctx, cancel = context.WithCancel(r.env.Ctx)
		time.AfterFunc(time.Minute, cancel)
	}, func(r *rig) {
		time.Sleep(2 * time.Minute)
		r.loop.Settle()
		if r.login.Cancels() == 0 {
			t.Error("the listener stays open")
		}
	})
}

// TestTimeLeft: the time falls by the second, the bar with it.
func TestTimeLeft(t *testing.T) {
	inBubble(t, screentest.Google(), nil, func(r *rig) {
		for _, want := range []struct {
			after time.Duration
			text  string
			full  int
		}{{0, "05:00", 20}, {time.Second, "04:59", 20}, {2 * time.Minute, "02:59", 12}, {2*time.Minute + 49*time.Second, "00:10", 1}} {
			r.pass(want.after)
			frame := r.dialog.View(80, 24)
			if !strings.Contains(frame, want.text) || strings.Count(frame, "█") != want.full {
				t.Errorf("want %s and %d cells:\n%s", want.text, want.full, frame)
			}
		}
	})
}

// TestPlay: b plays the browser for the demo; a failure is said and the login waits on.
func TestPlay(t *testing.T) {
	for _, fails := range []bool{false, true} {
		t.Run(fmt.Sprint("fails=", fails), func(t *testing.T) {
			var played string
			inBubble(t, screentest.Demo(), func(r *rig) {
				r.env.Play = func(_ context.Context, address string) error {
					played = address
					if fails {
						return errors.New("the page has no form")
					}
					return nil
				}
			}, func(r *rig) {
				r.loop.Press("b")
				if played != r.login.Address {
					t.Errorf("played %q", played)
				}
				frame := r.dialog.View(80, 24)
				if want := map[bool]string{false: "browser played here", true: "the page has no form"}[fails]; !strings.Contains(frame, want) {
					t.Errorf("no %q in\n%s", want, frame)
				}
				if r.dialog.taken == fails {
					t.Error("taken")
				}
			})
		})
	}
}
