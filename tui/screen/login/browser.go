package login

import (
	"net/url"

	"github.com/charmbracelet/x/ansi"

	"authdeck/tui/ui"
)

func (d *Dialog) browserLines(inner int) []string {
	th := d.env.Theme
	if d.phase == starting {
		return []string{d.step(" ", 2, th.Dim.Render("open the browser"))}
	}
	mark := d.current()
	if d.taken {
		mark = d.ticked()
	}
	help := d.hotkey("u", "copy URL") + "   " + d.hotkey("P", "print it plain and wait")
	short := d.hotkey("u", "copy URL") + "  " + d.hotkey("P", "print it")
	var lines []string
	switch d.browser {
	case browserOpening:
		lines = append(lines, d.step(mark, 2, "opening the browser "+th.Glyph.Ellipsis))
	case browserPlaying:
		return []string{d.step(mark, 2, "playing the browser here, by real HTTP "+th.Glyph.Ellipsis)}
	case browserPlayed:
		return []string{d.step(d.ticked(), 2, "browser played here, by real HTTP")}
	case browserOpened:
		if d.taken {
			return []string{d.step(mark, 2, "browser opened")}
		}
		lines = append(lines, d.fits(inner,
			d.step(mark, 2, "browser opened; not there?  "+help),
			d.step(mark, 2, "browser opened; not there?  "+short),
			d.step(mark, 2, "browser opened?  "+short)))
	case browserTrouble:
		for i, part := range ui.Wrap(d.trouble, inner-colText-2) {
			if i == 0 {
				lines = append(lines, d.step(th.Warn.Render(th.Glyph.Warn), 2, part))
			} else {
				lines = append(lines, indent(part))
			}
		}
		if !d.taken {
			lines = append(lines, d.addressLines(inner)...)
		}
	case browserNone:
		for i, part := range ui.Wrap("no browser is started: "+safe(d.facts.why), inner-colText-2) {
			if i == 0 {
				lines = append(lines, d.step(mark, 2, part))
			} else {
				lines = append(lines, indent(part))
			}
		}
		if !d.taken {
			lines = append(lines, d.addressLines(inner)...)
		}
	}
	if d.canPlay() && !d.taken {
		lines = append(lines, indent(d.hotkey("b", "plays the browser here, by real HTTP")))
	}
	return lines
}

// addressLines say how to get to the sign-in page without our help, and how the redirect finds its way back.
func (d *Dialog) addressLines(inner int) []string {
	th := d.env.Theme
	u, err := url.Parse(d.facts.url)
	if err != nil {
		return nil
	}
	shown := ansi.Truncate(safe(u.Scheme+"://"+u.Host+u.EscapedPath()), inner-colText-8, "")
	var lines []string
	if d.facts.ssh != "" {
		lines = append(lines, d.fits(inner,
			indent("first, on the machine with the browser   "+d.hotkey("c", "copies it")),
			indent("first, where the browser is   "+d.hotkey("c", "copies it"))))
		for _, part := range ui.Wrap(safe(d.facts.ssh), inner-colText-3) {
			lines = append(lines, indent("  "+th.Bold.Render(part)))
		}
	}
	lines = append(lines,
		indent("open  "+d.link(th.Accent.Render(shown)+th.Dim.Render(th.Glyph.Ellipsis))),
		indent("      "+d.hotkey("u", "copies it")+"   "+d.hotkey("P", "prints it on one line")))
	return lines
}

// link makes text lead to the sign-in page in terminals that know OSC 8; only https and loopback are linked.
func (d *Dialog) link(text string) string {
	u, err := url.Parse(d.facts.url)
	if err != nil || !d.env.Theme.Colour || safe(d.facts.url) != d.facts.url {
		return text
	}
	local := u.Scheme == "http" && (u.Hostname() == "127.0.0.1" || u.Hostname() == "localhost" || u.Hostname() == "::1")
	if u.Scheme != "https" && !local {
		return text
	}
	return ansi.SetHyperlink(d.facts.url) + text + ansi.ResetHyperlink()
}
