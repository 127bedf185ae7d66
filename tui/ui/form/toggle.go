package form

import tea "charm.land/bubbletea/v2"

// toggle is on or off.
type toggle struct {
	base
	on bool
}

func (t *toggle) value() string {
	if t.on {
		return "true"
	}
	return "false"
}

func (t *toggle) set(text string) string {
	if text != "true" && text != "false" && text != "" {
		return "neither true nor false"
	}
	t.on = text == "true"
	return ""
}

func (t *toggle) key(k tea.KeyPressMsg) (used, changed bool) {
	switch k.String() {
	case "space", "left", "right":
		t.on = !t.on
		return true, true
	}
	return k.Text != "", false // a letter is nobody else's either
}

func (t *toggle) row(p pen) string { return box(p, t.value()) }

// checkBox is a Boolean that may also not be set.
type checkBox struct {
	base
	state string // "true", "false", ""
}

func (c *checkBox) value() string { return c.state }

func (c *checkBox) set(text string) string {
	switch text {
	case "true", "false", "":
		c.state = text
		return ""
	}
	return "neither true nor false"
}

func (c *checkBox) key(k tea.KeyPressMsg) (used, changed bool) {
	turn := func(next map[string]string) { c.state = next[c.state] }
	was := c.state
	switch k.String() {
	case "space", "right":
		turn(map[string]string{"": "true", "true": "false", "false": ""})
	case "left":
		turn(map[string]string{"": "false", "false": "true", "true": ""})
	case "y":
		c.state = "true"
	case "n":
		c.state = "false"
	case "backspace", "delete":
		c.state = ""
	default:
		return k.Text != "", false
	}
	return true, c.state != was
}

func (c *checkBox) row(p pen) string { return box(p, c.state) }

// word says the state, which the mark alone says badly.
func (c *checkBox) word() string {
	switch c.state {
	case "true":
		return "yes"
	case "false":
		return "no"
	}
	return "not set"
}

func box(p pen, state string) string {
	switch state {
	case "true":
		return "[x] "
	case "false":
		return "[ ] "
	}
	return "[" + p.th.Glyph.Dash + "] "
}
