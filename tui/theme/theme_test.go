package theme

import (
	"image/color"
	"math"
	"reflect"
	"strings"
	"testing"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"
)

// TestGlyphsAreOneCell, and those of ASCII are ASCII; the states are told apart in both.
func TestGlyphsAreOneCell(t *testing.T) {
	t.Parallel()
	for _, ascii := range []bool{false, true} {
		g := New(Options{ASCII: ascii}).Glyph
		var all []string
		v := reflect.ValueOf(g)
		for i := range v.NumField() {
			if f := v.Field(i); f.Kind() == reflect.String {
				all = append(all, f.String())
			}
		}
		all = append(all, g.Box[:]...)
		seen := map[string]bool{}
		for _, s := range g.States {
			all = append(all, s)
			if seen[s] {
				t.Errorf("two states have the glyph %q", s)
			}
			seen[s] = true
		}
		if len(g.States) != 7 {
			t.Errorf("%d states have glyphs, want 7", len(g.States))
		}
		for _, s := range all {
			if ansi.StringWidth(s) != 1 {
				t.Errorf("glyph %q is %d cells", s, ansi.StringWidth(s))
			}
			if ascii && (len(s) != 1 || s[0] > 0x7e) {
				t.Errorf("glyph %q is not ASCII", s)
			}
		}
	}
}

// TestContrast is what the palette promises, on the usual backgrounds.
func TestContrast(t *testing.T) {
	t.Parallel()
	for _, dark := range []bool{true, false} {
		back := color.Color(color.White)
		if dark {
			back = lipgloss.Color("#1e1e1e")
		}
		p := palette(dark)
		for name, c := range map[string]color.Color{"ok": p.ok, "warn": p.warn, "danger": p.danger, "info": p.info, "accent": p.accent, "dim": p.dim} {
			for where, b := range map[string]color.Color{"background": back, "selected row": p.surface} {
				if got := contrast(c, b); got < 4.5 {
					t.Errorf("dark %v: %s on the %s has a contrast of %.1f", dark, name, where, got)
				}
			}
		}
		if got := contrast(p.faint, back); got < 1.6 {
			t.Errorf("dark %v: lines have a contrast of %.1f", dark, got)
		}
	}
}

// contrast is WCAG's ratio.
func contrast(a, b color.Color) float64 {
	x, y := luminance(a), luminance(b)
	return (math.Max(x, y) + 0.05) / (math.Min(x, y) + 0.05)
}

func luminance(c color.Color) float64 {
	r, g, b, _ := c.RGBA()
	lin := func(v uint32) float64 {
		x := float64(v) / 0xffff
		if x <= 0.03928 {
			return x / 12.92
		}
		return math.Pow((x+0.055)/1.055, 2.4)
	}
	return 0.2126*lin(r) + 0.7152*lin(g) + 0.0722*lin(b)
}

// TestSetDark makes all colours anew and says so to row caches.
func TestSetDark(t *testing.T) {
	t.Parallel()
	th := New(Options{Dark: true, Colour: true})
	before, version := th.OK.Render("x"), th.Version
	th.SetDark(true)
	if th.Version != version {
		t.Error("the same background is a new version")
	}
	th.SetDark(false)
	if th.Version == version || th.OK.Render("x") == before {
		t.Error("another background left the theme as it was")
	}
}

// TestPenDrawsAsItsStyle for every style of the theme.
func TestPenDrawsAsItsStyle(t *testing.T) {
	t.Parallel()
	th := New(Options{Dark: true, Colour: true})
	for _, s := range []lipgloss.Style{th.Text, th.Dim, th.OK, th.Selected, th.On(th.Danger.Bold(true)), th.BarEmpty} {
		var b strings.Builder
		PenOf(s).Write(&b, "ab", "c")
		if got, want := b.String(), s.Render("abc"); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestPictures: only where the terminal is known to have the colours, and nobody asked for none, or for ASCII.
func TestPictures(t *testing.T) {
	t.Parallel()
	for _, o := range []Options{{Colour: true}, {}, {Colour: true, ASCII: true}} {
		th := New(o)
		if th.Pictures() {
			t.Errorf("%+v: before the terminal said what it can", o)
		}
		version := th.Version
		th.SetRich(true)
		if th.Pictures() != (o.Colour && !o.ASCII) || th.Version == version {
			t.Errorf("%+v: %v", o, th.Pictures())
		}
	}
}
