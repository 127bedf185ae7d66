package store

import (
	"cmp"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"authdeck/internal/secret"
)

const modelHistory = 5

// model is the store as a plain map; every backend must agree with it.
type model struct {
	connections map[string]Connection
	intents     map[string]Intent
	events      []modelEvent
	settings    map[[2]string]string
}

type modelEvent struct {
	owner string // connection's id, "" the store
	event Event
}

func (m *model) byName(name string) (Connection, bool) {
	for _, c := range m.connections {
		if c.Name == name {
			return c, true
		}
	}
	return Connection{}, false
}

// history returns what is kept of one owner, or of all.
func (m *model) history(owner string, all bool) []Event {
	kept := map[string]int{}
	events := []Event{}
	for _, e := range slices.Backward(m.events) {
		if kept[e.owner]++; kept[e.owner] <= modelHistory && (all || e.owner == owner) {
			events = append(events, e.event)
		}
	}
	slices.Reverse(events)
	return events
}

func (m *model) drop(owner string) {
	m.events = slices.DeleteFunc(m.events, func(e modelEvent) bool { return e.owner == owner })
}

func TestModel_Bolt(t *testing.T) {
	if checks := flag.Lookup("rapid.checks"); !long() {
		// Each write is an fsync.
		defer func(before string) { _ = checks.Value.Set(before) }(checks.Value.String())
		if err := checks.Value.Set("12"); err != nil {
			t.Fatal(err)
		}
	}
	root := t.TempDir()
	n := 0
	rapid.Check(t, func(r *rapid.T) {
		n++
		dir := fmt.Sprintf("%s/%d", root, n)
		reopen := func() Store {
			o := options()
			o.HistoryLimit = modelHistory
			b, err := Open(t.Context(), dir, o)
			if err != nil {
				r.Fatal(err)
			}
			return b
		}
		checkModel(t, r, reopen)
	})
}

func TestModel_Memory(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		s := NewMemory(Options{HistoryLimit: modelHistory})
		checkModel(t, r, func() Store { return s })
	})
}

// anyText is any bytes at all, mostly short and often equal.
var anyText = rapid.OneOf(rapid.SampledFrom([]string{"", "a", "b", "a\x00b", "\xff\xfe", "ä", "\x1b[31m"}),
	rapid.Map(rapid.SliceOfN(rapid.Byte(), 0, 40), func(b []byte) string { return string(b) }))

var anyTime = rapid.Custom(func(r *rapid.T) time.Time {
	if rapid.Bool().Draw(r, "zero") {
		return time.Time{}
	}
	return time.Unix(rapid.Int64Range(-1<<33, 1<<34).Draw(r, "s"), rapid.Int64Range(0, 999999999).Draw(r, "ns")).
		In(time.FixedZone("x", rapid.IntRange(-12, 12).Draw(r, "zone")*3600))
})

var anyList = rapid.OneOf(rapid.Just([]string(nil)), rapid.SliceOfN(anyText, 0, 3))

func drawConnection(r *rapid.T) Connection {
	text := func(what string) string { return anyText.Draw(r, what) }
	at := func(what string) time.Time { return anyTime.Draw(r, what) }
	c := Connection{
		Name: text("name"), Integration: text("integration"), CreatedAt: time.Unix(5, 0).UTC(), Identity: text("identity"), IdentityImage: text("image"),
		Subject: text("subject"), UserData: json.RawMessage(text("data")), ScopesAsked: anyList.Draw(r, "asked"), ScopesGranted: anyList.Draw(r, "granted"),
		Flow: text("flow"), Browser: text("browser"),
		Config: rapid.OneOf(rapid.Just(map[string]string(nil)), rapid.MapOfN(anyText, anyText, 0, 3)).Draw(r, "config"),
		Grant: Grant{
			AccessToken: secret.New(text("access")), RefreshToken: secret.New(text("refresh")), PreviousRefreshToken: secret.New(text("previous")),
			IDToken: secret.New(text("id")), TokenType: text("type"), ObtainedAt: at("obtained"), RefreshedAt: at("refreshed"),
			Lifetime: rapid.SampledFrom([]Lifetime{"", LifetimeKnown, LifetimeNever, LifetimeUnknown}).Draw(r, "lifetime"), ExpiresAt: at("expires"),
			RefreshExpiresAt: at("refresh expires"), Rotations: rapid.IntRange(0, 1000).Draw(r, "rotations"), Extra: json.RawMessage(text("extra")),
		},
		Health: Health{
			Trouble: rapid.SampledFrom([]Trouble{TroubleNone, TroubleDead}).Draw(r, "trouble"), Reason: text("reason"), Since: at("since"),
			Tries: rapid.IntRange(0, 9).Draw(r, "tries"), RetryAt: at("retry"),
		},
	}
	if len(c.UserData) == 0 {
		c.UserData = nil
	}
	if len(c.Grant.Extra) == 0 {
		c.Grant.Extra = nil
	}
	return c
}

func drawEvents(r *rapid.T) []Event {
	return rapid.SliceOfN(rapid.Custom(func(r *rapid.T) Event {
		return Event{
			Time: time.Unix(rapid.Int64Range(1, 1<<32).Draw(r, "time"), 0).UTC(), Connection: "c" + anyText.Draw(r, "connection"),
			Event: anyText.Draw(r, "event"), Outcome: anyText.Draw(r, "outcome"), Detail: anyText.Draw(r, "detail"),
		}
	}), 0, 3).Draw(r, "events")
}

