package watch

import (
	"os"
	"path/filepath"
	"testing"
)

// TestStamp: files of the integration count, in folders too; what others keep beside a manifest does not.
func TestStamp(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("page.yaml", "1")
	write("code/a.js", "1")
	for _, c := range []struct {
		origin, file string
		counts       bool
	}{
		{"page.yaml", "page.yaml", true},
		{"page.yaml", "code/a.js", true},
		{"page.yaml", "other.yaml", false},
		{"code", "code/b.js", true},
		{"code", "code/lib/c.js", true},
		{"code", "code/node_modules/d.js", false},
		{"code", "page.yaml", false},
	} {
		before := Stamp(filepath.Join(dir, c.origin))
		write(c.file, c.origin+c.file)
		if changed := Stamp(filepath.Join(dir, c.origin)) != before; changed != c.counts || before == "" {
			t.Errorf("%s saved: %s changed is %v", c.file, c.origin, changed)
		}
	}
	if Stamp(filepath.Join(dir, "gone")) != "" || Stamp("") != "" || Stamp("https://id.example.com") != "" {
		t.Error("what is not there has a stamp")
	}
}
