package action

import (
	"strconv"
	"strings"
	"time"

	"authdeck/connections"
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
	if s.pane == response { // the answer needs the room
		left = max(28, width/4)
	}
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
	if s.pane == picking {
		return s.pickBox(width, height)
	}
	return s.formBox(width, height)
}

func (s *Screen) formBox(width, height int) []string {
	th := s.env.Theme
	inner, rows := width-2, height-2
	a := s.picked
	var lines []string
	if len(a.Params) == 0 {
		text := "no parameters: enter runs it"
		if s.pane != filling {
			text = "no parameters"
		}
		lines = append(lines, " "+th.Dim.Render(text), "")
	}
	var last []string
	if a.Destructive {
		last = []string{"", " " + th.Warn.Render(th.Glyph.Warn+" it changes or deletes data")}
	}
	s.form.Rest(s.pane != filling)
	fields, above, below := s.form.Window(th, inner-1, max(1, rows-len(lines)-len(last)))
	lines = append(append(lines, fields...), last...)
	title, of := "Input: "+name(a), ""
	switch {
	case above+below > 0:
		of = more(above, "above") + more(below, "below")
	case ui.Width(title)+ui.Width(safe(s.conn))+8 <= inner:
		of = safe(s.conn)
	}
	if of != "" {
		of = th.Dim.Render(strings.TrimSpace(of))
	}
	return ui.Box(th, s.title(title, s.pane == filling), of, lines, width, height)
}

func more(n int, where string) string {
	if n == 0 {
		return ""
	}
	return " " + strconv.Itoa(n) + " " + where
}

func name(a integrations.Action) string {
	if a.Label != "" {
		return safe(a.Label)
	}
	return safe(a.Name)
}

func (s *Screen) right(width, height int) []string {
	th := s.env.Theme
	inner, rows := width-2, height-2
	if s.pane == picking {
		return ui.Box(th, s.title("About", false), "", s.about(inner, rows), width, height)
	}
	title := s.title("Response", s.pane == response)
	mark := ""
	if s.watching {
		mark = th.Info.Render("watching")
	}
	switch {
	case s.running:
		return ui.Box(th, title+"  "+th.Info.Render(s.step()), mark, []string{" " + s.hotkey("esc", "cancels it")}, width, height)
	case s.answer == nil:
		return ui.Box(th, title, mark, []string{" " + th.Dim.Render("nothing was run yet")}, width, height)
	}
	return ui.Box(th, title+"  "+s.figures(), mark, s.answered(inner, rows), width, height)
}

// step is what a run does now, and for how long it has.
func (s *Screen) step() string {
	took := ui.Took(s.now.Sub(s.started))
	page := ""
	if s.progress.Page > 1 {
		page = ", page " + strconv.Itoa(s.progress.Page)
	}
	switch s.progress.Stage {
	case connections.StageRefreshing:
		return "refreshing the token " + took
	case connections.StageWaiting:
		left := max(0, s.progress.Until.Sub(s.now)+time.Second-1) / time.Second
		return "the API asks to wait: " + strconv.Itoa(int(left)) + " s left" + page
	case connections.StageRunning:
	}
	return "running " + took + page
}

func (s *Screen) hotkey(k, what string) string { return s.env.Theme.Key.Render(k) + " " + what }
