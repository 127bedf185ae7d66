package form

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"authdeck/internal/safetext"
)

// pick is a value that was chosen elsewhere, with its name beside it; text of one's own where that is allowed.
type pick struct {
	*line
	name string // of the value, safe
	json string // the value as JSON, if it was picked; "" if it was typed
}

func (c *pick) set(text string) string {
	c.name, c.json = "", ""
	return c.line.set(text)
}

func (c *pick) picked(o Option) {
	c.line.set(o.Value)
	c.name, c.json = safetext.Line(o.Label, 0), o.asJSON()
}

func (c *pick) key(k tea.KeyPressMsg) (used, changed bool) {
	if !c.field.Freeform {
		if s := k.String(); s == "backspace" || s == "delete" {
			changed = c.value() != ""
			c.set("")
			return true, changed
		}
		return false, false // a letter may open the screen's list
	}
	used, changed = c.line.key(k)
	if changed {
		c.name, c.json = "", ""
	}
	return used, changed
}

func (c *pick) paste(text string) bool {
	if !c.field.Freeform {
		return false
	}
	c.name, c.json = "", ""
	return c.line.paste(text)
}

func (c *pick) row(p pen) string {
	th := p.th
	switch {
	case c.field.Freeform && p.on:
		return beside(p, c.line, c.name)
	case c.value() == "":
		return th.Text.Render(th.Glyph.Dash)
	case c.name == "" || c.name == c.value():
		return c.line.row(pen{th: th, width: p.width})
	}
	style := th.Text
	if p.on {
		style = th.Bold
	}
	name := short(th, c.name, p.width)
	if room := p.width - safetext.Width(name) - 2; room > 2 {
		return style.Render(name) + "  " + th.Dim.Render(short(th, shown(th, c.value()), room))
	}
	return style.Render(name)
}

// picks are several values that were chosen elsewhere.
type picks struct {
	base
	field  *field
	values []Option
}

func (c *picks) value() string {
	if len(c.values) == 0 {
		return ""
	}
	list := make([]string, len(c.values))
	for i, o := range c.values {
		list[i] = o.asJSON()
	}
	return "[" + strings.Join(list, ",") + "]"
}

func (c *picks) set(text string) string {
	var values []Option
	for _, e := range elements(text) {
		values = append(values, Option{Value: plain(e), JSON: e})
	}
	c.values = values
	return ""
}

// picked adds a value, or takes it away again.
func (c *picks) picked(o Option) {
	if i := slices.IndexFunc(c.values, func(have Option) bool { return have.Value == o.Value }); i >= 0 {
		c.values = slices.Delete(c.values, i, i+1)
		return
	}
	o.Label = safetext.Line(o.Label, 0)
	c.values = append(c.values, o)
}

func (c *picks) key(k tea.KeyPressMsg) (used, changed bool) {
	switch k.String() {
	case "backspace":
		if n := len(c.values); n > 0 {
			c.values = c.values[:n-1]
			return true, true
		}
		return true, false
	case "delete":
		changed = len(c.values) > 0
		c.values = nil
		return true, changed
	}
	return false, false
}

func (c *picks) row(p pen) string {
	if len(c.values) == 0 {
		return p.th.Text.Render(p.th.Glyph.Dash)
	}
	names := make([]string, len(c.values))
	for i, o := range c.values {
		names[i] = shown(p.th, o.say())
	}
	style := p.th.Text
	if p.on {
		style = p.th.Bold
	}
	return style.Render(short(p.th, strings.Join(names, ", "), p.width))
}
