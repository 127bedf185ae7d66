package lint

import (
	"regexp"
	"strings"

	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/token"

	"authdeck/integrations/flowrunner/annotation"
)

// secretNames are what must not stand in an address: logs, histories and the Referer header keep addresses.
var secretNames = []string{"client_secret", "access_token", "refresh_token"}

var (
	// A known address, or one that begins with something computed, with a query that names a secret.
	secretInQuery = regexp.MustCompile(`^(?:https?:|/|` + unknown + `)\S*\?(?:\S*&)?(client_secret|access_token|refresh_token)=`)
	secretPart    = regexp.MustCompile(`(?:^|[?&])(client_secret)=`)
	redirectPart  = regexp.MustCompile(`(?:^|[?&])redirect_uri=`)
	redirectFixed = regexp.MustCompile(`(?:^|[?&])redirect_uri=https?(?::|%3[Aa])[^` + unknown + `]`)
	flowRunners   = regexp.MustCompile(`^https?://[^/]*(?:flowrunner|backendless)`)
)

// unknown stands for what is computed in a text.
const unknown = "\x00"

// addresses checks what goes into the addresses that the service makes.
func (l *linter) addresses() {
	for _, f := range l.text.Files {
		if f.Program == nil {
			continue
		}
		in := &addressing{l: l, f: f, inner: map[ast.Expression]bool{}}
		if m, ok := l.method(connectionURL); ok && f == l.text.ClassIn {
			in.from, in.to = m.Body.Idx0(), m.Body.Idx1()
		}
		annotation.Walk(f.Program, func(n ast.Node) bool {
			in.node(n)
			return true
		})
	}
}

// addressing is the look at one file.
type addressing struct {
	l        *linter
	f        *annotation.File
	from, to annotation.Position     // of getOAuth2ConnectionURL
	inner    map[ast.Expression]bool // parts of a sum, which is looked at as a whole
}

func (a *addressing) inURL(at annotation.Position) bool { return at >= a.from && at < a.to }

func (a *addressing) node(n ast.Node) {
	switch x := n.(type) {
	case *ast.StringLiteral:
		a.text(x)
	case *ast.TemplateLiteral:
		a.text(x)
	case *ast.BinaryExpression:
		if x.Operator != token.PLUS {
			return
		}
		a.inner[x.Left], a.inner[x.Right] = true, true
		if !a.inner[x] {
			a.text(x)
		}
	case *ast.PropertyKeyed:
		if !x.Computed {
			a.pair(keyName(x.Key), x.Value, x.Idx0())
		}
	case *ast.PropertyShort:
		a.pair(x.Name.Name.String(), &x.Name, x.Idx0())
	case *ast.CallExpression:
		dot, ok := x.Callee.(*ast.DotExpression)
		if !ok {
			return
		}
		switch method := dot.Identifier.Name.String(); method {
		case "append", "set":
			if len(x.ArgumentList) == 2 {
				if name, ok := textIn(x.ArgumentList[0]); ok {
					a.pair(name, x.ArgumentList[1], x.ArgumentList[0].Idx0())
				}
			}
		case "query":
			if len(x.ArgumentList) == 1 {
				a.query(x.ArgumentList[0])
			}
		}
	}
}

// query checks the object that a request's query is made of.
func (a *addressing) query(e ast.Expression) {
	o, ok := e.(*ast.ObjectLiteral)
	if !ok {
		return
	}
	for _, p := range o.Value {
		name := ""
		switch m := p.(type) {
		case *ast.PropertyKeyed:
			name = keyName(m.Key)
		case *ast.PropertyShort:
			name = m.Name.Name.String()
		}
		for _, s := range secretNames {
			if name == s {
				a.secret(s, p.Idx0())
			}
		}
	}
}

// pair checks a name and its value wherever both stand together.
func (a *addressing) pair(name string, value ast.Expression, at annotation.Position) {
	switch name {
	case "redirect_uri":
		if address, ok := a.fixed(value); ok {
			a.fixedRedirect(address, at)
		} else if a.inURL(at) {
			a.ownRedirect(at)
		}
	case "client_secret":
		if a.inURL(at) {
			a.secret(name, at)
		}
	}
}

