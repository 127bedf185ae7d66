package doc

import (
	"context"
	"unicode/utf8"

	"authdeck/internal/jsondoc"
	"authdeck/internal/safetext"
	"authdeck/tui/theme"
)

// finder is what is searched for, while it is typed and while it is looked for.
type finder struct {
	typing bool
	input  string
	want   string
	search *jsondoc.Search
	said   string // what came of the last search
}

// Typing reports whether keys go into the search.
func (f *finder) Typing() bool { return f.typing }

// Paste adds text to the search that is typed.
func (f *finder) Paste(s string) {
	if f.typing {
		f.input += safetext.Line(s, 200)
	}
}

func (f *finder) start() { f.typing, f.input, f.search, f.said = true, "", nil, "" }

// typed takes a key of the search line; true: it is to be looked for.
func (f *finder) typed(k string) bool {
	switch k {
	case "enter":
		f.typing = false
		if f.input != "" {
			f.want = f.input
		}
		return f.want != ""
	case "esc":
		f.typing = false
	case "backspace":
		_, n := utf8.DecodeLastRuneInString(f.input)
		f.input = f.input[:len(f.input)-n]
	case "ctrl+u":
		f.input = ""
	case "space":
		f.input += " "
	default:
		if r, n := utf8.DecodeRuneInString(k); n == len(k) && r != utf8.RuneError && len(f.input) < 200 {
			f.input += safetext.Line(k, 0)
		}
	}
	return false
}

func (f *finder) begin(d *jsondoc.Doc, from int, back bool) {
	if f.want != "" {
		f.search, f.said = d.Search(f.want, from, back), ""
	}
}

// step looks on; ok reports a match.
func (f *finder) step(ctx context.Context) (hit jsondoc.Node, ok bool) {
	if f.search == nil {
		return hit, false
	}
	hit, done := f.search.Step(ctx, searchStep)
	switch {
	case hit.OK():
		f.search = nil
	case done:
		f.search = nil
		if f.said = "no match for " + f.want; ctx.Err() != nil {
			f.said = "the search was stopped"
		}
	}
	return hit, hit.OK()
}

// foot is the search line while there is something to say.
func (f *finder) foot(th *theme.Theme, width int) (line string, ok bool) {
	switch {
	case f.typing:
		text, room := safe(th, f.input), max(1, width-4)
		if n := safetext.Width(text); n > room {
			text = middle(th, text, room)
		}
		return draw(th, width, false, span{"/", th.Key}, span{text, th.Text}, span{th.Glyph.Full, th.Accent}), true
	case f.search != nil:
		return draw(th, width, false, span{"/" + safe(th, f.want), th.Key}, span{"  searching", th.Dim}), true
	case f.said != "":
		return draw(th, width, false, span{"  " + safe(th, f.said), th.Warn}), true
	}
	return "", false
}
