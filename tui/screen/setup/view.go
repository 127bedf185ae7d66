package setup

import (
	"strconv"
	"strings"

	"authdeck/tui/ui"
)

// The columns of a step: mark, number, verb, object.
const (
	colVerb   = 5
	colObject = 15
	wide      = 100 // from here on what to know stands beside the steps
)

// View draws exactly height lines of exactly width cells.
func (s *Screen) View(width, height int) string {
	th := s.env.Theme
	if !s.loaded {
		line := th.Dim.Render(" reading what is to be set up " + th.Glyph.Ellipsis)
		if s.problem != "" {
			line = th.Danger.Render(" " + th.Glyph.Error + " " + s.problem)
		}
		return ui.Screenful([]string{"", line}, width, height)
	}
	if width >= wide {
		return s.viewWide(width, height)
	}
	notes := s.notes(width)
	main, focus := s.main(width, true)
	rest := height - len(main)
	if len(notes) > 0 && rest >= 2 {
		block := append([]string{ui.Rule(th, width)}, clip(notes, rest-1, th.Dim.Render(" "+th.Glyph.Ellipsis))...)
		for len(main)+len(block) < height {
			main = append(main, "")
		}
		return ui.Screenful(append(main, block...), width, height)
	}
	if len(main) > height {
		main, focus = s.main(width, false)
	}
	return ui.Screenful(window(main, focus, height), width, height)
}

func (s *Screen) viewWide(width, height int) string {
	th := s.env.Theme
	left := width * 19 / 30
	main, focus := s.main(left-2, true)
	a := ui.Box(th, th.Title.Render("Set up "+safe(s.info.Name)), "", window(main, focus, height-2), left, height)
	right := width - left
	b := ui.Box(th, th.Title.Render("Good to know"), "", clip(s.notes(right-2), height-2, th.Dim.Render(" "+th.Glyph.Ellipsis)), right, height)
	return ui.Screenful(ui.Beside(a, b), width, height)
}

// main is the steps and the form, with the line that must be seen; roomy puts air between them.
func (s *Screen) main(width int, roomy bool) (lines []string, focus int) {
	th := s.env.Theme
	air := func() {
		if roomy {
			lines = append(lines, "")
		}
	}
	air()
	for _, l := range ui.Wrap(s.headline(), width-2) {
		lines = append(lines, " "+th.Bold.Render(l))
	}
	if s.problem != "" {
		for _, l := range ui.Wrap(s.problem, width-4) {
			lines = append(lines, " "+th.Danger.Render(th.Glyph.Error+" "+l))
		}
	}
	air()
	current := s.current()
	for i, l := range s.lines {
		lines = append(lines, s.step(i, l, i == current, width)...)
	}
	focus = max(0, len(lines)-1)
	if s.form.Focus() < 0 && current < len(s.lines) {
		focus = 0
	}
	if s.form.Len() == 0 {
		return lines, focus
	}
	air()
	rows, on := s.form.View(th, width-colVerb)
	if on >= 0 {
		focus = len(lines) + on
	}
	for _, r := range rows {
		lines = append(lines, ui.Spaces(colVerb-2)+r)
	}
	if s.saving {
		lines = append(lines, ui.Spaces(colVerb)+th.Dim.Render("saving "+th.Glyph.Ellipsis))
	}
	return lines, focus
}

func (s *Screen) headline() string {
	name := safe(s.info.Name)
	switch {
	case len(s.lines) == 0:
		return name + " needs no set-up: enter goes on."
	case s.info.Register:
		return name + " can register a client by itself; one of your own goes first."
	case s.info.NeedsID:
		return name + " wants a client of your own. It is made once:"
	default:
		return name + " wants to know:"
	}
}

// current is the step that is next: the one that a provider refused, else the first that was not done here.
func (s *Screen) current() int {
	for i, l := range s.lines {
		if s.again != StepNone && l.Step == s.again && !s.done[i] {
			return i
		}
	}
	if s.form.Focus() >= 0 {
		return len(s.lines) - 1
	}
	for i := range s.lines {
		if !s.done[i] && (s.again == StepNone || s.lines[i].Step > s.again) {
			return i
		}
	}
	return len(s.lines)
}

