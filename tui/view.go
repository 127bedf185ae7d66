package tui

import (
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"authdeck/tui/keys"
	"authdeck/tui/screen"
	"authdeck/tui/screen/activity"
	"authdeck/tui/ui"
)

// The layout, in cells and lines.
const (
	minWidth, minHeight = 60, 16
	boxedFrom           = 100 // from here on list and detail stand side by side, in frames
	stripFrom           = 36  // from here on the activity strip
	stripHeight         = 8
)

// View draws the frame, or returns the last one if nothing that can be seen changed.
func (m *model) View() tea.View {
	if m.fresh {
		return m.frame
	}
	v := tea.NewView(m.draw())
	v.AltScreen, v.ReportFocus = true, true
	v.WindowTitle = "authdeck"
	v.KeyboardEnhancements.ReportEventTypes = true
	m.frame, m.fresh = v, true
	return v
}

func (m *model) tooSmall() bool { return m.width < minWidth || m.height < minHeight }

// draw is exactly height lines of exactly width cells.
func (m *model) draw() string {
	w, h := m.width, m.height
	switch {
	case w <= 0 || h <= 0:
		return ""
	case m.tooSmall():
		return tooSmall(w, h)
	}
	wide := w >= boxedFrom
	lines := make([]string, 0, h)
	lines = append(lines, m.header(wide), m.tabLine(wide))
	if wide {
		lines = append(lines, ui.Spaces(w))
	}
	foot := m.foot(wide)
	body := h - len(lines) - len(foot)
	strip := m.tab == tabConnections && h >= stripFrom
	if strip {
		body -= stripHeight
	} else if !wide {
		body--
	}
	lines = append(lines, strings.Split(m.top().View(w, body), "\n")...)
	if strip {
		lines = append(lines, activity.Strip(m.theme, &m.log, m.env.Now(), w, stripHeight)...)
	} else if !wide {
		lines = append(lines, ui.Rule(m.theme, w))
	}
	lines = append(lines, foot...)
	for _, d := range m.dialogs {
		box := strings.Split(d.View(w, h-4), "\n")
		x := max(0, (w-ui.Width(box[0]))/2)
		y := max(2, 2+(h-4-len(box))/2)
		ui.Over(lines, box, x, y, w)
	}
	return strings.Join(lines, "\n")
}

// foot is the toast and the keys.
func (m *model) foot(wide bool) []string {
	th, w := m.theme, m.width
	list := m.top().Keys()
	shell := m.shellKeys()
	if d := m.topDialog(); d != nil {
		list, shell = d.Keys(), nil
	} else if t, ok := m.top().(screen.Typing); ok && t.TakesText() {
		shell = typingKeys() // its letters go into a field
	}
	toast := m.toasts.View(th, w)
	common := keys.Footer(th, append(list[:len(list):len(list)], shell...), true, w-1)
	if !wide {
		return []string{toast, ui.Fit(keys.Footer(th, list, false, w), w), ui.Fit(common, w)}
	}
	own := keys.Footer(th, list, false, w-ui.Width(common)-3)
	return []string{toast, ui.Ends(th, own, common+" ", w)}
}

// tooSmall says what is needed and what there is, in any size.
func tooSmall(w, h int) string {
	text := "needs " + strconv.Itoa(minWidth) + "x" + strconv.Itoa(minHeight) + ", has " + strconv.Itoa(w) + "x" + strconv.Itoa(h)
	part := strings.Split(ansi.Wrap(text, max(1, w), ""), "\n")
	lines := make([]string, h)
	at := max(0, (h-len(part))/2)
	for i, l := range part {
		if at+i < h {
			lines[at+i] = ui.Spaces((w-ui.Width(l))/2) + l
		}
	}
	return ui.Screenful(lines, w, h)
}
