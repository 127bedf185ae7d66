package jsondoc

import (
	"errors"
	"fmt"
	"sync"
)

const (
	// MaxBytes is the longest text that [Open] takes.
	MaxBytes = 64 << 20
	// MaxDepth is how deep containers may be nested, as in encoding/json.
	MaxDepth = 10_000
)

// ErrTooLong is of a text longer than [MaxBytes].
var ErrTooLong = errors.New("the document is longer than 64 MiB")

// SyntaxError is the first place where a text is no JSON.
type SyntaxError struct {
	Offset       int // bytes before it
	Line, Column int // from 1; the column counts bytes
	What         string
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("line %d, column %d: %s", e.Line, e.Column, e.What)
}

// Doc is a valid JSON text. It is safe for use by several goroutines at once.
type Doc struct {
	text  []byte
	bigs  []big // by start
	syncs []uint32
	root  uint32

	hints map[uint32][]hint // of big containers, by start

	mu    sync.Mutex
	parts map[part][]uint32
}

// Open validates a text (RFC 8259, one value; a string may hold bytes that are no UTF-8) and keeps it: it must not change
// afterwards. An error is a [*SyntaxError] or [ErrTooLong].
func Open(text []byte) (*Doc, error) {
	if len(text) > MaxBytes {
		return nil, ErrTooLong
	}
	s := scanner{text: text, least: leastBig, hints: map[uint32][]hint{}}
	if err := s.document(); err != nil {
		return nil, err
	}
	return &Doc{text: text, bigs: s.bigs, syncs: s.syncs, root: uint32(s.root), hints: s.hints, parts: map[part][]uint32{}}, nil
}

// Text is the text as it was given to [Open].
func (d *Doc) Text() []byte { return d.text }

// Root is the outermost value.
func (d *Doc) Root() Node { return Node{d: d, at: d.root} }
