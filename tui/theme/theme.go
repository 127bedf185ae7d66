package theme

import (
	"image/color"

	"charm.land/lipgloss/v2"
)

// Options choose the theme.
type Options struct {
	Dark   bool // from BackgroundColorMsg
	Colour bool // false: NO_COLOR, TERM=dumb
	ASCII  bool // --ascii
}

// Theme holds every style and glyph of the UI. Styles are made once; a change of background makes a new Theme.
type Theme struct {
	Options
	Version int  // grows with each change, so that row caches know
	Rich    bool // the terminal has 256 colours or more: pictures can be drawn

	Text, Dim, Accent, Title, Key             lipgloss.Style
	OK, Warn, Danger, Info, Bold, Selected    lipgloss.Style
	BarFull, BarEmpty, Border, Header         lipgloss.Style
	TabOn, TabOff                             lipgloss.Style
	ToastOK, ToastInfo, ToastWarn, ToastError lipgloss.Style

	Glyph Glyphs

	surface color.Color // behind the selected row; nil without colour
}

// New makes the theme.
func New(o Options) *Theme {
	t := &Theme{Options: o, Version: 1, Glyph: unicodeGlyphs()}
	if o.ASCII {
		t.Glyph = asciiGlyphs()
	}
	t.style()
	return t
}

// SetDark changes the theme in place, so that all who hold it draw anew in the right colours.
func (t *Theme) SetDark(dark bool) {
	if t.Dark == dark {
		return
	}
	t.Dark = dark
	t.Version++
	t.style()
}

// SetRich says whether the terminal has 256 colours or more. Until it is told, it has not.
func (t *Theme) SetRich(rich bool) {
	if t.Rich == rich {
		return
	}
	t.Rich = rich
	t.Version++
}

// Pictures reports whether pictures can be drawn, in half blocks of many colours.
func (t *Theme) Pictures() bool { return t.Rich && t.Colour && !t.ASCII }

// Back is about what lies behind the text: what the terminal said of it is dark or light.
func (t *Theme) Back() color.NRGBA {
	if t.Dark {
		return color.NRGBA{R: 0x1e, G: 0x1e, B: 0x1e, A: 0xff}
	}
	return color.NRGBA{R: 0xff, G: 0xff, B: 0xff, A: 0xff}
}

func (t *Theme) style() {
	plain := lipgloss.NewStyle()
	p := palette(t.Dark)
	paint := func(c color.Color) lipgloss.Style {
		if !t.Colour {
			return plain
		}
		return plain.Foreground(c)
	}
	t.surface = nil
	t.Text, t.Bold = plain, plain.Bold(true)
	t.Dim = plain.Faint(true)
	if t.Colour {
		t.Dim = plain.Foreground(p.dim)
		t.surface = p.surface
	}
	t.Accent = paint(p.accent)
	t.Title = paint(p.accent).Bold(true)
	t.Key = paint(p.accent).Bold(true)
	t.OK, t.Warn, t.Info = paint(p.ok), paint(p.warn), paint(p.info)
	t.Danger = paint(p.danger)
	t.Selected = plain.Bold(true)
	if t.Colour {
		t.Selected = t.Selected.Background(p.surface)
	}
	t.BarFull, t.BarEmpty = paint(p.ok), paint(p.faint)
	t.Border, t.Header = paint(p.faint), t.Dim
	t.TabOn, t.TabOff = paint(p.accent).Bold(true), t.Dim
	t.ToastOK, t.ToastInfo = t.OK, t.Info
	t.ToastWarn, t.ToastError = t.Warn, t.Danger.Bold(true)
}

// State is the colour of a state word; it stands beside glyph and word, never alone.
func (t *Theme) State(word string) lipgloss.Style {
	switch word {
	case "ok":
		return t.OK
	case "expiring", "retrying":
		return t.Warn
	case "refreshing":
		return t.Info
	case "expired":
		return t.Danger
	case "sign_in_needed":
		return t.Danger.Bold(true)
	case "revoked":
		return t.Dim
	}
	return t.Text
}

// On is a style as it looks in the selected row.
func (t *Theme) On(s lipgloss.Style) lipgloss.Style {
	if t.surface == nil {
		return s.Bold(true)
	}
	return s.Background(t.surface)
}
