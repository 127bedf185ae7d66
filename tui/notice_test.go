package tui

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"authdeck/store"
	"authdeck/tui/internal/fakedeck"
	"authdeck/tui/term"
)

// trouble gives connections another health.
func (a *app) trouble(h store.Health, which ...int) {
	a.deck.Set(func(rows []store.Summary) []store.Summary {
		for _, i := range which {
			rows[i].Health = h
		}
		return rows
	})
	a.wait(time.Second)
}

// calls are the sequences that were written since a place in the output.
func (a *app) calls(from int) (list []string) {
	rest := a.output()[from:]
	for {
		i := strings.IndexAny(rest, "\a")
		if i < 0 {
			return list
		}
		begin := i
		if esc := strings.LastIndex(rest[:i], "\x1b]"); esc >= 0 && !strings.ContainsAny(rest[esc+2:i], "\x1b\n") {
			begin = esc
		}
		list, rest = append(list, rest[begin:i+1]), rest[i+1:]
	}
}

func (a *app) wantCalls(from int, want ...string) {
	a.t.Helper()
	if got := a.calls(from); !slices.Equal(got, want) {
		a.t.Errorf("calls %q, want %q", got, want)
	}
}

func transient(reason string) store.Health {
	return store.Health{Trouble: store.TroubleTransient, Reason: reason, Since: base, RetryAt: base.Add(time.Hour)}
}

// TestNotice_OnceAnOutage: the first rows are no news; an outage calls at its beginning and at its end, not for each try.
func TestNotice_OnceAnOutage(t *testing.T) {
	t.Parallel()
	run(t, setup{width: 80, height: 24, options: Options{Motion: true, Notice: term.NoticeOSC777}}, func(a *app) {
		a.wantCalls(0, "\x1b]2;authdeck\a") // the title
		n := len(a.output())
		a.wait(time.Minute)
		a.wantCalls(n)
		a.trouble(transient("503 from accounts.example"), 0)
		a.wantCalls(n, "\x1b]777;notify;authdeck;google-work: failing: 503 from accounts.example\a")
		for range 3 {
			again := transient("502 from accounts.example")
			again.Tries = 2
			a.trouble(again, 0)
			a.wait(10 * time.Second)
		}
		a.trouble(store.Health{}, 0)
		a.wantCalls(n, "\x1b]777;notify;authdeck;google-work: failing: 503 from accounts.example\a",
			"\x1b]777;notify;authdeck;google-work: recovered\a")
	})
}

// TestNotice_WhatCalls is each change of trouble.
func TestNotice_WhatCalls(t *testing.T) {
	t.Parallel()
	dead, refused := store.Health{Trouble: store.TroubleDead, Reason: "gone"}, store.Health{Trouble: store.TroubleConfiguration, Reason: "client id"}
	revoked := store.Health{Trouble: store.TroubleRevoked}
	for _, c := range []struct {
		name    string
		was, is store.Health
		want    string // "" for no call
	}{
		{"fails", store.Health{}, transient("503"), "failing: 503"},
		{"needs a sign-in", store.Health{}, dead, "sign-in needed: gone"},
		{"needs a sign-in after an outage", transient("503"), dead, "sign-in needed: gone"},
		{"settings refused", store.Health{}, refused, "settings refused: client id"},
		{"recovers", transient("503"), store.Health{}, "recovered"},
		{"signed in again by its user", dead, store.Health{}, ""},
		{"set up again by its user", refused, store.Health{}, ""},
		{"revoked by its user", store.Health{}, revoked, ""},
		{"fails on", transient("503"), transient("502"), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			rows := func(now time.Time) []store.Summary {
				r := fakedeck.Eight(now)[:1]
				r[0].Health = c.was
				return r
			}
			run(t, setup{width: 80, height: 24, options: Options{Notice: term.NoticeOSC9}, rows: rows}, func(a *app) {
				n := len(a.output())
				a.trouble(c.is, 0)
				if c.want == "" {
					a.wantCalls(n)
					return
				}
				a.wantCalls(n, "\x1b]9;authdeck: google-work: "+c.want+"\a")
			})
		})
	}
}

