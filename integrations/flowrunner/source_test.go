package flowrunner

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"authdeck/integrations"
	"authdeck/internal/clock"
	"authdeck/oauthflow"
)

// rig is a folder of services and the source that lists them.
type rig struct {
	dir, cache string
	h          *Host
	source     integrations.Source
}

func newRig(t testing.TB, services map[string]string) *rig {
	t.Helper()
	r := &rig{dir: t.TempDir(), cache: t.TempDir()}
	for name, text := range services {
		r.write(t, name+"/src/index.js", text)
	}
	r.again(t)
	return r
}

// again is the next run of the program.
func (r *rig) again(t testing.TB) {
	t.Helper()
	if r.h != nil {
		r.h.Close()
	}
	h := New(Options{
		Program: workerArgs(t), Caller: &oauthflow.Caller{Clock: clock.System()}, Clock: clock.System(), Cache: r.cache,
	})
	r.h = h
	t.Cleanup(h.Close)
	r.source = Services(h, func(context.Context) ([]Root, error) { return []Root{{Dir: r.dir}}, nil })
}

func (r *rig) write(t testing.TB, name, text string) {
	t.Helper()
	path := filepath.Join(r.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// list are the services as lines: id, name, actions, and why one is broken.
func (r *rig) list(t testing.TB) string {
	t.Helper()
	list, err := r.source.Integrations(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, i := range list {
		info := i.Info()
		line := fmt.Sprintf("%s %q %d", info.ID, info.Name, i.(*Service).ActionCount())
		switch {
		case info.Broken != "":
			line += " broken: " + info.Broken
		case info.ItemsUnknown:
			line += " ?"
		}
		if info.Mistake != "" {
			line += " mistake: " + info.Mistake
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

func serviceText(name string, actions int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "'use strict'\n/**\n * @requireOAuth\n * @integrationName %s\n */\nclass S {\n", name)
	for i := range actions {
		fmt.Fprintf(&b, "  /**\n   * @operationName Do %d\n   * @paramDef {\"type\":\"String\",\"name\":\"a\"}\n   */\n  async do%d(a) { return a }\n", i, i)
	}
	b.WriteString("}\nFlowrunner.ServerCode.addService(S, [{ name: 'clientId', type: 'STRING', required: true }])\n")
	return b.String()
}

func TestServices_Lists(t *testing.T) {
	r := newRig(t, map[string]string{
		"one":       serviceText("One", 1),
		"two":       serviceText("Two", 2),
		"by-code":   "const items = ['a', 'b'].map(name => ({ name, type: 'STRING', required: true }))\n/** @integrationName Made */\nclass M { /** @operationName X */ async x() {} }\nFlowrunner.ServerCode.addService(M, items)",
		"syntax":    "class {{{",
		"nothing":   "module.exports = {}",
		".hidden":   serviceText("Hidden", 1),
		"too deep":  "/** @integrationName Deep */\nclass D {}\nFlowrunner.ServerCode.addService(D, [])\n" + strings.Repeat("(", 1_000_000),
		"zz-last":   serviceText("Last", 3),
		"Odd Näme!": serviceText("Odd", 0),
	})
	r.write(t, "no-service/readme.txt", "nothing")
	const want = `odd-n-me "Odd" 0
by-code "Made" 1 ?
nothing "nothing" 0 broken: this is not a FlowRunner service: no class is registered by addService
one "One" 1
syntax "syntax" 0 broken: src/index.js:1: Unexpected token {
too-deep "too deep" 0 broken: the service was stopped: …
two "Two" 2
zz-last "Last" 3`
	// Whether the parser's stack or its memory ends first is the system's business.
	stopped := regexp.MustCompile("(the service was stopped:) it (nested deeper than a parser can go|used more memory than the 256 MB that it may)")
	list := func() string { return stopped.ReplaceAllString(r.list(t), "$1 …") }
	if got := list(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	r.again(t)
	if got := list(); got != want {
		t.Errorf("from what was kept:\n%s", got)
	}
}

// TestServices_OpenedItems: items that code makes are known after the first opening, in later runs too.
func TestServices_OpenedItems(t *testing.T) {
	r := newRig(t, map[string]string{
		"made":   "const items = ['a', 'b'].map(name => ({ name, type: 'STRING', required: true }))\nclass M { /** @operationName X */ async x() {} }\nFlowrunner.ServerCode.addService(M, items)",
		"throws": "class T { /** @operationName X */ async x() {} }\nFlowrunner.ServerCode.addService(T, make())",
	})
	registry := integrations.NewRegistry(r.source)
	i, err := registry.Find(t.Context(), "made")
	if err != nil || len(i.Info().Inputs) != 2 || i.Info().ItemsUnknown {
		t.Fatalf("%v %+v", err, i.Info())
	}
	if i, err = registry.Find(t.Context(), "throws"); err != nil || !strings.Contains(i.Info().Broken, "make is not defined") {
		t.Fatalf("%v %+v", err, i.Info())
	}
	r.again(t)
	if got := r.list(t); !strings.Contains(got, "made \"made\" 1\n") {
		t.Errorf("%s", got)
	}
}

// TestServices_ReadAnew: what changed is read, what did not is not; a mistake leaves the last good version in force.
func TestServices_ReadAnew(t *testing.T) {
	r := newRig(t, map[string]string{"one": serviceText("One", 1)})
	r.write(t, "one/src/extra.js", "module.exports = 1")
	r.write(t, "one/src/index.js", "require('./extra')\n"+serviceText("One", 1))
	steps := []struct {
		name, file, text, want string
	}{
		{"as it is", "", "", `one "One" 1`},
		{"the entry", "one/src/index.js", "require('./extra')\n" + serviceText("Uno", 2), `one "Uno" 2`},
		{"a file that it requires", "one/src/extra.js", "}", `one "Uno" 2 mistake: src/extra.js:1: Unexpected token }`},
		{"another mistake", "one/src/index.js", "(", `one "Uno" 2 mistake: src/index.js:1: Unexpected end of input`},
		{"mended", "one/src/index.js", serviceText("Ein", 3), `one "Ein" 3`},
		{"a new one", "two/src/index.js", serviceText("Two", 1), "one \"Ein\" 3\ntwo \"Two\" 1"},
	}
	for _, s := range steps {
		if s.file != "" {
			r.write(t, s.file, s.text)
		}
		if got := r.list(t); got != s.want {
			t.Errorf("%s:\n got %s\nwant %s", s.name, got, s.want)
		}
	}
	if err := os.RemoveAll(filepath.Join(r.dir, "one")); err != nil {
		t.Fatal(err)
	}
	if got := r.list(t); got != `two "Two" 1` {
		t.Errorf("after the removal: %s", got)
	}
	kept, err := filepath.Glob(filepath.Join(r.cache, "*.json"))
	if err != nil || len(kept) != 2 {
		t.Errorf("the cache keeps %v", kept)
	}
}

// TestServices_LastGoodRuns: the last good version runs out of what was kept of its text.
func TestServices_LastGoodRuns(t *testing.T) {
	r := newRig(t, map[string]string{"one": serviceText("One", 1)})
	r.list(t)
	r.write(t, "one/src/index.js", "class {")
	list, err := r.source.Integrations(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got, err := list[0].(*Service).RunAction(t.Context(), integrations.ActionRequest{
		Config: configOf("clientId", "x"), Action: "do0", Params: map[string]any{"a": "still here"},
	})
	if err != nil || string(got.Result) != `"still here"` {
		t.Errorf("%s %v", got.Result, err)
	}
}

// TestServices_MendedRuns: after a mistake was put right, the file runs, and not what a worker of the last good version has
// loaded.
func TestServices_MendedRuns(t *testing.T) {
	text := func(answer string) string {
		return "class S { /** @operationName X */ async x() { return '" + answer + "' } }\nFlowrunner.ServerCode.addService(S, [])"
	}
	r := newRig(t, map[string]string{"one": text("first")})
	r.list(t)
	for _, step := range []struct{ saved, want string }{{"class {", `"first"`}, {text("second"), `"second"`}, {"class {", `"second"`}, {text("third"), `"third"`}} {
		r.write(t, "one/src/index.js", step.saved)
		list, err := r.source.Integrations(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			got, err := list[0].(*Service).RunAction(t.Context(), integrations.ActionRequest{Action: "x"})
			if err != nil || string(got.Result) != step.want {
				t.Errorf("after %q: %s %v, want %s", step.saved, got.Result, err, step.want)
			}
			r.h.making.Wait() // a worker is ready now
		}
	}
}

// TestServices_StampsAlone: a file whose time changed and whose content did not is not read by a worker.
func TestServices_StampsAlone(t *testing.T) {
	r := newRig(t, map[string]string{"one": serviceText("One", 1)})
	r.list(t)
	later := time.Now().Add(-time.Hour)
	if err := os.Chtimes(filepath.Join(r.dir, "one", "src", "index.js"), later, later); err != nil {
		t.Fatal(err)
	}
	r.again(t)
	r.h.o.Program = []string{"/nonexistent"}
	if got := r.list(t); got != `one "One" 1` {
		t.Errorf("%s", got)
	}
}

// TestServices_StoppedIsTriedAgain: what stopped its worker is tried again after a while, since the machine may have been busy; a
// mistake in the text is there until the text changes.
func TestServices_StoppedIsTriedAgain(t *testing.T) {
	r := newRig(t, map[string]string{"deep": serviceText("Deep", 1) + strings.Repeat("(", 1_000_000), "mistake": "class {"})
	r.list(t)
	source, ok := r.source.(*source)
	if !ok {
		t.Fatalf("%T", r.source)
	}
	for name, again := range map[string]bool{"deep": true, "mistake": false} {
		dir := filepath.Join(r.dir, name)
		e := source.known[dir]
		if e.Broken == "" || !e.fresh(dir, e.At+time.Minute.Nanoseconds()) || e.fresh(dir, e.At+time.Hour.Nanoseconds()) == again {
			t.Errorf("%s: %+v", name, e.record)
		}
	}
}

// What lies in the place of the cache is as good as none, or says something wrong, and harms nothing.
func TestServices_DamagedCache(t *testing.T) {
	for name, spoil := range map[string]func(path string) error{
		"no JSON":      func(path string) error { return os.WriteFile(path, []byte("{]"), 0o600) },
		"a folder":     func(path string) error { return errors.Join(os.Remove(path), os.Mkdir(path, 0o700)) },
		"a link":       func(path string) error { return errors.Join(os.Remove(path), os.Symlink("/dev/zero", path)) },
		"null records": func(path string) error { return os.WriteFile(path, []byte(`{"version":1,"records":null}`), 0o600) },
		"a number below zero": func(path string) error {
			text, err := os.ReadFile(path)
			return errors.Join(err, os.WriteFile(path, bytes.Replace(text, []byte(`"actions":1`), []byte(`"actions":-5`), 1), 0o600))
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, map[string]string{"one": serviceText("One", 1)})
			r.list(t)
			files, err := filepath.Glob(filepath.Join(r.cache, "*.json"))
			if err != nil || len(files) != 2 {
				t.Fatal(files, err)
			}
			for _, f := range files {
				if err := spoil(f); err != nil {
					t.Fatal(err)
				}
			}
			r.again(t)
			list, err := r.source.Integrations(t.Context())
			if err != nil || len(list) != 1 || list[0].(*Service).ActionCount() < 0 || len(list[0].(*Service).Actions()) != 1 {
				t.Errorf("%v %v", list, err)
			}
		})
	}
}

// TestServices_ItemsOfAnotherFile: items that code made out of a file which the list does not read are made anew when that changes.
func TestServices_ItemsOfAnotherFile(t *testing.T) {
	r := newRig(t, map[string]string{"one": "const items = require('./' + 'items')\nclass S {}\nFlowrunner.ServerCode.addService(S, items)"})
	r.write(t, "one/src/items.js", "module.exports = [{ name: 'a', type: 'STRING' }]")
	names := func() (list string) {
		i, err := integrations.NewRegistry(r.source).Find(t.Context(), "one")
		if err != nil {
			t.Fatal(err)
		}
		for _, in := range i.Info().Inputs {
			list += in.Name + " "
		}
		return list
	}
	if got := names(); got != "a " {
		t.Fatal(got)
	}
	r.write(t, "one/src/items.js", "module.exports = [{ name: 'a', type: 'STRING' }, { name: 'b', type: 'STRING' }]")
	if got := names(); got != "a b " {
		t.Errorf("in this run: %s", got)
	}
	r.write(t, "one/src/items.js", "module.exports = [{ name: 'c', type: 'STRING' }]")
	r.again(t)
	if got := names(); got != "c " {
		t.Errorf("in the next run: %s", got)
	}
}

// TestReady_Bound: no more than a few workers wait, however many services are called.
func TestReady_Bound(t *testing.T) {
	services := map[string]string{}
	for i := range mostReady + 2 {
		services[fmt.Sprint("s", i)] = "class S { /** @operationName X */ async x() { return 1 } }\nFlowrunner.ServerCode.addService(S, [])"
	}
	r := newRig(t, services)
	list, err := r.source.Integrations(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range list {
		if _, err := i.(*Service).RunAction(t.Context(), integrations.ActionRequest{Action: "x"}); err != nil {
			t.Fatal(err)
		}
		r.h.making.Wait()
	}
	r.h.mu.Lock()
	defer r.h.mu.Unlock()
	_, first := r.h.warm[filepath.Join(r.dir, "s0")]
	_, last := r.h.warm[filepath.Join(r.dir, fmt.Sprint("s", mostReady+1))]
	if len(r.h.warm) != mostReady || first || !last {
		t.Errorf("%d workers wait; the first of all: %v, the last: %v", len(r.h.warm), first, last)
	}
}

// BenchmarkList is 385 services, read for the first time and from what was kept, in a new run of the program each.
func BenchmarkList(b *testing.B) {
	services := map[string]string{}
	for i := range 385 {
		services[fmt.Sprintf("service-%03d", i)] = serviceText(fmt.Sprint("Service ", i), 24) + strings.Repeat("// a line of the service's own code, which is no annotation\n", 500)
	}
	r := newRig(b, services)
	b.Run("cold", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			r.cache = b.TempDir()
			r.again(b)
			b.StartTimer()
			if n := strings.Count(r.list(b), "\n"); n != 384 {
				b.Fatal(n)
			}
		}
	})
	time.Sleep(settled) // a benchmark: what is younger is read again to be sure
	r.again(b)
	r.list(b)
	b.Run("kept", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			r.again(b)
			b.StartTimer()
			r.list(b)
		}
	})
	b.Run("same run", func(b *testing.B) {
		for b.Loop() {
			r.list(b)
		}
	})
}
