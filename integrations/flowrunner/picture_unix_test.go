//go:build unix

package flowrunner

import (
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// TestPicture_Pipe: what would keep its reader waiting is not opened.
func TestPicture_Pipe(t *testing.T) {
	dir := withIcon(t, "/icon.png", map[string][]byte{"public/x": nil})
	pipe := filepath.Join(dir, "public", "icon.png")
	if err := unix.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := open(t, newHost(t), dir).Picture(t.Context()); err == nil || !strings.HasSuffix(err.Error(), "it is no file") {
		t.Errorf("%v", err)
	}
}
