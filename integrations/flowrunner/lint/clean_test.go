package lint_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/fstest"

	"authdeck/integrations/flowrunner/lint"
	"authdeck/integrations/flowrunner/scaffold"
)

// TestCleanServices: lint has nothing to say of the services that the host's own tests run, nor of a new one.
func TestCleanServices(t *testing.T) {
	t.Parallel()
	if found := lint.Folder(os.DirFS("../testdata/services/plain")); len(found) > 0 {
		t.Errorf("plain: %+v", found)
	}
	files, err := scaffold.Files(scaffold.Options{Name: "acme"})
	if err != nil {
		t.Fatal(err)
	}
	folder := fstest.MapFS{}
	for _, f := range files {
		folder[f.Path] = &fstest.MapFile{Data: f.Body}
	}
	if found := lint.Folder(folder); len(found) > 0 {
		t.Errorf("a new service: %+v", found)
	}
}

// TestServicesThatRun: services that the host's tests sign in with and run have no errors, but for packages that are not there.
func TestServicesThatRun(t *testing.T) {
	t.Parallel()
	const folder = "../testdata/services"
	list, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	without := []string{}
	for _, d := range list {
		for _, f := range lint.Folder(os.DirFS(filepath.Join(folder, d.Name()))) {
			if f.Severity == lint.Error && f.Rule != "package-missing" {
				t.Errorf("%s: %+v", d.Name(), f)
			}
			if f.Rule == "package-missing" {
				without = append(without, d.Name())
			}
		}
	}
	if want := []string{"19-payments", "20-drive", "23-mail"}; !slices.Equal(without, want) {
		t.Errorf("services without their packages: %q, want %q", without, want)
	}
}
