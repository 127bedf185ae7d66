package ui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"

	"authdeck/tui/theme"
)

func TestCountdown(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		left time.Duration
		want string
	}{
		{43*time.Minute + 12*time.Second, "00:43:12"},
		{43*time.Minute + 11*time.Second + time.Nanosecond, "00:43:12"},
		{0, "00:00:00"},
		{time.Nanosecond, "00:00:01"},
		{-time.Nanosecond, "00:00:00"},
		{-(2*time.Hour + 11*time.Minute + 9*time.Second), "-02:11:09"},
		{99*time.Hour + 59*time.Minute + 59*time.Second, "99:59:59"},
		{100 * time.Hour, "4 d 04 h"},
		{183 * 24 * time.Hour, "183 d 00 h"},
		{-400 * 24 * time.Hour, "-400 d 00 h"},
	} {
		got := Countdown(c.left)
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.left, got, c.want)
		}
		if len(got) > 11 {
			t.Errorf("%q is wider than its column", got)
		}
	}
}

// TestCells are the bars of the sketches in reference/tui.md §5.
func TestCells(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		left, whole time.Duration
		width, want int
	}{
		{43*time.Minute + 12*time.Second, time.Hour, 12, 9},
		{59*time.Minute + 58*time.Second, time.Hour, 12, 12},
		{24*time.Minute + 9*time.Second, time.Hour, 12, 5},
		{3*time.Minute + 40*time.Second, time.Hour, 12, 1},
		{18*time.Minute + 36*time.Second, time.Hour, 12, 4},
		{43*time.Minute + 12*time.Second, time.Hour, 10, 7},
		{55*time.Minute + time.Second, time.Hour, 10, 9},
		{18*time.Minute + 36*time.Second, time.Hour, 10, 3},
		{time.Nanosecond, time.Hour, 12, 1},
		{0, time.Hour, 12, 0},
		{-time.Hour, time.Hour, 12, 0},
		{2 * time.Hour, time.Hour, 12, 12},
		{time.Hour, 0, 12, 0},
	} {
		if got := Cells(c.left, c.whole, c.width); got != c.want {
			t.Errorf("%s of %s in %d cells: %d, want %d", c.left, c.whole, c.width, got, c.want)
		}
	}
}

// TestOverKeepsWidths lays boxes over frames with wide characters at every place.
func TestOverKeepsWidths(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		width := rapid.IntRange(4, 60).Draw(t, "width")
		text := rapid.StringOfN(rapid.SampledFrom([]rune("ab長語 é●")), 0, 60, -1).Draw(t, "text")
		n := rapid.IntRange(1, width).Draw(t, "box")
		x := rapid.IntRange(0, width-n).Draw(t, "x")
		style := theme.New(theme.Options{Dark: true, Colour: true}).OK
		frame := []string{Fit(style.Render(text), width)}
		box := strings.Repeat("#", n)
		Over(frame, []string{box}, x, 0, width)
		if got := ansi.StringWidth(frame[0]); got != width {
			t.Fatalf("%d cells, want %d: %q", got, width, frame[0])
		}
		plain := ansi.Strip(frame[0])
		if at := ansi.StringWidth(plain[:strings.Index(plain, box)]); at != x {
			t.Fatalf("the box is at %d, want %d: %q", at, x, plain)
		}
	})
}

func TestBoxIsExact(t *testing.T) {
	t.Parallel()
	th := theme.New(theme.Options{})
	rapid.Check(t, func(t *rapid.T) {
		width, height := rapid.IntRange(4, 90).Draw(t, "width"), rapid.IntRange(2, 20).Draw(t, "height")
		text := rapid.StringOfN(rapid.SampledFrom([]rune("ab長 ●")), 0, 90, -1)
		lines := rapid.SliceOfN(text, 0, 30).Draw(t, "lines")
		box := Box(th, text.Draw(t, "title"), text.Draw(t, "right"), lines, width, height)
		if len(box) != height {
			t.Fatalf("%d lines, want %d", len(box), height)
		}
		for _, l := range box {
			if ansi.StringWidth(l) != width {
				t.Fatalf("%d cells, want %d: %q", ansi.StringWidth(l), width, l)
			}
		}
	})
}

// TestTableKeepsTheCursorInSight for every way it moves, and draws a row once as long as its key stays.
func TestTableKeepsTheCursorInSight(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var tab Table[string]
		n := rapid.IntRange(0, 200).Draw(t, "rows")
		tab.SetLen(n)
		keys := rapid.SliceOfN(rapid.SampledFrom(strings.Fields("j k g G ctrl+d ctrl+u pgup pgdown down up")), 1, 40).Draw(t, "keys")
		height := rapid.IntRange(1, 30).Draw(t, "height")
		for i, k := range keys {
			tab.Key(k)
			if i%7 == 6 {
				n = max(0, n-13)
				tab.SetLen(n)
			}
			seen := false
			lines := tab.View(nil, height, func(i int, s bool) string { return fmt.Sprint(i, s) }, func(i int, s bool) string {
				return fmt.Sprint(i, s)
			})
			for _, l := range lines {
				seen = seen || strings.HasSuffix(l, "true")
			}
			if want := min(n, height); len(lines) != want {
				t.Fatalf("%d lines of %d rows in %d, want %d", len(lines), n, height, want)
			}
			if n > 0 && !seen {
				t.Fatalf("after %s the cursor %d is out of sight", k, tab.Cursor())
			}
		}
	})
}

