package ui

import (
	"image/color"
	"slices"
	"testing"

	"authdeck/tui/theme"
)

// TestHalfBlocks: which half is drawn with which colour, by what can be seen of two pixels.
func TestHalfBlocks(t *testing.T) {
	t.Parallel()
	none, trace := color.NRGBA{}, color.NRGBA{R: 9, G: 9, B: 9, A: 20}
	red, blue := color.NRGBA{R: 255, A: 255}, color.NRGBA{B: 255, A: 255}
	half := color.NRGBA{R: 255, G: 255, B: 255, A: 128}
	for name, c := range map[string]struct {
		upper, lower color.NRGBA
		light        bool
		want         string
	}{
		"both":                   {red, blue, false, "\x1b[38;2;255;0;0;48;2;0;0;255m▀\x1b[m"},
		"the upper alone":        {red, none, false, "\x1b[38;2;255;0;0m▀\x1b[m"},
		"the lower alone":        {none, blue, false, "\x1b[38;2;0;0;255m▄\x1b[m"},
		"neither":                {none, none, false, " "},
		"what is hardly there":   {trace, trace, false, " "},
		"half of it, on dark":    {half, none, false, "\x1b[38;2;143;143;143m▀\x1b[m"},
		"half of it, on light":   {half, none, true, "\x1b[38;2;255;255;255m▀\x1b[m"},
		"next to what is hardly": {trace, red, false, "\x1b[38;2;255;0;0m▄\x1b[m"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			th := theme.New(theme.Options{Dark: !c.light, Colour: true})
			got := HalfBlocks(th, []color.NRGBA{c.upper, none, c.lower, none}, 2)
			if want := []string{c.want + " "}; !slices.Equal(got, want) {
				t.Errorf("%q, want %q", got, want)
			}
		})
	}
}

// TestHalve: four pixels become their mean, transparent ones by their share only.
func TestHalve(t *testing.T) {
	t.Parallel()
	red, blue, none := color.NRGBA{R: 200, A: 255}, color.NRGBA{B: 100, A: 255}, color.NRGBA{R: 1, G: 255}
	got := Halve([]color.NRGBA{
		red, red, red, none, none, none,
		blue, blue, none, none, none, none,
	}, 6)
	want := []color.NRGBA{{R: 100, B: 50, A: 255}, {R: 200, A: 64}, {}}
	if !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}
