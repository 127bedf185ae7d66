package doc

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"

	"authdeck/internal/jsondoc"
	"authdeck/tui/screen/screentest"
	"authdeck/tui/theme"
)

// hostile is a document whose keys and values are the texts that must not reach a terminal.
func hostile() string {
	quoted := func(s string) string {
		var b strings.Builder
		b.WriteByte('"')
		for i := range len(s) {
			if c := s[i]; c < ' ' || c == '"' || c == '\\' {
				fmt.Fprintf(&b, `\u%04x`, c)
			} else {
				b.WriteByte(c)
			}
		}
		b.WriteByte('"')
		return b.String()
	}
	var members []string
	for _, s := range screentest.Hostile() {
		members = append(members, quoted(s)+":"+quoted(s))
	}
	one := "{" + strings.Join(members, ",") + "}"
	return "[" + one + "," + one + ",{" + members[0] + "}]"
}

func hostileExchanges() []Exchange {
	var list []Exchange
	for _, s := range screentest.Hostile() {
		list = append(list, Exchange{
			Method: s, URL: s, Status: 200, Err: s, RequestHeader: map[string][]string{s: {s, s}}, RequestBody: []byte(s), ResponseBody: []byte(hostile()),
			Duration: time.Second,
		})
	}
	return list
}

var makers = []struct {
	name string
	make func(t testing.TB) widget
}{
	{"tree", func(t testing.TB) widget { return tree(t, issues(50)) }},
	{"tree, hostile", func(t testing.TB) widget { return tree(t, hostile()) }},
	{"tree, deep", func(t testing.TB) widget {
		return tree(t, strings.Repeat(`[1,{"a":`, 60)+"2"+strings.Repeat(`},3]`, 60))
	}},
	{"tree, empty", func(t testing.TB) widget { return tree(t, `[]`) }},
	{"table", func(t testing.TB) widget { return table(t, issues(50)) }},
	{"table, hostile", func(t testing.TB) widget { return table(t, hostile()) }},
	{"text", func(testing.TB) widget { return NewText([]byte(strings.Repeat(log, 20) + strings.Repeat("x", 20_000))) }},
	{"text, hostile", func(testing.TB) widget { return NewText([]byte(strings.Join(screentest.Hostile(), "\n"))) }},
	{"text, empty", func(testing.TB) widget { return NewText(nil) }},
	{"text, binary", func(testing.TB) widget { return NewText(binary()) }},
	{"hex", func(testing.TB) widget { return NewHex(binary()) }},
	{"hex, empty", func(testing.TB) widget { return NewHex(nil) }},
	{"diff", func(t testing.TB) widget { return diff(t, wasText, isText_) }},
	{"diff, hostile", func(t testing.TB) widget { return diff(t, wasText, hostile()) }},
	{"diff, many", func(t testing.TB) widget { return diff(t, issues(50), strings.ReplaceAll(issues(60), "Typo", "typo")) }},
	{"exchanges", func(testing.TB) widget { return NewExchanges(run()) }},
	{"exchanges, hostile", func(testing.TB) widget { return NewExchanges(hostileExchanges()) }},
	{"exchanges, none", func(testing.TB) widget { return NewExchanges(nil) }},
}

var keyNames = strings.Fields("j k g G ctrl+d ctrl+u pgup pgdown down up left right h l enter space * = - w / n N a 1 esc backspace ] [ tab shift+tab 0 $ é ctrl+x f5")

// TestKeyWalk presses keys at random at random sizes: each frame is exact and safe, whatever stands in the texts.
func TestKeyWalk(t *testing.T) {
	t.Parallel()
	for _, m := range makers {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(r *rapid.T) {
				w, th := m.make(t), theme.New(screentest.Looks()[rapid.IntRange(0, 2).Draw(r, "look")].Options)
				for range rapid.IntRange(1, 12).Draw(r, "steps") {
					if rapid.IntRange(0, 4).Draw(r, "resize") == 0 {
						width, height := rapid.IntRange(0, 130).Draw(r, "width"), rapid.IntRange(0, 40).Draw(r, "height")
						exact(t, r, w, th, width, height)
					}
					w.Key(rapid.SampledFrom(keyNames).Draw(r, "key"))
					if tr, ok := w.(*Tree); ok && tr.Busy() && rapid.Bool().Draw(r, "work") {
						tr.Work(context.Background())
					}
					exact(t, r, w, th, 46, 16)
					inSight(r, w, th)
				}
			})
		})
	}
}

// inSight fails the test if the cursor of a list is not seen.
func inSight(r *rapid.T, w widget, th *theme.Theme) {
	switch w := w.(type) {
	case *Text, *Hex:
		return
	case *Diff:
		if w.n == 0 {
			return
		}
	case *Exchanges:
		if w.n == 0 || w.InDetail() {
			return
		}
	}
	for _, l := range w.View(th, 46, 16) {
		if strings.HasPrefix(ansi.Strip(l), th.Glyph.Cursor) {
			return
		}
	}
	r.Fatal("the cursor is out of sight")
}

