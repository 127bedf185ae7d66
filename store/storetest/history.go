package storetest

import (
	"strconv"
	"testing"
	"time"

	"authdeck/store"
)

func intentRules() []rule {
	return []rule{
		{"it is kept whole, replaced and cleared", func(t *testing.T, s, other store.Store) {
			c := put(t, s, sample(1), store.Write{})
			if i, err := other.Intent(t.Context(), c.ID); err != nil || i != nil {
				t.Fatalf("Intent = %v, %v", i, err)
			}
			at := time.Date(2026, 11, 25, 12, 0, 0, 5, time.FixedZone("x", 3600))
			for _, want := range []store.Intent{{}, {Generation: 1, Started: at}, {Generation: 1 << 60, Started: at, Sent: true}, {Sent: true, Replayed: true}} {
				wantError(t, s.SetIntent(t.Context(), c.ID, &want), nil)
				got, err := other.Intent(t.Context(), c.ID)
				wantError(t, err, nil)
				wantEqual(t, "Intent", got, &want)
			}
			for range 2 { // clearing what is clear is no error
				wantError(t, s.SetIntent(t.Context(), c.ID, nil), nil)
				if i, err := other.Intent(t.Context(), c.ID); err != nil || i != nil {
					t.Fatalf("Intent = %v, %v", i, err)
				}
			}
			if now := get(t, other, c.ID); now.Generation != c.Generation {
				t.Errorf("an intent made generation %d of %d", now.Generation, c.Generation)
			}
		}},
		{"it belongs to the caller", func(t *testing.T, s, _ store.Store) {
			c := put(t, s, sample(1), store.Write{})
			mine := store.Intent{Generation: 1}
			wantError(t, s.SetIntent(t.Context(), c.ID, &mine), nil)
			mine.Generation = 2
			got, err := s.Intent(t.Context(), c.ID)
			wantError(t, err, nil)
			got.Sent = true
			got, err = s.Intent(t.Context(), c.ID)
			wantError(t, err, nil)
			wantEqual(t, "Intent", got, &store.Intent{Generation: 1})
		}},
		{"a connection that is not there has none and gets none", func(t *testing.T, s, _ store.Store) {
			if i, err := s.Intent(t.Context(), unknown); err != nil || i != nil {
				t.Errorf("Intent = %v, %v", i, err)
			}
			for _, i := range []*store.Intent{nil, {Generation: 1}} {
				wantError(t, s.SetIntent(t.Context(), unknown, i), store.ErrNotFound)
			}
		}},
	}
}

func historyRules() []rule {
	return []rule{
		{"oldest first, of one and of all", func(t *testing.T, s, other store.Store) {
			a := put(t, s, sample(1), event("1"))
			b := put(t, other, sample(2), event("2"))
			// The order is the one of writing, whatever their times say.
			early := store.Event{ID: a.ID, Event: "3", Time: time.Unix(1, 0)}
			wantError(t, s.Append(t.Context(), early, store.Event{ID: b.ID, Event: "4"}, store.Event{ID: a.ID, Event: "5"}), nil)
			put(t, other, a, event("6"))
			wantEqual(t, "of one", happened(t, s, a.ID), []string{"1", "3", "5", "6"})
			wantEqual(t, "of the other", happened(t, s, b.ID), []string{"2", "4"})
			wantEqual(t, "of all", happened(t, s, ""), []string{"1", "2", "3", "4", "5", "6"})
			wantEqual(t, "of nobody", happened(t, s, unknown), []string{})
			if n := get(t, s, a.ID).History; n != 4 {
				t.Errorf("Get counts %d events, want 4", n)
			}
		}},
		{"the oldest make room, of each for itself", func(t *testing.T, s, other store.Store) {
			a, b := put(t, s, sample(1), event("a")), put(t, s, sample(2), event("b"))
			want := []string{}
			for i := range HistoryLimit + 3 {
				n := strconv.Itoa(i)
				wantError(t, s.Append(t.Context(), store.Event{ID: a.ID, Event: n}), nil)
				wantError(t, other.Append(t.Context(), store.Event{Event: "store " + n}), nil)
				if i >= 3 {
					want = append(want, n)
				}
			}
			wantEqual(t, "of one", happened(t, other, a.ID), want)
			wantEqual(t, "of the other", happened(t, other, b.ID), []string{"b"})
			all := happened(t, other, "")
			if len(all) != 2*HistoryLimit+1 || all[0] != "b" || all[1] != "3" || all[2] != "store 3" {
				t.Errorf("of all: %q", all)
			}
			if n := get(t, other, a.ID).History; n != HistoryLimit {
				t.Errorf("Get counts %d events, want %d", n, HistoryLimit)
			}
		}},
		{"more at once than are kept", func(t *testing.T, s, other store.Store) {
			c := put(t, s, sample(1), event("0", "1", "2", "3", "4", "5", "6"))
			if len(happened(t, other, c.ID)) != HistoryLimit || happened(t, other, c.ID)[0] != "2" {
				t.Errorf("History = %q", happened(t, other, c.ID))
			}
		}},
		{"events of nobody are the store's", func(t *testing.T, s, other store.Store) {
			gone := put(t, s, sample(1), store.Write{})
			wantError(t, s.Delete(t.Context(), gone.ID, store.Write{}), nil)
			wantError(t, s.Append(t.Context(), store.Event{ID: gone.ID, Connection: "connection-1", Event: "late"}, store.Event{Event: "own"}), nil)
			wantEqual(t, "of the removed one", happened(t, other, gone.ID), []string{})
			wantEqual(t, "of all", happened(t, other, ""), []string{"late", "own"})
			events, err := other.History(t.Context(), "")
			wantError(t, err, nil)
			if events[0].ID != gone.ID || events[0].Connection != "connection-1" || events[1].Time.IsZero() {
				t.Errorf("History = %+v", events)
			}
		}},
		{"nothing to append is nothing", func(t *testing.T, s, _ store.Store) {
			wantError(t, s.Append(t.Context()), nil)
			wantEqual(t, "History", happened(t, s, ""), []string{})
		}},
	}
}
