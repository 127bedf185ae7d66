package code

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// maxDepth is how deep values may be nested; encoding/json has the same bound.
const maxDepth = 10000

// Fault is where a text stops being one JSON value. Line and Column count from 1, the column in characters.
type Fault struct {
	Line, Column int
	Wanted       string // what should stand there: "a comma or }"
}

// String is "3:14: a comma or } is expected".
func (f *Fault) String() string {
	return fmt.Sprintf("%d:%d: %s is expected", f.Line, f.Column, f.Wanted)
}

// Check finds the first fault of a JSON text, nil if it has none (RFC 8259; what encoding/json takes).
func Check(text string) *Fault {
	c := checker{text: text}
	wanted := c.all()
	if wanted == "" {
		return nil
	}
	before := text[:min(c.at, len(text))]
	line := strings.LastIndexByte(before, '\n') + 1
	return &Fault{Line: 1 + strings.Count(before, "\n"), Column: 1 + utf8.RuneCountInString(before[line:]), Wanted: wanted}
}

type checker struct {
	text string
	at   int
	open []byte // the brackets that are open
}

// all returns what is wanted at c.at, "" if the text is a value.
func (c *checker) all() string {
	wanted := "a value"
	for {
		if w := c.value(wanted); w != "" {
			return w
		}
		more, w := c.after()
		if w != "" || !more {
			return w
		}
		wanted = "a value"
	}
}

// value reads one value, or the beginning of one up to the place where the next value must stand.
func (c *checker) value(wanted string) string {
	for {
		c.blanks()
		if c.at >= len(c.text) {
			return wanted
		}
		switch b := c.text[c.at]; {
		case b == '{' || b == '[':
			if len(c.open) >= maxDepth {
				return "less nesting"
			}
			c.at++
			c.blanks()
			if c.peek() == b+2 { // } and ] are two behind { and [
				c.at++
				return ""
			}
			c.open = append(c.open, b)
			if b == '[' {
				wanted = "a value or ]"
				continue
			}
			if w := c.name("a name in quotes or }"); w != "" {
				return w
			}
			wanted = "a value"
		case b == '"':
			return c.str()
		case word(b):
			n := span(c.text[c.at:], word)
			kind := wordKind(c.text[c.at : c.at+n])
			if kind == Error {
				return wanted
			}
			c.at += n
			return ""
		default:
			return wanted
		}
	}
}

// after reads what stands behind a value; more says that another value must follow.
func (c *checker) after() (more bool, wanted string) {
	for {
		c.blanks()
		n := len(c.open)
		if n == 0 {
			if c.at < len(c.text) {
				return false, "nothing more"
			}
			return false, ""
		}
		shut := c.open[n-1] + 2
		switch c.peek() {
		case shut:
			c.at++
			c.open = c.open[:n-1]
			continue
		case ',':
			c.at++
			if shut == '}' {
				return true, c.name("a name in quotes")
			}
			return true, ""
		}
		return false, "a comma or " + string(shut)
	}
}

// name reads the name of a member and its colon.
func (c *checker) name(wanted string) string {
	c.blanks()
	if c.peek() != '"' {
		return wanted
	}
	if w := c.str(); w != "" {
		return w
	}
	c.blanks()
	if c.peek() != ':' {
		return "a colon"
	}
	c.at++
	return ""
}

func (c *checker) str() string {
	for i := c.at + 1; i < len(c.text); i++ {
		switch b := c.text[i]; {
		case b == '"':
			c.at = i + 1
			return ""
		case b == '\n':
			c.at = i
			return `" at the end of the text`
		case b < 0x20:
			c.at = i
			return `\t or another escape`
		case b == '\\':
			n := escape(c.text[i:])
			if n == 0 {
				c.at = i
				return `\\, \" or another escape`
			}
			i += n - 1
		}
	}
	c.at = len(c.text)
	return `" at the end of the text`
}

func (c *checker) blanks() { c.at += span(c.text[c.at:], blank) }

// peek is the byte that comes, 0 at the end.
func (c *checker) peek() byte {
	if c.at < len(c.text) {
		return c.text[c.at]
	}
	return 0
}
