package main

import (
	"context"
	"crypto/rand"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"authdeck/internal/secret"
	"authdeck/internal/testserver"
	"authdeck/store"
)

// rotatingDeck is a data folder with manifests of rotating servers, as the built program finds it. The test reads and writes the
// store as one more process.
type rotatingDeck struct {
	t         testing.TB
	env       []string
	data, key string // the data folder and the key file
	folder    string // of the user's manifests
	store     *store.Bolt
}

// newRotatingDeck makes one; the integrations are named by the keys.
func newRotatingDeck(t testing.TB, manifests map[string][]byte) *rotatingDeck {
	t.Helper()
	data, key := filepath.Join(t.TempDir(), "data"), filepath.Join(t.TempDir(), "key")
	if err := store.CreateKeyFile(key, rand.Reader); err != nil {
		t.Fatal(err)
	}
	st, err := store.Open(t.Context(), data, store.Options{Keys: []store.KeySource{store.KeyFile(key)}, Create: true})
	if err != nil {
		t.Fatal(err)
	}
	env := []string{
		"AUTHDECK_DATA_DIR=" + data, "AUTHDECK_KEY_FILE=" + key, noKeyring, "XDG_CONFIG_HOME=" + t.TempDir(), "HOME=" + t.TempDir(),
		"PATH=" + os.Getenv("PATH"),
	}
	d := &rotatingDeck{t: t, env: env, data: data, key: key, folder: filepath.Join(data, "integrations"), store: st}
	if err := os.MkdirAll(d.folder, 0o700); err != nil {
		t.Fatal(err)
	}
	for id, page := range manifests {
		d.manifest(id, page)
	}
	return d
}

// manifest adds one to the user's own.
func (d *rotatingDeck) manifest(id string, page []byte) {
	d.t.Helper()
	if err := os.WriteFile(filepath.Join(d.folder, id+".yaml"), page, 0o600); err != nil {
		d.t.Fatal(err)
	}
}

// plant stores a connection with a grant of a server's, which was made age ago and lives for life.
func (d *rotatingDeck) plant(name, integration string, s *testserver.Rotating, age, life time.Duration) store.Connection {
	d.t.Helper()
	access, refresh := s.Grant("ada@example.com")
	now := time.Now().Round(0).UTC()
	c, err := d.store.Put(d.t.Context(), store.Connection{
		Name: name, Integration: integration, Identity: "ada@example.com", Subject: "ada@example.com", CreatedAt: now.Add(-age),
		Grant: store.Grant{
			AccessToken: secret.New(access), RefreshToken: secret.New(refresh), TokenType: "Bearer",
			ObtainedAt: now.Add(-age), Lifetime: store.LifetimeKnown, ExpiresAt: now.Add(life - age),
		},
	}, store.Write{})
	if err != nil {
		d.t.Fatal(err)
	}
	return c
}

// get is the connection as it stands in the store.
func (d *rotatingDeck) get(id string) store.Connection {
	d.t.Helper()
	c, err := d.store.Get(context.Background(), id)
	if err != nil {
		d.t.Fatal(err)
	}
	return c
}

// command is a run of the built program on the deck.
func (d *rotatingDeck) command(args ...string) *exec.Cmd {
	d.t.Helper()
	path, err := built()
	if err != nil {
		d.t.Fatal(err)
	}
	cmd := exec.Command(path, args...)
	cmd.Env = d.env
	return cmd
}
