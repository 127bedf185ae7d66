package action

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"authdeck/tui/ui"
)

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
	case a.res.Status == 0 && a.message != "":
		parts = append(parts, th.Danger.Render("failed"))
	case a.res.Status != 0:
		text := strconv.Itoa(a.res.Status)
		if t := http.StatusText(a.res.Status); t != "" {
			text += " " + t
		}
		style := th.OK
		if a.res.Status >= 400 || a.message != "" {
			style = th.Danger
		}
		parts = append(parts, style.Render(text))
	default:
		parts = append(parts, th.OK.Render("done"))
	}
	parts = append(parts, th.Text.Render(ui.Took(a.res.Duration)))
	if n := a.size(); n > 0 {
		parts = append(parts, th.Text.Render(ui.Size(n)))
	}
	if a.res.Pages > 1 {
		parts = append(parts, th.Text.Render(strconv.Itoa(a.res.Pages)+" pages"))
	}
	return strings.Join(parts, "  ")
}

// size is that of the last answer, in bytes; of several pages, that of what they make together.
func (a *answer) size() int64 {
	if a.res.Pages > 1 {
		return int64(len(a.res.Result))
	}
	if n := len(a.res.Exchanges); n > 0 && a.res.Exchanges[n-1].ResponseBytes > 0 {
		return a.res.Exchanges[n-1].ResponseBytes
	}
	return int64(max(len(a.res.Body), len(a.res.Result)))
}

// answered is the tabs, what went wrong, what is shown, and the place in it.
func (s *Screen) answered(width, rows int) []string {
	th, a := s.env.Theme, s.answer
	lines := []string{" " + s.tabs()}
	lines = append(lines, s.wrong(width, rows)...)
	note := s.note()
	if note != "" {
		lines = append(lines, " "+th.Dim.Render(ui.FitTheme(th, note, width-2)))
	}
	w := a.shown()
	if w == nil {
		for _, l := range ui.Wrap(s.nothing(), width-2) {
			lines = append(lines, " "+th.Dim.Render(l))
		}
		return lines
	}
	if most := max(1, rows-4); len(lines) > most { // long words of an error leave room for what was answered
		lines = lines[:most]
	}
	for _, l := range w.View(th, width-2, max(1, rows-len(lines)-1)) {
		lines = append(lines, " "+l)
	}
	return append(lines, " "+s.foot(w, width-2))
}

func (s *Screen) tabs() string {
	th, a := s.env.Theme, s.answer
	line := ""
	for i, name := range [...]string{"Result", "Requests " + strconv.Itoa(len(a.res.Exchanges)), "Console", "Compare"} {
		if tab(i) == tabConsole && len(a.res.Console) == 0 {
			continue
		}
		if tab(i) == a.tab {
			line += th.TabOn.Render("["+name+"]") + " "
		} else {
			line += th.TabOff.Render(" "+name+" ") + " "
		}
	}
	return line
}

// wrong says what went wrong, and what can be done about it.
func (s *Screen) wrong(width, rows int) []string {
	th, a := s.env.Theme, s.answer
	var lines []string
	text, hint := a.message, a.hint
	if a.problem != "" {
		text, hint = a.problem, ""
	}
	if text == "" || a.canceled {
		return nil
	}
	if a.tab != tabResult && rows < 12 { // what is shown there needs the room
		return []string{" " + th.Danger.Render(th.Glyph.Error+" "+ui.FitTheme(th, text, width-4))}
	}
	for i, l := range ui.Wrap(text, width-4) {
		mark := " "
		if i == 0 {
			mark = th.Glyph.Error
		}
		lines = append(lines, " "+th.Danger.Render(mark+" "+l))
	}
	if len(a.scopes) > 0 {
		return append(lines, "   "+s.hotkey("s", ui.FitTheme(th, "asks for "+safe(strings.Join(a.scopes, " ")), min(width-6, ui.Width("asks for "+safe(strings.Join(a.scopes, " ")))))))
	}
	if hint != "" {
		for _, l := range ui.Wrap(hint, width-4) {
			lines = append(lines, "   "+l)
		}
	}
	return lines
}

// note says what of the answer is shown.
func (s *Screen) note() string {
	a := s.answer
	switch {
	case a.tab == tabResult && a.canceled && a.shown() != nil:
		return "what had come; it may be done all the same"
	case a.tab == tabResult && a.part != nil:
		return "jq " + safe(a.filter) + "   f other, empty for all"
	case a.tab == tabResult && a.res.Next != "":
		return "there is more: m next page, M all pages"
	case a.tab == tabRequests && !a.revealed.IsZero():
		return "secrets are in sight for " + strconv.Itoa(max(0, int(a.revealed.Sub(s.now).Round(time.Second)/time.Second))) + " s"
	case a.tab == tabCompare && a.diff() != nil && a.bySample:
		return "against the sample result   x the run before"
	case a.tab == tabCompare && a.diff() != nil && a.sample != nil:
		return "against the run before   x the sample result"
	case a.tab == tabCompare && a.diff() != nil:
		return "against the run before"
	}
	return ""
}

// nothing is said where there is nothing to show.
func (s *Screen) nothing() string {
	a := s.answer
	switch {
	case a.canceled:
		return "the answer was not waited for; the provider may have done it all the same"
	case a.tab == tabCompare && a.sample != nil && !a.bySample:
		return a.why + "; x compares with the sample result"
	case a.tab == tabCompare && a.sample == nil && s.asksSample():
		return a.why + "; x asks for the sample result"
	case a.tab == tabCompare && a.why != "":
		return a.why
	case a.tab == tabCompare:
		return "there is nothing to compare with"
	case a.tab == tabRequests:
		return "no requests were made"
	}
	return "the answer has no body"
}

func (s *Screen) foot(w widget, width int) string {
	th := s.env.Theme
	place := th.Dim.Render(w.Place())
	if s.pane != response {
		return ui.FitTheme(th, place, width)
	}
	keys := s.hotkey("]", "tabs") + "  "
	if s.answer.binary() {
		keys += s.hotkey("S", "save")
	} else {
		keys += s.hotkey("y", "copy")
	}
	if s.answer.tab == tabResult && s.answer.tree != nil {
		keys = s.hotkey("/", "find") + "  " + keys
	}
	return ui.Ends(th, place, keys, width)
}
