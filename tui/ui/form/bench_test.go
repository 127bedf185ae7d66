package form

import (
	"fmt"
	"strings"
	"testing"

	"authdeck/tui/theme"
)

// many is a form of 37 parameters of every kind, filled in, with an editor of 200 lines of JSON.
func many() *Form {
	var fields []Field
	for i := 0; len(fields) < 37; i++ {
		for _, x := range everything() {
			x.Name = fmt.Sprintf("%s%d", x.Name, i)
			x.DependsOn = nil
			if x.Kind == JSON {
				x.Value = "[\n" + strings.Repeat("  {\"name\": \"Ada\", \"size\": 12, \"ok\": true},\n", 200) + "  null\n]"
			}
			if fields = append(fields, x); len(fields) == 37 {
				break
			}
		}
	}
	return NewIn(world(), fields)
}

// BenchmarkView draws the window of a form of 37 parameters at 80×24 after a key: alone, as wide as the screen, and beside an
// answer; with the focus on a line, and in the JSON editor.
func BenchmarkView(b *testing.B) {
	th := theme.New(theme.Options{Dark: true, Colour: true})
	for _, where := range []struct {
		name string
		kind Kind
	}{{"line", Text}, {"editor", JSON}, {"last", Pick}} {
		for _, width := range []int{28, 78} {
			b.Run(fmt.Sprintf("%s/%d", where.name, width), func(b *testing.B) {
				f := many()
				for i := range f.Len() {
					if f.Kind(i) == where.kind {
						f.SetFocus(i)
						if where.kind != Pick {
							break
						}
					}
				}
				if where.kind == JSON {
					do(f, "pgdown", "pgdown", "pgdown")
				}
				for b.Loop() {
					f.Key(keyOf("x"))
					f.Key(keyOf("backspace"))
					if lines, _, _ := f.Window(th, width, 17); len(lines) != 17 {
						b.Fatal(len(lines))
					}
				}
			})
		}
	}
}

// BenchmarkView_Whole draws all fields of the same form, in sight or not.
func BenchmarkView_Whole(b *testing.B) {
	th := theme.New(theme.Options{Dark: true, Colour: true})
	f := many()
	f.SetFocus(0)
	for b.Loop() {
		if lines, _ := f.View(th, 28); len(lines) < 37 {
			b.Fatal(len(lines))
		}
	}
}
