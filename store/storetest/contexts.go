package storetest

import (
	"context"
	"testing"

	"authdeck/store"
)

func contextRules() []rule {
	return []rule{
		{"nothing begins after its end", func(t *testing.T, s, other store.Store) {
			c := put(t, s, sample(1), event("login"))
			wantError(t, s.PutSetting(t.Context(), "section", "key", 1), nil)
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			var v int
			for _, call := range []struct {
				name string
				do   func() error
			}{
				{"Get", func() error { _, err := s.Get(ctx, c.ID); return err }},
				{"Find", func() error { _, err := s.Find(ctx, c.Name); return err }},
				{"List", func() error { _, err := s.List(ctx); return err }},
				{"Put", func() error { _, err := s.Put(ctx, c, event("put")); return err }},
				{"Put of a new one", func() error { _, err := s.Put(ctx, sample(2), event("new")); return err }},
				{"Delete", func() error { return s.Delete(ctx, c.ID, event("remove")) }},
				{"Intent", func() error { _, err := s.Intent(ctx, c.ID); return err }},
				{"SetIntent", func() error { return s.SetIntent(ctx, c.ID, &store.Intent{}) }},
				{"Append", func() error { return s.Append(ctx, store.Event{Event: "append"}) }},
				{"History", func() error { _, err := s.History(ctx, ""); return err }},
				{"Setting", func() error { return s.Setting(ctx, "section", "key", &v) }},
				{"PutSetting", func() error { return s.PutSetting(ctx, "section", "key", 2) }},
				{"PutSetting to remove", func() error { return s.PutSetting(ctx, "section", "key", nil) }},
				{"Settings", func() error { _, err := s.Settings(ctx, "section"); return err }},
				{"TryLock", func() error { _, _, err := s.TryLock(ctx, c.ID); return err }},
				{"Status", func() error { _, err := s.Status(ctx); return err }},
			} {
				t.Run(call.name, func(t *testing.T) { wantError(t, call.do(), context.Canceled) })
			}
			t.Run("Lock", func(t *testing.T) {
				for range 20 { // of two things that are ready at once, Go takes either
					_, err := s.Lock(ctx, c.ID)
					wantError(t, err, context.Canceled)
				}
				wantFree(t, other, c.ID, true)
			})
			t.Run("Watch", func(t *testing.T) {
				if changes, err := s.Watch(ctx); err == nil {
					closed(t, changes)
				}
			})
			wantEqual(t, "Get", get(t, other, c.ID), c)
			wantEqual(t, "names", names(t, other), []string{c.Name})
			wantEqual(t, "History", happened(t, other, ""), []string{"login"})
			wantError(t, other.Setting(t.Context(), "section", "key", &v), nil)
			wantEqual(t, "Setting", v, 1)
		}},
	}
}
