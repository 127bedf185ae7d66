package main

import (
	"bufio"
	"strings"

	"github.com/muesli/cancelreader"

	"authdeck/connections"
	"authdeck/internal/safetext"
)

// readPaste takes redirected addresses from stdin while a login waits. The function it returns ends the reading and
// waits for it.
func (a *app) readPaste(l *connections.Login) (stop func()) {
	in, err := cancelreader.NewReader(a.in)
	if err != nil {
		return func() {}
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		lines := bufio.NewScanner(in)
		lines.Buffer(nil, 64<<10)
		for lines.Scan() {
			address := strings.TrimSpace(lines.Text())
			if address == "" {
				continue
			}
			if err := l.Paste(address); err != nil {
				a.note("not taken: %s", safetext.Line(err.Error(), 200))
				continue
			}
			return
		}
	}()
	return func() {
		if in.Cancel() {
			<-done
		}
		_ = in.Close()
	}
}
