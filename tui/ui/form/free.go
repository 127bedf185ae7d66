package form

import (
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
)

// free is text, with choices offered for it while it is written.
type free struct {
	*line
	open *menu
}

func newFree(x *field) *free { return &free{line: newLine(x)} }

// value is the text; the name of a choice stands for its value.
func (c *free) value() string {
	v := c.line.value()
	if i := find(c.field.Options, v); i >= 0 {
		return c.field.Options[i].Value
	}
	return v
}

func (c *free) leave() { c.open = nil }

func (c *free) key(k tea.KeyPressMsg) (used, changed bool) {
	if c.open != nil {
		switch k.String() {
		case "esc":
			c.open = nil
			return true, false
		case "enter":
			at := c.open.at()
			c.open = nil
			if at < 0 {
				return false, false // the text it is
			}
			c.edit.set(c.field.Options[at].Value)
			return true, true
		}
		if c.open.key(k) {
			return true, false
		}
	}
	if opens(k.String()) {
		c.offer("")
		return true, false
	}
	used, changed = c.line.key(k)
	if changed {
		c.offer(c.line.value())
	}
	return used, changed
}

func (c *free) paste(text string) bool {
	c.line.paste(text)
	c.offer(c.line.value())
	return true
}

// offer opens the list of the choices that go with a text, if there are any.
func (c *free) offer(text string) {
	c.open = &menu{options: c.field.Options, typed: true}
	if c.open.search(text); len(c.open.hits) == 0 || text != "" && find(c.field.Options, text) >= 0 {
		c.open = nil
	}
}

func (c *free) row(p pen) string {
	name := ""
	if i := find(c.field.Options, c.line.value()); i >= 0 && c.open == nil {
		if o := c.field.Options[i]; o.Label != o.Value {
			name = strings.TrimPrefix(o.Label, c.line.value())
		}
	}
	return beside(p, c.line, name)
}

// beside draws a line and, where it has room, the name of what stands in it.
func beside(p pen, l *line, name string) string {
	text := ansi.StringWidth(l.value()) + 1
	if name == "" || text+4 > p.width {
		return l.row(p)
	}
	p.width -= text
	room := p.width - 1
	p.width = text
	return pad(l.row(p), text) + " " + p.th.Dim.Render(short(p.th, name, room))
}

func (c *free) below(p pen) []string {
	if c.open == nil {
		return nil
	}
	return c.open.draw(p, nil)
}

func (c *free) keys() string {
	switch {
	case c.open != nil:
		return "down into it, esc closes"
	case len(c.field.Options) > 0:
		return "ctrl+o lists choices"
	}
	return ""
}
