package storetest

import (
	"cmp"
	"encoding/json"
	"flag"
	"maps"
	"slices"
	"strconv"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"authdeck/store"
)

// model is the store as a plain map; every backend must agree with it.
type model struct {
	connections map[string]store.Connection
	intents     map[string]store.Intent
	events      []modelEvent
	settings    map[[2]string]string
}

type modelEvent struct {
	owner string // connection's id, "" the store
	event store.Event
}

func (m *model) byName(name string) (store.Connection, bool) {
	for _, c := range m.connections {
		if c.Name == name {
			return c, true
		}
	}
	return store.Connection{}, false
}

// history returns what is kept of one owner, or of all.
func (m *model) history(owner string, all bool) []store.Event {
	kept := map[string]int{}
	events := []store.Event{}
	for _, e := range slices.Backward(m.events) {
		if kept[e.owner]++; kept[e.owner] <= HistoryLimit && (all || e.owner == owner) {
			events = append(events, e.event)
		}
	}
	slices.Reverse(events)
	return events
}

func (m *model) drop(owner string) {
	m.events = slices.DeleteFunc(m.events, func(e modelEvent) bool { return e.owner == owner })
}

// model draws sequences of calls and holds the store against the map after some of them and at their end.
func (b *suite) model(t *testing.T) {
	if checks := flag.Lookup("rapid.checks"); b.checks > 0 {
		defer func(before string) { _ = checks.Value.Set(before) }(checks.Value.String())
		if err := checks.Value.Set(strconv.Itoa(b.checks)); err != nil {
			t.Fatal(err)
		}
	}
	rapid.Check(t, func(r *rapid.T) {
		checkModel(t, r, b.open(t), func(s store.Store) store.Store { return b.again(t, s) })
	})
}

func checkModel(t *testing.T, r *rapid.T, s store.Store, reopen func(store.Store) store.Store) {
	ctx := t.Context()
	m := model{connections: map[string]store.Connection{}, intents: map[string]store.Intent{}, settings: map[[2]string]string{}}
	steps := 0
	anyID := func(r *rapid.T) string {
		ids := append(slices.Sorted(maps.Keys(m.connections)), unknown)
		return rapid.SampledFrom(ids).Draw(r, "id")
	}
	r.Repeat(map[string]func(*rapid.T){
		"new": func(r *rapid.T) {
			c := drawConnection(r)
			events := drawEvents(r)
			_, taken := m.byName(c.Name)
			got, err := s.Put(ctx, c, store.Write{Events: events})
			if taken {
				wantError(r, err, store.ErrNameTaken)
				return
			}
			wantError(r, err, nil)
			c.ID, c.Generation = got.ID, 1
			m.store(c, store.Write{Events: events})
			wantEqual(r, "Put", got, c, notCounted())
		},
		"change": func(r *rapid.T) {
			id := anyID(r)
			old, there := m.connections[id]
			c := drawConnection(r)
			if rapid.Bool().Draw(r, "keep name") {
				c.Name = old.Name
			}
			c.ID, c.Generation = id, old.Generation+uint64(rapid.SampledFrom([]int{0, 0, 0, 1}).Draw(r, "ahead"))
			w := store.Write{Events: drawEvents(r), ClearIntent: rapid.Bool().Draw(r, "clear")}
			other, taken := m.byName(c.Name)
			got, err := s.Put(ctx, c, w)
			switch {
			case !there && c.Generation == 0:
				// Nobody has this id: it is a new connection, which the model leaves to "new".
				if err == nil {
					wantError(r, s.Delete(ctx, id, store.Write{}), nil)
				} else {
					wantError(r, err, store.ErrNameTaken)
				}
			case !there:
				wantError(r, err, store.ErrStale)
				wantError(r, err, store.ErrNotFound)
			case c.Generation != old.Generation:
				wantError(r, err, store.ErrStale)
			case taken && other.ID != id:
				wantError(r, err, store.ErrNameTaken)
			default:
				wantError(r, err, nil)
				c.Generation++
				m.store(c, w)
				wantEqual(r, "Put", got, c, notCounted())
			}
		},
		"delete": func(r *rapid.T) {
			id := anyID(r)
			events := drawEvents(r)
			err := s.Delete(ctx, id, store.Write{Events: events})
			c, there := m.connections[id]
			if !there {
				wantError(r, err, store.ErrNotFound)
				return
			}
			wantError(r, err, nil)
			delete(m.connections, id)
			delete(m.intents, id)
			m.drop(id)
			for _, e := range events {
				e.ID = c.ID
				m.events = append(m.events, modelEvent{"", e})
			}
		},
		"intent": func(r *rapid.T) {
			id := anyID(r)
			_, there := m.connections[id]
			var i *store.Intent
			if rapid.Bool().Draw(r, "set") {
				i = &store.Intent{Generation: rapid.Uint64().Draw(r, "generation"), Started: anyTime().Draw(r, "started"), Sent: rapid.Bool().Draw(r, "sent"), Replayed: rapid.Bool().Draw(r, "replayed")}
			}
			err := s.SetIntent(ctx, id, i)
			switch {
			case !there:
				wantError(r, err, store.ErrNotFound)
			case i == nil:
				wantError(r, err, nil)
				delete(m.intents, id)
			default:
				wantError(r, err, nil)
				m.intents[id] = *i
			}
		},
		"append": func(r *rapid.T) {
			events := drawEvents(r)
			for i := range events {
				events[i].ID = anyID(r)
			}
			wantError(r, s.Append(ctx, events...), nil)
			for _, e := range events {
				owner := e.ID
				if _, there := m.connections[owner]; !there {
					owner = ""
				}
				m.events = append(m.events, modelEvent{owner, e})
			}
		},
		"setting": func(r *rapid.T) {
			at := [2]string{anyText().Draw(r, "section"), anyText().Draw(r, "key")}
			if rapid.Bool().Draw(r, "remove") {
				wantError(r, s.PutSetting(ctx, at[0], at[1], nil), nil)
				delete(m.settings, at)
				return
			}
			v := rapid.String().Draw(r, "value")
			wantError(r, s.PutSetting(ctx, at[0], at[1], v), nil)
			m.settings[at] = v
		},
		"reopen": func(*rapid.T) { s = reopen(s) },
		"": func(r *rapid.T) {
			// Reading all of it takes longer than an action does.
			if steps++; steps%8 == 0 {
				m.compare(t, r, s)
			}
		},
	})
	m.compare(t, r, s)
}

