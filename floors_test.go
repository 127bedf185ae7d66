package authdeck_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "authdeck"

// pkg is what the rules look at: a folder of Go files, with the paths relative to the module.
type pkg struct {
	imports     []string // of the product's files
	testImports []string // of _test.go files
	documented  bool     // doc.go is there and has a package comment
	testsOnly   bool
}

// floors are the folders of architecture.md, the highest first; those that stand in one line do not know each other.
var floors = [][]string{
	{"cmd"},
	{"tui"},
	{"connections"},
	{"integrations"},
	{"oauthflow", "loopback", "browser", "store"},
	{"internal"},
}

// closed are the folders that must not import what lies below them: their subfolders are handed in by cmd.
var closed = []string{"integrations", "store", "oauthflow"}

// floorOf returns the height of a package's folder and the folder itself; ok is false for one that has no floor.
func floorOf(p string) (height int, folder string, ok bool) {
	folder, _, _ = strings.Cut(p, "/")
	for i, line := range floors {
		if slices.Contains(line, folder) {
			return len(floors) - i, folder, true
		}
	}
	return 0, folder, false
}

// violations returns what breaks the rules, one line each, sorted.
func violations(packages map[string]pkg) []string {
	var found []string
	for p, pk := range packages {
		say := func(what string) { found = append(found, p+" "+what) }
		_, _, ok := floorOf(p)
		switch {
		case pk.testsOnly:
		case !ok:
			say("stands on no floor")
		case !pk.documented:
			say("has no doc.go with a package comment")
		}
		for _, i := range pk.imports {
			if why := forbidden(p, i, false); why != "" {
				say("imports " + i + ": " + why)
			}
		}
		for _, i := range pk.testImports {
			if why := forbidden(p, i, true); why != "" {
				say("imports " + i + " in a test: " + why)
			}
		}
	}
	slices.Sort(found)
	return found
}

// forbidden says why package p must not import i, "" if it may.
func forbidden(p, i string, test bool) string {
	height, folder, ok := floorOf(p)
	if strings.HasPrefix(i, "charm.land/") && folder != "tui" && folder != "cmd" {
		return "only tui and cmd know the terminal library"
	}
	target, inside := strings.CutPrefix(i, module+"/")
	if !inside || !ok {
		return ""
	}
	targetHeight, targetFolder, known := floorOf(target)
	if !known {
		return "it stands on no floor"
	}
	below := func(child, parent string) bool { return strings.HasPrefix(child, parent+"/") }
	if test {
		// Tests build their world from real parts, of whatever floor; product code must not follow them.
		return ""
	}
	within := func(what, folder string) bool { return what == folder || below(what, folder) }
	switch {
	case within(target, "internal/testserver") && !within(p, "internal/testserver"), within(target, "store/storetest"):
		return "only test files do"
	case within(target, "integrations/demo") && folder != "cmd" && !within(p, "integrations/demo") && !within(p, "internal/testserver"):
		return "only cmd and tests know the demo"
	case within(p, "internal/testserver"):
		return ""
	case folder == "internal":
		return "a leaf imports nothing of the project"
	case slices.Contains(closed, p) && below(target, p):
		return "what lies below it is handed in by cmd"
	case folder == targetFolder:
		return ""
	case targetHeight >= height:
		return "imports go down only"
	}
	return ""
}

// read parses the imports of all packages below root, other modules left out.
func read(t *testing.T, root string) map[string]pkg {
	t.Helper()
	packages := map[string]pkg{}
	err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() {
			_, modErr := os.Stat(filepath.Join(file, "go.mod"))
			if file != root && (modErr == nil || name == "testdata" || name == "node_modules" || strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_")) {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") || strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") {
			return nil
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly|parser.ParseComments)
		if err != nil {
			return err
		}
		folder, err := filepath.Rel(root, filepath.Dir(file))
		if err != nil {
			return err
		}
		folder = path.Clean(filepath.ToSlash(folder))
		before, seen := packages[folder]
		if !seen {
			before.testsOnly = true
		}
		packages[folder] = before.with(name, parsed)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return packages
}

// with adds one parsed file to a package.
func (p pkg) with(name string, f *ast.File) pkg {
	var imports []string
	for _, spec := range f.Imports {
		if i, err := strconv.Unquote(spec.Path.Value); err == nil {
			imports = append(imports, i)
		}
	}
	if strings.HasSuffix(name, "_test.go") {
		p.testImports = append(p.testImports, imports...)
		return p
	}
	p.testsOnly = false
	p.imports = append(p.imports, imports...)
	p.documented = p.documented || name == "doc.go" && f.Doc != nil && len(f.Doc.Text()) > 40
	return p
}

func TestFloors(t *testing.T) {
	packages := read(t, ".")
	if len(packages) < 10 {
		t.Fatalf("only %d packages were found", len(packages))
	}
	for _, v := range violations(packages) {
		t.Error(v)
	}
}

