package store

import (
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"authdeck/internal/secret"
)

// equalSecrets lets tests compare records with tokens.
var equalSecrets = gocmp.Comparer(func(a, b secret.String) bool { return a.Equal(b) })

func dump(t *testing.T, b *Bolt, sections ...string) Dump {
	t.Helper()
	d, err := b.Dump(t.Context(), sections...)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func setting(t *testing.T, s Store, section, key string, v any) {
	t.Helper()
	if err := s.PutSetting(t.Context(), section, key, v); err != nil {
		t.Fatal(err)
	}
}

func TestDump_HoldsEverything(t *testing.T) {
	b := open(t, folder(t))
	one := put(t, b, sample(1), Write{Events: []Event{{Event: "login", Outcome: "ok"}, {Event: "refresh", Outcome: "ok"}}})
	two := put(t, b, sample(2), Write{})
	gone := put(t, b, sample(3), Write{Events: []Event{{Event: "login"}}})
	if err := b.Delete(t.Context(), gone.ID, Write{Events: []Event{{Event: "remove", Outcome: "ok"}}}); err != nil {
		t.Fatal(err)
	}
	setting(t, b, "integration", "demo", map[string]string{"client_secret": "s3cret"})
	setting(t, b, "", "", 7)

	d := dump(t, b)
	if len(d.StoreID) != 32 || time.Since(d.Created) > time.Minute {
		t.Errorf("store %q, created %s", d.StoreID, d.Created)
	}
	if len(d.Connections) != 2 || len(d.Connections[0].Events) != 2 || d.Connections[0].Events[0].Event != "login" {
		t.Fatalf("connections %+v", d.Connections)
	}
	one.History = 2
	for i, want := range []Connection{one, two} {
		if diff := gocmp.Diff(want, d.Connections[i].Connection, equalSecrets); diff != "" {
			t.Error(diff)
		}
	}
	if len(d.Events) != 1 || d.Events[0].Event != "remove" || d.Events[0].ID != gone.ID {
		t.Errorf("the store's own history: %+v", d.Events)
	}
	found := map[string]string{}
	for _, s := range d.Settings {
		found[s.Section+"/"+s.Key] = string(s.Value)
		if time.Since(s.Changed) > time.Minute {
			t.Errorf("%s was changed at %s", s.Key, s.Changed)
		}
	}
	if want := map[string]string{"integration/demo": `{"client_secret":"s3cret"}`, "/": "7"}; !gocmp.Equal(found, want) {
		t.Errorf("settings %v, want %v", found, want)
	}
}

// Records written before they held their section are found by the sections that are tried, and are counted, never dropped
// in silence.
func TestDump_SettingsWithoutSection(t *testing.T) {
	b := open(t, folder(t))
	err := b.update(t.Context(), func(tx *txn) error {
		for i, section := range []string{"integration", "links", "forgotten"} {
			old := DumpedSetting{Key: "k", Value: []byte(`1`)}
			if err := tx.put(bSettings, tx.settingKey(section, "k"), uint64(i+1), old.encode()); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	d := dump(t, b, "integration", "links")
	if d.Derived != 2 || d.Unplaced != 1 || len(d.Settings) != 2 {
		t.Fatalf("derived %d, unplaced %d, settings %+v", d.Derived, d.Unplaced, d.Settings)
	}
	for _, s := range d.Settings {
		if s.Section != "integration" && s.Section != "links" || !s.Changed.IsZero() {
			t.Errorf("setting %+v", s)
		}
	}
}

func TestDump_LastBackupIsInStatusAndInNoBackup(t *testing.T) {
	b := open(t, folder(t))
	if s, err := b.Status(t.Context()); err != nil || s.LastBackup != nil {
		t.Fatalf("last backup %v, %v before there was one", s.LastBackup, err)
	}
	at := time.Date(2026, 11, 27, 12, 0, 0, 5, time.FixedZone("x", 3600))
	if err := b.RecordBackup(t.Context(), at); err != nil {
		t.Fatal(err)
	}
	s, err := b.Status(t.Context())
	if err != nil || s.LastBackup == nil || *s.LastBackup != "2026-11-27T11:00:00Z" {
		t.Fatalf("last backup %v, %v", s.LastBackup, err)
	}
	if d := dump(t, b); len(d.Settings) != 0 {
		t.Errorf("the backup holds %+v", d.Settings)
	}
}
