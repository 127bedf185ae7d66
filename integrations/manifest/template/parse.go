package template

import (
	"strconv"
	"strings"
)

// maxDepth bounds parentheses, so that a text cannot exhaust the stack.
const maxDepth = 32

// parser reads one {{…}}; pos stands behind the opening braces.
type parser struct {
	src   string
	pos   int
	depth int
}

// template = pipe "}}"
func (p *parser) template() (expr, error) {
	start := p.pos - 2
	e, err := p.pipe()
	if err != nil {
		return nil, err
	}
	p.blank()
	if !strings.HasPrefix(p.src[p.pos:], "}}") {
		if p.pos >= len(p.src) {
			return nil, failf(start, "{{ is not closed by }}")
		}
		return nil, failf(p.pos, "unexpected %q in a template", p.src[p.pos:p.pos+1])
	}
	p.pos += 2
	return e, nil
}

// pipe = first { "|" function { argument } }
func (p *parser) pipe() (expr, error) {
	e, err := p.first()
	if err != nil {
		return nil, err
	}
	for p.take("|") {
		p.blank()
		at := p.pos
		name := p.name()
		f, ok := functions[name]
		if !ok {
			return nil, unknownFunction(at, name)
		}
		args, err := p.args()
		if err != nil {
			return nil, err
		}
		if err := f.count(at, name, len(args)); err != nil {
			return nil, err
		}
		e = call{name: name, f: f, in: e, args: args, at: at}
	}
	return e, nil
}

// first = sum { "??" sum }
func (p *parser) first() (expr, error) {
	e, err := p.sum()
	if err != nil {
		return nil, err
	}
	for p.take("??") {
		other, err := p.sum()
		if err != nil {
			return nil, err
		}
		e = coalesce{e, other}
	}
	return e, nil
}

// sum = primary { "+" primary }
func (p *parser) sum() (expr, error) {
	e, err := p.primary()
	if err != nil {
		return nil, err
	}
	for p.take("+") {
		other, err := p.primary()
		if err != nil {
			return nil, err
		}
		e = concat{e, other}
	}
	return e, nil
}

// primary = 'text' | number | "(" pipe ")" | generator { argument } | variable
func (p *parser) primary() (expr, error) {
	p.blank()
	at := p.pos
	if p.pos >= len(p.src) {
		return nil, failf(at, "a template ends too early")
	}
	switch c := p.src[p.pos]; {
	case c == '\'':
		return p.quoted()
	case c == '(':
		if p.depth++; p.depth > maxDepth {
			return nil, failf(at, "parentheses nested deeper than %d", maxDepth)
		}
		p.pos++
		e, err := p.pipe()
		if err != nil {
			return nil, err
		}
		p.depth--
		if !p.take(")") {
			return nil, failf(at, "( is not closed by )")
		}
		return e, nil
	case c >= '0' && c <= '9':
		return p.number()
	}
	name := p.name()
	if name == "" {
		if strings.HasPrefix(p.src[at:], "}}") {
			return nil, failf(at, "a value is missing in a template")
		}
		return nil, failf(at, "unexpected %q in a template", p.src[at:at+1])
	}
	if f, ok := functions[name]; ok && f.generates {
		args, err := p.args()
		if err != nil {
			return nil, err
		}
		if err := f.count(at, name, len(args)); err != nil {
			return nil, err
		}
		return call{name: name, f: f, args: args, at: at}, nil
	}
	return variable{name: name, at: at}, nil
}

// args reads what follows a function's name: texts, numbers, variables, parentheses.
func (p *parser) args() ([]expr, error) {
	var args []expr
	for {
		p.blank()
		if p.pos >= len(p.src) || !strings.ContainsRune("'(_0123456789", rune(p.src[p.pos])) && !letter(p.src[p.pos]) {
			return args, nil
		}
		if letter(p.src[p.pos]) || p.src[p.pos] == '_' {
			at := p.pos
			args = append(args, variable{name: p.name(), at: at})
			continue
		}
		e, err := p.primary()
		if err != nil {
			return nil, err
		}
		args = append(args, e)
	}
}

// quoted reads 'text'; ” inside stands for one quote.
func (p *parser) quoted() (expr, error) {
	at := p.pos
	var b strings.Builder
	for i := p.pos + 1; i < len(p.src); i++ {
		if p.src[i] != '\'' {
			b.WriteByte(p.src[i])
			continue
		}
		if i+1 < len(p.src) && p.src[i+1] == '\'' {
			b.WriteByte('\'')
			i++
			continue
		}
		p.pos = i + 1
		return literal{b.String()}, nil
	}
	return nil, failf(at, "a text in quotes is not closed")
}

func (p *parser) number() (expr, error) {
	at := p.pos
	for p.pos < len(p.src) && p.src[p.pos] >= '0' && p.src[p.pos] <= '9' {
		p.pos++
	}
	n, err := strconv.Atoi(p.src[at:p.pos])
	if err != nil {
		return nil, failf(at, "%s is too large a number", p.src[at:p.pos])
	}
	return literal{n}, nil
}

// name reads a dotted name; "" if there is none.
func (p *parser) name() string {
	start := p.pos
	for p.pos < len(p.src) {
		c := p.src[p.pos]
		inner := p.pos > start && (c == '.' || c == '-' || c >= '0' && c <= '9')
		if !letter(c) && c != '_' && !inner {
			break
		}
		p.pos++
	}
	return p.src[start:p.pos]
}

func letter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

func (p *parser) blank() {
	for p.pos < len(p.src) && (p.src[p.pos] == ' ' || p.src[p.pos] == '\t' || p.src[p.pos] == '\n') {
		p.pos++
	}
}

func (p *parser) take(op string) bool {
	p.blank()
	if strings.HasPrefix(p.src[p.pos:], op) {
		p.pos += len(op)
		return true
	}
	return false
}
