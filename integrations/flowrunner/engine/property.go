package engine

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/dop251/goja/ast"

	"authdeck/integrations/flowrunner/annotation"
)

// goja takes \p{…} in an expression and then never matches it. So the classes are written out as ranges before an expression
// is compiled: in the text of a service by rewriteLiterals, for the constructor by the prelude (§7.5).

// rewriteLiterals gives the literals of a program the patterns that goja understands.
func rewriteLiterals(p *ast.Program) error {
	var failed error
	annotation.Walk(p, func(n ast.Node) bool {
		literal, ok := n.(*ast.RegExpLiteral)
		if !ok || failed != nil {
			return true
		}
		pattern, err := rewrite(literal.Pattern, literal.Flags)
		if err != nil {
			failed = fmt.Errorf("%w (%s)", err, p.File.Position(int(literal.Idx)-p.File.Base()))
			return true
		}
		literal.Pattern = pattern
		return true
	})
	return failed
}

// hasProperty reports whether a text may have such a class.
func hasProperty(text string) bool {
	return strings.Contains(text, `\p{`) || strings.Contains(text, `\P{`)
}

// expandProperties writes out the classes of a pattern. Without the flag u they mean nothing.
func expandProperties(pattern, flags string) (string, error) {
	if !strings.Contains(flags, "u") || !hasProperty(pattern) {
		return pattern, nil
	}
	var out strings.Builder
	class := false
	for i := 0; i < len(pattern); i++ {
		c := pattern[i]
		switch {
		case c == '\\' && i+1 < len(pattern) && (pattern[i+1] == 'p' || pattern[i+1] == 'P'):
			name, _, ok := strings.Cut(pattern[i+2:], "}")
			ranges, known := propertyRanges(strings.TrimPrefix(name, "{"))
			if !ok || !strings.HasPrefix(name, "{") || !known {
				return "", fmt.Errorf("Invalid regular expression: /%s/%s: Invalid property name", pattern, flags) //nolint:staticcheck // as Node says it
			}
			if pattern[i+1] == 'P' {
				ranges = complement(ranges)
			}
			writeRanges(&out, ranges, class)
			i += len(name) + 2
			continue
		case c == '\\' && i+1 < len(pattern):
			out.WriteByte(c)
			i++
			c = pattern[i]
		case c == '[':
			class = true
		case c == ']':
			class = false
		}
		out.WriteByte(c)
	}
	return out.String(), nil
}

// span is a range of characters, both ends in it.
type span struct{ from, to rune }

func writeRanges(out *strings.Builder, ranges []span, class bool) {
	if !class {
		out.WriteByte('[')
	}
	for _, r := range ranges {
		out.WriteString(`\u{` + strconv.FormatInt(int64(r.from), 16) + `}`)
		if r.to > r.from {
			out.WriteString(`-\u{` + strconv.FormatInt(int64(r.to), 16) + `}`)
		}
	}
	if !class {
		out.WriteByte(']')
	}
}

// propertyRanges are the characters of a property as ECMAScript names it: a general category, Script=…, or a binary property.
func propertyRanges(name string) ([]span, bool) {
	key, value, pair := strings.Cut(name, "=")
	if pair {
		switch key {
		case "General_Category", "gc":
			return categoryRanges(value)
		case "Script", "sc", "Script_Extensions", "scx": // the extensions are not known here: the script itself is
			if t, ok := unicode.Scripts[value]; ok {
				return rangesOf(t), true
			}
			if t, ok := unicode.Scripts[scriptNames[value]]; ok {
				return rangesOf(t), true
			}
		}
		return nil, false
	}
	if ranges, ok := categoryRanges(name); ok {
		return ranges, true
	}
	return binaryRanges(name)
}

