package manifest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"authdeck/integrations/manifest/template"
	"authdeck/oauthflow"
)

// ordered is a map that remembers the order of the page.
type ordered[T any] struct {
	names  []string
	values map[string]T
}

func (o *ordered[T]) UnmarshalJSON(b []byte) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return fmt.Errorf("a map is wanted, not %v: %w", t, err)
	}
	o.values = map[string]T{}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return err
		}
		var v T
		if err := d.Decode(&v); err != nil {
			return err
		}
		name := fmt.Sprint(key)
		o.names = append(o.names, name)
		o.values[name] = v
	}
	return nil
}

// oneOrMore is a value, or a list of them.
type oneOrMore[T any] []T

func (o *oneOrMore[T]) UnmarshalJSON(b []byte) error {
	if bytes.HasPrefix(bytes.TrimSpace(b), []byte("[")) {
		return json.Unmarshal(b, (*[]T)(o))
	}
	var one T
	if err := json.Unmarshal(b, &one); err != nil {
		return err
	}
	*o = oneOrMore[T]{one}
	return nil
}

// constant is a scalar of a page, numbers as json.Number.
type constant struct{ value any }

func (c *constant) UnmarshalJSON(b []byte) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	return d.Decode(&c.value)
}

// equal compares with a value of an answer; a number equals the text that spells it.
func (c constant) equal(v any) bool {
	a, aBool := c.value.(bool)
	b, bBool := v.(bool)
	if aBool || bBool {
		return aBool && bBool && a == b
	}
	return v != nil && template.Text(c.value) == template.Text(v)
}

func (c constant) text() string { return template.Text(c.value) }

type optionSpec struct{ Value, Label string }

func (o *optionSpec) UnmarshalJSON(b []byte) error {
	if bytes.HasPrefix(bytes.TrimSpace(b), []byte(`"`)) {
		return json.Unmarshal(b, &o.Value)
	}
	type plain optionSpec
	return json.Unmarshal(b, (*plain)(o))
}

// meaning of a scope in words.
type meaning struct{ Meaning string }

func (m *meaning) UnmarshalJSON(b []byte) error {
	if bytes.HasPrefix(bytes.TrimSpace(b), []byte(`"`)) {
		return json.Unmarshal(b, &m.Meaning)
	}
	type plain meaning
	return json.Unmarshal(b, (*plain)(m))
}

// UnmarshalJSON takes a duration alone for the time without use.
func (l *refreshLife) UnmarshalJSON(b []byte) error {
	if bytes.HasPrefix(bytes.TrimSpace(b), []byte(`"`)) {
		return json.Unmarshal(b, &l.Idle)
	}
	type plain refreshLife
	return json.Unmarshal(b, (*plain)(l))
}

// valueTmpl is a value of any shape with templates in its texts.
type valueTmpl struct{ value any } // *template.Template, []valueTmpl, map[string]valueTmpl, or a constant

func (v *valueTmpl) UnmarshalJSON(b []byte) error {
	switch b = bytes.TrimSpace(b); b[0] {
	case '"':
		var t tmpl
		err := json.Unmarshal(b, &t)
		v.value = t.Template
		return err
	case '[':
		var l []valueTmpl
		err := json.Unmarshal(b, &l)
		v.value = l
		return err
	case '{':
		var m map[string]valueTmpl
		err := json.Unmarshal(b, &m)
		v.value = m
		return err
	}
	var c constant
	err := json.Unmarshal(b, &c)
	v.value = c.value
	return err
}

// fill makes the value; ok is false if it is one template whose value is not set. Members that are not set are left out.
func (v valueTmpl) fill(env template.Env) (value any, ok bool, err error) {
	switch t := v.value.(type) {
	case *template.Template:
		return t.Value(env)
	case []valueTmpl:
		list := []any{}
		for _, e := range t {
			x, ok, err := e.fill(env)
			if err != nil {
				return nil, false, err
			}
			if ok {
				list = append(list, x)
			}
		}
		return list, true, nil
	case map[string]valueTmpl:
		m := map[string]any{}
		for k, e := range t {
			x, ok, err := e.fill(env)
			if err != nil {
				return nil, false, err
			}
			if ok {
				m[k] = x
			}
		}
		return m, true, nil
	}
	return v.value, v.value != nil, nil
}

// pickTmpl is a path into an answer, or a template.
type pickTmpl struct {
	path string
	t    *template.Template // nil for a path
}

func (p *pickTmpl) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return err
	}
	if !strings.Contains(s, "{{") {
		p.path = s
		return nil
	}
	t, err := template.Compile(s)
	p.t = t
	return err
}

// from reads the value out of an answer; "" if it is not there.
func (p *pickTmpl) from(answer any, env template.Env) string {
	if p == nil {
		return ""
	}
	if p.t != nil {
		s, _, err := p.t.Text(env)
		if err != nil {
			return ""
		}
		return s
	}
	v, ok := oauthflow.Path(answer, p.path)
	if !ok || v == nil {
		return ""
	}
	return template.Text(v)
}

// holds reports whether a condition holds of an answer; one that is not there always holds.
func (c *conditionSpec) holds(answer any) bool {
	if c == nil {
		return true
	}
	v, found := oauthflow.Path(answer, c.Path)
	return c.met(v, found)
}

// met reports whether it holds of the value that was found at its path.
func (c *conditionSpec) met(v any, found bool) bool {
	if v == nil {
		found = false
	}
	switch {
	case c.Present != nil && *c.Present != found,
		c.Is != nil && !c.Is.equal(v),
		c.Not != nil && c.Not.equal(v),
		len(c.In) > 0 && !slices.ContainsFunc(c.In, func(k constant) bool { return k.equal(v) }),
		c.Matches != "" && !matches(c.Matches, v):
		return false
	}
	return true
}

func matches(pattern string, v any) bool {
	re, err := regexp.Compile(pattern)
	return err == nil && v != nil && re.MatchString(template.Text(v))
}
