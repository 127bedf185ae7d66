package lint

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"authdeck/integrations/flowrunner/annotation"
)

// FuzzFolder: no text makes lint panic, or name a line that is not there.
func FuzzFolder(f *testing.F) {
	for _, r := range rows {
		f.Add(strings.ReplaceAll(r.text, mark, ""))
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, found := range Folder(fstest.MapFS{entry: {Data: []byte(text)}}) {
			if lines := strings.Count(text, "\n") + 1; found.File != entry || found.Line < 1 || found.Line > lines+1 {
				t.Errorf("%+v of %d lines", found, lines)
			}
		}
	})
}

// TestLongTexts: the rules look at a long text, as bundled code is, in a time that grows as its length does. (Parser and
// compiler are the engine's: what is too long for them does not load either.)
func TestLongTexts(t *testing.T) {
	t.Parallel()
	const n = 20_000
	for name, text := range map[string]string{
		"a sum":             code("const a = 'x'" + strings.Repeat(" + 'y' + b", n)),
		"members":           code("const a = { " + strings.Repeat("redirect_uri: x, ", n) + "}"),
		"methods":           members(strings.Repeat("/** @operationName A */\na() { return {} }\n", n/10)),
		"returns of a name": callbackBody("const g = {}\n" + strings.Repeat("if (x) return g\n", n)),
	} {
		l := &linter{folder: fstest.MapFS{entry: {Data: []byte(text)}}}
		var err error
		if l.text, err = annotation.ReadText(l.folder); err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		l.rules()
		if d := time.Since(start); d > 5*time.Second { // a tenth of that is usual; the square of the length takes minutes
			t.Errorf("%s: %s", name, d)
		}
	}
}
