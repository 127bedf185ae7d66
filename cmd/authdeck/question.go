package main

import (
	"bufio"
	"context"
	"os"
)

// readLine reads a line that is typed, until ctx ends.
func readLine(ctx context.Context, tty *os.File) (string, error) {
	type answer struct {
		line string
		err  error
	}
	got := make(chan answer, 1)
	go func() { // ends with the line, or with the process: a read of a terminal cannot be ended
		line, err := bufio.NewReader(tty).ReadString('\n')
		got <- answer{line, err}
	}()
	select {
	case r := <-got:
		return r.line, r.err
	case <-ctx.Done():
		return "", ctx.Err()
	}
}