func (m *model) store(c store.Connection, w store.Write) {
	m.connections[c.ID] = c
	if w.ClearIntent {
		delete(m.intents, c.ID)
	}
	for _, e := range w.Events {
		e.ID = c.ID
		m.events = append(m.events, modelEvent{c.ID, e})
	}
}

// compare reads all of s and holds it against the model.
func (m *model) compare(t *testing.T, r *rapid.T, s store.Store) {
	ctx := t.Context()
	want := []store.Summary{}
	for id, c := range m.connections {
		sum := c.Summary()
		_, sum.Refreshing = m.intents[id]
		want = append(want, sum)

		got, err := s.Get(ctx, id)
		wantError(r, err, nil)
		wantEqual(r, "Get", got, c, notCounted())
		if n := len(m.history(id, false)); got.History != n {
			r.Fatalf("Get: history of %d, want %d", got.History, n)
		}
		if got, err = s.Find(ctx, c.Name); err != nil || got.ID != id {
			r.Fatalf("Find(%q) = %s, %v", c.Name, got.ID, err)
		}
		events, err := s.History(ctx, id)
		wantError(r, err, nil)
		wantEqual(r, "History", events, m.history(id, false))
		i, err := s.Intent(ctx, id)
		wantError(r, err, nil)
		if wantIntent, ok := m.intents[id]; ok {
			wantEqual(r, "Intent", i, &wantIntent)
		} else if i != nil {
			r.Fatalf("Intent = %v, want none", i)
		}
	}
	slices.SortFunc(want, func(a, b store.Summary) int { return cmp.Compare(a.Name, b.Name) })
	list, err := s.List(ctx)
	wantError(r, err, nil)
	wantEqual(r, "List", list, want)
	events, err := s.History(ctx, "")
	wantError(r, err, nil)
	wantEqual(r, "History of all", events, m.history("", true))

	sections := map[string]map[string]json.RawMessage{}
	for at, v := range m.settings {
		var got string
		wantError(r, s.Setting(ctx, at[0], at[1], &got), nil)
		text, err := json.Marshal(v)
		wantError(r, err, nil)
		var through string
		wantError(r, json.Unmarshal(text, &through), nil)
		if got != through {
			r.Fatalf("Setting(%q) = %q, want %q", at, got, v)
		}
		if sections[at[0]] == nil {
			sections[at[0]] = map[string]json.RawMessage{}
		}
		sections[at[0]][at[1]] = text
	}
	for section, want := range sections {
		got, err := s.Settings(ctx, section)
		wantError(r, err, nil)
		wantEqual(r, "Settings", got, want)
	}
	_, err = s.Get(ctx, unknown)
	wantError(r, err, store.ErrNotFound)
	if status, err := s.Status(ctx); err != nil || status.Connections != len(m.connections) {
		r.Fatalf("Status = %+v, %v, want %d connections", status, err, len(m.connections))
	}
}

// notCounted leaves out the number of events, which the model counts by itself.
func notCounted() gocmp.Option { return cmpopts.IgnoreFields(store.Connection{}, "History") }
