package action

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"authdeck/internal/safetext"
	"authdeck/tui/theme"
	"authdeck/tui/ui/code"
)

func lower(s string) string { return strings.ToLower(s) }

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// mostSample bounds a sample result that is shown, in bytes.
const mostSample = 64 << 10

// pretty is a sample result, indented and safe.
func pretty(raw json.RawMessage) string {
	if len(bytes.TrimSpace(raw)) == 0 || len(raw) > mostSample {
		return ""
	}
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return safetext.Block(text, mostSample)
	}
	var b bytes.Buffer
	if json.Indent(&b, raw, "", "  ") != nil {
		return safetext.Block(string(raw), mostSample)
	}
	return safetext.Block(b.String(), mostSample)
}

// colour draws a line of JSON.
func colour(th *theme.Theme, line string) string {
	var b strings.Builder
	at := 0
	for _, t := range code.Tokens(line) {
		b.WriteString(line[at:t.From] + code.Style(th, t.Kind).Render(line[t.From:t.To]))
		at = t.To
	}
	return b.String() + line[at:]
}
