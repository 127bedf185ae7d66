package jsondoc

import (
	"bytes"
	"context"
	"fmt"
	"testing"
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

// BenchmarkOpen is a document of 50 MiB up to the previews of its first 40 elements.
func BenchmarkOpen(b *testing.B) {
	text := answer(fifty)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		d, err := Open(text)
		if err != nil {
			b.Fatal(err)
		}
		items := d.Root().Child(0)
		for i := range 40 {
			if items.Child(i).Preview(120) == "" {
				b.Fatal("no preview")
			}
		}
	}
}

// BenchmarkLast asks a fresh document for its last element.
func BenchmarkLast(b *testing.B) {
	text := answer(fifty)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		b.StopTimer()
		d, err := Open(text)
		if err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
		items := d.Root().Child(0)
		if !items.Child(items.Len() - 1).OK() {
			b.Fatal("no element")
		}
	}
}

// BenchmarkSearch looks through 50 MiB for what is not there.
func BenchmarkSearch(b *testing.B) {
	d, err := Open(answer(fifty))
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(fifty)
	for b.Loop() {
		if n, done := d.Search("not in it", -1, false).Step(context.Background(), fifty*2); n.OK() || !done {
			b.Fatal("found")
		}
	}
}

// BenchmarkDiff compares two documents of 1 MB, of which one element in ten is another one.
func BenchmarkDiff(b *testing.B) {
	text := answer(1_000_000)
	old, err := Open(text)
	if err != nil {
		b.Fatal(err)
	}
	for name, text := range map[string][]byte{
		"by id":       bytes.ReplaceAll(text, []byte(`"comments":7`), []byte(`"comments":70`)),
		"by position": bytes.ReplaceAll(bytes.ReplaceAll(text, []byte(`"id"`), []byte(`"number"`)), []byte(`"comments":7`), []byte(`"comments":70`)),
	} {
		b.Run(name, func(b *testing.B) {
			was := old
			if name == "by position" {
				if was, err = Open(bytes.ReplaceAll(answer(1_000_000), []byte(`"id"`), []byte(`"number"`))); err != nil {
					b.Fatal(err)
				}
			}
			is, err := Open(text)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				c, err := Diff(context.Background(), was, is)
				if err != nil || len(c.List) < 100 || c.Cut {
					b.Fatal(len(c.List), c.Cut, err)
				}
			}
		})
	}
}
