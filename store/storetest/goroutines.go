package storetest

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"authdeck/internal/secret"
	"authdeck/store"
)

func goroutineRules() []rule {
	const turns = 10
	return []rule{
		{"of two that change one generation, one wins", func(t *testing.T, s, other store.Store) {
			c := put(t, s, sample(1), store.Write{})
			each(s, other, func(n int, st store.Store) {
				for done := 0; done < turns; {
					now, err := st.Get(t.Context(), c.ID)
					if err != nil {
						t.Error(err)
						return
					}
					now.Grant.Rotations++
					switch _, err := st.Put(t.Context(), now, store.Write{}); {
					case err == nil:
						done++
					case !errors.Is(err, store.ErrStale):
						t.Errorf("worker %d: %v", n, err)
						return
					}
				}
			})
			now := get(t, s, c.ID)
			if want := workers * turns; now.Generation != uint64(want)+1 || now.Grant.Rotations != want+1 {
				t.Errorf("generation %d with %d rotations, want %d writes", now.Generation, now.Grant.Rotations, want)
			}
		}},
		{"of many that take one name, one wins", func(t *testing.T, s, other store.Store) {
			var mu sync.Mutex
			won := 0
			each(s, other, func(_ int, st store.Store) {
				switch _, err := st.Put(t.Context(), sample(1), store.Write{}); {
				case err == nil:
					mu.Lock()
					defer mu.Unlock()
					won++
				case !errors.Is(err, store.ErrNameTaken):
					t.Error(err)
				}
			})
			if won != 1 || len(names(t, s)) != 1 {
				t.Errorf("%d have the name, %q", won, names(t, s))
			}
		}},
		{"nobody sees half a write", func(t *testing.T, s, other store.Store) {
			c := sample(1)
			c.Grant.AccessToken, c.Identity, c.Name = secret.New("token 1"), "identity 1", "name 1"
			c = put(t, s, c, store.Write{})
			id := c.ID
			each(s, other, func(n int, st store.Store) {
				for range 3 * turns {
					if n == 0 {
						text := fmt.Sprint(c.Generation + 1)
						c.Grant.AccessToken, c.Identity, c.Name = secret.New("token "+text), "identity "+text, "name "+text
						var err error
						if c, err = st.Put(t.Context(), c, store.Write{}); err != nil {
							t.Error(err)
							return
						}
						continue
					}
					now, err := st.Get(t.Context(), id)
					if text := fmt.Sprint(now.Generation); err != nil || now.Grant.AccessToken.Reveal() != "token "+text || now.Identity != "identity "+text {
						t.Errorf("generation %d has %q, %v", now.Generation, now.Identity, err)
						return
					}
					list, err := st.List(t.Context())
					if err != nil || len(list) != 1 || list[0].Name != fmt.Sprint("name ", list[0].Generation) {
						t.Errorf("List = %+v, %v", list, err)
						return
					}
				}
			})
		}},
		{"no event is lost", func(t *testing.T, s, other store.Store) {
			list := make([]store.Connection, workers)
			for i := range list {
				list[i] = put(t, s, sample(i), store.Write{})
			}
			each(s, other, func(n int, st store.Store) {
				for i := range HistoryLimit {
					if err := st.Append(t.Context(), store.Event{ID: list[n].ID, Event: fmt.Sprint(n, i)}); err != nil {
						t.Error(err)
					}
				}
			})
			for n, c := range list {
				want := []string{}
				for i := range HistoryLimit {
					want = append(want, fmt.Sprint(n, i))
				}
				wantEqual(t, "History", happened(t, other, c.ID), want)
			}
		}},
	}
}

// workers is how many goroutines work at once.
const workers = 8

// each runs work in that many goroutines, on one opening and the other in turn, and waits for all.
func each(s, other store.Store, work func(n int, st store.Store)) {
	var wg sync.WaitGroup
	for i := range workers {
		st := s
		if i%2 == 1 {
			st = other
		}
		wg.Go(func() { work(i, st) })
	}
	wg.Wait()
}
