package tui

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/charmbracelet/x/ansi"

	"authdeck/connections"
	"authdeck/store"
	"authdeck/tui/internal/fakedeck"
)

// trimmed is a frame as text, without blanks at the ends of lines.
func trimmed(frame string) string {
	lines := strings.Split(ansi.Strip(frame), "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " ")
	}
	return strings.Join(lines, "\n")
}

// checkFrame checks that a frame is exactly h lines of w cells, and that nothing but our own SGR and links is in it.
func checkFrame(t *testing.T, frame string, w, h int) {
	t.Helper()
	lines := strings.Split(frame, "\n")
	if len(lines) != h {
		t.Fatalf("%d lines at %dx%d:\n%s", len(lines), w, h, frame)
	}
	for i, l := range lines {
		if n := ansi.StringWidth(l); n != w {
			t.Fatalf("line %d is %d cells at %dx%d: %q", i, n, w, h, l)
		}
		for _, r := range ansi.Strip(l) {
			if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
				t.Fatalf("line %d holds %U at %dx%d: %q", i, r, w, h, l)
			}
		}
		for _, part := range strings.Split(l, "\x1b")[1:] {
			if !strings.HasPrefix(part, "[") && !strings.HasPrefix(part, "]8;") && part != "" && part[0] != '\\' {
				t.Fatalf("line %d holds an escape sequence that is not ours: %q", i, part)
			}
		}
	}
}

// hostile are names as no provider should send them.
var hostile = []string{
	"\x1b]52;c;aGVsbG8=\x07", "\x1b[2J\x1b[H", "\x1bP1$r\x1b\\", "\u009b31mred", "a\nb\rc\td", "\u202eevil\u202c", "\x1b]0;title\x07x",
	"\x1b]8;;https://evil.example\x1b\\click\x1b]8;;\x1b\\", "zero\u200bwidth\ufeff", "\xff\xfe\xc0", strings.Repeat("長", 80), "👨‍👩‍👧‍👦 family",
	"e\u0301\u0301\u0301\u0301\u0301\u0301\u0301", "\x1b_apc\x1b\\", "\x1b[31munterminated", "\x1b]2;unterminated", strings.Repeat("x", 500), "", "\x00\x01\x7f",
	"🇩🇪🇫🇷", "\u0000\u202ebidi", "tab\tname",
}

func hostileRows(now time.Time) []store.Summary {
	rows := fakedeck.Many(3*len(hostile), now)
	for i := range rows {
		h := hostile[i%len(hostile)]
		rows[i].Name, rows[i].Identity, rows[i].Integration, rows[i].Subject = h, h, h, h
		rows[i].Health.Reason = h
		rows[i].ScopesAsked, rows[i].ScopesGranted = []string{h, "openid"}, []string{h}
	}
	return rows
}

func hostileDeck(d *fakedeck.Deck) {
	for i, h := range hostile {
		d.Log(store.Event{Time: base, Connection: h, ID: fmt.Sprintf("%032x", i+1), Event: h, Outcome: h, Detail: h})
	}
	payload := map[string]any{}
	for i, h := range hostile {
		payload[h+fmt.Sprint(i)] = h
	}
	d.Look = connections.Inspection{
		IDToken:      &connections.Claims{Header: map[string]any{"alg": hostile[0], "kid": hostile[1]}, Payload: payload, Signature: hostile[4]},
		Introspected: true, Members: payload, Note: hostile[1],
	}
	d.Family = hostile
	d.Fail = &connections.Error{Kind: connections.KindFailed, Message: hostile[0] + hostile[4], Hint: hostile[1]}
	for i, h := range hostile {
		v := fakedeck.Catalogue()[0]
		v.ID, v.Name, v.Origin, v.RevokeNone, v.Notes = h, h, h, h, []string{h}
		v.Icon.Glyph = h
		v.CanRevoke = i%2 == 0
		d.Known = append(d.Known, v)
	}
}

var walkKeys = strings.Fields("j k g G ctrl+d ctrl+u enter esc q tab 1 2 3 4 / ? r R a y v l e d n ctrl+r [ ] left right up down space backspace x t o c u p")

// TestRandomWalk presses random keys at random sizes over hostile data, and looks at every frame.
func TestRandomWalk(t *testing.T) {
	t.Parallel()
	seeds, steps := uint64(8), 60
	if os.Getenv("AUTHDECK_LONG") != "" {
		seeds, steps = 60, 300
	}
	for seed := range seeds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			rng := rand.New(rand.NewPCG(seed, 7))
			s := setup{width: 80, height: 24, options: Options{Motion: seed%3 != 0, Colour: seed%2 == 0, ASCII: seed%5 == 0}, rows: hostileRows, deck: hostileDeck}
			if seed%4 == 1 {
				s.rows, s.deck = none, demoDeck
			}
			run(t, s, func(a *app) {
				for range steps {
					if rng.IntN(8) == 0 {
						a.resize(20+rng.IntN(200), 5+rng.IntN(60))
					}
					k := walkKeys[rng.IntN(len(walkKeys))]
					if k == "q" && !a.m.canBack() && len(a.m.dialogs) == 0 && !a.m.list.Filtering() {
						continue // would quit
					}
					a.p.Send(keyOf(k))
					a.wait(time.Duration(rng.IntN(600)) * time.Millisecond)
					if a.m.width > 0 {
						checkFrame(t, a.m.draw(), a.m.width, a.m.height)
					}
				}
			})
		})
	}
}

// TestEveryBoundary draws the list, the detail and a dialog at each boundary of the layout, one less and one more.
func TestEveryBoundary(t *testing.T) {
	t.Parallel()
	var widths, heights []int
	for _, w := range []int{20, minWidth, 80, boxedFrom, 120, 200} {
		widths = append(widths, max(20, w-1), w, w+1)
	}
	for _, h := range []int{5, minHeight, 24, stripFrom, 60} {
		heights = append(heights, max(5, h-1), h, h+1)
	}
	for _, keys := range [][]string{nil, {"enter"}, {"R"}, {"2"}, {"3"}} {
		t.Run(strings.Join(keys, " "), func(t *testing.T) {
			t.Parallel()
			run(t, setup{width: 80, height: 24, options: Options{Motion: true, Colour: true}, deck: looks}, func(a *app) {
				a.press(keys...)
				for _, w := range widths {
					for _, h := range heights {
						a.resize(w, h)
						checkFrame(t, a.m.draw(), w, h)
					}
				}
			})
		})
	}
}