// TestNotice_ManyAreOne: what comes within five seconds is told as one, with numbers.
func TestNotice_ManyAreOne(t *testing.T) {
	t.Parallel()
	run(t, setup{width: 80, height: 24, options: Options{Notice: term.NoticeOSC9}}, func(a *app) {
		n := len(a.output())
		a.trouble(transient("503"), 0, 1, 3)
		a.trouble(transient("503"), 4)
		a.trouble(store.Health{Trouble: store.TroubleDead}, 5)
		first := "\x1b]9;authdeck: 3 connections: 3 failing\a"
		a.wantCalls(n, first)
		a.wait(noticeGap)
		a.wantCalls(n, first, "\x1b]9;authdeck: 2 connections: 1 failing, 1 sign-in needed\a")
		a.wait(time.Minute)
		a.wantCalls(n, first, "\x1b]9;authdeck: 2 connections: 1 failing, 1 sign-in needed\a")
	})
}

// TestNotice_NoTextOfAProviderIsASequence: names and reasons are one text in one sequence, whatever is in them.
func TestNotice_NoTextOfAProviderIsASequence(t *testing.T) {
	t.Parallel()
	hostile := "a\a;b\x1b]52;c;aGk=\x1b\\\u009d0;t\u009c;9\n\u202e" + strings.Repeat("x", 500)
	for _, kind := range []term.Notice{term.NoticeOSC777, term.NoticeOSC9} {
		run(t, setup{width: 80, height: 24, options: Options{Notice: kind}}, func(a *app) {
			a.deck.Set(func(rows []store.Summary) []store.Summary { rows[0].Name = hostile; return rows })
			a.wait(time.Second)
			n := len(a.output())
			a.trouble(transient(hostile), 0)
			calls := a.calls(n)
			if len(calls) != 1 {
				t.Fatalf("%q", calls)
			}
			body := strings.TrimSuffix(strings.TrimPrefix(calls[0], "\x1b]"), "\a")
			for _, r := range body {
				if r < 0x20 || r >= 0x7f && r < 0xa0 || r == 0x202e {
					t.Errorf("%q is in %q", r, body)
				}
			}
			if strings.Count(body, ";") != map[term.Notice]int{term.NoticeOSC777: 3, term.NoticeOSC9: 1}[kind] || len(body) > 400 {
				t.Errorf("the fields are not as many as they should be, or too long: %q", body)
			}
		})
	}
}

// TestNotice_Settings: n takes the next way, shows it, calls in it, and keeps it; a choice that cannot be kept is said.
func TestNotice_Settings(t *testing.T) {
	t.Parallel()
	var kept []term.Notice
	var fails error
	var takes time.Duration
	save := func(_ context.Context, n term.Notice) error {
		time.Sleep(takes) // virtual time
		kept = append(kept, n)
		return fails
	}
	run(t, setup{width: 100, height: 40, options: Options{Motion: true, SaveNotice: save}}, func(a *app) {
		a.press("4")
		a.has("Being called", "terminal bell; n changes it", "n notices")
		n := len(a.output())
		a.press("n")
		a.has("OSC 777, if the terminal shows it; n changes it")
		a.press("n")
		a.has("OSC 9, if the terminal shows it; n changes it")
		a.press("n")
		a.has("notices     off; n changes it")
		a.wantCalls(n, "\x1b]777;notify;authdeck;this is how it calls you\a", "\x1b]9;authdeck: this is how it calls you\a")
		n = len(a.output())
		a.trouble(transient("503"), 0)
		a.wantCalls(n)
		fails = errors.New("read-only file system")
		a.press("n")
		a.has("terminal bell; n changes it", "the choice of notices is not kept: read-only file system")
		a.wantCalls(n, "\a")
		a.wait(noticeGap)
		a.trouble(store.Health{}, 0)
		a.wantCalls(n, "\a", "\a")
		fails, takes = nil, 10*time.Second // a slow disk: the last choice is the one that stays, and the end asks
		a.press("n", "n", "n")
		a.press("q")
		a.has("a change is being written")
		a.press("esc")
		a.wait(30 * time.Second)
	})
	want := []term.Notice{term.NoticeOSC777, term.NoticeOSC9, term.NoticeOff, term.NoticeBell, term.NoticeOSC777, term.NoticeOff}
	if !slices.Equal(kept, want) {
		t.Errorf("kept %v, want %v", kept, want)
	}
}