func exact(t *testing.T, r *rapid.T, w widget, th *theme.Theme, width, height int) {
	lines := w.View(th, width, height)
	if len(lines) != height {
		r.Fatalf("%d lines, want %d", len(lines), height)
	}
	if height > 0 {
		screentest.Check(t, strings.Join(lines, "\n"), width, height)
	}
	if t.Failed() {
		r.Fatalf("at %dx%d", width, height)
	}
	if p := w.Place(); strings.ContainsAny(p, "\n\x1b") {
		r.Fatalf("place %q", p)
	}
}

// shown are the rows of a tree that is unfolded as the nodes in open are, by a walk.
func shown(n jsondoc.Node, open map[int]bool, out []int) []int {
	out = append(out, n.Offset())
	if open[n.Offset()] {
		for c := range n.Children() {
			out = shown(c, open, out)
		}
	}
	return out
}

// TestTree_RowsAreThoseOfAWalk: whatever was folded and unfolded, row i is what a walk through the document comes to.
func TestTree_RowsAreThoseOfAWalk(t *testing.T) {
	t.Parallel()
	d := open(t, issues(12))
	rapid.Check(t, func(r *rapid.T) {
		w := NewTree(d)
		opened := map[int]bool{d.Root().Offset(): true, d.Root().Child(0).Offset(): true}
		for range rapid.IntRange(1, 30).Draw(r, "steps") {
			at := rapid.IntRange(0, w.count()-1).Draw(r, "row")
			w.move(at)
			n := w.Node()
			switch k := rapid.SampledFrom([]string{"l", "h", "enter", "*"}).Draw(r, "key"); {
			case k == "l" && w.row(at).open == nil, k == "enter" && w.row(at).open == nil:
				w.Key(k)
				opened[n.Offset()] = n.Container() && !n.Empty()
			case (k == "h" || k == "enter") && w.row(at).open != nil:
				w.Key(k)
				walkAll(n, func(c jsondoc.Node) {
					if n.Offset() != d.Root().Offset() || k == "enter" {
						delete(opened, c.Offset())
					}
				})
				opened[d.Root().Offset()] = true
			case k == "*":
				w.Key(k)
				walkAll(n, func(c jsondoc.Node) {
					if c.Container() && !c.Empty() {
						opened[c.Offset()] = true
					}
				})
			}
			want := shown(d.Root(), opened, nil)
			if w.count() != len(want) {
				r.Fatalf("%d rows, want %d", w.count(), len(want))
			}
			for i, offset := range want {
				if got := w.row(i).node.Offset(); got != offset {
					r.Fatalf("row %d is at %d, want %d", i, got, offset)
				}
			}
			i := rapid.IntRange(0, len(want)-1).Draw(r, "go")
			if w.Go(want[i]); w.cursor != i {
				r.Fatalf("the cursor went to %d, want %d", w.cursor, i)
			}
		}
	})
}

func walkAll(n jsondoc.Node, each func(jsondoc.Node)) {
	each(n)
	for c := range n.Children() {
		walkAll(c, each)
	}
}

func TestTree_UnfoldsAllUpToABound(t *testing.T) {
	t.Parallel()
	w := tree(t, "["+strings.Repeat(`[[1],{"a":[2]}],`, 9000)+"[[[[3]]]]]")
	w.Key("*")
	if w.note == "" || w.count() < mostUnfolded || w.count() > 5*mostUnfolded {
		t.Errorf("%q, %d rows", w.note, w.count())
	}
	w.Key("G")
	if got := w.Path(); got != ".[9000]" && !strings.HasPrefix(got, ".[9000]") {
		t.Errorf("the last row is %s", got)
	}
	w.Key("g")
	if w.Key("-"); w.count() != 9002 {
		t.Errorf("folded: %d rows", w.count())
	}
}

func TestTree_CopiesPathAndValue(t *testing.T) {
	t.Parallel()
	w := tree(t, `{"odd key":{"a":["x\ny",1.50]}}`)
	for _, c := range []struct{ keys, path, value string }{
		{"*", ".", `{"odd key":{"a":["x\ny",1.50]}}`},
		{"j", `.["odd key"]`, `{"a":["x\ny",1.50]}`},
		{"j j", `.["odd key"].a[0]`, "x\ny"},
		{"j", `.["odd key"].a[1]`, "1.50"},
		{"h", `.["odd key"].a`, `["x\ny",1.50]`},
		{"h h", `.["odd key"]`, `{"a":["x\ny",1.50]}`},
	} {
		press(w, theme.New(theme.Options{}), 60, 10, c.keys)
		if w.Path() != c.path || w.Value() != c.value {
			t.Errorf("after %s: %s is %s, want %s is %s", c.keys, w.Path(), w.Value(), c.path, c.value)
		}
	}
}

