package manifest

import (
	"bytes"
	"encoding/json"
	"iter"
)

// elements are those of a JSON array, one after the other; ok is false if raw is none. raw has to be JSON. Nothing is copied: an answer
// of 64 MiB may have as many elements.
func elements(raw []byte) (list iter.Seq[json.RawMessage], ok bool) {
	raw = bytes.TrimSpace(raw)
	if len(raw) < 2 || raw[0] != '[' {
		return nil, false
	}
	return func(yield func(json.RawMessage) bool) {
		rest := raw[1 : len(raw)-1]
		for len(bytes.TrimSpace(rest)) > 0 {
			end := elementEnd(rest)
			if !yield(json.RawMessage(bytes.TrimSpace(rest[:end]))) {
				return
			}
			rest = rest[min(end+1, len(rest)):]
		}
	}, true
}

// elementEnd is where the first element ends: at a comma that is in no string and no further value.
func elementEnd(rest []byte) int {
	depth, quoted := 0, false
	for i := 0; i < len(rest); i++ {
		switch c := rest[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '[' || c == '{':
			depth++
		case c == ']' || c == '}':
			depth--
		case c == ',' && depth == 0:
			return i
		}
	}
	return len(rest)
}
