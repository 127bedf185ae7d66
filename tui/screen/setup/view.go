package setup

import (
	"strconv"

	"authdeck/tui/ui"
)

// The columns of a step: mark, number, verb, object.
const (
	colVerb   = 5
	colObject = 15
	wide      = 100 // from here on what to know stands beside the steps

	leastNotes = 4 // lines that the notes must have of their own, their heading with them; else all scrolls together
	hintLines  = 2 // that a field's hint may take
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
	main, seen := s.main(width, 3)
	for air := 1; air >= 0 && len(main)-seen.extra+1+len(notes)+hintLines > height; air-- {
		main, seen = s.main(width, air)
	}
	rest := height - len(main)
	switch {
	case len(notes) == 0 && rest >= 0:
		s.most = 0
		return ui.Screenful(main, width, height)
	case rest >= leastNotes || rest > len(notes):
		shown, place := s.scrolled(notes, rest-1)
		for len(main)+1+len(shown) < height {
			main = append(main, "")
		}
		return ui.Screenful(append(append(main, s.rule(place, width)), shown...), width, height)
	}
	// The terminal is too low for both: all of it scrolls, and what is not in sight is said to be there.
	all := main
	if len(notes) > 0 {
		all = append(append(main, " "+th.Bold.Render("Good to know")), notes...)
	}
	if s.form.Focus() >= 0 {
		return ui.Screenful(window(all, seen, height), width, height)
	}
	shown, place := s.scrolled(all, height-1)
	return ui.Screenful(append(shown, s.rule(place, width)), width, height)
}

func (s *Screen) viewWide(width, height int) string {
	th := s.env.Theme
	left := width * 19 / 30
	main, seen := s.main(left-2, 3)
	a := ui.Box(th, th.Title.Render("Set up "+safe(s.info.Name)), "", window(main, seen, height-2), left, height)
	right := width - left
	notes, place := s.scrolled(s.notes(right-2), height-2)
	if place != "" {
		place = th.Dim.Render("lines " + place)
	}
	b := ui.Box(th, th.Title.Render("Good to know"), place, notes, right, height)
	return ui.Screenful(ui.Beside(a, b), width, height)
}

// sight is what must be seen of the lines: one of them, and how many more the hints and problems of the fields take.
type sight struct{ line, extra int }

// main is the steps and the form, with air lines of air: 3, 1 (above the form) or none.
func (s *Screen) main(width, air int) (lines []string, seen sight) {
	th := s.env.Theme
	breathe := func(least int) {
		if air >= least {
			lines = append(lines, "")
		}
	}
	breathe(2)
	for _, l := range ui.Wrap(s.headline(), width-2) {
		lines = append(lines, " "+th.Bold.Render(l))
	}
	if s.problem != "" {
		for _, l := range ui.Wrap(s.problem, width-4) {
			lines = append(lines, " "+th.Danger.Render(th.Glyph.Error+" "+l))
		}
	}
	breathe(2)
	current := s.current()
	for i, l := range s.lines {
		lines = append(lines, s.step(i, l, i == current, width)...)
	}
	seen.line = max(0, len(lines)-1)
	if s.form.Focus() < 0 && current < len(s.lines) {
		seen.line = 0
	}
	if s.form.Len() == 0 {
		return lines, seen
	}
	breathe(1)
	rows, on := s.form.View(th, width-colVerb)
	seen.extra = len(rows) - s.form.Len()
	if on >= 0 {
		seen.line = len(lines) + on
	}
	for _, r := range rows {
		lines = append(lines, ui.Spaces(colVerb-2)+r)
	}
	if s.saving {
		lines = append(lines, ui.Spaces(colVerb)+th.Dim.Render("saving "+th.Glyph.Ellipsis))
	}
	return lines, seen
}

func (s *Screen) headline() string {
	name := safe(s.info.Name)
	switch {
	case len(s.lines) == 0:
		return name + " needs no set-up: enter goes on."
	case s.info.Register:
		return name + " can register a client by itself; one of your own goes first."
	case s.info.NeedsID, s.info.OwnClient:
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
