package wire

import (
	"bytes"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"
)

func TestConn(t *testing.T) {
	var pipe bytes.Buffer
	c := NewConn(&pipe, &pipe)
	sent := []Message{
		{Kind: Send, ID: 7, Body: []byte{0, '\n', 0xff}, Request: &Request{Method: "POST", URL: "https://a.example/", Headers: [][2]string{{"X", "a\nb"}}, HasBody: true}},
		{Kind: Console, Name: "error", Text: "two\nlines\u2028"},
		{Kind: File, Stat: &Stat{Size: 3}},
	}
	for _, m := range sent {
		if err := c.Write(m); err != nil {
			t.Fatal(err)
		}
	}
	if n := bytes.Count(pipe.Bytes(), []byte("\n")); n != len(sent) {
		t.Errorf("%d lines for %d messages", n, len(sent))
	}
	for _, want := range sent {
		got, err := c.Read()
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v, %v; want %+v", got, err, want)
		}
	}
	if _, err := c.Read(); !errors.Is(err, io.EOF) {
		t.Errorf("at the end: %v", err)
	}
}

func TestRefusedLines(t *testing.T) {
	for name, c := range map[string]struct {
		in   io.Reader
		want error
	}{
		"longer than the bound": {io.LimitReader(zeros{}, MaxLine+10), ErrTooLong},
		"cut off":               {strings.NewReader(`{"kind":"resu`), io.ErrUnexpectedEOF},
		"no message":            {strings.NewReader("hello\n"), ErrNoMessage},
		"a list":                {strings.NewReader("[]\n"), ErrNoMessage},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := NewConn(c.in, io.Discard).Read()
			if !errors.Is(err, c.want) {
				t.Errorf("%v, want %v", err, c.want)
			}
		})
	}
	if err := NewConn(nil, io.Discard).Write(Message{Kind: Result, Text: strings.Repeat("x", MaxLine)}); !errors.Is(err, ErrTooLong) {
		t.Errorf("writing too much: %v", err)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

func FuzzWorkerMessage(f *testing.F) {
	f.Add([]byte(`{"kind":"send","id":1,"request":{"method":"GET","url":"x"}}`))
	f.Add([]byte(`{"kind":"result","text":"{\"__proto__\":1}"}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		m, err := NewConn(bytes.NewReader(append(bytes.ReplaceAll(line, []byte("\n"), nil), '\n')), io.Discard).Read()
		if err != nil {
			return
		}
		var pipe bytes.Buffer
		c := NewConn(&pipe, &pipe)
		if err := c.Write(m); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Read(); err != nil {
			t.Errorf("what was read does not read again: %v", err)
		}
	})
}