// sameTimes compares times as instants in UTC, which is how they come back.
var sameTimes = gocmp.Options{
	gocmp.Comparer(func(a, b time.Time) bool { return a.Equal(b) }),
	cmpopts.IgnoreFields(Connection{}, "History"),
}

func checkModel(t *testing.T, r *rapid.T, reopen func() Store) {
	ctx := t.Context()
	s := reopen()
	m := model{connections: map[string]Connection{}, intents: map[string]Intent{}, settings: map[[2]string]string{}}
	steps := 0
	anyID := func(r *rapid.T) string {
		ids := append(slices.Sorted(maps.Keys(m.connections)), "00000000000000000000000000000000")
		return rapid.SampledFrom(ids).Draw(r, "id")
	}
	r.Repeat(map[string]func(*rapid.T){
		"new": func(r *rapid.T) {
			c := drawConnection(r)
			events := drawEvents(r)
			_, taken := m.byName(c.Name)
			got, err := s.Put(ctx, c, Write{Events: events})
			if taken {
				wantError(r, err, ErrNameTaken)
				return
			}
			wantError(r, err, nil)
			c.ID, c.Generation = got.ID, 1
			m.store(c, Write{Events: events})
			wantEqual(r, "Put", got, c)
		},
		"change": func(r *rapid.T) {
			id := anyID(r)
			old, there := m.connections[id]
			c := drawConnection(r)
			if rapid.Bool().Draw(r, "keep name") {
				c.Name = old.Name
			}
			c.ID, c.Generation = id, old.Generation+uint64(rapid.SampledFrom([]int{0, 0, 0, 1}).Draw(r, "ahead"))
			w := Write{Events: drawEvents(r), ClearIntent: rapid.Bool().Draw(r, "clear")}
			other, taken := m.byName(c.Name)
			got, err := s.Put(ctx, c, w)
			switch {
			case !there && c.Generation == 0:
				// Nobody has this id: it is a new connection, which the model leaves to "new".
				if err == nil {
					wantError(r, s.Delete(ctx, id, Write{}), nil)
				} else {
					wantError(r, err, ErrNameTaken)
				}
			case !there:
				wantError(r, err, ErrStale)
				wantError(r, err, ErrNotFound)
			case c.Generation != old.Generation:
				wantError(r, err, ErrStale)
			case taken && other.ID != id:
				wantError(r, err, ErrNameTaken)
			default:
				wantError(r, err, nil)
				c.Generation++
				m.store(c, w)
				wantEqual(r, "Put", got, c)
			}
		},
		"delete": func(r *rapid.T) {
			id := anyID(r)
			events := drawEvents(r)
			err := s.Delete(ctx, id, Write{Events: events})
			c, there := m.connections[id]
			if !there {
				wantError(r, err, ErrNotFound)
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
			var i *Intent
			if rapid.Bool().Draw(r, "set") {
				i = &Intent{Generation: rapid.Uint64().Draw(r, "generation"), Started: anyTime.Draw(r, "started"), Sent: rapid.Bool().Draw(r, "sent"), Replayed: rapid.Bool().Draw(r, "replayed")}
			}
			err := s.SetIntent(ctx, id, i)
			switch {
			case !there:
				wantError(r, err, ErrNotFound)
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
			at := [2]string{anyText.Draw(r, "section"), anyText.Draw(r, "key")}
			if rapid.Bool().Draw(r, "remove") {
				wantError(r, s.PutSetting(ctx, at[0], at[1], nil), nil)
				delete(m.settings, at)
				return
			}
			v := rapid.String().Draw(r, "value")
			wantError(r, s.PutSetting(ctx, at[0], at[1], v), nil)
			m.settings[at] = v
		},
		"reopen": func(*rapid.T) { s = reopen() },
		"": func(r *rapid.T) {
			// Reading all of it takes longer than an action does.
			if steps++; steps%8 == 0 {
				m.compare(t, r, s)
			}
		},
	})
	m.compare(t, r, s)
}

func (m *model) store(c Connection, w Write) {
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
func (m *model) compare(t *testing.T, r *rapid.T, s Store) {
	ctx := t.Context()
	want := []Summary{}
	for id, c := range m.connections {
		sum := c.Summary()
		_, sum.Refreshing = m.intents[id]
		want = append(want, sum)

		got, err := s.Get(ctx, id)
		wantError(r, err, nil)
		wantEqual(r, "Get", got, c)
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
	slices.SortFunc(want, func(a, b Summary) int { return cmp.Compare(a.Name, b.Name) })
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
	_, err = s.Get(ctx, "00000000000000000000000000000000")
	wantError(r, err, ErrNotFound)
	if status, err := s.Status(ctx); err != nil || status.Connections != len(m.connections) {
		r.Fatalf("Status = %+v, %v, want %d connections", status, err, len(m.connections))
	}
}

func wantError(r *rapid.T, got, want error) {
	r.Helper()
	if !errors.Is(got, want) {
		r.Fatalf("error %v, want %v", got, want)
	}
}

func wantEqual(r *rapid.T, what string, got, want any) {
	r.Helper()
	if diff := gocmp.Diff(want, got, sameTimes, gocmp.Comparer(func(a, b secret.String) bool { return a.Equal(b) })); diff != "" {
		r.Fatalf("%s: (-want +got)\n%s", what, diff)
	}
}
