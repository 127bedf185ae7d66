package annotation

import (
	"strings"
)

// tag is one @word of a comment, with the text up to the next one.
type tag struct {
	name string
	text string // lines joined by \n, each trimmed
	line int    // of the @word, counted from 1 in the file
}

// first is the tag's first line.
func (t tag) first() string {
	line, _, _ := strings.Cut(t.text, "\n")
	return strings.TrimSpace(line)
}

// word is the first word of the tag's first line.
func (t tag) word() string {
	word, _, _ := strings.Cut(strings.ReplaceAll(t.first(), "\t", " "), " ")
	return word
}

// tagsOf reads the tags of a block comment whose text, without the marks at both ends, begins on the given line.
func tagsOf(body string, line int) []tag {
	var tags []tag
	for i, l := range strings.Split(body, "\n") {
		l = strings.TrimLeft(l, " \t\r")
		l = strings.TrimPrefix(l, "*")
		l = strings.TrimPrefix(l, " ")
		if name := tagName(l); name != "" {
			tags = append(tags, tag{name: name, text: strings.TrimSpace(l[1+len(name):]), line: line + i})
			continue
		}
		if len(tags) > 0 {
			last := &tags[len(tags)-1]
			last.text += "\n" + strings.TrimSpace(l)
		}
	}
	for i := range tags {
		tags[i].text = strings.TrimSpace(tags[i].text)
	}
	return tags
}

// tagName is the word behind an @ at the line's beginning, "" if there is none.
func tagName(line string) string {
	if !strings.HasPrefix(line, "@") {
		return ""
	}
	n := 1
	for n < len(line) && isWord(line[n]) {
		n++
	}
	return line[1:n]
}

func isWord(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// find returns the first tag of a name.
func find(tags []tag, name string) (tag, bool) {
	for _, t := range tags {
		if t.name == name {
			return t, true
		}
	}
	return tag{}, false
}

// jsonIn is the JSON of a tag's text: all of it, or the first balanced {…} or […] in it; "" if there is none.
func jsonIn(text string) string {
	start := strings.IndexAny(text, "{[")
	if start < 0 {
		return ""
	}
	depth, quoted := 0, false
	for i := start; i < len(text); i++ {
		switch c := text[i]; {
		case quoted:
			switch c {
			case '\\':
				i++
			case '"':
				quoted = false
			}
		case c == '"':
			quoted = true
		case c == '{', c == '[':
			depth++
		case c == '}', c == ']':
			if depth--; depth == 0 {
				return text[start : i+1]
			}
		}
	}
	return ""
}
