package login

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"authdeck/integrations"
	"authdeck/tui/ui"
)

// The columns inside the box, and its width where there is room.
const (
	boxWidth = 76
	colText  = 6
	barMost  = 20
	usual    = 9 // lines inside the box that nearly every state needs: with them always, the box does not jump
	barLeast = 6
)

// View draws the box, at most width × height.
func (d *Dialog) View(width, height int) string {
	th := d.env.Theme
	w := min(boxWidth, width-2)
	most := max(1, height-2)
	lines := d.lines(w-2, most)
	if d.width != width {
		d.width, d.tall = width, usual
	}
	d.tall = max(d.tall, len(lines)) // it grows where it must, and stays so
	for len(lines) < d.tall {
		lines = append(lines, "")
	}
	lines = lines[:min(len(lines), most)]
	return strings.Join(ui.Box(th, th.Title.Render("Sign in to "+d.name()), th.Dim.Render(d.flow()), lines, w, 0), "\n")
}

func (d *Dialog) name() string {
	switch {
	case d.info.Name != "":
		return safe(d.info.Name)
	case d.req.Integration != "":
		return safe(d.req.Integration)
	default:
		return safe(d.req.Connection)
	}
}

func (d *Dialog) flow() string {
	if d.info.PKCE == "none" || d.info.Kind == integrations.KindFlowRunner { // what a service does is its own business
		return "auth code"
	}
	return "auth code + PKCE"
}

// lines are the three steps and what belongs to them.
func (d *Dialog) lines(inner, most int) []string {
	switch {
	case d.helping:
		return d.helpLines(inner)
	case d.phase == failed:
		return d.failedLines(inner, most)
	}
	lines := d.listening()
	for _, w := range d.facts.warnings {
		mark := d.env.Theme.Glyph.Warn
		for _, part := range ui.Wrap(safe(w), inner-colText-3) {
			lines = append(lines, indent(d.env.Theme.Warn.Render(mark+" "+part)))
			mark = " "
		}
	}
	lines = append(lines, d.browserLines(inner)...)
	lines = append(lines, d.waitLines(inner)...)
	return lines
}

// step is the head of a step; mark is one cell.
func (d *Dialog) step(mark string, n int, text string) string {
	return " " + mark + " " + d.env.Theme.Dim.Render(strconv.Itoa(n)) + "  " + text
}

func indent(s string) string { return strings.Repeat(" ", colText) + s }

func (d *Dialog) ticked() string  { return d.env.Theme.OK.Render(d.env.Theme.Glyph.OK) }
func (d *Dialog) current() string { return d.env.Theme.Accent.Render(d.env.Theme.Glyph.Cursor) }

func (d *Dialog) listening() []string {
	th := d.env.Theme
	if d.phase == starting {
		return []string{d.step(d.current(), 1, "asking this machine for a port "+th.Glyph.Ellipsis)}
	}
	u, err := url.Parse(d.facts.redirect)
	if err == nil && u.Scheme == "http" {
		return []string{d.step(d.ticked(), 1, "listening on "+th.Bold.Render(safe(u.Host+u.EscapedPath())))}
	}
	return []string{
		d.step(d.ticked(), 1, "the provider sends back to "+th.Bold.Render(safe(d.facts.redirect))),
		indent(th.Dim.Render("nothing listens there: ") + d.hotkey("p", "paste that address here")),
	}
}

// hotkey is a key and what it does.
func (d *Dialog) hotkey(k, what string) string {
	return d.env.Theme.Key.Render(k) + " " + what
}

// fits is the first of the texts that fits into inner cells, or the last.
func (d *Dialog) fits(inner int, texts ...string) string {
	for _, t := range texts {
		if ansi.StringWidth(t) <= inner-1 {
			return t
		}
	}
	return texts[len(texts)-1]
}
