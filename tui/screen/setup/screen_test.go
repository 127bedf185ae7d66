package setup

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"github.com/google/go-cmp/cmp"

	"authdeck/connections"
	"authdeck/integrations"
	"authdeck/internal/secret"
	"authdeck/tui/screen/screentest"
)

// sets are the config items that were sealed, secrets revealed, in order.
func sets(r *rig) []map[string]string {
	var out []map[string]string
	for _, items := range r.deck.Sets {
		m := map[string]string{}
		for k, v := range items {
			m[k] = v.Reveal()
		}
		out = append(out, m)
	}
	return out
}

// TestNotes: everything good to know can be read at every size, and no step or field is lost for it.
func TestNotes(t *testing.T) {
	inBubble(t, app(), nil, func(t *testing.T, r *rig) {
		for _, size := range screentest.Sizes() {
			seen := ""
			for range 12 {
				frame := r.screen.View(size.Width, size.Body)
				screentest.Check(t, frame, size.Width, size.Body)
				seen += strings.Join(strings.Fields(strings.NewReplacer("│", " ", "─", " ").Replace(ansi.Strip(frame))), " ")
				r.loop.Press("ctrl+d")
			}
			for _, want := range []string{"use 127.0.0.1", "not by", "of the", "approve", "deleted there", "26", "open https", "paste Client id", "Client secret *"} {
				if !strings.Contains(seen, want) {
					t.Errorf("%s: %q is never seen", size.Name, want)
				}
			}
			r.loop.Press("pgup", "pgup", "pgup", "pgup", "pgup", "pgup", "pgup", "pgup", "pgup", "pgup", "pgup", "pgup")
			if r.screen.top != 0 {
				t.Errorf("%s: %d lines from the start", size.Name, r.screen.top)
			}
		}
		r.loop.Press("enter")
		r.loop.Type("abc")
		r.loop.Press("ctrl+u")
		if got := r.screen.form.Value("client_id"); got != "" || !r.screen.TakesText() {
			t.Errorf("ctrl+u in a field left %q", got)
		}
	})
}