func (s *Screen) step(i int, l Line, current bool, width int) []string {
	th := s.env.Theme
	mark, verb := " ", th.Text
	switch {
	case current && s.again == l.Step && s.again != StepNone:
		mark, verb = th.Danger.Render(th.Glyph.Error), th.Bold
	case current:
		mark, verb = th.Accent.Render(th.Glyph.Cursor), th.Bold
	case s.done[i]:
		mark, verb = th.OK.Render(th.Glyph.OK), th.Dim
	}
	head := " " + mark + " " + th.Dim.Render(strconv.Itoa(i+1)) + ui.Spaces(colVerb-4)
	text, style := l.Text, th.Text
	if l.Step == StepRegister || l.Step == StepOpen {
		style = th.Accent
	}
	column := colObject
	if l.Verb == "" {
		column, style = colVerb, th.Text
	} else {
		head += verb.Render(l.Verb) + ui.Spaces(max(1, colObject-colVerb-len(l.Verb)))
	}
	room := width - column - 1
	var lines []string
	for n, part := range ui.Wrap(text, room) {
		if n > 0 {
			head = ui.Spaces(column)
		}
		lines = append(lines, head+style.Render(part))
	}
	if last := len(lines) - 1; l.Note != "" && last >= 0 {
		if ui.Width(lines[last])+3+ui.Width(l.Note) <= width {
			lines[last] += "   " + th.Dim.Render(l.Note)
		} else {
			lines = append(lines, ui.Spaces(column)+th.Dim.Render(l.Note))
		}
	}
	for _, key := range s.stepKeys(l.Step) {
		last := len(lines) - 1
		if gap := width - 1 - ui.Width(lines[last]) - ui.Width(key); gap >= 2 {
			lines[last] += ui.Spaces(gap) + key
			break
		}
	}
	return lines
}

// stepKeys says which keys help with a step, while letters are keys: the whole, and the shorter.
func (s *Screen) stepKeys(step Step) []string {
	th := s.env.Theme
	if s.form.Focus() >= 0 {
		return nil
	}
	hot := func(k, what string) string { return th.Key.Render(k) + th.Dim.Render(" "+what) }
	switch step {
	case StepOpen:
		if s.env.OpenPage == nil {
			return []string{hot("u", "copy")}
		}
		return []string{hot("o", "open") + "  " + hot("u", "copy"), hot("o", "open")}
	case StepRegister:
		return []string{hot("c", "copy")}
	case StepNone, StepChoose, StepWritten, StepClient:
	}
	return nil
}

// notes are what a person should know before the first login.
func (s *Screen) notes(width int) []string {
	th := s.env.Theme
	var lines []string
	add := func(mark, text string) {
		for i, part := range ui.Wrap(safe(text), width-4) {
			if i > 0 {
				mark = " "
			}
			lines = append(lines, " "+mark+" "+part)
		}
	}
	if s.info.Redirect.Note != "" {
		add(th.Info.Render(th.Glyph.Info), s.info.Redirect.Note)
	}
	for _, n := range s.info.Notes {
		add(th.Warn.Render(th.Glyph.Warn), n)
	}
	if l := s.info.Lifetime; l.Access != "" || l.Refresh != "" {
		words := []string{}
		if l.Access != "" {
			words = append(words, "access token "+l.Access)
		}
		if l.Refresh != "" {
			words = append(words, "refresh token "+l.Refresh)
		}
		add(th.Info.Render(th.Glyph.Info), strings.Join(words, ", "))
	}
	return lines
}

// clip is at most n lines; more is said to be there.
func clip(lines []string, n int, more string) []string {
	if len(lines) <= n {
		return lines
	}
	if n <= 0 {
		return nil
	}
	return append(lines[:n-1:n-1], more)
}

// window is the height lines around the one that must be seen.
func window(lines []string, focus, height int) []string {
	if len(lines) <= height || height <= 0 {
		return lines
	}
	from := min(max(0, focus-height+2), len(lines)-height)
	return lines[from : from+height]
}
