package main

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
)

// TestHiddenLine: what the keys do while a passphrase is typed.
func TestHiddenLine(t *testing.T) {
	for name, c := range map[string]struct {
		typed, want string
		err         error
	}{
		"enter":                     {"correct horse\r more", "correct horse", nil},
		"a line feed":               {"a\n", "a", nil},
		"backspace":                 {"ab\x7fc\r", "ac", nil},
		"backspace of a wide one":   {"aé\x7fb\r", "ab", nil},
		"backspace at the start":    {"\x7f\x08a\r", "a", nil},
		"ctrl+u":                    {"wrong\x15right\r", "right", nil},
		"ctrl+c":                    {"abc\x03", "", context.Canceled},
		"ctrl+d":                    {"abc\x04", "", context.Canceled},
		"the terminal is gone":      {"abc", "", io.ErrUnexpectedEOF},
		"answers of a terminal":     {"\x1b[?1u\x1b]11;rgb:0000/0000/0000\x1b\\a\x1b]11;x\x07b\x1b[1;2Rc\x1bOP\r", "abc", nil},
		"spaces count as they come": {" a \r", " a ", nil},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := hiddenLine(strings.NewReader(c.typed))
			if string(got) != c.want || !errors.Is(err, c.err) {
				t.Errorf("%q, %v", got, err)
			}
		})
	}
}
