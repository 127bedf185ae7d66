package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dop251/goja/ast"

	"authdeck/integrations/flowrunner/annotation"
)

// references checks that what annotations name is there.
func (l *linter) references() {
	if l.text.Class.SuperClass != nil {
		return // its methods may stand anywhere
	}
	file := l.text.ClassIn.Name
	for _, m := range l.text.Methods {
		var names []string
		type use struct {
			tag       annotation.Tag
			of        string // a parameter, "" for the sample
			dependsOn []string
		}
		var uses []use
		for _, t := range m.Tags {
			switch t.Name {
			case "paramDef":
				var p struct {
					Name, Dictionary, SchemaLoader string
					DependsOn                      []string
				}
				if t.Decode(&p) != nil || p.Name == "" {
					continue // told of already, or a key is of another type
				}
				names = append(names, p.Name)
				uses = append(uses, use{t, p.Name, p.DependsOn})
				l.named(file, t, p.Dictionary, annotation.Dictionary, "dictionary", p.Name)
				l.named(file, t, p.SchemaLoader, annotation.SchemaLoader, "schema-loader", p.Name)
			case "sampleResultLoader":
				var loader annotation.Loader
				if t.Decode(&loader) != nil {
					continue
				}
				uses = append(uses, use{t, "", loader.DependsOn})
				l.named(file, t, loader.Method, annotation.SampleLoader, "sample-loader", "the sample of "+m.Name)
			}
		}
		for _, u := range uses {
			for _, d := range u.dependsOn {
				if slices.Contains(names, d) || strings.ContainsAny(d, ".[") {
					continue
				}
				what := "the @sampleResultLoader"
				if u.of != "" {
					what = "the parameter " + u.of
				}
				l.error(file, u.tag.Line, "depends-on", fmt.Sprintf("%s of %s depends on %q, which is no parameter of it", what, m.Name, d), "name a @paramDef of the same method")
			}
		}
	}
}

// named checks a method that a tag names for a parameter or a sample, and what it is registered as.
func (l *linter) named(file string, t annotation.Tag, method string, want annotation.Kind, rule, user string) {
	if method == "" {
		return
	}
	for _, m := range l.text.Methods {
		if m.Name != method {
			continue
		}
		if tag, ok := m.Tag("registerAs"); !ok || tag.Word() != string(want) {
			l.error(file, m.Line, rule+"-tag", fmt.Sprintf("%s is used as a %s and not registered as one", method, strings.ReplaceAll(rule, "-", " ")), "add @registerAs "+string(want)+" to its comment")
		}
		return
	}
	if l.member(method) {
		return // a field: what it holds cannot be told
	}
	l.error(file, t.Line, rule+"-unknown", fmt.Sprintf("%s has the %s %s, and the class has no such method", user, strings.ReplaceAll(rule, "-", " "), method), "write the method, or correct the name")
}

// member reports whether the class declares a member of that name, of whatever kind.
func (l *linter) member(name string) bool {
	return slices.ContainsFunc(l.text.Class.Body, func(e ast.ClassElement) bool {
		var key ast.Expression
		switch d := e.(type) {
		case *ast.MethodDefinition:
			if d.Static {
				return false
			}
			key = d.Key
		case *ast.FieldDefinition:
			if d.Static {
				return false
			}
			key = d.Key
		}
		return keyName(key) == name
	})
}

// keyName is a key that stands in the text as a name or a string; "" for another.
func keyName(e ast.Expression) string {
	switch k := e.(type) {
	case *ast.StringLiteral:
		return k.Value.String()
	case *ast.Identifier:
		return k.Name.String()
	}
	return ""
}
