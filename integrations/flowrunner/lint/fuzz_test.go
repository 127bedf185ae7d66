package lint

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"
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

// TestLongTexts: what is long, as bundled code is, is looked at within the processor time that a worker has. (The engine's
// own compiler takes the square of a sum's length; such a text does not load either.)
func TestLongTexts(t *testing.T) {
	t.Parallel()
	const n = 20_000
	for name, text := range map[string]string{
		"a sum":             "const a = 'x'" + strings.Repeat(" + 'y' + b", n/5),
		"members":           "const a = { " + strings.Repeat("redirect_uri: x, ", n) + "}",
		"methods":           members(strings.Repeat("/** @operationName A */\na() { return {} }\n", n/10)),
		"returns of a name": callbackBody("const g = {}\n" + strings.Repeat("if (x) return g\n", n/20)),
	} {
		if !strings.Contains(text, "addService") {
			text = code(text)
		}
		start := time.Now()
		Folder(fstest.MapFS{entry: {Data: []byte(text)}})
		if d := time.Since(start); d > 2*time.Second { // as long as a worker lives
			t.Errorf("%s: %s", name, d)
		}
	}
}
