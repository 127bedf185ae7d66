//go:build unix

package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// historyLine is a line of `history --json` with the members that are promised, and no other.
type historyLine struct {
	Time       time.Time `json:"time"`
	Connection string    `json:"connection"`
	Event      string    `json:"event"`
	Outcome    string    `json:"outcome"`
	Detail     string    `json:"detail"`
}

func (d *deck) history(args ...string) []historyLine {
	d.t.Helper()
	var list []historyLine
	decoder := json.NewDecoder(strings.NewReader(verb(d.t, d.env, append([]string{"history", "--json"}, args...)...)))
	decoder.DisallowUnknownFields()
	for decoder.More() {
		var l historyLine
		if err := decoder.Decode(&l); err != nil {
			d.t.Fatal(err)
		}
		list = append(list, l)
	}
	return list
}

// TestHandouts_WhoAsked: the history names the program that got a token, a shell as what it is.
func TestHandouts_WhoAsked(t *testing.T) {
	t.Parallel()
	path, err := built()
	if err != nil {
		t.Fatal(err)
	}
	d := newDeck(t, time.Hour, "work")
	script := filepath.Join(t.TempDir(), "deploy")
	if err := os.WriteFile(script, []byte("#!/bin/sh\n'"+path+"' token work\n:\n"), 0o700); err != nil { //nolint:gosec // a program
		t.Fatal(err)
	}
	run := func(name string, args ...string) {
		t.Helper()
		if out, err := testCommand(t, d.env, name, args...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	run("sh", "-c", path+" token work; "+path+" token work --header; :")
	run(script)
	run(path, "token", "work")
	run(path, "show", "work") // hands out nothing
	var got []string
	for _, l := range d.history("work") {
		if l.Event == "handout" && l.Connection == "work" && l.Outcome == "ok" && time.Since(l.Time).Abs() < time.Hour {
			got = append(got, l.Detail)
		}
	}
	all := strings.Join(got, "\n")
	if runtime.GOOS != "linux" {
		t.Skip("names are checked where /proc is")
	}
	self, err := os.ReadFile("/proc/self/comm")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"handed out 2 times to sh (pid ", "handed out to deploy (pid ",
		"handed out to " + strings.TrimSpace(string(self)) + " (pid " + strconv.Itoa(os.Getpid()) + ")",
	} {
		if !strings.Contains(all, want) {
			t.Errorf("the history has no %q:\n%s", want, all)
		}
	}
	if len(got) != 3 {
		t.Errorf("%d events, want 3:\n%s", len(got), all)
	}
	if plain := verb(t, d.env, "history"); !strings.Contains(plain, "handed out to deploy") {
		t.Errorf("the plain history:\n%s", plain)
	}
	if show := verb(t, d.env, "show", "work"); !strings.Contains(show, "handed out to deploy") {
		t.Errorf("show:\n%s", show)
	}
}

// TestHandouts_TwoHundredAtOnce: every token is handed out and every hand-out counted, while watch runs.
func TestHandouts_TwoHundredAtOnce(t *testing.T) {
	t.Parallel()
	path, err := built()
	if err != nil {
		t.Fatal(err)
	}
	d := newDeck(t, time.Hour, "work")
	d.run(nil, "watch").says(10*time.Second, "watching")
	const processes = 200
	want := verb(t, d.env, "token", "work")
	var all sync.WaitGroup
	for range processes - 1 {
		cmd := testCommand(t, d.env, path, "token", "work")
		all.Go(func() {
			if out, err := cmd.Output(); err != nil || string(out) != want {
				t.Errorf("token: %v", err)
			}
		})
	}
	all.Wait()
	count := 0
	for _, l := range d.history() {
		if l.Event != "handout" {
			continue
		}
		n := 1
		if rest, ok := strings.CutPrefix(l.Detail, "handed out "); ok && !strings.HasPrefix(rest, "to ") {
			number, _, _ := strings.Cut(rest, " ")
			if n, err = strconv.Atoi(number); err != nil {
				t.Errorf("detail %q", l.Detail)
			}
		}
		count += n
	}
	if count != processes {
		t.Errorf("%d hand-outs are in the history, want %d", count, processes)
	}
}

// TestHandouts_NothingStandsInTheWayOfAToken: what cannot be written down is handed out, without a word.
func TestHandouts_NothingStandsInTheWayOfAToken(t *testing.T) {
	t.Parallel()
	d := newDeck(t, time.Hour, "work")
	if err := os.Mkdir(filepath.Join(d.data, "handouts"), 0o700); err != nil {
		t.Fatal(err)
	}
	path, err := built()
	if err != nil {
		t.Fatal(err)
	}
	cmd := testCommand(t, d.env, path, "token", "work")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil || len(out) < 20 || stderr.String() != "" {
		t.Errorf("token: %v, %d bytes, stderr %q", err, len(out), &stderr)
	}
	if len(d.history("work")) == 0 {
		t.Error("there is no history")
	}
}

// BenchmarkAskingProgram is what it costs to know who asks.
func BenchmarkAskingProgram(b *testing.B) {
	for b.Loop() {
		if _, pid := askingProgram(); pid == 0 {
			b.Fatal("no parent")
		}
	}
}
