package engine

import "strings"

// Without the flag u an expression works on halves of surrogate pairs. goja's engines miss pairs where two classes of such halves
// follow each other, as in the usual way to find characters beyond U+FFFF; written as what the classes are not, they find them.
var halves = []struct{ class, instead string }{
	{`[\ud800-\udbff]`, `[^\u0000-\ud7ff\udc00-\uffff]`},
	{`[\udc00-\udfff]`, `[^\u0000-\udbff\ue000-\uffff]`},
}

// rewrite returns the pattern that goja is given for one of a service.
func rewrite(pattern, flags string) (string, error) {
	if strings.Contains(flags, "u") {
		return expandProperties(pattern, flags)
	}
	for _, h := range halves {
		pattern = replaceClass(pattern, h.class, h.instead)
	}
	return pattern, nil
}

// toRewrite reports whether a text may hold a pattern that rewrite changes.
func toRewrite(text string) bool {
	return hasProperty(text) || strings.Contains(text, `\ud800-\u`) || strings.Contains(text, `\udc00-\u`) || strings.Contains(text, `\uD800-\u`) || strings.Contains(text, `\uDC00-\u`)
}

// replaceClass replaces a class, whose letters may be in either case, where its bracket is not escaped.
func replaceClass(pattern, class, instead string) string {
	var out strings.Builder
	for {
		at := strings.Index(asciiLower(pattern), class)
		if at < 0 {
			out.WriteString(pattern)
			return out.String()
		}
		before := pattern[:at]
		out.WriteString(before)
		if (len(before)-len(strings.TrimRight(before, `\`)))%2 == 1 {
			out.WriteString(pattern[at : at+len(class)])
		} else {
			out.WriteString(instead)
		}
		pattern = pattern[at+len(class):]
	}
}

// asciiLower keeps every byte where it is.
func asciiLower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}
