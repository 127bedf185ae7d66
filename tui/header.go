package tui

import (
	"strconv"
	"strings"

	"authdeck/internal/safetext"
	"authdeck/tui/ui"
)

// What a screen may be too, for the header.
type (
	summarized interface{ Summary() string }
	shortened  interface{ SummaryShort() string }
	counted    interface{ Count() string }
	besides    interface{ Beside() string }
)

var tabNames = [tabCount]string{"Connections", "Activity", "Integrations", "Settings"} //nolint:gochecknoglobals // constant words

// header is where one is, and how things stand. When it does not fit, the crumb goes first, then the words of the counts.
func (m *model) header(wide bool) string {
	th, w := m.theme, m.width
	var of summarized = m.list
	if s, ok := m.stacks[m.tab][0].(summarized); ok {
		of = s
	}
	long := of.Summary()
	name := " " + th.Title.Render("authdeck")
	crumb := name
	for _, c := range m.crumbs(wide) {
		crumb += th.Dim.Render(" "+th.Glyph.Arrow+" ") + safetext.Line(c, 40)
	}
	clock := ""
	if wide {
		clock = "        " + th.Dim.Render(m.env.Now().Format("15:04:05")) + " "
		if !m.env.Motion {
			clock = " "
		}
	}
	for _, left := range []string{crumb, name} {
		for _, right := range []string{long + clock, long + " ", long} {
			if ui.Width(left)+2+ui.Width(right) <= w {
				return ui.Ends(th, left, right, w)
			}
		}
	}
	short := long
	if x, ok := of.(shortened); ok {
		short = x.SummaryShort()
	}
	if ui.Width(crumb)+2+ui.Width(short)+1 <= w {
		return ui.Ends(th, crumb, short+" ", w)
	}
	return ui.Ends(th, name, short, w)
}

// crumbs are the titles of the screens down to the one that is shown. The first tab needs none where room is short.
func (m *model) crumbs(wide bool) []string {
	var list []string
	for i, s := range m.stacks[m.tab] {
		if i == 0 && m.tab == tabConnections && !wide {
			continue
		}
		list = append(list, s.Title())
	}
	if b, ok := m.top().(besides); ok && wide {
		if c := b.Beside(); c != "" {
			list = append(list, c)
		}
	}
	return list
}

// tabLine names the tabs, and how much of what is shown.
func (m *model) tabLine(wide bool) string {
	th := m.theme
	right := ""
	if c, ok := m.top().(counted); ok && !wide {
		right = th.Dim.Render(c.Count()) + " "
	}
	left := m.tabsLine(true)
	if ui.Width(left)+1+ui.Width(right) > m.width {
		left = m.tabsLine(false)
	}
	return ui.Ends(th, left, right, m.width)
}

// tabsLine are the tabs; names false leaves out those of the ones that are not open.
func (m *model) tabsLine(names bool) string {
	th := m.theme
	var b strings.Builder
	for i, name := range tabNames {
		text := strconv.Itoa(i + 1)
		if names || i == m.tab {
			text += " " + name
		}
		if i == m.tab {
			b.WriteString(" " + th.TabOn.Render("["+text+"]"))
		} else {
			b.WriteString(" " + th.TabOff.Render(text))
		}
		if i < tabCount-1 {
			b.WriteString(" ")
		}
	}
	return b.String()
}
