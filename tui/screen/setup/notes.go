package setup

import (
	"strconv"
	"strings"

	"authdeck/tui/ui"
)

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
	if s.info.Mistake != "" {
		add(th.Danger.Render(th.Glyph.Error), "the last good version is in force: "+s.info.Mistake)
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

// scrolled is the part of the lines that the user scrolled to, at most height of them, and its place, "" for all.
func (s *Screen) scrolled(lines []string, height int) (shown []string, place string) {
	s.page, s.most = max(1, height), max(0, len(lines)-height)
	s.top = max(0, min(s.top, s.most))
	if s.most == 0 {
		return lines, ""
	}
	to := s.top + s.page
	return lines[s.top:to:to], strconv.Itoa(s.top+1) + "-" + strconv.Itoa(to) + " of " + strconv.Itoa(len(lines))
}

// rule is the line between steps and notes; it says how to get to what is not in sight.
func (s *Screen) rule(place string, width int) string {
	th := s.env.Theme
	if place == "" {
		return ui.Rule(th, width)
	}
	how := th.Key.Render("ctrl+d") + th.Dim.Render(" and ") + th.Key.Render("ctrl+u") + th.Dim.Render(" scroll ")
	if s.form.Focus() >= 0 {
		how = th.Key.Render("esc") + th.Dim.Render(", then ") + th.Key.Render("ctrl+d") + th.Dim.Render(" scrolls ")
	}
	text := " " + th.Dim.Render("lines "+place) + "  " + how
	rest := max(0, width-ui.Width(text)-2)
	return ui.Rule(th, rest) + text + ui.Rule(th, width-rest-ui.Width(text))
}

// scroll moves through what does not fit, by half of what is in sight.
func (s *Screen) scroll(by int) { s.top = max(0, min(s.top+by*max(1, s.page/2), s.most)) }

// window is the height lines around what must be seen.
func window(lines []string, seen sight, height int) []string {
	if len(lines) <= height || height <= 0 {
		return lines
	}
	from := max(0, min(seen.line+max(1, seen.extra)-height+1, seen.line, len(lines)-height))
	return lines[from : from+height]
}
