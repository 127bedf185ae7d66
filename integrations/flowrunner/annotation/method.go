package annotation

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"
)

// method reads the tags of a method's comment.
func (r *reading) method(name string, tags []tag, file string, line int) Method {
	m := Method{Name: name, File: file, Line: line}
	for _, t := range tags {
		if t.name != "paramDef" {
			continue
		}
		p, err := paramDef(t.text)
		if err != nil {
			why := "it is no JSON"
			if errors.Is(err, errNoName) {
				why = "it has no name"
			}
			r.problem(file, t.line, "a @paramDef of "+name+" is dropped, and those after it move up one place: "+why)
			continue
		}
		m.Params = append(m.Params, p)
	}
	if t, ok := find(tags, "operationName"); ok {
		m.Named, m.Operation = true, t.first()
	}
	if t, ok := find(tags, "registerAs"); ok {
		m.Kind = Kind(t.word())
	}
	_, m.Private = find(tags, "private")
	if t, ok := find(tags, "description"); ok {
		m.Description = flow(t.text)
	}
	if t, ok := find(tags, "category"); ok {
		m.Category = t.first()
	}
	if t, ok := find(tags, "route"); ok {
		m.Route = t.first()
	}
	if t, ok := find(tags, "sampleResult"); ok {
		m.Sample, m.SampleText = sample(t.text)
	}
	if t, ok := find(tags, "sampleResultLoader"); ok {
		var l Loader
		if err := decode(t.text, &l); err != nil || l.Method == "" {
			r.problem(file, t.line, "the @sampleResultLoader of "+name+" names no method")
		} else {
			m.SampleFrom = &l
		}
	}
	if t, ok := find(tags, "executionTimeoutInSeconds"); ok {
		n, err := strconv.Atoi(t.word())
		if err != nil || n <= 0 {
			r.problem(file, t.line, "the @executionTimeoutInSeconds of "+name+" is no number of seconds")
		} else {
			m.Timeout = n
		}
	}
	if t, ok := find(tags, "requiredOauth2Scopes"); ok {
		m.Scopes = scopes(t.text)
	}
	if t, ok := find(tags, "appearanceColor"); ok {
		m.Colours = strings.Fields(t.first())
	}
	return m
}

// sample is an example answer: JSON, or text where it is none.
func sample(text string) (json.RawMessage, string) {
	if json.Valid([]byte(text)) {
		return json.RawMessage(text), ""
	}
	if part := jsonIn(text); part != "" && json.Valid([]byte(part)) {
		return json.RawMessage(part), ""
	}
	return nil, text
}

// scopes are separated by commas or blanks; a lone bar between two means that either suffices.
func scopes(text string) [][]string {
	words := strings.FieldsFunc(strings.ReplaceAll(text, "|", " | "), func(c rune) bool {
		return c == ',' || c == ' ' || c == '\n' || c == '\t'
	})
	var all [][]string
	either := false
	for _, w := range words {
		switch {
		case w == "|":
			either = len(all) > 0
			continue
		case either:
			last := len(all) - 1
			all[last] = append(all[last], w)
		default:
			all = append(all, []string{w})
		}
		either = false
	}
	return all
}

// flow makes one paragraph of lines; an empty line stays a break.
func flow(text string) string {
	var out strings.Builder
	blank := false
	for _, l := range strings.Split(text, "\n") {
		switch l = strings.TrimSpace(l); {
		case l == "":
			blank = true
			continue
		case out.Len() == 0:
		case blank:
			out.WriteString("\n\n")
		default:
			out.WriteByte(' ')
		}
		blank = false
		out.WriteString(l)
	}
	return out.String()
}
