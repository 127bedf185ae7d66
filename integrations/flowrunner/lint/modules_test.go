package lint

import (
	"context"
	"crypto/rand"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"authdeck/integrations/flowrunner/engine"
)

// TestModulesAreTheEngines: what lint says of a module is what the engine does.
func TestModulesAreTheEngines(t *testing.T) {
	t.Parallel()
	text := "class A {}\nFlowrunner.ServerCode.addService(A)\n"
	for _, m := range slices.Concat(have, lack) {
		text += "require('" + m + "')\n"
	}
	e, err := engine.New(engine.Options{
		Folder: fstest.MapFS{engine.Entry: {Data: []byte(text)}}, Rand: rand.Reader, Now: time.Now,
		Send: func(engine.Request, func(engine.Response)) {}, Upload: func(engine.Upload, func(string, string)) {}, Console: func(string, string) bool { return true },
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Load(context.Background()); err != nil {
		t.Fatal(err)
	}
	var stubs []string
	for _, s := range e.Stubs() {
		stubs = append(stubs, strings.TrimPrefix(s, "node:"))
	}
	slices.Sort(stubs)
	if want := slices.Sorted(slices.Values(lack)); !slices.Equal(stubs, want) {
		t.Errorf("the engine's stand-ins are %q\nlint's are %q", stubs, want)
	}
}
