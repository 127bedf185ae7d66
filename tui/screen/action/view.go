package action

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"authdeck/integrations"
	"authdeck/tui/ui"
)

// twoPanes is the width from which the answer stands beside the form.
const twoPanes = 76

// View draws exactly height lines of exactly width cells.
func (s *Screen) View(width, height int) string {
	th := s.env.Theme
	switch {
	case !s.loaded && s.problem != "":
		return ui.Screenful(s.failed(width), width, height)
	case !s.loaded:
		return ui.Screenful([]string{"", th.Dim.Render(" reading the actions " + th.Glyph.Ellipsis)}, width, height)
	case len(s.actions) == 0:
		return ui.Screenful([]string{"", th.Dim.Render(" this integration has no actions")}, width, height)
	}
	s.beside = width >= twoPanes
	if !s.beside {
		if s.pane == response {
			return ui.Screenful(s.right(width, height), width, height)
		}
		return ui.Screenful(s.left(width, height), width, height)
	}
	left := width * 2 / 5
	a, b := s.left(left, height), s.right(width-left, height)
	return ui.Screenful(ui.Beside(a, b), width, height)
}

// failed says why there are no actions, and what can be done where the integration is missing.
func (s *Screen) failed(width int) []string {
	th := s.env.Theme
	text := s.problem
	if s.missing != "" {
		text = "the integration " + safe(s.missing) + " of " + safe(s.conn) + " does not exist here: its actions are not known"
	}
	lines := []string{""}
	for i, l := range ui.Wrap(text, width-4) {
		mark := " "
		if i == 0 {
			mark = th.Glyph.Error
		}
		lines = append(lines, " "+th.Danger.Render(mark+" "+l))
	}
	if s.missing == "" {
		return lines
	}
	lines = append(lines, "")
	for _, hint := range []string{
		"its manifest brings it back: authdeck integrations add FILE|URL in a shell",
		"or " + s.hotkey("esc", "goes back, and there ") + s.hotkey("d", "removes the connection"),
	} {
		for _, l := range ui.Wrap(hint, width-4) {
			lines = append(lines, "   "+l)
		}
	}
	return lines
}

// title is a pane's title; the one with the focus stands out.
func (s *Screen) title(text string, focused bool) string {
	if focused {
		return s.env.Theme.Title.Render(text)
	}
	return s.env.Theme.Dim.Render(text)
}

func (s *Screen) left(width, height int) []string {
	th := s.env.Theme
	inner, rows := width-2, height-2
	if s.pane == picking {
		lines := s.list(inner, rows)
		if text := safe(s.actions[s.cursor].Description); !s.beside && text != "" && len(lines)+2 <= rows {
			lines = append(lines, "", " "+th.Dim.Render(text)) // there is no pane for it
		}
		return ui.Box(th, s.title(ansi.Truncate("Actions of "+safe(s.conn), inner-8, th.Glyph.Ellipsis), true), th.Dim.Render(strconv.Itoa(len(s.actions))), lines, width, height)
	}
	a := s.actions[s.picked]
	at := s.form.Focus()
	if s.pane != filling {
		s.form.SetFocus(-1)
	}
	lines, focus := s.form.View(th, inner-1)
	s.form.SetFocus(at)
	if len(a.Params) == 0 {
		lines = append([]string{" " + th.Dim.Render("no parameters: enter runs it"), ""}, lines...)
		focus += 2
	}
	if a.Destructive {
		lines = append(lines, "", " "+th.Warn.Render(th.Glyph.Warn+" it changes or deletes data"))
	}
	lines = window(lines, focus, len(lines)-s.form.Len(), rows)
	title, of := "Input: "+name(a), safe(s.conn)
	if ui.Width(title)+ui.Width(of)+8 > inner {
		of = ""
	} else {
		of = th.Dim.Render(of)
	}
	return ui.Box(th, s.title(title, s.pane == filling), of, lines, width, height)
}

func name(a integrations.Action) string {
	if a.Label != "" {
		return safe(a.Label)
	}
	return safe(a.Name)
}

func (s *Screen) list(width, rows int) []string {
	th := s.env.Theme
	from := max(0, min(s.cursor-rows/2, len(s.actions)-rows))
	var lines []string
	for i := from; i < min(len(s.actions), from+rows); i++ {
		a := s.actions[i]
		text := ansi.Truncate(name(a), width-3, th.Glyph.Ellipsis)
		if i == s.cursor {
			lines = append(lines, th.Accent.Render(th.Glyph.Cursor)+" "+th.Bold.Render(text))
		} else {
			lines = append(lines, "  "+text)
		}
	}
	return lines
}

