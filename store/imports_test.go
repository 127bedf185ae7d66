package store

import (
	"go/parser"
	"go/token"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Whatever imports store pays for what store imports at each start. What pulls in more lives in a folder below and is
// handed in.
func TestImports(t *testing.T) {
	allowed := []string{
		"authdeck/internal/clock", "authdeck/internal/failpoint", "authdeck/internal/safetext", "authdeck/internal/secret",
		"go.etcd.io/bbolt", "go.etcd.io/bbolt/errors",
		"golang.org/x/crypto/chacha20poly1305", "golang.org/x/sys/unix", "golang.org/x/sys/windows",
	}
	costly := []string{"net", "net/http", "os/exec", "text/template", "html/template", "regexp", "database/sql", "go/parser"}
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, file := range files {
		if !strings.HasSuffix(file.Name(), ".go") || strings.HasSuffix(file.Name(), "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file.Name(), nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, spec := range parsed.Imports {
			path, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			seen++
			first, _, _ := strings.Cut(path, "/")
			standard := !strings.Contains(first, ".") && first != "authdeck"
			if standard && slices.Contains(costly, path) || !standard && !slices.Contains(allowed, path) {
				t.Errorf("%s imports %s", file.Name(), path)
			}
		}
	}
	if seen < 20 {
		t.Errorf("only %d imports were looked at", seen)
	}
}
