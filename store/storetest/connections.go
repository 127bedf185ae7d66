package storetest

import (
	"slices"
	"strings"
	"testing"
	"time"

	"authdeck/internal/secret"
	"authdeck/store"
)

func readRules() []rule {
	return []rule{
		{"every field comes back", func(t *testing.T, s, other store.Store) {
			want := sample(1)
			got := put(t, s, want, event("login"))
			want.ID, want.Generation, want.History = got.ID, 1, 1
			wantEqual(t, "Put", got, want)
			wantEqual(t, "Get", get(t, other, got.ID), want)
			found, err := other.Find(t.Context(), want.Name)
			wantError(t, err, nil)
			wantEqual(t, "Find", found, want)
			list, err := other.List(t.Context())
			wantError(t, err, nil)
			wantEqual(t, "List", list, []store.Summary{want.Summary()})
		}},
		{"a connection without anything but its name", func(t *testing.T, s, other store.Store) {
			c := put(t, s, store.Connection{Name: "n"}, store.Write{})
			if len(c.ID) != 32 || strings.Trim(c.ID, "0123456789abcdef") != "" {
				t.Errorf("id %q, want 32 hex digits", c.ID)
			}
			if age := time.Since(c.CreatedAt); c.CreatedAt.IsZero() || age < -time.Minute || age > time.Minute {
				t.Errorf("created at %s, want now", c.CreatedAt)
			}
			wantEqual(t, "Get", get(t, other, c.ID), store.Connection{ID: c.ID, Name: "n", Generation: 1, CreatedAt: c.CreatedAt})
		}},
		{"what is not there is not found", func(t *testing.T, s, _ store.Store) {
			put(t, s, sample(1), store.Write{})
			for _, id := range []string{unknown, "", "connection-1", "../x", strings.Repeat("A", 32)} {
				_, err := s.Get(t.Context(), id)
				wantError(t, err, store.ErrNotFound)
			}
			for _, name := range []string{"", "connection", "connection-11", "Connection-1", "connection-1 ", "connection-1\x00", unknown} {
				_, err := s.Find(t.Context(), name)
				wantError(t, err, store.ErrNotFound)
			}
		}},
		{"a list is ordered by name, byte by byte", func(t *testing.T, s, other store.Store) {
			if list, err := s.List(t.Context()); err != nil || len(list) != 0 {
				t.Fatalf("an empty store lists %v, %v", list, err)
			}
			want := []string{"", "A", "a", "a\x00", "a b", "ab", "b", "z", "ä", "\xff"}
			for _, i := range []int{3, 9, 0, 7, 5, 1, 8, 2, 6, 4} {
				put(t, s, store.Connection{Name: want[i]}, store.Write{})
			}
			slices.Sort(want)
			wantEqual(t, "List", names(t, other), want)
		}},
		{"an intent shows as refreshing", func(t *testing.T, s, other store.Store) {
			c := put(t, s, sample(1), store.Write{})
			put(t, s, sample(2), store.Write{})
			wantError(t, s.SetIntent(t.Context(), c.ID, &store.Intent{Generation: 1}), nil)
			list, err := other.List(t.Context())
			wantError(t, err, nil)
			if !list[0].Refreshing || list[1].Refreshing {
				t.Errorf("refreshing: %v, %v", list[0].Refreshing, list[1].Refreshing)
			}
		}},
		{"the status counts", func(t *testing.T, s, other store.Store) {
			for i := range 3 {
				put(t, s, sample(i), store.Write{})
			}
			status, err := other.Status(t.Context())
			wantError(t, err, nil)
			if status.Connections != 3 || status.Format < 1 || status.UnlockedBy == "" || !slices.Contains(status.Slots, status.UnlockedBy) {
				t.Errorf("Status = %+v", status)
			}
		}},
		{"what was returned belongs to the caller", func(t *testing.T, s, _ store.Store) {
			c := sample(1)
			stored := put(t, s, c, store.Write{})
			want := get(t, s, stored.ID)
			for _, mine := range []store.Connection{c, stored, get(t, s, stored.ID)} {
				mine.Config["host"], mine.ScopesAsked[0], mine.ScopesGranted[0] = "changed", "changed", "changed"
				mine.UserData[0], mine.Grant.Extra[0] = 'x', 'x'
			}
			list, err := s.List(t.Context())
			wantError(t, err, nil)
			list[0].ScopesAsked[0] = "changed"
			wantEqual(t, "Get", get(t, s, stored.ID), want)
		}},
	}
}

