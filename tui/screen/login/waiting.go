package login

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"authdeck/tui/ui"
)

// lastCall is when the bar warns.
const lastCall = 30 * time.Second

func (d *Dialog) waitLines(inner int) []string {
	th := d.env.Theme
	switch {
	case d.phase == starting:
		return []string{d.step(" ", 3, th.Dim.Render("wait for the redirect"))}
	case d.taken:
		return []string{d.step(d.current(), 3, "the redirect is here, trading its code for tokens "+th.Glyph.Ellipsis)}
	}
	lines := []string{d.timeLine(inner)}
	if d.paste != nil {
		return append(lines, d.pasteLines(inner)...)
	}
	if d.browser == browserPlaying {
		return lines
	}
	lines = append(lines, d.fits(inner,
		indent("on another machine?  "+d.hotkey("p", "paste the address the browser ended on")),
		indent(d.hotkey("p", "paste the address the browser ended on"))))
	if d.canSetUp() && d.now.Sub(d.facts.started) >= reminder {
		lines = append(lines, d.fits(inner,
			indent("the page speaks of redirect_uri or of the client?  "+d.hotkey("s", "set-up")),
			indent("an error on the page?  "+d.hotkey("s", "set-up"))))
	}
	return lines
}

// timeLine is what is left, as a bar, or in words where motion is not wanted.
func (d *Dialog) timeLine(inner int) string {
	th := d.env.Theme
	head := d.step(" ", 3, "waiting for the redirect")
	left := max(0, d.facts.deadline.Sub(d.now))
	if !d.env.Motion {
		text := "less than a minute left"
		if m := int(left.Round(time.Minute) / time.Minute); m > 1 {
			text = strconv.Itoa(m) + " min left"
		} else if m == 1 {
			text = "a minute left"
		}
		return head + strings.Repeat(" ", max(2, inner-3-len(text)-ansi.StringWidth(head))) + text
	}
	cells := max(barLeast, min(barMost, inner-54))
	whole := d.facts.deadline.Sub(d.facts.started)
	style := th.BarFull
	if left < lastCall {
		style = th.Warn
	}
	bar := ui.Bar(th, style, ui.Cells(left, whole, cells), cells)
	secs := int64((left + time.Second - 1) / time.Second)
	clock := fmt.Sprintf("%02d:%02d", secs/60, secs%60)
	gap := inner - 3 - cells - 2 - len(clock) - ansi.StringWidth(head)
	return head + strings.Repeat(" ", max(1, gap)) + clock + "  " + bar
}

func (d *Dialog) pasteLines(inner int) []string {
	th := d.env.Theme
	p := d.paste
	value := p.shown(th.Glyph.Masked)
	switch {
	case value == "":
		value = th.Text.Reverse(true).Render(" ") + th.Dim.Render(d.fits(inner-colText-8,
			" the address the browser ended on; only its start is shown", " the address the browser ended on"))
	case p.busy:
		value = th.Text.Render(value) + th.Dim.Render("  checking "+th.Glyph.Ellipsis)
	default:
		value = th.Text.Render(ansi.Truncate(value, inner-colText-10, th.Glyph.Ellipsis)) + th.Text.Reverse(true).Render(" ")
	}
	lines := []string{indent(th.Key.Render("paste") + "  " + value)}
	if p.problem != "" {
		for i, part := range ui.Wrap(p.problem, inner-colText-9) {
			mark := " "
			if i == 0 {
				mark = th.Glyph.Error
			}
			lines = append(lines, indent("       "+th.Danger.Render(mark+" "+part)))
		}
		return lines
	}
	return append(lines, indent("       "+d.hotkey("enter", "takes it")+"   "+d.hotkey("esc", "back")))
}
