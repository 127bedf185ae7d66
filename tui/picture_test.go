package tui

import (
	"context"
	"image/color"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"authdeck/connections"
	"authdeck/integrations"
	"authdeck/tui/internal/fakedeck"
)

// TestPicture: the icon of an integration is on the screen where the terminal has the colours, and the glyph stands where not.
func TestPicture(t *testing.T) {
	t.Parallel()
	deck := func(d *fakedeck.Deck) {
		d.Known = []connections.IntegrationView{{
			Info:       integrations.Info{ID: "parcels", Name: "Parcels", Kind: integrations.KindFlowRunner, Icon: integrations.Icon{Glyph: "P", ASCII: "P"}},
			Configured: true, HasPicture: true,
		}}
		d.Icons = func(context.Context, string) (p integrations.Picture, _ error) {
			for i := range p {
				p[i] = color.NRGBA{R: 200, G: uint8(i), A: 255}
			}
			return p, nil
		}
	}
	for name, c := range map[string]struct {
		o       Options
		profile colorprofile.Profile // told later
		want    bool
	}{
		"true colours": {Options{Motion: true, Colour: true}, 0, true},
		"256 colours":  {Options{Motion: true, Colour: true}, colorprofile.ANSI256, true},
		"16 colours":   {Options{Motion: true, Colour: true}, colorprofile.ANSI, false},
		"NO_COLOR":     {Options{Motion: true}, 0, false},
		"--ascii":      {Options{Motion: true, Colour: true, ASCII: true}, 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			run(t, setup{width: 80, height: 24, options: c.o, deck: deck}, func(a *app) {
				if c.profile != 0 {
					a.p.Send(tea.ColorProfileMsg{Profile: c.profile})
					a.wait(100 * time.Millisecond)
				}
				a.press("3")
				a.wait(time.Second)
				if got := strings.Contains(a.frame(), "▀▀▀▀▀▀▀▀"); got != c.want {
					t.Errorf("drawn: %v, want %v\n%s", got, c.want, a.frame())
				}
			})
		})
	}
}
