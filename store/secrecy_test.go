package store

import (
	"bytes"
	"encoding/hex"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"authdeck/internal/secret"
)

// A sentinel in every text of a store is in no file of the data folder, neither plain nor hex, at any time (§6, 17).
func TestSecrecy_NothingIsInThePlain(t *testing.T) {
	const sentinel = "sentinel-7f3a91-"
	dir := folder(t)
	b := open(t, dir)
	ctx := t.Context()
	c := sample(1)
	c.Name, c.Identity, c.Subject, c.Integration = sentinel+"name", sentinel+"identity", sentinel+"subject", sentinel+"integration"
	c.UserData, c.Config = []byte(`{"x":"`+sentinel+`"}`), map[string]string{sentinel + "k": sentinel + "v"}
	c.Grant.AccessToken, c.Grant.RefreshToken = secret.New(sentinel+"access"), secret.New(sentinel+"refresh")
	c.Grant.PreviousRefreshToken, c.Grant.IDToken = secret.New(sentinel+"previous"), secret.New(sentinel+"id")
	c.Grant.Extra = []byte(`"` + sentinel + `"`)
	c.Health.Reason = sentinel + "reason"
	event := Event{Event: sentinel + "event", Outcome: sentinel + "outcome", Detail: sentinel + "detail"}

	check := func(when string) {
		t.Helper()
		forbidden := [][]byte{[]byte(sentinel), []byte(hex.EncodeToString([]byte(sentinel))), testKey}
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			content, err := os.ReadFile(path)
			for _, f := range forbidden {
				if bytes.Contains(content, f) || bytes.Contains([]byte(d.Name()), f) {
					t.Errorf("%s: %s holds %q", when, path, f)
				}
			}
			if d.Name() == dbFile && c.ID != "" && bytes.Contains(content, []byte(c.ID)) {
				t.Errorf("%s: the store shows a connection's id", when)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	c = put(t, b, c, Write{Events: []Event{event}})
	check("after a put")
	if err := b.SetIntent(ctx, c.ID, &Intent{Generation: 1}); err != nil {
		t.Fatal(err)
	}
	unlock, err := b.Lock(ctx, c.ID)
	if err != nil {
		t.Fatal(err)
	}
	check("while it is locked")
	unlock()
	c.Name = sentinel + "other"
	c = put(t, b, c, Write{ClearIntent: true, Events: []Event{event}})
	if err := b.PutSetting(ctx, sentinel+"section", sentinel+"key", map[string]string{"client_secret": sentinel}); err != nil {
		t.Fatal(err)
	}
	check("after a rename and a setting")
	if err := b.Delete(ctx, c.ID, Write{Events: []Event{event}}); err != nil {
		t.Fatal(err)
	}
	check("after the removal")
}

func TestSecrecy_MaskedSecretsAreNotStored(t *testing.T) {
	for name, s := range map[string]Store{"Bolt": open(t, folder(t)), "Memory": NewMemory(Options{})} {
		if err := s.PutSetting(t.Context(), "a", "b", map[string]secret.String{"x": secret.New("y")}); err == nil {
			t.Errorf("%s keeps dots in place of a secret", name)
		}
	}
}

// An error says the name that the caller gave, and nothing that was sealed.
func TestSecrecy_ErrorsHoldNoToken(t *testing.T) {
	b := open(t, folder(t))
	c := put(t, b, sample(1), Write{})
	c.Generation = 7
	_, stale := b.Put(t.Context(), c, Write{})
	_, taken := b.Put(t.Context(), sample(1), Write{})
	for _, err := range []error{stale, taken} {
		if err == nil || bytes.Contains([]byte(err.Error()), []byte("access-1")) {
			t.Errorf("error %v", err)
		}
	}
}