func putRules() []rule {
	return []rule{
		{"the generation grows by one", func(t *testing.T, s, other store.Store) {
			c := put(t, s, sample(1), store.Write{})
			for want := uint64(2); want < 5; want++ {
				c.Grant.AccessToken = secret.New("next")
				c = put(t, other, c, store.Write{})
				if c.Generation != want || get(t, s, c.ID).Generation != want {
					t.Fatalf("generation %d, want %d", c.Generation, want)
				}
			}
		}},
		{"another generation is stale and changes nothing", func(t *testing.T, s, other store.Store) {
			first := put(t, s, sample(1), event("first"))
			now := put(t, other, first, event("second"))
			wantError(t, s.SetIntent(t.Context(), now.ID, &store.Intent{Generation: 2}), nil)
			for _, generation := range []uint64{0, 1, 3, 1 << 40} {
				late := now
				late.Generation, late.Name, late.Identity = generation, "renamed", "somebody else"
				_, err := s.Put(t.Context(), late, store.Write{Events: event("late").Events, ClearIntent: true})
				wantError(t, err, store.ErrStale)
			}
			wantEqual(t, "Get", get(t, other, now.ID), now)
			wantEqual(t, "names", names(t, other), []string{now.Name})
			wantEqual(t, "History", happened(t, other, ""), []string{"first", "second"})
			if i, err := other.Intent(t.Context(), now.ID); err != nil || i == nil {
				t.Errorf("the intent is gone: %v", err)
			}
		}},
		{"a removed connection does not come back", func(t *testing.T, s, other store.Store) {
			c := put(t, s, sample(1), store.Write{})
			wantError(t, other.Delete(t.Context(), c.ID, store.Write{}), nil)
			_, err := s.Put(t.Context(), c, store.Write{})
			wantError(t, err, store.ErrStale, store.ErrNotFound)
			wantEqual(t, "names", names(t, other), []string{})
		}},
		{"a name belongs to one, and a refused one changes nothing", func(t *testing.T, s, other store.Store) {
			a, b := put(t, s, sample(1), event("a")), put(t, s, sample(2), event("b"))
			_, err := other.Put(t.Context(), sample(1), event("new"))
			wantError(t, err, store.ErrNameTaken)
			renamed := b
			renamed.Name = a.Name
			_, err = other.Put(t.Context(), renamed, event("rename"))
			wantError(t, err, store.ErrNameTaken)
			wantEqual(t, "one", get(t, s, a.ID), a)
			wantEqual(t, "the other", get(t, s, b.ID), b)
			wantEqual(t, "names", names(t, s), []string{a.Name, b.Name})
			wantEqual(t, "History", happened(t, s, ""), []string{"a", "b"})
		}},
		{"a rename frees the old name", func(t *testing.T, s, other store.Store) {
			c := put(t, s, sample(1), store.Write{})
			c.Name = "renamed"
			c = put(t, s, c, store.Write{})
			_, err := other.Find(t.Context(), "connection-1")
			wantError(t, err, store.ErrNotFound)
			found, err := other.Find(t.Context(), "renamed")
			wantError(t, err, nil)
			wantEqual(t, "Find", found, c)
			if next := put(t, other, sample(1), store.Write{}); next.ID == c.ID {
				t.Error("two connections have one id")
			}
		}},
		{"two can exchange their names by way of a third", func(t *testing.T, s, other store.Store) {
			a, b := put(t, s, sample(1), store.Write{}), put(t, s, sample(2), store.Write{})
			a.Name = "third"
			a = put(t, s, a, store.Write{})
			b.Name = "connection-1"
			put(t, other, b, store.Write{})
			a.Name = "connection-2"
			put(t, s, a, store.Write{})
			found, err := other.Find(t.Context(), "connection-1")
			wantError(t, err, nil)
			if found.ID != b.ID {
				t.Error("the name leads to the wrong connection")
			}
		}},
		{"the intent is cleared with the answer or stays", func(t *testing.T, s, other store.Store) {
			c := put(t, s, sample(1), store.Write{})
			wantError(t, s.SetIntent(t.Context(), c.ID, &store.Intent{Generation: 1}), nil)
			c = put(t, s, c, store.Write{})
			if i, err := other.Intent(t.Context(), c.ID); err != nil || i == nil {
				t.Fatalf("Intent = %v, %v after a Put that does not clear it", i, err)
			}
			put(t, s, c, store.Write{ClearIntent: true})
			if i, err := other.Intent(t.Context(), c.ID); err != nil || i != nil {
				t.Fatalf("Intent = %v, %v after a Put that clears it", i, err)
			}
		}},
		{"its events get name, id and time", func(t *testing.T, s, other store.Store) {
			at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
			c := put(t, s, sample(1), store.Write{Events: []store.Event{{Event: "now"}, {Event: "then", Time: at, Connection: "old name", Outcome: "ok", Detail: "d"}}})
			events, err := other.History(t.Context(), c.ID)
			wantError(t, err, nil)
			if len(events) != 2 || time.Since(events[0].Time).Abs() > time.Minute {
				t.Fatalf("History = %+v", events)
			}
			want := []store.Event{
				{Event: "now", Time: events[0].Time, Connection: "connection-1", ID: c.ID},
				{Event: "then", Time: at, Connection: "old name", ID: c.ID, Outcome: "ok", Detail: "d"},
			}
			wantEqual(t, "History", events, want)
		}},
	}
}

