package term

import (
	"bufio"
	"context"
	"fmt"
	"io"
)

// Page prints a text outside the alternate screen and waits for enter, or for the end of its context. It is what
// tea.Exec runs.
type Page struct {
	Ctx  context.Context //nolint:containedctx // tea.Exec has no other way
	Text string

	in  io.Reader
	out io.Writer
}

// SetStdin sets where enter comes from; nil does not wait.
func (p *Page) SetStdin(r io.Reader) { p.in = r }

// SetStdout sets where the text goes.
func (p *Page) SetStdout(w io.Writer) { p.out = w }

// SetStderr does nothing: there is nothing to say.
func (p *Page) SetStderr(io.Writer) {}

// Run prints and waits. If the context ends first, one goroutine is left behind that reads a line: a terminal cannot be
// made to stop that, and the process ends then.
func (p *Page) Run() error {
	if _, err := fmt.Fprintf(p.out, "\n%s\n\npress enter to go back to authdeck ", p.Text); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	if p.in == nil {
		return nil
	}
	line := make(chan struct{})
	go func() {
		defer close(line)
		_, _ = bufio.NewReader(p.in).ReadString('\n')
	}()
	select {
	case <-line:
	case <-p.Ctx.Done():
	}
	return nil
}