// fixed is an address that stands in the text: as a literal, in a constant of the file, or in encodeURIComponent.
func (a *addressing) fixed(e ast.Expression) (string, bool) {
	switch x := e.(type) {
	case *ast.Identifier:
		if e = a.f.Var(x.Name.String()); e == nil {
			return "", false
		}
	case *ast.CallExpression:
		if id, ok := x.Callee.(*ast.Identifier); ok && id.Name == "encodeURIComponent" && len(x.ArgumentList) == 1 {
			return a.fixed(x.ArgumentList[0])
		}
	}
	text := flat(e)
	return text, strings.HasPrefix(text, "http://") || strings.HasPrefix(text, "https://")
}

// text checks a text that is put together, as far as it can be told.
func (a *addressing) text(e ast.Expression) {
	text := flat(e)
	if m := secretInQuery.FindStringSubmatch(text); m != nil {
		a.secret(m[1], a.within(e, m[1]+"="))
	}
	if at := e.Idx0(); a.inURL(at) {
		if m := secretPart.FindStringSubmatch(text); m != nil {
			a.secret(m[1], a.within(e, m[1]+"="))
		}
		if redirectPart.MatchString(text) && !redirectFixed.MatchString(text) {
			a.ownRedirect(a.within(e, "redirect_uri="))
		}
	}
	if redirectFixed.MatchString(text) {
		_, address, _ := strings.Cut(text, "redirect_uri=")
		a.fixedRedirect(strings.NewReplacer("%3A", ":", "%3a", ":", "%2F", "/", "%2f", "/").Replace(address), a.within(e, "redirect_uri="))
	}
}

func (a *addressing) secret(name string, at annotation.Position) {
	line := a.f.Line(at)
	if a.inURL(at) {
		a.l.error(a.f.Name, line, "secret-in-url", name+" goes into the address that the browser opens: everybody on the way sees it", "leave it out; it belongs into the requests of executeCallback and refreshToken")
		return
	}
	do := "send it in the body of the request, or as Basic authorization"
	if name == "access_token" {
		do = "send it in the header Authorization, unless the provider takes it in no other way"
	}
	a.l.warn(a.f.Name, line, "secret-in-url", name+" goes into the address of a request, and addresses are logged", do)
}

func (a *addressing) ownRedirect(at annotation.Position) {
	a.l.warn(a.f.Name, a.f.Line(at), "redirect-uri", connectionURL+" sets redirect_uri, which the host adds itself", "leave it out")
}

func (a *addressing) fixedRedirect(address string, at annotation.Position) {
	whose := "one"
	if flowRunners.MatchString(address) {
		whose = "FlowRunner's"
	}
	a.l.error(a.f.Name, a.f.Line(at), "redirect-fixed", "redirect_uri is a fixed address, "+whose+": the sign-in was made with the host's, so the exchange is refused", "use callbackObject.redirectURI in executeCallback, and none in "+connectionURL)
}

// flat is the text of an expression; what is computed is [unknown].
func flat(e ast.Expression) string {
	var text strings.Builder
	flatten(&text, e)
	return text.String()
}

func flatten(text *strings.Builder, e ast.Expression) {
	switch x := e.(type) {
	case *ast.StringLiteral:
		text.WriteString(x.Value.String())
		return
	case *ast.TemplateLiteral:
		if x.Tag != nil {
			break
		}
		for i, part := range x.Elements {
			text.WriteString(part.Parsed.String())
			if i < len(x.Expressions) {
				flatten(text, x.Expressions[i])
			}
		}
		return
	case *ast.BinaryExpression:
		if x.Operator == token.PLUS {
			flatten(text, x.Left)
			flatten(text, x.Right)
			return
		}
	}
	text.WriteString(unknown)
}

// within finds where a part of a text stands.
func (a *addressing) within(e ast.Expression, part string) annotation.Position {
	found := e.Idx0()
	done := false
	annotation.Walk(e, func(n ast.Node) bool {
		switch x := n.(type) {
		case *ast.StringLiteral:
			if !done && strings.Contains(x.Value.String(), part) {
				found, done = x.Idx, true
			}
		case *ast.TemplateLiteral:
			for _, el := range x.Elements {
				if i := strings.Index(el.Literal, part); i >= 0 && !done {
					found, done = el.Idx+annotation.Position(i), true
				}
			}
		}
		return true
	})
	return found
}
