package form

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// Values are the values that the user, a preset or a default put there, by the names of the fields of the form itself: a
// Group and a List are one value. It has the values of secret fields too.
func (f *Form) Values() map[string]string {
	values := map[string]string{}
	for _, x := range f.fields {
		if x.given() {
			values[x.Name] = x.value()
		}
	}
	return values
}

// SetValues fills the form from a preset or a past run; fields that values does not have stay as they are, and nothing that
// depends on another is cleared. A value that does not go with its field is not taken and is said at the field. It returns
// the names that the form does not have, in order.
func (f *Form) SetValues(values map[string]string) (unknown []string) {
	for _, name := range slices.Sorted(maps.Keys(values)) {
		i := slices.IndexFunc(f.fields, func(x *field) bool { return x.Name == name })
		if i < 0 {
			unknown = append(unknown, name)
			continue
		}
		x := f.fields[i]
		x.touched, x.outside = true, false
		x.problem = x.w.set(values[name])
	}
	f.flatten()
	return unknown
}

// Edit is the text of a field for an editor of the user's own, and the ending of the file's name that goes with it: ".json",
// ".js", ".txt". The text of a secret, or of what has one in it, is never handed out.
func (f *Form) Edit(name string) (text, ext string) {
	x := f.find(name)
	if x == nil || x.hides() {
		return "", ".txt"
	}
	switch w := x.w.(type) {
	case *area:
		return w.text(), ending(x)
	case *jsonArea:
		return w.text(), ending(x)
	case *group, *unknown, *multi, *picks:
		return pretty(x.value()), ".json"
	case *date:
		return w.edit.text(), ".txt"
	}
	return x.value(), ".txt"
}

func ending(x *field) string {
	if x.Kind == JSON {
		return ".json"
	}
	if x.Kind == Lines {
		return ".txt"
	}
	switch l := strings.ToLower(x.Language); l {
	case "javascript", "js", "":
		return ".js"
	case "typescript":
		return ".ts"
	case "python":
		return ".py"
	case "markdown":
		return ".md"
	case "shell", "bash":
		return ".sh"
	case "json", "html", "css", "xml", "sql", "yaml", "graphql", "ts", "py", "md", "sh", "go":
		return "." + l
	}
	return ".txt"
}

// SetText puts a text into a field as if the user had typed it: what depends on it is cleared, and it is checked. False if
// something is wrong with it, which the field says; a text that the field cannot hold is not taken. Of an object, members
// that a Group does not have are not taken.
func (f *Form) SetText(name, text string) bool {
	x := f.find(name)
	if x == nil {
		return false
	}
	if x.Kind != Lines && x.Kind != Code || !strings.HasSuffix(x.value(), "\n") {
		text = strings.TrimSuffix(strings.TrimSuffix(text, "\n"), "\r") // an editor adds it
	}
	was := x.value()
	problem := x.w.set(text)
	if x.value() != was {
		x.changed()
		f.follow(x)
	}
	f.flatten()
	if problem != "" {
		x.problem = problem
		return false
	}
	return f.test(x)
}

// pretty is JSON with indents; what is none, as it is.
func pretty(text string) string {
	var b bytes.Buffer
	if json.Indent(&b, []byte(text), "", "  ") != nil {
		return text
	}
	return b.String()
}

// SetPicked puts a value into a Pick, with its name, which stands beside it; o.JSON is what a Group, an array or [Form.Picked]
// hands over. With Multiple it is added, or taken away if it is there.
func (f *Form) SetPicked(name string, o Option) {
	x := f.find(name)
	if x == nil {
		return
	}
	was := x.value()
	switch w := x.w.(type) {
	case *pick:
		w.picked(o)
	case *picks:
		w.picked(o)
	default:
		return
	}
	if x.value() != was {
		x.changed()
		f.follow(x)
	}
}

// Picked is the value of a Pick as JSON, in the type that it has where it was chosen; "" for one that was typed, or for an
// array of several, whose text has the types.
func (f *Form) Picked(name string) string {
	if x := f.find(name); x != nil && x.value() != "" {
		if c, ok := x.w.(*pick); ok {
			return c.json
		}
	}
	return ""
}

// SetMembers says what the members of a Group or a List are, once they were loaded; the value that it has goes to them. With
// nil it becomes a JSON editor: what its members are cannot be known.
func (f *Form) SetMembers(name string, members []Field) {
	x := f.find(name)
	if x == nil || x.loads == 0 && x.Kind != Group && x.Kind != List {
		return
	}
	value, touched := x.value(), x.touched
	if x.loads != 0 {
		x.Kind = x.loads
	}
	if members == nil {
		x.Kind = JSON
		value = pretty(value)
	}
	first := x.Value
	x.Members, x.Value, x.problem = members, value, ""
	x.build()
	if x.problem != "" && members != nil && value != "" { // it does not go with the members: nothing of it is lost
		x.Kind, x.Value = JSON, pretty(value)
		x.build()
	}
	x.Value, x.touched = first, touched
	f.flatten()
}
