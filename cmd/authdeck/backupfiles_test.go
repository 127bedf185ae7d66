package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"authdeck/integrations/manifest"
	"authdeck/store"
	"authdeck/store/backup"
)

// A manifest says where tokens are sent: one of a backup never comes before another, and its name never leaves the folder.
func TestImportManifests_WhatABackupCannotDo(t *testing.T) {
	page := func(id string) string { return string(manifest.Template(id, "A title")) }
	for _, c := range []struct {
		name string
		m    backup.Manifest
		want store.Decision
		says string
	}{
		{"a new one", backup.Manifest{ID: "acme", YAML: page("acme")}, store.Added, ""},
		{"one that is built in", backup.Manifest{ID: "github", YAML: page("github")}, store.Kept, "built in"},
		{"another id than its own", backup.Manifest{ID: "github", YAML: page("acme")}, store.Kept, "cannot be read"},
		{"a path", backup.Manifest{ID: "../acme", YAML: page("acme")}, store.Kept, "cannot be read"},
		{"no YAML", backup.Manifest{ID: "acme", YAML: "\x00{["}, store.Kept, "cannot be read"},
		{"too large", backup.Manifest{ID: "acme", YAML: page("acme") + strings.Repeat("#\n", maxManifest)}, store.Kept, "cannot be read"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			a := newApp(os.Stdin, io.Discard, io.Discard, func(name string) string {
				return map[string]string{"AUTHDECK_DATA_DIR": filepath.Join(dir, "data")}[name]
			})
			for _, dry := range []bool{true, false} {
				lines, err := a.importManifests(t.Context(), []backup.Manifest{c.m}, dry)
				if err != nil || len(lines) != 1 || lines[0].Decision != c.want || !strings.Contains(lines[0].Reason, c.says) {
					t.Fatalf("%+v, %v", lines, err)
				}
				found, err := filepath.Glob(filepath.Join(dir, "data", "*", "*"))
				if err != nil || (len(found) == 1) != (c.want == store.Added && !dry) {
					t.Errorf("dry %v: files %v, %v", dry, found, err)
				}
			}
			if left, err := os.ReadDir(dir); err != nil || len(left) > 1 {
				t.Errorf("files outside: %v, %v", left, err)
			}
		})
	}
}