func deleteRules() []rule {
	return []rule{
		{"what is not there is not found", func(t *testing.T, s, _ store.Store) {
			for _, id := range []string{unknown, "", "connection-1"} {
				wantError(t, s.Delete(t.Context(), id, event("remove")), store.ErrNotFound)
			}
			wantEqual(t, "History", happened(t, s, ""), []string{})
		}},
		{"it takes intent, history and name along, and nothing else", func(t *testing.T, s, other store.Store) {
			gone, stays := put(t, s, sample(1), event("login")), put(t, s, sample(2), event("other login"))
			for _, id := range []string{gone.ID, stays.ID} {
				wantError(t, s.SetIntent(t.Context(), id, &store.Intent{Generation: 1}), nil)
			}
			wantError(t, s.Delete(t.Context(), gone.ID, event("remove")), nil)
			_, err := other.Get(t.Context(), gone.ID)
			wantError(t, err, store.ErrNotFound)
			_, err = other.Find(t.Context(), gone.Name)
			wantError(t, err, store.ErrNotFound)
			if i, err := other.Intent(t.Context(), gone.ID); err != nil || i != nil {
				t.Errorf("Intent = %v, %v", i, err)
			}
			wantEqual(t, "its history", happened(t, other, gone.ID), []string{})
			wantEqual(t, "the store's history", happened(t, other, ""), []string{"other login", "remove"})
			if i, err := other.Intent(t.Context(), stays.ID); err != nil || i == nil {
				t.Errorf("the other's intent = %v, %v", i, err)
			}
			wantEqual(t, "the other", get(t, other, stays.ID), stays)
			wantError(t, other.Delete(t.Context(), gone.ID, store.Write{}), store.ErrNotFound)
			if again := put(t, other, sample(1), store.Write{}); again.ID == gone.ID {
				t.Error("a new connection has the id of a removed one")
			}
		}},
	}
}
