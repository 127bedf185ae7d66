package store

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

const (
	sharedConnections = 8
	racedName         = "raced"
)

func sharedName(i int) string { return fmt.Sprintf("shared %d", i) }

// shared is what the store of TestShare must hold: a plain map to which everything that was done is applied. What
// different processes did to one connection is in the order of its generations.
type shared struct {
	puts     map[string]map[uint64]did // by connection's id and generation
	deleted  map[string]bool
	intents  map[string]uint64 // generation by id
	events   map[string][][]string
	settings map[string]string
	counts   map[string]int
}

func newShared(t *testing.T, b *Bolt) *shared {
	t.Helper()
	m := &shared{
		puts: map[string]map[uint64]did{}, deleted: map[string]bool{}, intents: map[string]uint64{},
		events: map[string][][]string{}, settings: map[string]string{}, counts: map[string]int{},
	}
	names := []string{racedName}
	for i := range sharedConnections {
		names = append(names, sharedName(i))
	}
	for _, name := range names {
		c := put(t, b, Connection{Name: name}, Write{})
		m.puts[c.ID] = map[uint64]did{1: {Name: name, Generation: 1}}
	}
	return m
}

// apply takes one line of process n; those of one process come in their order.
func (m *shared) apply(t *testing.T, n int, line string) {
	t.Helper()
	var d did
	if err := json.Unmarshal([]byte(line), &d); err != nil {
		t.Fatal(err)
	}
	switch d.What {
	case "put":
		if m.puts[d.ID] == nil {
			m.puts[d.ID] = map[uint64]did{}
		}
		if before, twice := m.puts[d.ID][d.Generation]; twice {
			t.Errorf("generation %d of %q was written twice, also as %q", d.Generation, d.Name, before.Name)
		}
		m.puts[d.ID][d.Generation] = d
	case "delete":
		m.deleted[d.ID] = true
		delete(m.intents, d.ID)
	case "intent":
		if m.intents[d.ID] = d.Generation; d.Generation == 0 {
			delete(m.intents, d.ID)
		}
	case "append":
		for len(m.events[d.ID]) <= n {
			m.events[d.ID] = append(m.events[d.ID], nil)
		}
		m.events[d.ID][n] = append(m.events[d.ID][n], d.Text)
	case "setting":
		m.settings[d.Name] = d.Text
	case "count":
		m.counts[d.Name]++
	default:
		t.Fatalf("unknown line %q", line)
	}
}

// compare holds the store against the model.
func (m *shared) compare(t *testing.T, b *Bolt) {
	t.Helper()
	type state struct {
		Name       string
		Generation uint64
		Rotations  int
		Refreshing bool
	}
	want, got := map[string]state{}, map[string]state{}
	for id, puts := range m.puts {
		last := puts[uint64(len(puts))]
		if last.Generation == 0 {
			t.Errorf("of %d generations of %s one is missing: %v", len(puts), id, slices.Sorted(maps.Keys(puts)))
		}
		if !m.deleted[id] {
			_, refreshing := m.intents[id]
			want[id] = state{last.Name, last.Generation, last.Rotations, refreshing}
		}
	}
	list, err := b.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range list {
		got[s.ID] = state{s.Name, s.Generation, s.Rotations, s.Refreshing}
	}
	equal(t, "connections", got, want)
	for id := range want {
		m.compareOne(t, b, id)
	}

	settings := map[string]string{}
	raw, err := b.Settings(t.Context(), "shared")
	if err != nil {
		t.Fatal(err)
	}
	for k, v := range raw {
		var text string
		if err := json.Unmarshal(v, &text); err != nil {
			t.Fatal(err)
		}
		settings[k] = text
	}
	equal(t, "settings", settings, m.settings)
	for name, want := range m.counts {
		if c, err := b.Find(t.Context(), name); err != nil || c.Grant.Rotations != want {
			t.Errorf("%q was counted to %d, want %d: %v", name, c.Grant.Rotations, want, err)
		}
	}
}

// compareOne reads a connection whole, with its intent and its history.
func (m *shared) compareOne(t *testing.T, b *Bolt, id string) {
	t.Helper()
	c, err := b.Get(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if same, err := b.Find(t.Context(), c.Name); err != nil || same.ID != id {
		t.Errorf("the name %q does not lead to its connection: %v", c.Name, err)
	}
	switch i, err := b.Intent(t.Context(), id); {
	case err != nil:
		t.Fatal(err)
	case i != nil && i.Generation != m.intents[id]:
		t.Errorf("intent of generation %d, want %d", i.Generation, m.intents[id])
	}
	events, err := b.History(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	got := make([][]string, len(m.events[id]))
	for _, e := range events {
		if e.Event == "append" {
			var n, serial int
			if _, err := fmt.Sscanf(e.Detail, "event of %d, %d", &n, &serial); err != nil || n >= len(got) {
				t.Fatalf("an event that nobody wrote: %+v", e)
			}
			got[n] = append(got[n], e.Detail)
		}
	}
	equal(t, "history of "+c.Name, got, m.events[id])
}

func equal(t *testing.T, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("%s: (-want +got)\n%s", what, diff)
	}
}
