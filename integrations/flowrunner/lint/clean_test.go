package lint_test

import (
	"os"
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
