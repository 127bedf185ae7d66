//go:build unix

package main

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// TestHistory_IsWhole: each event of a connection is there, oldest first, with its outcome, the class of a failure and the
// name of that time; as one object a line, and never with a secret.
func TestHistory_IsWhole(t *testing.T) {
	t.Parallel()
	path, err := built()
	if err != nil {
		t.Fatal(err)
	}
	d := newDeck(t, time.Hour, "work")
	fails := func(args ...string) {
		t.Helper()
		if out, err := testCommand(t, d.env, path, args...).CombinedOutput(); err == nil {
			t.Fatalf("%v did not fail: %s", args, out)
		}
	}
	var secrets []string
	keep := func() {
		t.Helper()
		secrets = append(secrets, strings.TrimSpace(verb(t, d.env, "token", "work")))
	}
	keep()
	verb(t, d.env, "refresh", "work")
	keep()
	d.fails(503, `{"error":"temporarily_unavailable"}`)
	fails("refresh", "work")
	d.fails(401, `{"error":"invalid_client"}`)
	fails("refresh", "work")
	d.fails(400, `{"error":"invalid_grant","error_description":"the token is gone"}`)
	fails("refresh", "work")
	d.works()
	verb(t, d.env, "login", "work", "--browser", mustLook(t, "playbrowser"))
	keep()
	verb(t, d.env, "rename", "work", "office")
	verb(t, d.env, "revoke", "office")
	type line struct{ connection, event, outcome, detail string }
	var got []line
	var last time.Time
	for _, l := range d.history("office") {
		if l.Event == "handout" {
			continue // who asked has a test of its own
		}
		if l.Time.Before(last) {
			t.Errorf("%+v is out of order", l)
		}
		last = l.Time
		got = append(got, line{l.Connection, l.Event, l.Outcome, l.Detail})
	}
	want := []line{
		{"work", "login", "ok", "signed in as ada@example.com"},
		{"work", "refresh", "ok", "lives 1 h"},
		{"work", "rotation", "ok", "refresh token number 2"},
		{"work", "refresh", "failed", "will be tried again: "},
		{"work", "refresh", "failed", "settings refused: client id or secret is refused"},
		{"work", "refresh", "failed", "sign-in needed: "},
		{"work", "login", "ok", "signed in again as ada@example.com"},
		{"work", "rename", "ok", "now office"},
		{"office", "revoke", "ok", "both tokens confirmed"},
	}
	same := slices.EqualFunc(got, want, func(g, w line) bool {
		return g.connection == w.connection && g.event == w.event && g.outcome == w.outcome && strings.HasPrefix(g.detail, w.detail)
	})
	if !same {
		t.Errorf("the history is\n%q\nwant\n%q", got, want)
	}
	all := verb(t, d.env, "history") + verb(t, d.env, "history", "--json") + verb(t, d.env, "show", "office")
	for _, s := range secrets {
		if strings.Contains(all, s) {
			t.Error("a token is in the history")
		}
	}
	verb(t, d.env, "remove", "office")
	if h := d.history(); h[len(h)-1].Event != "remove" || h[len(h)-1].Connection != "office" {
		t.Errorf("after the removal: %+v", h)
	}
}