func (s *Screen) right(width, height int) []string {
	th := s.env.Theme
	inner, rows := width-2, height-2
	if s.pane == picking {
		return ui.Box(th, s.title("About", false), "", s.about(inner, rows), width, height)
	}
	title := s.title("Response", s.pane == response)
	switch {
	case s.running:
		title += "  " + th.Info.Render("running "+duration(s.now.Sub(s.started)))
		return ui.Box(th, title, "", []string{" " + s.hotkey("esc", "cancels it")}, width, height)
	case s.answer == nil:
		return ui.Box(th, title, "", []string{" " + th.Dim.Render("nothing was run yet")}, width, height)
	}
	title += "  " + s.figures()
	return ui.Box(th, title, "", s.answered(inner, rows), width, height)
}

func (s *Screen) hotkey(k, what string) string { return s.env.Theme.Key.Render(k) + " " + what }

// figures are the answer's status, time and size.
func (s *Screen) figures() string {
	th, a := s.env.Theme, s.answer
	if a.dry {
		return th.Info.Render("not sent")
	}
	var parts []string
	switch {
	case a.canceled:
		parts = append(parts, th.Warn.Render("canceled"))
	case a.status == 0 && a.message != "":
		parts = append(parts, th.Danger.Render("failed"))
	case a.status != 0:
		text := strconv.Itoa(a.status)
		if t := http.StatusText(a.status); t != "" {
			text += " " + t
		}
		style := th.OK
		if a.status >= 400 || a.message != "" {
			style = th.Danger
		}
		parts = append(parts, style.Render(text))
	default:
		parts = append(parts, th.OK.Render("done"))
	}
	parts = append(parts, th.Text.Render(duration(a.took)))
	if a.size > 0 {
		parts = append(parts, th.Text.Render(bytesOf(a.size)))
	}
	return strings.Join(parts, "  ")
}

// answered is the tabs, what went wrong, the body, and the place in it.
func (s *Screen) answered(width, rows int) []string {
	th, a := s.env.Theme, s.answer
	tabs := [2]string{"Body", "Requests"}
	line := " "
	for i, t := range tabs {
		if i == s.tab {
			line += th.TabOn.Render("["+t+"]") + " "
		} else {
			line += th.TabOff.Render(" "+t+" ") + " "
		}
	}
	lines := []string{line}
	if a.message != "" && !a.canceled {
		for i, l := range ui.Wrap(a.message, width-4) {
			mark := " "
			if i == 0 {
				mark = th.Glyph.Error
			}
			lines = append(lines, " "+th.Danger.Render(mark+" "+l))
		}
		if a.hint != "" {
			for _, l := range ui.Wrap(a.hint, width-4) {
				lines = append(lines, "   "+l)
			}
		}
	}
	v := s.view()
	if len(v.lines) == 0 {
		text := "the answer has no body"
		if a.canceled {
			text = "the answer was not waited for; the provider may have done it all the same"
		}
		for _, l := range ui.Wrap(text, width-2) {
			lines = append(lines, " "+th.Dim.Render(l))
		}
		return lines
	}
	for _, l := range v.view(th, width-2, max(1, rows-len(lines)-1)) {
		lines = append(lines, " "+l)
	}
	for len(lines) < rows-1 {
		lines = append(lines, "")
	}
	if len(lines) > rows-1 {
		lines = lines[:max(1, rows-1)]
	}
	foot := " " + th.Dim.Render(v.place())
	if s.pane == response {
		foot += "   " + s.hotkey("w", "wrap") + "  " + s.hotkey("y", "copy")
	}
	return append(lines, foot)
}

// about describes the action under the cursor.
func (s *Screen) about(width, rows int) []string {
	th, a := s.env.Theme, s.actions[s.cursor]
	lines := []string{""}
	for _, l := range ui.Wrap(safe(a.Description), width-2) {
		lines = append(lines, " "+l)
	}
	if a.Destructive {
		lines = append(lines, " "+th.Warn.Render(th.Glyph.Warn+" it changes or deletes data"))
	}
	lines = append(lines, "")
	if len(a.Params) == 0 {
		lines = append(lines, " "+th.Dim.Render("no parameters"))
	}
	for _, p := range a.Params {
		f := fieldOf(p)
		text := " " + ui.FitTheme(th, f.Label, 14) + " " + th.Dim.Render(strings.ToLower(safe(p.Type)))
		if p.Required {
			text += th.Warn.Render(" *")
		}
		lines = append(lines, text)
	}
	if sample := pretty(a.Sample); sample != "" {
		lines = append(lines, "", " "+th.Dim.Render("answers like"))
		for l := range strings.SplitSeq(sample, "\n") {
			lines = append(lines, " "+colour(th, ansi.Truncate(l, width-2, th.Glyph.Ellipsis)))
		}
	}
	if len(lines) > rows {
		lines = append(lines[:rows-1:rows-1], " "+th.Dim.Render(th.Glyph.Ellipsis))
	}
	return lines
}

// window is the height lines around the one that must be seen, with up to extra more below it.
func window(lines []string, focus, extra, height int) []string {
	if len(lines) <= height || height <= 0 {
		return lines
	}
	from := max(0, min(focus+max(1, extra)-height+1, focus, len(lines)-height))
	return lines[from : from+height]
}