func TestTableDrawsARowOnce(t *testing.T) {
	t.Parallel()
	var tab Table[int]
	tab.SetLen(50)
	drawn := 0
	for range 3 {
		tab.View(nil, 10, func(i int, _ bool) int { return i }, func(int, bool) string { drawn++; return "" })
	}
	if drawn != 10 {
		t.Errorf("ten rows in sight were drawn %d times in three frames", drawn)
	}
}

func TestViewer(t *testing.T) {
	t.Parallel()
	var v Viewer
	var text []string
	for i := range 40 {
		text = append(text, fmt.Sprint("line ", i))
	}
	v.Set(text)
	v.View(20, 10)
	if got := v.Place(); got != "line 1-10 of 40" {
		t.Errorf("place %q", got)
	}
	v.Key("G")
	if got := v.View(20, 10)[9]; got != "line 39" {
		t.Errorf("the last line is %q", got)
	}
	v.Key("j")
	v.Key("g")
	if got := v.View(20, 10)[0]; got != "line 0" {
		t.Errorf("the first line is %q", got)
	}
	v.SetWrap(true)
	v.Set([]string{strings.Repeat("word ", 30)})
	for _, l := range v.View(20, 10) {
		if ansi.StringWidth(l) > 20 {
			t.Errorf("wrapped line %q is too wide", l)
		}
	}
	if v.Set(text[:3]); v.Place() != "" || len(v.View(20, 10)) != 3 {
		t.Error("a text that fits has a place")
	}
}

// TestConfirm: the default cancels, a held key does nothing.
func TestConfirm(t *testing.T) {
	t.Parallel()
	var did, left int
	c := &Confirm{
		Theme: theme.New(theme.Options{}), Title: "Revoke?", Key: "y", Verb: "revoke",
		Do: func() tea.Cmd { did++; return nil }, Leave: func() tea.Cmd { left++; return nil },
	}
	for _, k := range []tea.Key{{Code: tea.KeyEnter}, {Code: tea.KeyEscape}, {Code: 'n', Text: "n"}, {Code: 'R', Text: "R"}, {Code: 'y', Text: "y", IsRepeat: true}} {
		c.Update(tea.KeyPressMsg(k))
	}
	if did != 0 || left != 3 {
		t.Errorf("did %d, left %d; want 0, 3", did, left)
	}
	c.Update(tea.KeyPressMsg{Code: 'y', Text: "y"})
	c.Working = "revoking"
	c.Update(tea.KeyPressMsg{Code: 'y', Text: "y"})
	c.Update(tea.KeyPressMsg{Code: tea.KeyEscape})
	if did != 1 || left != 3 {
		t.Errorf("did %d, left %d; want 1, 3", did, left)
	}
}

func TestFilter(t *testing.T) {
	t.Parallel()
	var f Filter
	f.Start()
	for _, r := range "ada ok" {
		f.Key(tea.KeyPressMsg{Code: r, Text: string(r)})
	}
	if !f.Match("google\nada@example.com\nok") || f.Match("google\nada@example.com\nexpired") {
		t.Error("a filter needs all of its words")
	}
	if used, _ := f.Key(tea.KeyPressMsg{Code: tea.KeyDown}); used {
		t.Error("down does not move in the list while typing")
	}
	f.Key(tea.KeyPressMsg{Code: tea.KeyEnter})
	if f.Typing() || f.Text() != "ada ok" {
		t.Errorf("enter does not keep the filter: %q", f.Text())
	}
	f.Start()
	if _, changed := f.Key(tea.KeyPressMsg{Code: tea.KeyEscape}); !changed || f.Text() != "" {
		t.Error("esc does not clear the filter")
	}
}

func TestToasts(t *testing.T) {
	t.Parallel()
	th := theme.New(theme.Options{})
	var ts Toasts
	glyph := func(th *theme.Theme) (string, lipgloss.Style) { return th.Glyph.OK, th.OK }
	ts.Add(Toast{Text: "broken", Stays: true, Glyph: glyph})
	id := ts.Add(Toast{Text: "done", Glyph: glyph})
	if got := ts.View(th, 40); !strings.Contains(got, "done") || !strings.Contains(got, "+1") {
		t.Errorf("the newest is not shown: %q", got)
	}
	if !ts.Expire(id) || ts.Expire(id) {
		t.Error("a toast leaves once")
	}
	if got := ts.View(th, 40); !strings.Contains(got, "broken") || !strings.Contains(got, "esc dismisses") {
		t.Errorf("the error did not stay: %q", got)
	}
	if !ts.Dismiss() || ts.Dismiss() {
		t.Error("an error is dismissed once")
	}
	if got := ts.View(th, 40); strings.TrimSpace(got) != "" || len(got) != 40 {
		t.Errorf("no toast draws %q", got)
	}
}
