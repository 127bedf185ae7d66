package jsondoc

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// matching are the offsets of the values whose key or scalar holds a text.
func matching(d *Doc, want string) []int {
	fold := strings.ToLower(want) == want
	has := func(s string) bool {
		if fold {
			s = strings.ToLower(s)
		}
		return strings.Contains(s, want)
	}
	var out []int
	nodes(d.Root(), func(n Node) {
		key, member := n.Key()
		if member && has(key) || !n.Container() && has(n.Value()) {
			out = append(out, n.Offset())
		}
	})
	slices.Sort(out)
	return out
}

func find(t testing.TB, d *Doc, want string, from int, back bool) int {
	t.Helper()
	s := d.Search(want, from, back)
	for range 1 << 20 {
		n, done := s.Step(context.Background(), 1)
		if n.OK() {
			return n.Offset()
		}
		if done {
			return -1
		}
	}
	t.Fatal("the search does not end")
	return -1
}

// TestSearch_FindsWhatAWalkFinds from every place, in both directions, around the end.
func TestSearch_FindsWhatAWalkFinds(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		text := document(r, 4)
		if rapid.IntRange(0, 9).Draw(r, "long") == 0 {
			pad := ",\"" + strings.Repeat("z", syncStep-7) + "\","
			text = "[" + text + pad + text + pad + text + "]"
		}
		d, err := Open([]byte(text))
		if err != nil {
			r.Fatal(err)
		}
		want := rapid.SampledFrom([]string{"a", "A", "caf", "é", "1", "back", "nul", "\"", "id", "EIGHT", "eight"}).Draw(r, "want")
		all := matching(d, want)
		from := rapid.IntRange(-1, len(text)).Draw(r, "from")
		next, last := -1, -1
		if len(all) > 0 {
			if next = all[0]; true {
				if i := slices.IndexFunc(all, func(at int) bool { return at > from }); i >= 0 {
					next = all[i]
				}
			}
			last = all[len(all)-1]
			for _, at := range all {
				if at < from {
					last = at
				}
			}
			if from < 0 || !slices.ContainsFunc(all, func(at int) bool { return at < from }) {
				last = all[len(all)-1]
			}
		}
		if got := find(t, d, want, from, false); got != next {
			r.Fatalf("%s: %q after %d is at %d, want %d of %v", text, want, from, got, next, all)
		}
		if got := find(t, d, want, from, true); got != last {
			r.Fatalf("%s: %q before %d is at %d, want %d of %v", text, want, from, got, last, all)
		}
	})
}

func TestSearch_EndsWithItsContext(t *testing.T) {
	t.Parallel()
	d := open(t, "["+strings.Repeat(`"some text that is long",`, 1<<16)+"1]")
	ctx, cancel := context.WithCancel(context.Background())
	s := d.Search("nowhere", -1, false)
	if n, done := s.Step(ctx, 3*syncStep); n.OK() || done {
		t.Fatal("found, or done after a part")
	}
	cancel()
	if n, done := s.Step(ctx, MaxBytes); n.OK() || !done || !errors.Is(ctx.Err(), context.Canceled) {
		t.Error("it goes on")
	}
	if _, done := d.Search("", -1, false).Step(context.Background(), 1); !done {
		t.Error("nothing is looked for")
	}
}

// TestSearch_StepIsBounded: a step looks through about as much as it was told.
func TestSearch_StepIsBounded(t *testing.T) {
	t.Parallel()
	d := open(t, "["+strings.Repeat(`"some text that is long",`, 1<<17)+"1]")
	s, steps := d.Search("nowhere", -1, false), 1
	for {
		if _, done := s.Step(context.Background(), syncStep); done {
			break
		}
		steps++
	}
	if want := len(d.Text()) / syncStep; steps < want || steps > want+3 {
		t.Errorf("%d steps for %d bytes", steps, len(d.Text()))
	}
}
