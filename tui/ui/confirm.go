package ui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"authdeck/tui/keys"
	"authdeck/tui/theme"
)

// Confirm is the dialog before something that cannot be undone. Cancel is the default: enter, esc and n cancel; only Key
// does it, and a key that is held down does neither.
type Confirm struct {
	Theme *theme.Theme
	Title string   // "Revoke google-work?"
	Lines []string // what will happen, safe; wrapped to the box
	Key   string   // the one key that does it; never the one that opened the dialog
	Verb  string   // what that key does: "revoke"
	Do    func() tea.Cmd
	Leave func() tea.Cmd // closes the dialog

	Working string // set while it is being done: "revoking …"; keys wait then
}

// Init does nothing.
func (c *Confirm) Init() tea.Cmd { return nil }

// Close does nothing.
func (c *Confirm) Close() {}

// Busy says why ctrl+c asks first.
func (c *Confirm) Busy() string { return c.Working }

// Update takes keys.
func (c *Confirm) Update(msg tea.Msg) tea.Cmd {
	k, ok := msg.(tea.KeyPressMsg)
	if !ok || k.IsRepeat || c.Working != "" {
		return nil
	}
	switch k.String() {
	case c.Key:
		return c.Do()
	case "enter", "esc", "n", "q":
		return c.Leave()
	}
	return nil
}

// Keys are the two things that can be done.
func (c *Confirm) Keys() []keys.Binding {
	if c.Working != "" {
		return nil
	}
	return []keys.Binding{
		{ID: "confirm.cancel", Keys: []string{"enter", "esc", "n"}, Label: "cancel", Help: "leaves everything as it is", Footer: true},
		{ID: "confirm.do", Keys: []string{c.Key}, Label: c.Verb, Help: "does it; it cannot be undone", Footer: true},
	}
}

// View draws the box.
func (c *Confirm) View(width, height int) string {
	th := c.Theme
	w := max(20, min(68, width-4))
	var lines []string
	for _, l := range c.Lines {
		for _, part := range Wrap(l, w-6) {
			lines = append(lines, "  "+part)
		}
	}
	if most := height - 5; len(lines) > most && most > 0 {
		lines = append(lines[:most-1], "  "+th.Glyph.Ellipsis)
	}
	last := "  " + th.Selected.Render(" Cancel ") + th.Dim.Render("  enter, esc") + "     " + th.Key.Render(c.Key) + " " + th.Danger.Render(c.Verb)
	if c.Working != "" {
		last = "  " + th.Info.Render(th.Glyph.States["refreshing"]+" "+c.Working)
	}
	lines = append(append([]string{""}, lines...), "", last)
	return strings.Join(Box(th, th.Danger.Bold(true).Render(c.Title), "", lines, w, 0), "\n")
}
