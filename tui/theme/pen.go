package theme

import (
	"strings"

	"charm.land/lipgloss/v2"
)

// Pen is a style made ready for drawing many short texts of one line: rendering with it is joining strings.
type Pen struct{ open, shut string }

// PenOf makes a pen of a style that has colours and attributes only.
func PenOf(s lipgloss.Style) Pen {
	const mark = "x"
	drawn := s.Render(mark)
	i := strings.Index(drawn, mark)
	return Pen{open: drawn[:i], shut: drawn[i+len(mark):]}
}

// Write draws texts one after the other.
func (p Pen) Write(b *strings.Builder, texts ...string) {
	b.WriteString(p.open)
	for _, t := range texts {
		b.WriteString(t)
	}
	b.WriteString(p.shut)
}
