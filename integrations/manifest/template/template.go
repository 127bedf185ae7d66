package template

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// Template is a compiled text. It is safe for concurrent use.
type Template struct {
	src   string
	parts []part
}

// part is literal text, or an expression if expr is not nil.
type part struct {
	text string
	expr expr
}

// Env is what a template is filled from.
type Env struct {
	// Lookup finds a variable by its whole dotted name; ok is false, or the value nil, if it is not set.
	Lookup func(name string) (value any, ok bool)
	Now    func() time.Time
	Rand   io.Reader
}

// Error is a mistake in a template's text, or a template that cannot be filled.
type Error struct {
	Offset int // in bytes from the start of the text
	Msg    string
}

func (e *Error) Error() string { return e.Msg }

// Ref is a variable a template reads.
type Ref struct {
	Name   string
	Offset int // of the name, in bytes from the start of the text
}

// Compile reads a text; errors are an [*Error]. Text without {{ is taken as it is.
func Compile(src string) (*Template, error) {
	t := &Template{src: src}
	rest, at := src, 0
	for {
		open := strings.Index(rest, "{{")
		if open < 0 {
			break
		}
		if open > 0 {
			t.parts = append(t.parts, part{text: rest[:open]})
		}
		p := parser{src: src, pos: at + open + 2}
		e, err := p.template()
		if err != nil {
			return nil, err
		}
		t.parts = append(t.parts, part{expr: e})
		at = p.pos
		rest = src[at:]
	}
	if rest != "" {
		t.parts = append(t.parts, part{text: rest})
	}
	return t, nil
}

// Source is the text it was compiled from.
func (t *Template) Source() string { return t.src }

// Constant reports whether it has no variable part.
func (t *Template) Constant() bool {
	for _, p := range t.parts {
		if p.expr != nil {
			return false
		}
	}
	return true
}

// Prefix is the literal text before the first {{.
func (t *Template) Prefix() string {
	if len(t.parts) == 0 || t.parts[0].expr != nil {
		return ""
	}
	return t.parts[0].text
}

// Refs lists the variables it reads, in order.
func (t *Template) Refs() []Ref {
	var refs []Ref
	for _, p := range t.parts {
		if p.expr != nil {
			refs = p.expr.refs(refs)
		}
	}
	return refs
}

// Value fills the template. Exactly one {{…}} keeps the type of its value; anything else is text. ok is false if a
// variable that it needs is not set.
func (t *Template) Value(env Env) (value any, ok bool, err error) {
	if len(t.parts) == 1 && t.parts[0].expr != nil {
		v, ok, err := t.parts[0].expr.eval(env)
		if err != nil || !ok {
			return nil, false, err
		}
		switch v := v.(type) {
		case rawText:
			return string(v), true, nil
		case []byte:
			return text(v), true, nil
		}
		return v, true, nil
	}
	s, ok, err := t.fill(env, func(_, v string, _ bool) (string, error) { return v, nil })
	if err != nil || !ok {
		return nil, false, err
	}
	return s, true, nil
}

// Text fills the template as text; ok is false if a variable that it needs is not set.
func (t *Template) Text(env Env) (s string, ok bool, err error) {
	v, ok, err := t.Value(env)
	if err != nil || !ok {
		return "", false, err
	}
	return text(v), true, nil
}

// Missing names the variables of the template that are not set, for messages.
func (t *Template) Missing(env Env) []string {
	var names []string
	for _, r := range t.Refs() {
		if v, ok := env.Lookup(r.Name); !ok || v == nil {
			names = append(names, r.Name)
		}
	}
	return names
}

// fill joins the parts; put makes the text of a value from what stands before it.
func (t *Template) fill(env Env, put func(before, value string, raw bool) (string, error)) (string, bool, error) {
	var b strings.Builder
	for _, p := range t.parts {
		if p.expr == nil {
			b.WriteString(p.text)
			continue
		}
		v, ok, err := p.expr.eval(env)
		if err != nil || !ok {
			return "", false, err
		}
		_, raw := v.(rawText)
		s, err := put(b.String(), text(v), raw)
		if err != nil {
			return "", false, err
		}
		b.WriteString(s)
	}
	return b.String(), true, nil
}

func failf(offset int, format string, args ...any) error {
	return &Error{Offset: offset, Msg: fmt.Sprintf(format, args...)}
}