func TestFloors_PlantedViolationsAreFound(t *testing.T) {
	product := func(imports ...string) pkg { return pkg{imports: imports, documented: true} }
	tests := func(imports ...string) pkg { return pkg{testImports: imports, documented: true} }
	for _, c := range []struct {
		name, at string
		p        pkg
		want     string // part of the one line; "" if there is none
	}{
		{"down", "tui/screen", product("authdeck/connections", "authdeck/store", "fmt"), ""},
		{"up", "connections", product("authdeck/tui"), "imports go down only"},
		{"up from below", "store", product("authdeck/connections"), "imports go down only"},
		{"into cmd", "tui", product("authdeck/cmd/authdeck"), "imports go down only"},
		{"store to its neighbour", "store", product("authdeck/oauthflow"), "imports go down only"},
		{"oauthflow to its neighbour", "oauthflow", product("authdeck/store"), "imports go down only"},
		{"oauthflow to an integration", "oauthflow", product("authdeck/integrations"), "imports go down only"},
		{"store to the leaves", "store", product("authdeck/internal/secret", "authdeck/internal/clock"), ""},
		{"store to what lies below it", "store", product("authdeck/store/keyring"), "handed in by cmd"},
		{"what lies below store to it", "store/keyring", product("authdeck/store"), ""},
		{"integrations to its subfolder", "integrations", product("authdeck/integrations/manifest"), "handed in by cmd"},
		{"a subfolder to integrations", "integrations/manifest", product("authdeck/integrations", "authdeck/oauthflow"), ""},
		{"leaf to leaf", "internal/secret", product("authdeck/internal/safetext"), "a leaf imports nothing"},
		{"leaf to a floor", "internal/clock", product("authdeck/store"), "a leaf imports nothing"},
		{"demo from cmd", "cmd/authdeck", product("authdeck/integrations/demo"), ""},
		{"demo from a test", "connections", tests("authdeck/integrations/demo"), ""},
		{"demo from tui", "tui", product("authdeck/integrations/demo"), "only cmd and tests"},
		{"demo from a neighbour", "integrations/discover", product("authdeck/integrations/demo"), "only cmd and tests"},
		{"demo within itself", "integrations/demo/pages", product("authdeck/integrations/demo"), ""},
		{"test servers from a test", "oauthflow", tests("authdeck/internal/testserver"), ""},
		{"test servers from cmd", "cmd/authdeck", product("authdeck/internal/testserver"), "only test files"},
		{"the suite of stores from a test", "store", tests("authdeck/store/storetest"), ""},
		{"the suite of stores from what lies beside it", "store/watch", product("authdeck/store/storetest"), "only test files"},
		{"the suite of stores from cmd", "cmd/authdeck", product("authdeck/store/storetest"), "only test files"},
		{"test servers to the demo", "internal/testserver", product("authdeck/integrations/demo"), ""},
		{"test servers among themselves", "internal/testserver/chromium", product("authdeck/internal/testserver"), ""},
		{"terminal library in tui", "tui/theme", product("charm.land/lipgloss/v2"), ""},
		{"terminal library in cmd", "cmd/authdeck", product("charm.land/bubbletea/v2"), ""},
		{"terminal library elsewhere", "connections", product("charm.land/lipgloss/v2"), "only tui and cmd"},
		{"terminal library in a test elsewhere", "store", tests("charm.land/lipgloss/v2"), "only tui and cmd"},
		{"a folder without a floor", "utils", product(), "stands on no floor"},
		{"importing it", "tui", product("authdeck/utils"), "stands on no floor"},
		{"no package comment", "store", pkg{}, "no doc.go"},
		{"tests alone need none", ".", pkg{testsOnly: true, testImports: []string{"authdeck/store"}}, ""},
		{"a name that only looks like the module", "store", product("authdeckx/tui"), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := strings.Join(violations(map[string]pkg{c.at: c.p}), "\n")
			if (c.want == "") != (got == "") || !strings.Contains(got, c.want) {
				t.Errorf("found %q, want %q", got, c.want)
			}
		})
	}
}

// The reader itself: a planted tree on disk is seen as it is.
func TestFloors_ReadsATree(t *testing.T) {
	root := t.TempDir()
	for name, content := range map[string]string{
		"go.mod":                "module authdeck\n",
		"store/doc.go":          "// Package store is documented well enough for anybody to see.\npackage store\n",
		"store/up.go":           "package store\n\nimport _ \"authdeck/tui\"\n",
		"store/up_test.go":      "package store\n\nimport _ \"authdeck/integrations/demo\"\n",
		"tui/tui.go":            "// Package tui has its comment in the wrong file, where nobody looks.\npackage tui\n",
		"tools/go.mod":          "module other\n",
		"tools/x.go":            "package tools\n\nimport _ \"authdeck/cmd\"\n",
		"store/testdata/bad.go": "package bad\n\nimport _ \"authdeck/cmd\"\n",
	} {
		file := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{"store imports authdeck/tui: imports go down only", "tui has no doc.go with a package comment"}
	if got := violations(read(t, root)); !slices.Equal(got, want) {
		t.Errorf("found %q, want %q", got, want)
	}
}
