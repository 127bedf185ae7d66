package ui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"authdeck/internal/safetext"
	"authdeck/tui/theme"
)

// Filter narrows a list while it is typed. Enter keeps it, esc clears it.
type Filter struct {
	field *Field
	text  string
}

// Text is what is filtered by, "" for nothing.
func (f *Filter) Text() string { return f.text }

// Typing reports whether keys go into the filter.
func (f *Filter) Typing() bool { return f.field != nil }

// Start begins typing.
func (f *Filter) Start() { f.field = NewField(f.text, 100) }

// Keep ends the typing and keeps the filter.
func (f *Filter) Keep() { f.field = nil }

// Clear takes the filter off.
func (f *Filter) Clear() { f.field, f.text = nil, "" }

// Key takes a key while typing; used is false for keys that move in the list meanwhile, changed says that the text is
// another one.
func (f *Filter) Key(k tea.KeyPressMsg) (used, changed bool) {
	switch k.String() {
	case "enter":
		f.field = nil
		return true, false
	case "esc":
		changed = f.text != ""
		f.Clear()
		return true, changed
	case "up", "down", "pgup", "pgdown":
		return false, false
	}
	f.field.Key(k)
	return true, f.take()
}

// Paste adds pasted text.
func (f *Filter) Paste(s string) (changed bool) {
	f.field.Paste(safetext.Line(s, 100))
	return f.take()
}

func (f *Filter) take() bool {
	before := f.text
	f.text = strings.TrimLeft(f.field.Value(), " ")
	return f.text != before
}

// Shown is the filter as titles name it: "/ama".
func (f *Filter) Shown() string { return "/" + safetext.Line(f.text, 24) }

// View is the line to type into, in exactly width cells.
func (f *Filter) View(th *theme.Theme, count string, width int) string {
	return Ends(th, " "+th.Key.Render("/")+f.field.View(th, max(8, width-4-Width(count))), th.Dim.Render(count+" "), width)
}

// Match reports whether hay, in lower case, has every word of the filter.
func (f *Filter) Match(hay string) bool {
	for w := range strings.FieldsSeq(strings.ToLower(f.text)) {
		if !strings.Contains(hay, w) {
			return false
		}
	}
	return true
}
