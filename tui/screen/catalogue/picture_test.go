package catalogue

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"

	"authdeck/connections"
	"authdeck/integrations"
	"authdeck/tui/screen"
	"authdeck/tui/screen/screentest"
	"authdeck/tui/theme"
)

// pictured is a catalogue whose first has an icon.
func pictured() []connections.IntegrationView {
	plain := screentest.GitLab()
	return []connections.IntegrationView{screentest.FlowRunner(), plain, screentest.Demo()}
}

// rich makes the terminal one of many colours, whose deck has pictures.
func rich(r *rig) {
	r.env.Theme = theme.New(theme.Options{Dark: true, Colour: true})
	r.env.Theme.SetRich(true)
	r.deck.PictureOf = func(context.Context, string) (integrations.Picture, error) { return screentest.Picture(), nil }
}

// rest lets the cursor rest until the picture has come.
func rest(r *rig) {
	time.Sleep(2 * pictureAfter)
	r.loop.Settle()
}

// TestPictureFrames: the detail with an icon at every size where the terminal can, and with the glyph where it cannot.
func TestPictureFrames(t *testing.T) {
	sizes := append(
		screentest.Sizes(), screentest.Size{Name: "59x24", Width: 59, Body: 19}, screentest.Size{Name: "99x24", Width: 99, Body: 19},
		screentest.Size{Name: "100x24", Width: 100, Body: 19}, screentest.Size{Name: "100x16", Width: 100, Body: 11},
		screentest.Size{Name: "112x24", Width: 112, Body: 19}, screentest.Size{Name: "120x16", Width: 120, Body: 11},
	)
	for _, size := range sizes {
		here := size.Width >= 60 && size.Name != "100x16"
		for _, look := range []struct {
			name string
			theme.Options
			rich, drawn bool
		}{
			{"rich", theme.Options{Dark: true, Colour: true}, true, here},
			{"light", theme.Options{Colour: true}, true, here},
			{"sixteen", theme.Options{Dark: true, Colour: true}, false, false},
			{"plain", theme.Options{Dark: true}, true, false},
			{"ascii", theme.Options{Dark: true, Colour: true, ASCII: true}, true, false},
		} {
			t.Run(size.Name+"-"+look.name, func(t *testing.T) {
				var frame string
				inBubble(t, pictured(), func(r *rig) {
					rich(r)
					r.env.Theme = theme.New(look.Options)
					r.env.Theme.SetRich(look.rich)
				}, func(t *testing.T, r *rig) {
					rest(r)
					frame = r.screen.View(size.Width, size.Body)
					if asked := len(r.deck.Pictures) == 1; asked != r.env.Theme.Pictures() {
						t.Errorf("asked for %v", r.deck.Pictures)
					}
				})
				screentest.Check(t, frame, size.Width, size.Body)
				if drawn := strings.ContainsAny(frame, "▀▄"); drawn != look.drawn {
					t.Errorf("drawn: %v, want %v\n%s", drawn, look.drawn, ansi.Strip(frame))
				}
				if look.drawn && !strings.Contains(frame, "38;2;192;96;48") {
					t.Error("its colours are not set")
				}
				if look.name == "rich" || look.name == "plain" && size.Width == 80 {
					screentest.Golden(t, frame)
				}
			})
		}
	}
}

// TestPictureOfAnother: the picture goes with the cursor, and is not asked for twice.
func TestPictureOfAnother(t *testing.T) {
	inBubble(t, pictured(), rich, func(t *testing.T, r *rig) {
		rest(r)
		r.loop.Press("j")
		rest(r)
		if frame := r.screen.View(80, 19); strings.ContainsAny(frame, "▀▄") {
			t.Errorf("one without an icon is drawn with one:\n%s", ansi.Strip(frame))
		}
		r.loop.Press("k")
		rest(r)
		if frame := r.screen.View(80, 19); !strings.Contains(frame, "▀") || len(r.deck.Pictures) != 1 {
			t.Errorf("asked for %v:\n%s", r.deck.Pictures, ansi.Strip(frame))
		}
	})
}

// TestPictureWhereTheCursorRests: nothing is asked for on the way, and one that takes its time is given up on.
func TestPictureWhereTheCursorRests(t *testing.T) {
	var list []connections.IntegrationView
	for i := range 30 {
		v := screentest.FlowRunner()
		v.ID = fmt.Sprintf("s%02d", i)
		list = append(list, v)
	}
	given := 0
	inBubble(t, list, func(r *rig) {
		rich(r)
		r.deck.PictureOf = func(ctx context.Context, id string) (integrations.Picture, error) {
			if id == "s10" {
				<-ctx.Done()
				given++
				return integrations.Picture{}, ctx.Err()
			}
			return screentest.Picture(), nil
		}
	}, func(t *testing.T, r *rig) {
		for range 10 {
			r.loop.Press("j")
			time.Sleep(pictureAfter / 4)
		}
		rest(r)
		r.loop.Press("j")
		rest(r)
		if want := []string{"s10", "s11"}; !slices.Equal(r.deck.Pictures, want) || given != 1 {
			t.Errorf("asked for %v, want %v; %d given up", r.deck.Pictures, want, given)
		}
		r.loop.Press("k")
		rest(r) // asked for anew, still under way: closing the screen ends it
		if len(r.deck.Pictures) != 3 {
			t.Errorf("asked for %v", r.deck.Pictures)
		}
	})
	if given != 2 {
		t.Errorf("%d were given up", given)
	}
}

