package storetest

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"

	"authdeck/internal/secret"
	"authdeck/store"
)

func settingRules() []rule {
	return []rule{
		{"a value comes back as it was", func(t *testing.T, s, other store.Store) {
			type value struct {
				Text string
				N    int64
				List []string
				Raw  json.RawMessage
			}
			for _, want := range []value{{}, {Text: "ä\x00<&>", N: 1<<63 - 1, List: []string{"", "b"}, Raw: json.RawMessage(`{"a":[1.50]}`)}} {
				wantError(t, s.PutSetting(t.Context(), "section", "key", want), nil)
				var got value
				wantError(t, other.Setting(t.Context(), "section", "key", &got), nil)
				if len(want.Raw) == 0 {
					got.Raw = nil // null
				}
				wantEqual(t, "Setting", got, want)
			}
		}},
		{"what is not there is not found", func(t *testing.T, s, other store.Store) {
			wantError(t, s.PutSetting(t.Context(), "ab", "c", 1), nil)
			v := 7
			for _, at := range [][2]string{{"ab", "d"}, {"a", "bc"}, {"abc", ""}, {"", "abc"}, {"c", "ab"}, {"AB", "c"}} {
				wantError(t, other.Setting(t.Context(), at[0], at[1], &v), store.ErrNotFound)
				wantError(t, other.PutSetting(t.Context(), at[0], at[1], nil), nil)
			}
			if v != 7 {
				t.Error("the value was touched")
			}
			wantError(t, other.Setting(t.Context(), "ab", "c", &v), nil)
		}},
		{"nil removes it", func(t *testing.T, s, other store.Store) {
			wantError(t, s.PutSetting(t.Context(), "section", "key", 1), nil)
			wantError(t, other.PutSetting(t.Context(), "section", "key", nil), nil)
			var v int
			wantError(t, s.Setting(t.Context(), "section", "key", &v), store.ErrNotFound)
			all, err := s.Settings(t.Context(), "section")
			wantError(t, err, nil)
			wantEqual(t, "Settings", len(all), 0)
		}},
		{"a section is read alone", func(t *testing.T, s, other store.Store) {
			for at, v := range map[[2]string]int{{"a", "1"}: 1, {"a", ""}: 2, {"a", "a"}: 3, {"aa", ""}: 4, {"", "a"}: 5, {"b", "1"}: 6} {
				wantError(t, s.PutSetting(t.Context(), at[0], at[1], v), nil)
			}
			for section, want := range map[string][]string{"a": {"", "1", "a"}, "aa": {""}, "": {"a"}, "b": {"1"}, "c": {}} {
				all, err := other.Settings(t.Context(), section)
				wantError(t, err, nil)
				got := append([]string{}, slices.Sorted(maps.Keys(all))...)
				wantEqual(t, "keys of "+section, got, want)
			}
			all, err := other.Settings(t.Context(), "b")
			wantError(t, err, nil)
			wantEqual(t, "value", string(all["1"]), "6")
		}},
		{"a value that cannot be kept is refused and the old one stays", func(t *testing.T, s, other store.Store) {
			wantError(t, s.PutSetting(t.Context(), "section", "key", "old"), nil)
			for _, bad := range []any{func() {}, map[string]secret.String{"client_secret": secret.New("would be kept as dots")}} {
				if err := s.PutSetting(t.Context(), "section", "key", bad); err == nil {
					t.Fatalf("a %T was kept", bad)
				}
			}
			var got string
			wantError(t, other.Setting(t.Context(), "section", "key", &got), nil)
			wantEqual(t, "Setting", got, "old")
		}},
		{"settings are no connections", func(t *testing.T, s, other store.Store) {
			c := put(t, s, sample(1), store.Write{})
			wantError(t, s.PutSetting(t.Context(), "connection", c.ID, "x"), nil)
			wantError(t, s.PutSetting(t.Context(), "connection", c.ID, nil), nil)
			wantEqual(t, "Get", get(t, other, c.ID), c)
		}},
	}
}
