package tui

import (
	"strings"
	"testing"
	"time"

	"authdeck/store"
	"authdeck/tui/internal/fakedeck"
)

func none(time.Time) []store.Summary { return nil }

// TestFrames are the screens and dialogs at the sizes of reference/tui.md §7.
func TestFrames(t *testing.T) {
	frames := []struct {
		name string
		s    setup
		keys []string
	}{
		{"list", setup{options: motion()}, nil},
		{"first", setup{options: motion(), rows: none, deck: demoDeck}, nil},
		{"detail", setup{options: motion()}, []string{"enter"}},
		{"claims", setup{options: motion(), deck: looks}, []string{"enter", "right"}},
		{"scopes", setup{options: motion()}, []string{"enter", "right", "right"}},
		{"history", setup{options: motion()}, []string{"enter", "left"}},
		{"revoke", setup{options: motion(), deck: family}, []string{"R"}},
		{"remove", setup{options: motion()}, []string{"d"}},
		{"rename", setup{options: motion()}, []string{"e"}},
		{"copy", setup{options: motion()}, []string{"y"}},
		{"help", setup{options: motion()}, []string{"?"}},
		{"activity", setup{options: motion()}, []string{"2"}},
		{"settings", setup{options: motion()}, []string{"4"}},
		{"retrying", setup{options: motion(), rows: fakedeck.Two}, nil},
		{"revoked", setup{options: motion(), rows: fakedeck.Two}, []string{"j"}},
		{"nomatch", setup{options: motion()}, []string{"/", "x", "y", "z", "enter"}},
		{"ascii", setup{options: Options{Motion: true, ASCII: true}}, nil},
		{"ascii-detail", setup{options: Options{Motion: true, ASCII: true}}, []string{"enter"}},
		{"ascii-revoke", setup{options: Options{Motion: true, ASCII: true}, deck: family}, []string{"R"}},
		{"still", setup{options: Options{}}, nil},
		{"filter", setup{options: motion()}, []string{"/", "a", "d", "a"}},
	}
	for _, f := range frames {
		for _, size := range sizes() {
			name := sized(f.name, size.w, size.h)
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				s := f.s
				s.width, s.height = size.w, size.h
				run(t, s, func(a *app) {
					a.press(f.keys...)
					if f.name == "settings" {
						a.has("/home/ada/.local/share/authdeck/store.db", "a key file, a passphrase", "last copy", "authdeck export FILE")
						return // the versions are those of the machine
					}
					a.golden(name)
				})
			})
		}
	}
}

// TestColourChangesNoText: a frame with colour, on dark and on light, is the frame without, in text.
func TestColourChangesNoText(t *testing.T) {
	t.Parallel()
	for name, keys := range map[string][]string{"list": nil, "detail": {"enter"}, "revoke": {"R"}, "activity": {"2"}} {
		var want string
		run(t, setup{width: 120, height: 40, options: Options{Motion: true}}, func(a *app) {
			a.press(keys...)
			want = a.frame()
		})
		for _, o := range []Options{{Motion: true, Colour: true}, {Motion: true, Colour: true, Light: true}} {
			run(t, setup{width: 120, height: 40, options: o}, func(a *app) {
				a.press(keys...)
				if got := a.frame(); got != want {
					t.Errorf("%s, light %v:\n%s\nwithout colour:\n%s", name, o.Light, got, want)
				}
				if !strings.Contains(a.output(), "\x1b[38;2;") && !strings.Contains(a.output(), "38;2;") {
					t.Errorf("%s: no colour was written", name)
				}
			})
		}
	}
}

// TestNoColourMeansNone: without colour no frame sets one.
func TestNoColourMeansNone(t *testing.T) {
	t.Parallel()
	run(t, setup{width: 80, height: 24, options: motion()}, func(a *app) {
		a.press("j", "enter", "]", "]", "esc", "R", "esc")
		for _, seq := range []string{"38;2;", "38;5;", "48;2;", "48;5;", "\x1b[31m", "\x1b[32m"} {
			if strings.Contains(a.output(), seq) {
				t.Errorf("the output sets a colour: %q", seq)
			}
		}
	})
}

// TestASCIIDrawsASCIIOnly looks at every screen and dialog.
func TestASCIIDrawsASCIIOnly(t *testing.T) {
	t.Parallel()
	for _, keys := range [][]string{nil, {"enter"}, {"enter", "]"}, {"enter", "]", "]"}, {"R"}, {"d"}, {"e"}, {"y"}, {"?"}, {"2"}, {"3"}, {"4"}, {"/", "q", "q"}} {
		run(t, setup{width: 80, height: 24, options: Options{Motion: true, ASCII: true}, deck: looks}, func(a *app) {
			a.press(keys...)
			for _, r := range a.frame() {
				if r > 0x7e {
					t.Errorf("after %v the frame has %q:\n%s", keys, r, a.frame())
					return
				}
			}
		})
	}
}
