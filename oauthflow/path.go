package oauthflow

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
)

// Path walks a dotted path through a JSON value; "" is the value itself. A number indexes an array; \. is a dot and \\ a
// backslash inside a name. A null that is there is found.
func Path(value any, path string) (any, bool) {
	if path == "" {
		return value, true
	}
	for _, step := range steps(path) {
		switch v := value.(type) {
		case map[string]any:
			inner, ok := v[step]
			if !ok {
				return nil, false
			}
			value = inner
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i < 0 || i >= len(v) {
				return nil, false
			}
			value = v[i]
		default:
			return nil, false
		}
	}
	return value, true
}

// PathRaw is [Path] through JSON text: what stands there comes back as it was written, with the order of its members. A value
// of many megabytes is walked, not read into memory. Of a member that is there twice the last one counts.
func PathRaw(body []byte, path string) (json.RawMessage, bool) {
	value := json.RawMessage(bytes.TrimSpace(body))
	if path == "" {
		return value, len(value) > 0
	}
	for _, step := range steps(path) {
		if len(value) == 0 {
			return nil, false
		}
		switch value[0] {
		case '{':
			var members map[string]json.RawMessage
			if json.Unmarshal(value, &members) != nil {
				return nil, false
			}
			inner, ok := members[step]
			if !ok {
				return nil, false
			}
			value = inner
		case '[':
			var items []json.RawMessage
			i, err := strconv.Atoi(step)
			if err != nil || i < 0 || json.Unmarshal(value, &items) != nil || i >= len(items) {
				return nil, false
			}
			value = items[i]
		default:
			return nil, false
		}
	}
	return value, true
}

func steps(path string) []string {
	if !strings.Contains(path, `\`) {
		return strings.Split(path, ".")
	}
	var list []string
	var b strings.Builder
	for i := 0; i < len(path); i++ {
		switch {
		case path[i] == '\\' && i+1 < len(path) && (path[i+1] == '.' || path[i+1] == '\\'):
			i++
			b.WriteByte(path[i])
		case path[i] == '.':
			list = append(list, b.String())
			b.Reset()
		default:
			b.WriteByte(path[i])
		}
	}
	return append(list, b.String())
}
