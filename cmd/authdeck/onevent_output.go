package main

import (
	"bytes"

	"authdeck/internal/safetext"
	"authdeck/internal/secret"
)

// hookOutput shows what a command says on stderr, a line at a time, safe and redacted, and only so much of it.
type hookOutput struct {
	a     *app
	line  []byte
	shown int
	over  bool
}

func (o *hookOutput) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 && !o.over {
		i := bytes.IndexByte(p, '\n')
		part := p
		if i >= 0 {
			part = p[:i]
		}
		room := hookSays - o.shown
		if len(part) > room {
			part = part[:room]
			o.over = true
		}
		o.line = append(o.line, part...)
		o.shown += len(part) + 1
		if o.shown >= hookSays {
			o.over = true
		}
		if i < 0 {
			break
		}
		p = p[i+1:]
		o.flush()
	}
	return n, nil // what is beyond is read and dropped: the command must not stand still
}

func (o *hookOutput) flush() {
	if len(o.line) > 0 {
		o.a.complain("--on-event: %s", safetext.Line(secret.Redact(string(o.line)), 0))
	}
	o.line = o.line[:0]
}

// end shows what is left.
func (o *hookOutput) end() {
	o.flush()
	if o.over {
		o.a.complain("--on-event: (the command said more, which is not shown)")
	}
}
