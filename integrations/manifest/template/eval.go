package template

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
)

// expr is a part of a template. eval's ok is false if the value is not set.
type expr interface {
	eval(env Env) (value any, ok bool, err error)
	refs(into []Ref) []Ref
}

type literal struct{ value any }

func (l literal) eval(Env) (any, bool, error) { return l.value, true, nil }
func (l literal) refs(into []Ref) []Ref       { return into }

type variable struct {
	name string
	at   int
}

func (v variable) eval(env Env) (any, bool, error) {
	value, ok := env.Lookup(v.name)
	if value == nil { // JSON's null is not set either
		ok = false
	}
	return value, ok, nil
}

func (v variable) refs(into []Ref) []Ref { return append(into, Ref{Name: v.name, Offset: v.at}) }

type coalesce struct{ a, b expr }

func (c coalesce) eval(env Env) (any, bool, error) {
	if v, ok, err := c.a.eval(env); ok || err != nil {
		return v, ok, err
	}
	return c.b.eval(env)
}

func (c coalesce) refs(into []Ref) []Ref { return c.b.refs(c.a.refs(into)) }

type concat struct{ a, b expr }

func (c concat) eval(env Env) (any, bool, error) {
	a, ok, err := c.a.eval(env)
	if err != nil || !ok {
		return nil, false, err
	}
	b, ok, err := c.b.eval(env)
	if err != nil || !ok {
		return nil, false, err
	}
	return text(a) + text(b), true, nil
}

func (c concat) refs(into []Ref) []Ref { return c.b.refs(c.a.refs(into)) }

// call is a function applied to in, or to nothing if it generates its value.
type call struct {
	name string
	f    function
	in   expr
	args []expr
	at   int
}

func (c call) eval(env Env) (any, bool, error) {
	var in any
	if c.in != nil {
		v, ok, err := c.in.eval(env)
		if err != nil {
			return nil, false, err
		}
		if !ok {
			if c.name == "default" {
				return c.args[0].eval(env)
			}
			return nil, false, nil
		}
		in = v
	}
	args := make([]any, len(c.args))
	for i, a := range c.args {
		v, ok, err := a.eval(env)
		if err != nil || !ok {
			return nil, false, err
		}
		args[i] = v
	}
	v, err := c.f.apply(env, in, args)
	if err != nil {
		return nil, false, failf(c.at, "%s: %v", c.name, err)
	}
	return v, true, nil
}

func (c call) refs(into []Ref) []Ref {
	if c.in != nil {
		into = c.in.refs(into)
	}
	for _, a := range c.args {
		into = a.refs(into)
	}
	return into
}

// rawText goes into a URL as it is.
type rawText string

// text is a value as text: numbers and truth values as JSON writes them, bytes (of a hash) in hex, objects as JSON.
func text(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case rawText:
		return string(v)
	case []byte:
		return hex.EncodeToString(v)
	case bool:
		return strconv.FormatBool(v)
	case int:
		return strconv.Itoa(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case json.Number:
		return v.String()
	case fmt.Stringer:
		return v.String()
	}
	b, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(b)
}

// Text is a value as a template would write it.
func Text(v any) string { return text(v) }

// raw is a value as bytes, for hashing and encoding.
func raw(v any) []byte {
	if b, ok := v.([]byte); ok {
		return b
	}
	return []byte(text(v))
}
