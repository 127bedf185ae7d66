package form

import (
	"encoding/json"
	"regexp"
	"strings"
)

// Kind is how a field is filled in.
type Kind int

// The kinds.
const (
	Text   Kind = iota
	Number      // text that must be a JSON number
	JSON        // text that must be a JSON value
	Toggle      // "true" or "false"
	Choice      // one of Options; also none of them if the field is not required
)

// Option is one choice.
type Option struct{ Value, Label string }

// Field is what a field is made from. Its texts must be safe already; Value need not be.
type Field struct {
	Name, Label, Hint string
	Kind              Kind
	Options           []Option
	Value             string // what stands in it at first
	Required, Secret  bool
	// Kept says that a value is stored already which the form does not know (a secret): leaving the field empty keeps it.
	Kept           bool
	Prefix, Suffix string // drawn around the value, not part of it
	Pattern        string // regular expression that the whole value must match; one that does not compile is ignored
}

// field is a Field in use.
type field struct {
	Field
	edit    editor
	pick    int // index into Options, -1 none
	on      bool
	touched bool
	problem string
	pattern *regexp.Regexp
}

func newField(f Field) *field {
	x := &field{Field: f, pick: -1}
	switch f.Kind {
	case Toggle:
		x.on = f.Value == "true"
	case Choice:
		for i, o := range f.Options {
			if o.Value == f.Value {
				x.pick = i
			}
		}
		if x.pick < 0 && f.Required && len(f.Options) > 0 {
			x.pick = 0
		}
	case Text, Number, JSON:
		x.edit.set(f.Value)
		if f.Pattern != "" {
			if re, err := regexp.Compile(`\A(?:` + f.Pattern + `)\z`); err == nil {
				x.pattern = re
			}
		}
	}
	return x
}

func (x *field) value() string {
	switch x.Kind {
	case Toggle:
		if x.on {
			return "true"
		}
		return "false"
	case Choice:
		if x.pick < 0 {
			return ""
		}
		return x.Options[x.pick].Value
	case Text, Number, JSON:
	}
	return strings.TrimSpace(x.edit.text())
}

// turn goes to the next or the previous choice.
func (x *field) turn(by int) {
	n, low := len(x.Options), 0
	if n == 0 {
		return
	}
	if !x.Required {
		low = -1
	}
	span := n - low
	x.pick = low + ((x.pick-low+by)%span+span)%span
	x.touched, x.problem = true, ""
}

// check says what is wrong with the value, "" if nothing.
func (x *field) check() string {
	v := x.value()
	if v == "" {
		if x.Required && !x.Kept {
			return "needed"
		}
		return ""
	}
	switch x.Kind {
	case Number:
		var n json.Number
		if json.Unmarshal([]byte(v), &n) != nil || strings.HasPrefix(v, `"`) {
			return "not a number"
		}
	case JSON:
		if !json.Valid([]byte(v)) {
			return "not a JSON value"
		}
	case Text:
		if x.pattern != nil && !x.pattern.MatchString(v) {
			return "not in the form that is expected"
		}
	case Toggle, Choice:
	}
	return ""
}