func TestTree_SearchGoesOnAndIsStopped(t *testing.T) {
	t.Parallel()
	w := tree(t, "["+strings.Repeat(`"some text that is long enough to take its time",`, 3*searchStep/49)+`"needle"]`)
	for _, k := range []string{"/", "N", "space", "backspace", "backspace", "n", "e", "e", "d", "l", "e", "enter"} {
		if !w.Key(k) {
			t.Fatalf("%s is not for the tree while a search is typed", k)
		}
	}
	if !w.Busy() {
		t.Fatal("the whole document was looked through at once")
	}
	steps := 0
	for ; w.Busy(); steps++ {
		w.Work(context.Background())
	}
	if w.Value() != "needle" || steps < 2 {
		t.Errorf("at %s after %d steps", w.Value(), steps)
	}
	w.Key("g")
	w.Key("n")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if w.Work(ctx); w.Busy() || w.Path() != "." || w.said != "the search was stopped" {
		t.Errorf("%v, %s, %s", w.Busy(), w.Path(), w.said)
	}
}

func TestTable_Cells(t *testing.T) {
	t.Parallel()
	w := table(t, `[{"a":1,"b":"x"},{"a":2},{"a":3,"b":{"c":null}}]`)
	for _, c := range []struct{ keys, path, value string }{
		{"", ".[0].a", "1"},
		{"l", ".[0].b", "x"},
		{"j", ".[1]", ""},
		{"j l l", ".[2].b", `{"c":null}`},
		{"0", ".[2].a", "3"},
	} {
		press(w, theme.New(theme.Options{}), 60, 10, c.keys)
		if w.Path() != c.path || w.Value() != c.value {
			t.Errorf("after %q: %s is %q, want %s is %q", c.keys, w.Path(), w.Value(), c.path, c.value)
		}
	}
	if w.Row().Path() != ".[2]" {
		t.Error(w.Row().Path())
	}
	if _, ok := NewTable(open(t, `[1,2]`).Root()); ok {
		t.Error("numbers are a table")
	}
}

// TestText_ScrollsThroughAll: what the pages show one after the other is the text.
func TestText_ScrollsThroughAll(t *testing.T) {
	t.Parallel()
	var want []string
	for i := range 200 {
		want = append(want, fmt.Sprintf("line %d", i))
	}
	w, th := NewText([]byte(strings.Join(want, "\n"))), theme.New(theme.Options{})
	var got []string
	for range 20 {
		for _, l := range w.View(th, 20, 10) {
			got = append(got, strings.TrimRight(l, " "))
		}
		w.Key("pgdown")
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("the pages show %q", got)
	}
	for range 300 {
		w.Key("k")
	}
	if w.View(th, 20, 10); w.Place() != "line 1-10 of 200" {
		t.Error(w.Place())
	}
}

func TestExchanges_Bars(t *testing.T) {
	t.Parallel()
	at := func(start, took int) Exchange {
		return Exchange{Status: 200, Started: noon.Add(time.Duration(start) * time.Second), Duration: time.Duration(took) * time.Second}
	}
	for _, c := range []struct {
		name string
		list []Exchange
		want string // of each: cells before, cells of the bar; ten in all
	}{
		{"one after the other", []Exchange{at(0, 5), at(5, 5)}, "0+5 5+5"},
		{"at the same time", []Exchange{at(0, 10), at(2, 3), at(2, 8)}, "0+10 2+3 2+8"},
		{"not in their order", []Exchange{at(5, 5), at(0, 2)}, "5+5 0+2"},
		{"no start is known", []Exchange{{Status: 200, Duration: 6}, {Status: 200, Duration: 4}}, "0+6 6+4"},
		{"very short ones are seen", []Exchange{at(0, 0), at(0, 100), at(100, 0)}, "0+1 0+10 9+1"},
		{"no time at all", []Exchange{at(0, 0)}, "0+0"},
		{"negative", []Exchange{at(0, -5), at(0, 10)}, "0+1 0+10"},
	} {
		var got []string
		for i := range c.list {
			before, full := axisOf(c.list).cells(i, 10)
			got = append(got, fmt.Sprintf("%d+%d", before, full))
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%s: %s, want %s", c.name, s, c.want)
		}
	}
}

// TestExchanges_Set keeps the place, as when secrets are revealed.
func TestExchanges_Set(t *testing.T) {
	t.Parallel()
	w, th := NewExchanges(run()), theme.New(theme.Options{})
	press(w, th, 46, 16, "j j enter j j j")
	before := w.Place()
	revealed := run()
	revealed[2].RequestHeader.Set("Authorization", "Bearer at-1")
	w.Set(revealed)
	if frame := strings.Join(w.View(th, 46, 16), "\n"); !strings.Contains(frame, "Bearer at-1") || w.Place() != before || w.Cursor() != 2 {
		t.Errorf("%s, want %s:\n%s", w.Place(), before, frame)
	}
	if w.Key("esc"); w.InDetail() {
		t.Error("esc does not go back")
	}
	if w.Key("esc") {
		t.Error("esc is taken by the list")
	}
	w.Key("enter")
	if w.Set(nil); w.InDetail() || w.Cursor() != -1 {
		t.Error("nothing is left, but shown")
	}
}
