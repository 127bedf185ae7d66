package doc

import (
	"bytes"
	"context"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"authdeck/internal/jsondoc"
	"authdeck/tui/theme"
)

// answer is about n bytes of a list of small objects, as an API gives it.
func answer(n int) []byte {
	var b bytes.Buffer
	b.WriteString(`{"items":[`)
	for i := 0; b.Len() < n; i++ {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"id":%d,"title":"Issue number %d, with a title of some length","state":"open","labels":[{"name":"bug"},{"name":"area/%d"}],"user":{"login":"octo%d","site_admin":false},"comments":%d,"url":"https://api.example.com/repos/octo/demo/issues/%d","body":"Steps:\n1. open\n2. press save"}`,
			i, i, i%7, i%50, i%13, i)
	}
	b.WriteString(`],"next":null}`)
	return b.Bytes()
}

const fifty = 50 << 20

// BenchmarkFirstScreen opens a document of 50 MiB and draws the tree at 120×40; it reports what stays in memory beside the text.
func BenchmarkFirstScreen(b *testing.B) {
	text, th := answer(fifty), theme.New(theme.Options{Dark: true, Colour: true})
	kept := heap()
	var w *Tree
	for b.Loop() {
		d, err := jsondoc.Open(text)
		if err != nil {
			b.Fatal(err)
		}
		w = NewTree(d)
		if lines := w.View(th, 120, 40); len(lines) != 40 {
			b.Fatal(len(lines))
		}
	}
	b.ReportMetric((heap()-kept)/1e6, "MB-kept")
	runtime.KeepAlive(w)
}

func heap() float64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc)
}

// BenchmarkTreeKey is one key and its frame in the middle of 50 MiB, and the slowest of them all.
func BenchmarkTreeKey(b *testing.B) {
	d, err := jsondoc.Open(answer(fifty))
	if err != nil {
		b.Fatal(err)
	}
	for _, keys := range [][]string{{"j"}, {"pgdown"}, {"enter", "j"}, {"G", "g"}} {
		b.Run(keys[0], func(b *testing.B) {
			w, th := NewTree(d), theme.New(theme.Options{Dark: true, Colour: true})
			w.View(th, 120, 40)
			w.move(w.count() / 2)
			w.View(th, 120, 40)
			var slowest time.Duration
			for i := 0; b.Loop(); i++ {
				start := time.Now()
				w.Key(keys[i%len(keys)])
				w.View(th, 120, 40)
				slowest = max(slowest, time.Since(start))
			}
			b.ReportMetric(float64(slowest.Microseconds())/1000, "ms-slowest")
		})
	}
}

// BenchmarkTreeSearch looks for the last element of 50 MiB, and says how long the longest step took.
func BenchmarkTreeSearch(b *testing.B) {
	text := answer(fifty)
	var slowest time.Duration
	for b.Loop() {
		d, err := jsondoc.Open(text)
		if err != nil {
			b.Fatal(err)
		}
		w, step := NewTree(d), func(do func()) {
			start := time.Now()
			do()
			slowest = max(slowest, time.Since(start))
		}
		w.Key("/")
		w.input = "next"
		step(func() { w.Key("enter") })
		for w.Busy() {
			step(func() { w.Work(context.Background()) })
		}
		if w.Path() != ".next" {
			b.Fatal(w.Path())
		}
	}
	b.ReportMetric(float64(slowest.Microseconds())/1000, "ms-longest-step")
}

// BenchmarkTable draws the table of a list of 50 MiB, and its end.
func BenchmarkTable(b *testing.B) {
	d, err := jsondoc.Open(answer(fifty))
	if err != nil {
		b.Fatal(err)
	}
	th := theme.New(theme.Options{Dark: true, Colour: true})
	for b.Loop() {
		w, ok := NewTable(d.Root().Child(0))
		if !ok {
			b.Fatal("no table")
		}
		w.View(th, 120, 40)
		w.Key("G")
		w.View(th, 120, 40)
	}
}

// BenchmarkBytes shows 64 MiB as text of one line, as text of empty lines, and as a hex dump, at their ends.
func BenchmarkBytes(b *testing.B) {
	th := theme.New(theme.Options{Dark: true, Colour: true})
	for _, c := range []struct {
		name string
		make func(data []byte) widget
		data []byte
	}{
		{"text of one line", func(d []byte) widget { return NewText(d) }, bytes.Repeat([]byte("word "), 64<<20/5)},
		{"text of empty lines", func(d []byte) widget { return NewText(d) }, bytes.Repeat([]byte("\n"), 64<<20)},
		{"hex", func(d []byte) widget { return NewHex(d) }, make([]byte, 64<<20)},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				w := c.make(c.data)
				w.View(th, 120, 40)
				w.Key("G")
				w.View(th, 120, 40)
			}
		})
	}
}

// BenchmarkOddDocuments is the slowest key and its frame on documents of 60 MB that are made to be slow, and their opening.
func BenchmarkOddDocuments(b *testing.B) {
	const n = 60_000_000
	times := func(s string) string { return strings.Repeat(s, n/len(s)) }
	deep := strings.Repeat(`{"a":[`, 4900) + "1" + strings.Repeat(`]}`, 4900)
	for _, c := range []struct{ name, text string }{
		{"numbers", "[" + times("1,") + "1]"},
		{"empty lists", "[" + times("[],") + "1]"},
		{"lists of one", "[" + times("[1],") + "1]"},
		{"one key", `{` + times(`"a":1,`) + `"b":1}`},
		{"a long string", `{"a":"` + times("x") + `"}`},
		{"a long key", `{"` + times("é") + `":{"b":[1]}}`},
		{"long strings", `[` + strings.Repeat(`"`+strings.Repeat(`\n`, n/80)+`",`, 40) + `1]`},
		{"deep", "[" + times(deep+",") + "1]"},
		{"white space", "[" + times(" ") + "1" + "]"},
	} {
		b.Run(c.name, func(b *testing.B) {
			th := theme.New(theme.Options{Dark: true, Colour: true})
			var slowest, opening time.Duration
			what := ""
			for b.Loop() {
				var w *Tree
				step := func(name string, do func()) {
					start := time.Now()
					do()
					if w != nil {
						w.View(th, 120, 40)
					}
					took := time.Since(start)
					if name == "open" {
						opening = max(opening, took)
					} else if took > slowest {
						slowest, what = took, name
					}
				}
				step("open", func() {
					d, err := jsondoc.Open([]byte(c.text))
					if err != nil {
						b.Fatal(err)
					}
					w = NewTree(d)
				})
				for _, k := range strings.Fields("j j w G k pgup g * G k k k w g - j l l l l") {
					step(k, func() { w.Key(k) })
				}
				w.Key("/")
				w.input = "nowhere"
				step("search", func() { w.Key("enter") })
				for w.Busy() {
					step("work", func() { w.Work(context.Background()) })
				}
			}
			b.ReportMetric(float64(opening.Microseconds())/1000, "ms-opening")
			b.ReportMetric(float64(slowest.Microseconds())/1000, "ms-slowest-key")
			b.Log("the slowest was " + what)
		})
	}
}
