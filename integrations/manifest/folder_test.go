package manifest

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"authdeck/integrations"
	"authdeck/oauthflow"
)

// put writes a file with a time of its own, so that a change is seen whatever the clock of the file system.
func put(t *testing.T, path, text string, minute int) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 25, 12, minute, 0, 0, time.UTC)
	if err := os.Chtimes(path, at, at); err != nil {
		t.Fatal(err)
	}
}

func ids(t *testing.T, s integrations.Source) []string {
	t.Helper()
	list, err := s.Integrations(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, i := range list {
		info := i.Info()
		id := info.ID
		if info.Broken != "" {
			id += "!"
		}
		out = append(out, id)
	}
	slices.Sort(out)
	return out
}

func TestFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "integrations")
	elsewhere := filepath.Join(t.TempDir(), "linked.yaml")
	linked := []string{}
	s := Folder(&oauthflow.Caller{}, dir, func(context.Context) ([]string, error) { return linked, nil }, nil)
	equal(t, "a missing folder", ids(t, s), []string(nil))

	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	page := filepath.Join(dir, "acme.yaml")
	put(t, page, minimal, 0)
	put(t, filepath.Join(dir, "readme.txt"), "no manifest", 0)
	put(t, filepath.Join(dir, ".swp.yaml"), "no manifest", 0)
	put(t, elsewhere, strings.Replace(minimal, "id: acme", "id: linked", 1), 0)
	linked = append(linked, elsewhere, filepath.Join(dir, "gone.yaml"))
	equal(t, "folder and links", ids(t, s), []string{"acme", "gone!", "linked"})

	first, err := s.Integrations(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	second, err := s.Integrations(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if first[0] != second[0] {
		t.Error("an unchanged file was parsed again: its metadata is read again with each call")
	}

	put(t, page, strings.Replace(minimal, "id: acme", "id: changed", 1), 1)
	equal(t, "a changed file", ids(t, s), []string{"changed", "gone!", "linked"})
	put(t, page, strings.Replace(minimal, "id: acme", "id: altered", 1), 2)
	equal(t, "a changed file of the same size", ids(t, s), []string{"altered", "gone!", "linked"})
	if err := os.Remove(page); err != nil {
		t.Fatal(err)
	}
	equal(t, "a removed file", ids(t, s), []string{"gone!", "linked"})
}

// TestFolder_BrokenFile: the last good version stays in force, with the error in place; one that never loaded is listed
// with its reason and every operation answers with it.
func TestFolder_BrokenFile(t *testing.T) {
	dir := t.TempDir()
	page := filepath.Join(dir, "acme.yaml")
	s := Folder(&oauthflow.Caller{}, dir, nil, nil)
	put(t, page, minimal, 0)
	equal(t, "good", ids(t, s), []string{"acme"})
	put(t, page, minimal+"tokn: 1\n", 1)
	list, err := s.Integrations(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	info := list[0].Info()
	if info.Broken != "" || !strings.HasSuffix(info.Mistake, `acme.yaml:6:1: unknown key "tokn"; did you mean "token"?`) {
		t.Errorf("broken %q, mistake %q", info.Broken, info.Mistake)
	}
	if _, err := list[0].ConnectionURL(t.Context(), integrations.ConnectionURLRequest{Config: config(), State: "s", RedirectURI: redirectURI}); err != nil {
		t.Errorf("the last good version is not in force: %v", err)
	}
	put(t, page, minimal, 2)
	if list, err = s.Integrations(t.Context()); err != nil || list[0].Info().Mistake != "" {
		t.Errorf("repaired, but still %v (%v)", list[0].Info().Mistake, err)
	}

	put(t, filepath.Join(dir, "bad.yaml"), "id: [", 0)
	put(t, filepath.Join(dir, "big.yaml"), "# "+strings.Repeat("x", 300<<10), 0)
	equal(t, "never good", ids(t, s), []string{"acme", "bad!", "big!"})
	list, err = s.Integrations(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	bad := list[1]
	if why := bad.Info().Broken; !strings.HasPrefix(why, "bad.yaml:1:5: this cannot be read as YAML") {
		t.Error(why)
	}
	if _, err := bad.ConnectionURL(t.Context(), integrations.ConnectionURLRequest{}); !errors.Is(err, integrations.ErrNotConfigured) {
		t.Error(err)
	}
	if _, err := bad.ExecuteCallback(t.Context(), integrations.CallbackRequest{}); !errors.Is(err, integrations.ErrNotConfigured) {
		t.Error(err)
	}
	if _, err := bad.RefreshToken(t.Context(), integrations.RefreshRequest{}); !errors.Is(err, integrations.ErrNotConfigured) {
		t.Error(err)
	}
}
