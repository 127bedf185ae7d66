package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"authdeck/integrations"
	"authdeck/integrations/manifest"
	"authdeck/internal/safetext"
	"authdeck/store"
	"authdeck/store/backup"
)

// manifests reads the manifests in authdeck's own folder, which a backup takes along: a client that a server registered for
// one of them cannot be had again. Files that only are linked stay the user's.
func (a *app) manifests() ([]backup.Manifest, error) {
	paths, err := filepath.Glob(filepath.Join(globQuote(a.manifestDir()), "*.yaml"))
	if err != nil {
		return nil, fmt.Errorf("look for manifests: %w", err)
	}
	var all []backup.Manifest
	for _, path := range paths {
		text, err := readManifest(path)
		if err != nil {
			return nil, err
		}
		id, err := a.manifestID(text)
		if err != nil {
			a.note("warning: %s is left out: %s", path, safetext.Line(err.Error(), 200))
			continue
		}
		all = append(all, backup.Manifest{ID: id, YAML: string(text)})
	}
	return all, nil
}

// globQuote keeps a folder's name from being read as a pattern.
func globQuote(dir string) string {
	var out []rune
	for _, r := range dir {
		if os.PathSeparator != '\\' && slices.Contains([]rune(`*?[\`), r) {
			out = append(out, '\\')
		}
		out = append(out, r)
	}
	return string(out)
}

func readManifest(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err == nil && (!info.Mode().IsRegular() || info.Size() > maxManifest) {
		err = errors.New("it is no file of at most 256 KiB")
	}
	if err != nil {
		return nil, fmt.Errorf("read manifest %s: %w", path, err)
	}
	return os.ReadFile(path)
}

// manifestID reads a manifest and returns its id, which is safe as a file's name.
func (a *app) manifestID(text []byte) (string, error) {
	if len(text) > maxManifest {
		return "", errors.New("it is larger than 256 KiB")
	}
	i, err := manifest.Parse(a.caller(), manifest.Page{Name: "manifest", Kind: integrations.KindManifest, YAML: text})
	if err != nil {
		return "", err
	}
	return i.Info().ID, nil
}

// importManifests writes those of a backup whose integrations are not here, and says what it does with each. An integration
// that is here, built in or not, stays: a manifest says where tokens are sent.
func (a *app) importManifests(ctx context.Context, list []backup.Manifest, dryRun bool) ([]store.MergeLine, error) {
	here, err := a.registry(a.caller()).List(ctx)
	if err != nil {
		return nil, err
	}
	known := map[string]integrations.Info{}
	for _, i := range here {
		known[i.Info().ID] = i.Info()
	}
	var lines []store.MergeLine
	for _, m := range list {
		line := store.MergeLine{Kind: "integration", Name: m.ID, Decision: store.Added}
		id, err := a.manifestID([]byte(m.YAML))
		info, there := known[m.ID]
		switch {
		case err != nil || id != m.ID:
			line.Decision, line.Reason = store.Kept, "its manifest in the backup cannot be read"
		case there && info.Kind == integrations.KindBuiltIn:
			line.Decision, line.Reason = store.Kept, "this one is built in; the backup has one of the user's own"
		case there && sameFile(info.Origin, m.YAML):
			line.Decision = store.Identical
		case there:
			line.Decision, line.Reason = store.Kept, "another one of that name is here"
		default:
			known[id] = integrations.Info{ID: id, Kind: integrations.KindManifest}
			if dryRun {
				break
			}
			if err := a.addManifest(id, m.YAML); err != nil {
				return nil, err
			}
		}
		lines = append(lines, line)
	}
	return lines, nil
}

func sameFile(path, text string) bool {
	there, err := os.ReadFile(path)
	return err == nil && bytes.Equal(there, []byte(text))
}

// addManifest is writeManifest that writes over nothing.
func (a *app) addManifest(id, text string) error {
	if _, err := os.Lstat(filepath.Join(a.manifestDir(), id+".yaml")); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("write manifest %s: a file of that name is there: %w", id, errors.Join(err, fs.ErrExist))
	}
	return a.writeManifest(id, []byte(text))
}
