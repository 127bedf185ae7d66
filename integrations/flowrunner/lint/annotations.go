package lint

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"authdeck/integrations/flowrunner/annotation"
)

var kinds = []string{
	string(annotation.Dictionary), string(annotation.System), string(annotation.Polling), string(annotation.Realtime),
	string(annotation.SchemaLoader), string(annotation.SampleLoader),
}

// widgets are the types of a uiComponent (reference/flowrunner.md §2.4).
var widgets = []string{
	"SINGLE_LINE_TEXT", "MULTI_LINE_TEXT", "NUMERIC_STEPPER", "NUMERIC", "TOGGLE", "CHECKBOX", "DROPDOWN", "MULTI_SELECT_DROPDOWN",
	"DATE_PICKER", "DATE_TIME_PICKER", "DATE", "FILE_SELECTOR", "CODE_EDITOR",
}

// The bounds of @executionTimeoutInSeconds.
const (
	leastSeconds = 1
	mostSeconds  = 900
)

// annotations checks each tag for itself.
func (l *linter) annotations() {
	file := l.text.ClassIn.Name
	labels, names := map[string]string{}, map[string]int{}
	for _, m := range l.text.Methods {
		if before, ok := names[m.Name]; ok {
			l.error(file, m.Line, "method-twice", fmt.Sprintf("the class has %s twice, in line %d too: the last one counts", m.Name, before), "rename one")
		}
		names[m.Name] = m.Line
		for _, t := range m.Tags {
			switch t.Name {
			case "paramDef":
				l.paramDef(file, m.Name, t)
			case "registerAs":
				if kind := t.Word(); !slices.Contains(kinds, kind) {
					l.error(file, t.Line, "register-as", fmt.Sprintf("@registerAs of %s is %q, which is no kind", m.Name, kind), "it is one of "+strings.Join(kinds, ", "))
				}
			case "sampleResult":
				l.sample(file, m.Name, t)
			case "sampleResultLoader":
				var loader struct{ MethodName string }
				if err := t.Decode(&loader); err != nil || loader.MethodName == "" {
					l.error(file, t.Line, "loader-json", "the @sampleResultLoader of "+m.Name+" names no method", `write {"methodName":"…","dependsOn":["…"]}`)
				}
			case "executionTimeoutInSeconds":
				if n, err := strconv.Atoi(t.Word()); err != nil || n < leastSeconds || n > mostSeconds {
					l.error(file, t.Line, "timeout-range", fmt.Sprintf("the @executionTimeoutInSeconds of %s is no number from %d to %d", m.Name, leastSeconds, mostSeconds),
						"write the seconds as a number; without the tag a call has 60")
				}
			}
		}
		if label, ok := actionLabel(m); ok {
			if before, taken := labels[label]; taken {
				l.warn(file, m.Line, "operation-twice", fmt.Sprintf("%s and %s are both called %q", before, m.Name, label), "give each @operationName a text of its own")
			}
			labels[label] = m.Name
		}
	}
	for _, f := range l.text.Files {
		f.EachComment(func(tags []annotation.Tag) {
			if !slices.ContainsFunc(tags, func(t annotation.Tag) bool { return t.Name == "typedef" }) {
				return
			}
			for _, t := range tags {
				if t.Name == "paramDef" {
					l.paramDef(f.Name, "a type", t)
				}
			}
		})
	}
}

// actionLabel is the operation name of an action.
func actionLabel(m annotation.MethodText) (string, bool) {
	label, named := m.Tag("operationName")
	_, registered := m.Tag("registerAs")
	_, private := m.Tag("private")
	return label.First(), named && !registered && !private && label.First() != ""
}

func (l *linter) paramDef(file, of string, t annotation.Tag) {
	var raw map[string]json.RawMessage
	if err := t.Decode(&raw); err != nil {
		l.error(file, t.Line, "param-json", "a @paramDef of "+of+" is no JSON object, so it is dropped and those after it move up one place: "+err.Error(),
			"write one JSON object on the line, keys and texts in double quotes")
		return
	}
	var name string
	if json.Unmarshal(raw["name"], &name) != nil || name == "" {
		l.error(file, t.Line, "param-name", "a @paramDef of "+of+" has no name, so it is dropped and those after it move up one place", `give it "name"`)
		return
	}
	if _, ok := raw["default"]; ok {
		l.warn(file, t.Line, "default-key", "the @paramDef "+name+" has a key `default`, which FlowRunner does not know", "call it defaultValue")
	}
	if component, ok := raw["uiComponent"]; ok {
		var c struct{ Type any }
		kind := ""
		if json.Unmarshal(component, &c) == nil {
			kind, _ = c.Type.(string)
		}
		if !slices.Contains(widgets, strings.ToUpper(kind)) {
			l.warn(file, t.Line, "ui-component", fmt.Sprintf("the uiComponent of %s is of the type %q, which is none: it gets a plain line", name, kind), "types are "+strings.Join(widgets, ", "))
		}
	}
}

// sample takes a text that is not meant to be JSON as it is.
func (l *linter) sample(file, of string, t annotation.Tag) {
	text := strings.TrimSpace(t.Text)
	if !strings.HasPrefix(text, "{") && !strings.HasPrefix(text, "[") {
		return
	}
	var v any
	if err := t.Decode(&v); err != nil {
		l.warn(file, t.Line, "sample-json", "the @sampleResult of "+of+" is no JSON and is shown as text: "+err.Error(), "write one JSON value on the line")
	}
}