// TestUpdate: what keys and pastes do.
func TestUpdate(t *testing.T) {
	tests := []struct {
		name    string
		view    connections.IntegrationView
		prepare func(*rig)
		do      func(*rig)
		said    []string
		sets    []map[string]string
		check   func(*testing.T, *rig)
	}{
		{
			name: "o opens the page, u copies it, c copies the exact redirect address",
			view: screentest.GitLab(),
			do:   func(r *rig) { r.loop.Press("o", "u", "c") },
			said: []string{
				"copy address of the page: https://gitlab.com/-/user_settings/applications",
				"copy redirect address: http://127.0.0.1:53682/callback",
			},
			check: func(t *testing.T, r *rig) {
				if diff := cmp.Diff([]string{"https://gitlab.com/-/user_settings/applications"}, r.opened); diff != "" {
					t.Error(diff)
				}
			},
		},
		{
			name:    "without a browser o says why",
			view:    screentest.Google(),
			prepare: func(r *rig) { r.env.OpenPage = nil },
			do:      func(r *rig) { r.loop.Press("o") },
			said:    []string{"warn: open page: no browser here, u copies the address"},
		},
		{
			name: "id and secret, saved, then on to the login",
			view: screentest.Google(),
			do: func(r *rig) {
				r.loop.Press("enter")
				r.loop.Type("my id")
				r.loop.Press("enter")
				r.loop.Type("s3cret")
				r.loop.Press("enter")
			},
			said: []string{"pop", "ok: Google is set up", "info: then"},
			sets: []map[string]string{{"client_id": "my id", "client_secret": "s3cret"}},
		},
		{
			name: "letters in a field are no keys; esc gives them back",
			view: screentest.Google(),
			do:   func(r *rig) { r.loop.Press("enter", "c", "o", "esc", "c") },
			said: []string{"copy redirect address: http://127.0.0.1/callback"},
			check: func(t *testing.T, r *rig) {
				if got := r.screen.form.Value("client_id"); got != "co" {
					t.Errorf("field %q", got)
				}
			},
		},
		{
			name: "pasted text goes into the first field, never to the keys, and not beyond its line",
			view: screentest.Google(),
			do:   func(r *rig) { r.loop.Send(tea.PasteMsg{Content: "  oc\x1b[Aid\n"}) },
			check: func(t *testing.T, r *rig) {
				if got := r.screen.form.Value("client_id"); got != "oc[Aid" {
					t.Errorf("field %q", got)
				}
				if r.opened != nil {
					t.Error("a page was opened")
				}
			},
		},
		{
			name: "what is needed is asked for before anything is saved",
			view: screentest.Google(),
			do:   func(r *rig) { r.loop.Press("enter", "enter", "enter") },
			check: func(t *testing.T, r *rig) {
				if frame := r.screen.View(80, 19); strings.Count(frame, "needed") != 2 || r.screen.form.Focus() != 0 {
					t.Errorf("focus %d\n%s", r.screen.form.Focus(), frame)
				}
			},
		},
		{
			name: "a secret that is stored is kept when its field stays empty",
			view: screentest.Google(),
			prepare: func(r *rig) {
				r.deck.Configs = map[string]integrations.Config{"google": {"client_id": secret.New("old"), "client_secret": secret.New("s")}}
			},
			do:   func(r *rig) { r.loop.Press("enter", "ctrl+u"); r.loop.Type("new"); r.loop.Press("enter", "enter") },
			said: []string{"pop", "ok: Google is set up", "info: then"},
			sets: []map[string]string{{"client_id": "new"}},
		},
		{
			name: "the host is kept when its field is left, so that the steps are right for it",
			view: screentest.GitLab(),
			do: func(r *rig) {
				r.deck.SetFunc = func(string, integrations.Config) error {
					r.deck.Catalogue[0].Console = "https://git.example.org/-/user_settings/applications"
					return nil
				}
				r.loop.Press("enter", "ctrl+u")
				r.loop.Type("git.example.org")
				r.loop.Press("enter")
			},
			sets: []map[string]string{{"host": "git.example.org"}},
			check: func(t *testing.T, r *rig) {
				if !strings.Contains(r.screen.View(80, 19), "https://git.example.org/-/user") || r.screen.form.Focus() != 1 {
					t.Errorf("focus %d\n%s", r.screen.form.Focus(), r.screen.View(80, 19))
				}
			},
		},
		{
			name: "a host that cannot be one is refused at its field",
			view: screentest.GitLab(),
			do:   func(r *rig) { r.loop.Press("enter"); r.loop.Type("/x y"); r.loop.Press("enter") },
			check: func(t *testing.T, r *rig) {
				if !strings.Contains(r.screen.View(80, 19), "not in the form that is expected") {
					t.Error(r.screen.View(80, 19))
				}
			},
		},
		{
			name: "a failure to save stays on screen",
			view: screentest.Google(),
			do: func(r *rig) {
				r.deck.SetFunc = func(string, integrations.Config) error {
					return &connections.Error{Kind: connections.KindStore, Message: "the disk is full", Hint: "make room"}
				}
				r.loop.Press("enter", "a", "enter", "b", "enter")
			},
			sets: []map[string]string{{"client_id": "a", "client_secret": "b"}},
			check: func(t *testing.T, r *rig) {
				if !strings.Contains(r.screen.View(80, 19), "the disk is full; make room") || r.screen.saving {
					t.Error(r.screen.View(80, 19))
				}
			},
		},
		{
			name: "nothing to set up: enter goes on",
			view: screentest.Demo(),
			do:   func(r *rig) { r.loop.Press("enter") },
			said: []string{"pop", "info: then"},
		},
		{
			name: "esc, q and ? are the shell's while no field has the focus",
			view: screentest.Google(),
			do:   func(r *rig) { r.loop.Press("esc", "q", "?") },
			check: func(t *testing.T, r *rig) {
				if r.unused != 3 {
					t.Errorf("%d keys left to the shell", r.unused)
				}
			},
		},
		{
			name:    "opened at a refused client the field has the focus",
			view:    screentest.Google(),
			prepare: func(r *rig) { r.again, r.why = StepClient, "invalid_client" },
			check: func(t *testing.T, r *rig) {
				if r.screen.form.Focus() != 0 || !strings.Contains(r.screen.View(80, 19), "✕ invalid_client") {
					t.Error(r.screen.View(80, 19))
				}
			},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			inBubble(t, test.view, test.prepare, func(t *testing.T, r *rig) {
				if test.do != nil {
					test.do(r)
				}
				if diff := cmp.Diff(test.said, r.shell.Said); diff != "" {
					t.Errorf("the shell was asked (-want +got):\n%s", diff)
				}
				if diff := cmp.Diff(test.sets, sets(r)); diff != "" {
					t.Errorf("sealed (-want +got):\n%s", diff)
				}
				if test.check != nil {
					test.check(t, r)
				}
			})
		})
	}
}

