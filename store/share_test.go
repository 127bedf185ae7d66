package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestShare_32Processes: 32 real processes do 200 mixed operations each on one store, at once. None meets an error, none
// waits for more than a second (by the long setting), and in the end the store is what a plain map is to which all that they say they did was
// applied. A watcher must have come to see that state by its signals alone. Under the race detector the short setting has 20
// operations each: there it is the processors that are waited for. A removal rewrites the file before it is done, for all that
// remove something at that moment; that is work, and its bound is another.
func TestShare_32Processes(t *testing.T) {
	const processes = 32
	ops := 200
	if raceDetector && !long() {
		ops = 20
	}
	began := time.Now()
	longest := share(t, processes, ops, "", func(*Bolt) {})
	for what, d := range longest {
		most := shareMost
		if long() && what != "delete" {
			most = time.Second
		}
		if d > most {
			t.Errorf("the longest %s took %s", what, d)
		}
	}
	t.Logf("%d × %d operations in %s; longest: %v", processes, ops, time.Since(began).Round(time.Millisecond), longest)
}

// share lets processes work on one store, meanwhile does something itself, holds the end against the model, and returns the longest time of each kind
// of operation.
func share(t *testing.T, processes, ops int, how string, meanwhile func(b *Bolt)) map[string]time.Duration {
	t.Helper()
	dir := folder(t)
	b, err := Open(t.Context(), dir, sharedOptions())
	if err != nil {
		t.Fatal(err)
	}
	m := newShared(t, b)
	view := follow(t, b)
	var all []*process
	for i := range processes {
		all = append(all, start(t, fmt.Sprintf("mixed %d %d%s", i, ops, how), dir))
	}
	meanwhile(b)
	longest := map[string]time.Duration{}
	done := 0
	for i, p := range all {
		for text := p.line(t); text != "end"; text = p.line(t) {
			word, rest, _ := strings.Cut(text, " ")
			switch word {
			case "did":
				m.apply(t, i, rest)
			case "longest":
				what, ns, _ := strings.Cut(rest, " ")
				n, err := strconv.ParseInt(ns, 10, 64)
				if err != nil {
					t.Fatal(err)
				}
				longest[what] = max(longest[what], time.Duration(n))
				done++
			default:
				t.Fatalf("process %d failed: %s", i, text)
			}
		}
	}
	if len(longest) != len(mixedOps) || done != processes*len(mixedOps) {
		t.Errorf("only these operations were done: %v", longest)
	}
	m.compare(t, b)
	view.wants(t, b)
	sound(t, b)
	return longest
}

// follower is a process that looks at the store after each signal and at no other time.
type follower struct {
	seen chan []Summary
	stop context.CancelFunc
	end  chan error
}

func follow(t *testing.T, b *Bolt) *follower {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	changes, err := b.Watch(ctx)
	if err != nil {
		t.Fatal(err)
	}
	f := &follower{seen: make(chan []Summary, 1), stop: cancel, end: make(chan error, 1)}
	go func() {
		var failed error
		for range changes {
			list, err := b.List(ctx)
			if err != nil && !errors.Is(err, context.Canceled) {
				failed = errors.Join(failed, err)
				continue
			}
			select {
			case <-f.seen:
			default:
			}
			f.seen <- list
		}
		f.end <- failed
	}()
	return f
}

// wants wants that the follower comes to see what is there now.
func (f *follower) wants(t *testing.T, b *Bolt) {
	t.Helper()
	want, err := b.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	same := func(a, b Summary) bool {
		return a.ID == b.ID && a.Generation == b.Generation && a.Refreshing == b.Refreshing
	}
	late := time.After(time.Second)
	for ok := false; !ok; {
		select {
		case got := <-f.seen:
			ok = slices.EqualFunc(got, want, same)
		case <-late:
			t.Fatal("the watcher did not come to see the last state")
		}
	}
	f.stop()
	if err := <-f.end; err != nil {
		t.Error(err)
	}
}