// TestPictureFails: the glyph stays, and the wide detail says why.
func TestPictureFails(t *testing.T) {
	inBubble(t, pictured(), func(r *rig) {
		rich(r)
		r.deck.PictureOf = func(context.Context, string) (integrations.Picture, error) {
			return integrations.Picture{}, errors.New("the icon public/icon.png: it is larger than 256 KiB\x1b]0;x\x07")
		}
	}, func(t *testing.T, r *rig) {
		rest(r)
		frame := r.screen.View(120, 35)
		screentest.Check(t, frame, 120, 35)
		if strings.ContainsAny(frame, "▀▄") || !strings.Contains(frame, "the icon public/icon.png") {
			t.Error(ansi.Strip(frame))
		}
	})
}

// TestPictureAgain: after a change all are read anew, and drawn as they were until then.
func TestPictureAgain(t *testing.T) {
	inBubble(t, pictured(), rich, func(t *testing.T, r *rig) {
		rest(r)
		r.deck.PictureOf = func(context.Context, string) (integrations.Picture, error) { return integrations.Picture{}, nil }
		r.loop.Send(screen.StoreChanged{})
		if frame := r.screen.View(80, 19); !strings.Contains(frame, "▀") {
			t.Error("the picture went away while it was read")
		}
		rest(r)
		if frame := r.screen.View(80, 19); strings.Contains(frame, "▀") || len(r.deck.Pictures) != 2 {
			t.Errorf("asked for %v:\n%s", r.deck.Pictures, ansi.Strip(frame))
		}
	})
}

// TestPictureOnceColoursAreKnown: a terminal that tells later what it can gets the picture then, and View asks for nothing.
func TestPictureOnceColoursAreKnown(t *testing.T) {
	inBubble(t, pictured(), func(r *rig) {
		rich(r)
		r.env.Theme.SetRich(false)
	}, func(t *testing.T, r *rig) {
		rest(r)
		r.screen.View(80, 19)
		if len(r.deck.Pictures) != 0 {
			t.Error("asked for what cannot be drawn")
		}
		r.env.Theme.SetRich(true)
		r.loop.Send(tea.ColorProfileMsg{Profile: colorprofile.TrueColor})
		rest(r)
		if frame := r.screen.View(80, 19); !strings.Contains(frame, "▀") {
			t.Error(ansi.Strip(frame))
		}
		synctest.Wait()
	})
}

// TestGlyphColour: the glyph in the list has the colour for the background that there is.
func TestGlyphColour(t *testing.T) {
	for name, c := range map[string]struct {
		icon integrations.Icon
		dark bool
		want string
	}{
		"dark":               {integrations.Icon{Colour: "#c06030", Light: "#803010"}, true, "38;2;192;96;48"},
		"light":              {integrations.Icon{Colour: "#c06030", Light: "#803010"}, false, "38;2;128;48;16"},
		"light, one for all": {integrations.Icon{Colour: "#c06030"}, false, "38;2;192;96;48"},
		"light, no colour":   {integrations.Icon{Colour: "#c06030", Light: "red;48;5;1"}, false, "38;2;192;96;48"},
	} {
		t.Run(name, func(t *testing.T) {
			v := screentest.FlowRunner()
			v.Icon = c.icon
			inBubble(t, []connections.IntegrationView{v}, func(r *rig) {
				r.env.Theme = theme.New(theme.Options{Dark: c.dark, Colour: true})
			}, func(t *testing.T, r *rig) {
				if row := strings.Split(r.screen.View(80, 19), "\n")[1]; !strings.Contains(row, "\x1b["+c.want+"mP") {
					t.Errorf("%q", row)
				}
			})
		})
	}
}

// TestPictureThatIsNotSeen: a black mark on a dark terminal leaves it to the glyph, until the background is another.
func TestPictureThatIsNotSeen(t *testing.T) {
	inBubble(t, pictured(), func(r *rig) {
		rich(r)
		r.deck.PictureOf = func(context.Context, string) (integrations.Picture, error) {
			p := screentest.Picture()
			for i := range p {
				p[i].R, p[i].G, p[i].B = 10, 10, 10
			}
			return p, nil
		}
	}, func(t *testing.T, r *rig) {
		rest(r)
		if frame := r.screen.View(80, 19); strings.ContainsAny(frame, "▀▄") {
			t.Errorf("black on dark:\n%s", ansi.Strip(frame))
		}
		r.env.Theme.SetDark(false)
		if frame := r.screen.View(80, 19); !strings.ContainsAny(frame, "▀▄") {
			t.Errorf("black on light is not drawn:\n%s", ansi.Strip(frame))
		}
	})
}

// TestPictureStale: an answer that came too late changes nothing.
func TestPictureStale(t *testing.T) {
	inBubble(t, pictured(), rich, func(t *testing.T, r *rig) {
		old := pictureMsg{ref: r.screen.ref(), number: r.screen.asking.number, id: r.screen.asking.id, picture: screentest.Picture()}
		r.deck.PictureOf = func(context.Context, string) (integrations.Picture, error) { return integrations.Picture{}, nil }
		r.loop.Send(screen.StoreChanged{}) // asks anew
		r.loop.Send(old)
		rest(r)
		r.loop.Send(old)
		old.to = &Screen{}
		r.loop.Send(old)
		if frame := r.screen.View(80, 19); old.id != "parcels" || strings.Contains(frame, "▀") || len(r.deck.Pictures) != 1 {
			t.Errorf("%q, asked for %v:\n%s", old.id, r.deck.Pictures, ansi.Strip(frame))
		}
	})
}
