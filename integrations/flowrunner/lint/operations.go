package lint

import (
	"strings"

	"authdeck/integrations/flowrunner/annotation"
)

// The three operations and their routes (reference/flowrunner.md §2.3).
const (
	connectionURL = "getOAuth2ConnectionURL"
	callback      = "executeCallback"
	refresh       = "refreshToken"
)

var routes = map[string]string{
	connectionURL: "GET /getOAuth2ConnectionURL",
	callback:      "POST /executeCallback",
	refresh:       "PUT /refreshToken",
}

// method finds an ordinary method of the class.
func (l *linter) method(name string) (annotation.MethodText, bool) {
	for _, m := range l.text.Methods {
		if m.Name == name {
			return m, true
		}
	}
	return annotation.MethodText{}, false
}

// operations checks the three of a service that needs a sign-in.
func (l *linter) operations() {
	file, classLine := l.text.ClassIn.Name, l.text.ClassIn.Line(l.text.Class.Class)
	if !l.text.Service.RequireOAuth {
		_, url := l.method(connectionURL)
		_, back := l.method(callback)
		if url && back {
			l.warn(file, classLine, "require-oauth", "the class has the OAuth2 operations and no @requireOAuth: it has no Login button", "add @requireOAuth to the comment of the class")
		}
		return
	}
	for _, name := range []string{connectionURL, callback, refresh} {
		m, ok := l.method(name)
		if !ok {
			say, do := l.error, "write it, with @route "+routes[name]+" and @registerAs SYSTEM"
			if name == refresh { // some providers' tokens never expire
				say = l.warn
			}
			if l.text.Class.SuperClass == nil && !l.member(name) {
				say(file, classLine, "operation-missing", "the class needs a sign-in and has no "+name, do)
			}
			continue
		}
		if route, ok := m.Tag("route"); !ok {
			l.warn(file, m.Line, "operation-route", name+" has no @route", "write @route "+routes[name])
		} else if strings.Join(strings.Fields(route.First()), " ") != routes[name] {
			l.error(file, route.Line, "operation-route", "the @route of "+name+" is not the one that FlowRunner calls", "write @route "+routes[name])
		}
		if kind, ok := m.Tag("registerAs"); !ok {
			l.error(file, m.Line, "operation-system", name+" is not registered as SYSTEM", "add @registerAs SYSTEM to its comment")
		} else if kind.Word() != string(annotation.System) {
			l.error(file, kind.Line, "operation-system", name+" is registered as "+kind.Word(), "write @registerAs SYSTEM")
		}
	}
}

// methods checks that the class has what a manifest names.
func (l *linter) methods() {
	file, line := l.text.ClassIn.Name, l.text.ClassIn.Line(l.text.Class.Class)
	for _, name := range l.wanted {
		if _, ok := l.method(name); !ok && l.text.Class.SuperClass == nil && !l.member(name) {
			l.error(file, line, "method-missing", "the manifest names "+name+", and the class has no such method", "write it, or correct the name")
		}
	}
}
