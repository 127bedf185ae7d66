package form

import (
	"slices"

	tea "charm.land/bubbletea/v2"
)

// fewOptions is up to how many choices are turned through; more open as a list.
const fewOptions = 5

// choice is one of the options.
type choice struct {
	field *field
	pick  int // -1 none
	open  *menu
}

func newChoice(x *field) *choice {
	c := &choice{field: x, pick: -1}
	if x.Required && len(x.Options) > 0 && len(x.DependsOn) == 0 {
		c.pick = 0
	}
	return c
}

func (c *choice) value() string {
	if c.pick < 0 {
		return ""
	}
	return c.field.Options[c.pick].Value
}

func (c *choice) set(text string) string {
	i := find(c.field.Options, text)
	if i < 0 && text != "" {
		return "not one of the choices"
	}
	c.pick = i
	return ""
}

// find is the option of a value, else the one of that label, -1 if there is none.
func find(options []Option, text string) int {
	if i := slices.IndexFunc(options, func(o Option) bool { return o.Value == text }); i >= 0 {
		return i
	}
	return slices.IndexFunc(options, func(o Option) bool { return o.Label == text && text != "" })
}

func (c *choice) check() string { return "" }
func (c *choice) leave()        { c.open = nil }

func (c *choice) paste(text string) bool {
	if c.show(); c.open != nil {
		c.open.filter.insert(text)
		c.open.search(c.open.filter.text())
	}
	return false
}

func (c *choice) show() {
	if c.open == nil && len(c.field.Options) > 0 {
		c.open = newMenu(c.field.Options)
		c.open.on(c.pick)
	}
}

func (c *choice) key(k tea.KeyPressMsg) (used, changed bool) {
	was := c.pick
	if c.open != nil {
		switch k.String() {
		case "esc":
			c.open = nil
		case "enter":
			if at := c.open.at(); at >= 0 {
				c.pick, c.open = at, nil
			}
		case "tab", "shift+tab":
			c.open = nil
			return false, false
		default:
			used = c.open.key(k)
			return used, false
		}
		return true, c.pick != was
	}
	few := len(c.field.Options) <= fewOptions
	switch s := k.String(); {
	case s == "right", s == "space" && few:
		c.turn(1)
	case s == "left":
		c.turn(-1)
	case s == "backspace" && !c.field.Required, s == "delete" && !c.field.Required:
		c.pick = -1
	case s == "space", opens(s):
		c.show()
	case k.Text != "" && !few:
		c.show()
		c.open.key(k)
	default:
		return k.Text != "", false // a letter is nobody else's either
	}
	return true, c.pick != was
}

// opens: the key that opens a list, a calendar or completions, where letters are text.
func opens(key string) bool { return key == "ctrl+o" || key == "alt+down" }

// turn goes to the next or the previous choice.
func (c *choice) turn(by int) {
	n, low := len(c.field.Options), 0
	if n == 0 {
		return
	}
	if !c.field.Required {
		low = -1
	}
	span := n - low
	c.pick = low + ((c.pick-low+by)%span+span)%span
}

func (c *choice) row(p pen) string {
	th := p.th
	if c.open != nil {
		return th.Dim.Render("/ ") + c.open.filter.draw(pen{th: th, on: true, width: p.width - 2}, false)
	}
	label := th.Glyph.Dash
	if c.pick >= 0 {
		label = shown(th, c.field.Options[c.pick].say())
	}
	if !p.on {
		return th.Text.Render(short(th, label, p.width))
	}
	return th.Key.Render("<") + " " + th.Bold.Render(short(th, label, p.width-4)) + " " + th.Key.Render(">")
}

func (c *choice) below(p pen) []string {
	if c.open == nil {
		return nil
	}
	return c.open.draw(p, nil)
}

// keys says how the list is opened, where one would not guess.
func (c *choice) keys() string {
	switch {
	case c.open != nil:
		return "type to find, enter, esc"
	case len(c.field.Options) > fewOptions:
		return "space opens the list"
	}
	return ""
}