// TestPageFails: a page that does not open is an error toast.
func TestPageFails(t *testing.T) {
	inBubble(t, screentest.Google(), nil, func(t *testing.T, r *rig) {
		r.loop.Send(openedMsg{ref: r.screen.ref(), err: errors.New("no such program")})
		if diff := cmp.Diff([]string{"error: the page did not open: no such program"}, r.shell.Said); diff != "" {
			t.Error(diff)
		}
	})
}

// TestStale: answers to another screen, or from before it was closed, change nothing.
func TestStale(t *testing.T) {
	inBubble(t, screentest.Google(), nil, func(t *testing.T, r *rig) {
		old := r.screen.ref()
		r.screen.Close()
		for _, at := range []ref{old, {to: &Screen{}, gen: r.screen.gen}} {
			r.loop.Send(savedMsg{ref: at, whole: true})
			r.loop.Send(loadedMsg{ref: at, err: errors.New("x")})
			r.loop.Send(openedMsg{ref: at, err: errors.New("x")})
		}
		if r.screen.problem != "" || len(r.shell.Said) != 0 {
			t.Errorf("problem %q, said %q", r.screen.problem, r.shell.Said)
		}
	})
}

// TestSteps: the steps of the provider classes, in order; written ones stand between.
func TestSteps(t *testing.T) {
	for _, test := range []struct {
		name string
		view connections.IntegrationView
		want []string
	}{
		{"made", screentest.Google(), []string{"open", "choose", "register", "paste"}},
		{"with one written", screentest.GitHub(), []string{"open", "choose", "Leave \"Enable Device Flow\" off.", "register", "paste"}},
		{"none", screentest.Demo(), nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, l := range Steps(test.view.Info, screentest.Redirects()[test.view.ID]) {
				if l.Verb == "" {
					l.Verb = l.Text
				}
				got = append(got, l.Verb)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// TestHostile: whatever an integration says, a frame stays a frame.
func TestHostile(t *testing.T) {
	for i, text := range screentest.Hostile() {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			v := screentest.GitHub()
			v.Name, v.Console, v.ClientType, v.Written, v.Notes = text, text, text, []string{text}, []string{text, text}
			v.Redirect.Note, v.Lifetime.Access, v.Docs = text, text, text
			v.Inputs[0].Label, v.Inputs[0].Hint, v.Inputs[0].Prefix, v.Inputs[0].Suffix = text, text, text, text
			v.Inputs[0].Pattern = text
			v.Inputs[1].Options = []integrations.Option{{Value: text, Label: text}}
			inBubble(t, v, func(r *rig) { r.why, r.again = text, StepRegister }, func(t *testing.T, r *rig) {
				for _, keys := range [][]string{nil, {"enter"}, {"x", "tab", "right", "enter"}} {
					r.loop.Press(keys...)
					r.loop.Send(tea.PasteMsg{Content: text})
					for _, size := range screentest.Sizes() {
						screentest.Check(t, r.screen.View(size.Width, size.Body), size.Width, size.Body)
					}
				}
			})
		})
	}
}
