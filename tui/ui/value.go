package ui

import (
	"encoding/json"
	"strconv"

	"authdeck/internal/safetext"
)

// ValueText is a JSON value in one safe line: a string without its quotes.
func ValueText(v any) string {
	switch x := v.(type) {
	case nil:
		return ""
	case string:
		return safetext.Line(x, 200)
	case bool:
		return strconv.FormatBool(x)
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return safetext.Line(string(raw), 200)
}
