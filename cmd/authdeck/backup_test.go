package main

import (
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"authdeck/internal/secret"
	"authdeck/store"
)

// backupStore is a store of n connections with a key file beside it, and the environment that opens it.
func backupStore(t testing.TB, n int) (*store.Bolt, []string) {
	t.Helper()
	dir := t.TempDir()
	data, key := filepath.Join(dir, "data"), filepath.Join(dir, "key")
	if err := store.CreateKeyFile(key, rand.Reader); err != nil {
		t.Fatal(err)
	}
	b, err := store.Open(t.Context(), data, store.Options{Keys: []store.KeySource{store.KeyFile(key)}, Create: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := fillStore(t.Context(), b, n, time.Now()); err != nil {
		t.Fatal(err)
	}
	return b, []string{noKeyring, "AUTHDECK_DATA_DIR=" + data, "AUTHDECK_KEY_FILE=" + key, "HOME=" + dir}
}

const phrase = "a passphrase of 4 words"

// At a terminal the passphrase is asked twice, without echo; once to read; two that differ, or none, write nothing.
func TestTerminal_BackupAsksForThePassphrase(t *testing.T) {
	b, env := backupStore(t, 1)
	if _, err := b.Put(t.Context(), store.Connection{Name: "sealed", Grant: store.Grant{RefreshToken: secret.New("Sentinel-refresh")}}, store.Write{}); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "b.age")
	for _, c := range []struct {
		name   string
		answer []string
		exit   int
		says   string
	}{
		{"two that differ", []string{phrase, phrase + "x"}, 1, "differ"},
		{"none", []string{""}, 2, "is empty"},
		{"blanks", []string{"  "}, 2, "is empty"},
		{"ctrl+c", []string{"half" + keyBytes["ctrl+c"]}, 1, "canceled"},
		{"the same twice", []string{phrase, phrase}, 0, "2 connections"},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := start(t, 100, 30, env, "export", file)
			for i, answer := range c.answer {
				e.until([]string{"Passphrase of the backup:", "The same again:"}[i], 10*time.Second)
				e.press(strings.TrimSuffix(answer, keyBytes["ctrl+c"]))
				if strings.HasSuffix(answer, keyBytes["ctrl+c"]) {
					e.press("ctrl+c")
				} else {
					e.press("enter")
				}
			}
			if code := e.exit(30 * time.Second); code != c.exit || !strings.Contains(e.output(), c.says) {
				t.Errorf("exit %d, want %d:\n%s", code, c.exit, e.output())
			}
			if _, err := os.Lstat(file); (err == nil) != (c.exit == 0) {
				t.Errorf("the file: %v", err)
			}
			if strings.Contains(e.output(), phrase) || strings.Contains(e.output(), "half") || strings.Contains(e.output(), "Sentinel") {
				t.Errorf("the screen shows a secret:\n%s", e.output())
			}
		})
	}
	other, env := backupStore(t, 0)
	e := start(t, 100, 30, env, "import", file)
	e.until("Passphrase of the backup:", 10*time.Second)
	e.press(phrase, "enter")
	if code := e.exit(30 * time.Second); code != 0 || !strings.Contains(e.output(), "2 added") || strings.Contains(e.output(), phrase) {
		t.Errorf("exit %d:\n%s", code, e.output())
	}
	if c, err := other.Find(t.Context(), "sealed"); err != nil || c.Grant.RefreshToken.Reveal() != "Sentinel-refresh" || c.RestoredFrom.IsZero() {
		t.Errorf("it came as %+v, %v", c, err)
	}
	if _, err := other.Find(t.Context(), "none"); !errors.Is(err, store.ErrNotFound) {
		t.Error(err)
	}
}
