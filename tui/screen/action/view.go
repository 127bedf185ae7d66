package action

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

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

func (s *Screen) pickBox(width, height int) []string {
	th := s.env.Theme
	inner, rows := width-2, height-2
	var lines []string
	if s.filter.Typing() {
		lines, rows = append(lines, s.filter.View(th, "", inner)), rows-1
	}
	lines = append(lines, s.list(inner, rows)...)
	a, ok := s.selected()
	if text := safe(a.Description); ok && !s.beside && text != "" && len(lines)+2 <= rows {
		lines = append(lines, "", " "+th.Dim.Render(text)) // there is no pane for it
	}
	count := strconv.Itoa(len(s.actions))
	if s.filter.Text() != "" {
		count = strconv.Itoa(len(s.shown)) + " of " + count
	}
	return ui.Box(th, s.title(ansi.Truncate("Actions of "+safe(s.conn), inner-8, th.Glyph.Ellipsis), true), th.Dim.Render(count), lines, width, height)
}

// selected is the action under the cursor.
func (s *Screen) selected() (integrations.Action, bool) {
	if s.cursor >= len(s.shown) {
		return integrations.Action{}, false
	}
	return s.actions[s.shown[s.cursor]], true
}

func (s *Screen) list(width, rows int) []string {
	th := s.env.Theme
	from := max(0, min(s.cursor-rows/2, len(s.shown)-rows))
	var lines []string
	for i := from; i < min(len(s.shown), from+rows); i++ {
		text := ansi.Truncate(name(s.actions[s.shown[i]]), width-3, th.Glyph.Ellipsis)
		if i == s.cursor {
			lines = append(lines, th.Accent.Render(th.Glyph.Cursor)+" "+th.Bold.Render(text))
		} else {
			lines = append(lines, "  "+text)
		}
	}
	if len(s.shown) == 0 {
		lines = append(lines, "  "+th.Dim.Render("no action matches"))
	}
	return lines
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

// about describes the action under the cursor.
func (s *Screen) about(width, rows int) []string {
	th := s.env.Theme
	a, ok := s.selected()
	if !ok {
		return nil
	}
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
		text := " " + ui.FitTheme(th, f.Label, 14) + " " + th.Dim.Render(lower(safe(p.Type)))
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
