package login

import (
	"strings"

	"authdeck/tui/ui"
)

// failedLines say why it ended and what can be done, in at most most lines; the keys are always among them.
func (d *Dialog) failedLines(inner, most int) []string {
	th := d.env.Theme
	f := d.failure
	var lines []string
	texts := []string{"listen for the redirect", "open the browser", "wait for the redirect"}
	if d.facts.redirect != "" {
		texts[0], texts[1] = "listened for the redirect", "browser"
	}
	for n := 1; n <= 3; n++ {
		switch {
		case n < f.step:
			lines = append(lines, d.step(d.ticked(), n, th.Dim.Render(pastTense(n, d.browser))))
		case n > f.step:
			lines = append(lines, d.step(" ", n, th.Dim.Render(texts[n-1])))
		default:
			for i, part := range ui.Wrap(f.message, inner-colText-2) {
				if i == 0 {
					lines = append(lines, d.step(th.Danger.Render(th.Glyph.Error), n, th.Danger.Render(part)))
				} else {
					lines = append(lines, indent(th.Danger.Render(part)))
				}
			}
			for _, hint := range d.advice() {
				for _, part := range ui.Wrap(hint, inner-colText-2) {
					lines = append(lines, indent(part))
				}
			}
		}
	}
	if room := max(1, most-1); len(lines) > room {
		lines = append(lines[:room-1:room-1], indent(th.Dim.Render(th.Glyph.Ellipsis)))
	} else if len(lines) < room {
		lines = append(lines, "")
	}
	var b strings.Builder
	b.WriteString(" ")
	for i, k := range d.failedKeys() {
		if i > 0 {
			b.WriteString("  ")
		}
		b.WriteString(d.hotkey(k.Keys[0], k.Label))
	}
	return append(lines, b.String())
}

// pastTense says what a step did that is behind us.
func pastTense(step int, b browserState) string {
	if step == 1 {
		return "listened for the redirect"
	}
	switch b {
	case browserPlaying, browserPlayed:
		return "browser played here"
	case browserOpening, browserOpened:
		return "browser opened"
	case browserNone, browserTrouble:
	}
	return "no browser opened here"
}