func categoryRanges(name string) ([]span, bool) {
	if short, ok := categoryNames[name]; ok {
		name = short
	}
	switch name {
	case "LC":
		return rangesOf(unicode.Lu, unicode.Ll, unicode.Lt), true
	case "C":
		return merge(append(rangesOf(unicode.C), unassigned()...)), true
	case "Cn":
		return unassigned(), true
	}
	t, ok := unicode.Categories[name]
	if !ok {
		return nil, false
	}
	return rangesOf(t), true
}

func unassigned() []span {
	var all []*unicode.RangeTable
	for name, t := range unicode.Categories {
		if len(name) == 1 {
			all = append(all, t)
		}
	}
	return complement(rangesOf(all...))
}

func binaryRanges(name string) ([]span, bool) {
	if long, ok := binaryNames[name]; ok {
		name = long
	}
	p := unicode.Properties
	switch name {
	case "Any":
		return []span{{0, unicode.MaxRune}}, true
	case "ASCII":
		return []span{{0, 0x7f}}, true
	case "Assigned":
		return complement(unassigned()), true
	case "Alphabetic":
		return rangesOf(unicode.L, unicode.Nl, p["Other_Alphabetic"]), true
	case "Lowercase":
		return rangesOf(unicode.Ll, p["Other_Lowercase"]), true
	case "Uppercase":
		return rangesOf(unicode.Lu, p["Other_Uppercase"]), true
	case "Math":
		return rangesOf(unicode.Sm, p["Other_Math"]), true
	case "ID_Start":
		return without(rangesOf(unicode.L, unicode.Nl, p["Other_ID_Start"]), rangesOf(p["Pattern_Syntax"], p["Pattern_White_Space"])), true
	case "ID_Continue":
		return without(
			rangesOf(unicode.L, unicode.Nl, p["Other_ID_Start"], unicode.Mn, unicode.Mc, unicode.Nd, unicode.Pc, p["Other_ID_Continue"]),
			rangesOf(p["Pattern_Syntax"], p["Pattern_White_Space"]),
		), true
	}
	if text, ok := emoji[name]; ok {
		return readRanges(text), true
	}
	if t, ok := p[name]; ok && !strings.HasPrefix(name, "Other_") {
		return rangesOf(t), true
	}
	return nil, false
}

func readRanges(text string) []span {
	var out []span
	for _, r := range strings.Fields(text) {
		from, to, ok := strings.Cut(r, "-")
		if !ok {
			to = from
		}
		a, err := strconv.ParseInt(from, 16, 32)
		b, err2 := strconv.ParseInt(to, 16, 32)
		if err == nil && err2 == nil {
			out = append(out, span{rune(a), rune(b)})
		}
	}
	return out
}

// rangesOf are the characters of the tables, in order and joined.
func rangesOf(tables ...*unicode.RangeTable) []span {
	var all []span
	add := func(from, to, stride uint32) {
		if stride == 1 {
			all = append(all, span{rune(from), rune(to)})
			return
		}
		for c := from; c <= to; c += stride {
			all = append(all, span{rune(c), rune(c)})
		}
	}
	for _, t := range tables {
		if t == nil {
			continue
		}
		for _, r := range t.R16 {
			add(uint32(r.Lo), uint32(r.Hi), uint32(r.Stride))
		}
		for _, r := range t.R32 {
			add(r.Lo, r.Hi, r.Stride)
		}
	}
	return merge(all)
}

func merge(all []span) []span {
	slices.SortFunc(all, func(a, b span) int { return int(a.from - b.from) })
	var out []span
	for _, r := range all {
		if n := len(out); n > 0 && r.from <= out[n-1].to+1 {
			out[n-1].to = max(out[n-1].to, r.to)
			continue
		}
		out = append(out, r)
	}
	return out
}

func complement(of []span) []span {
	var out []span
	next := rune(0)
	for _, r := range of {
		if r.from > next {
			out = append(out, span{next, r.from - 1})
		}
		next = r.to + 1
	}
	if next <= unicode.MaxRune {
		out = append(out, span{next, unicode.MaxRune})
	}
	return out
}

func without(some, others []span) []span {
	return complement(merge(append(complement(some), others...)))
}
