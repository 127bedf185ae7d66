package ui

import (
	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"authdeck/tui/theme"
)

// Field is one line of text to type into, with a cursor that does not blink.
type Field struct{ in textinput.Model }

// NewField makes a field with the focus, its cursor behind value.
func NewField(value string, most int) *Field {
	in := textinput.New()
	in.Prompt = ""
	in.CharLimit = most
	in.SetValue(value)
	in.CursorEnd()
	in.Focus()
	return &Field{in: in}
}

// Value is what stands in the field.
func (f *Field) Value() string { return f.in.Value() }

// SetValue replaces it.
func (f *Field) SetValue(s string) {
	f.in.SetValue(s)
	f.in.CursorEnd()
}

// Key edits; it reports whether the text is another one now.
func (f *Field) Key(k tea.KeyPressMsg) bool {
	before := f.in.Value()
	f.in, _ = f.in.Update(k)
	return f.in.Value() != before
}

// Paste inserts text at the cursor; line breaks become blanks.
func (f *Field) Paste(text string) {
	f.in, _ = f.in.Update(tea.PasteMsg{Content: text})
}

// View draws the field in exactly width cells.
func (f *Field) View(th *theme.Theme, width int) string {
	s := textinput.Styles{}
	s.Focused.Text, s.Blurred.Text = th.Bold, th.Text
	s.Cursor.Blink = false
	f.in.SetStyles(s)
	f.in.SetWidth(max(1, width-1))
	return Fit(f.in.View(), width)
}
