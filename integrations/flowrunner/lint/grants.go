package lint

import (
	"github.com/dop251/goja/ast"

	"authdeck/integrations/flowrunner/annotation"
)

// grants checks the object literals that executeCallback and refreshToken return themselves. What a helper makes cannot be told.
func (l *linter) grants() {
	f := l.text.ClassIn
	for _, name := range []string{callback, refresh} {
		m, ok := l.method(name)
		if !ok {
			continue
		}
		for _, r := range returned(m.Body) {
			line := f.Line(r.at)
			missing := func(key string) bool { return !r.has[key] && !r.open }
			if len(r.has) == 0 {
				if !r.open {
					l.warn(f.Name, line, "grant-empty", name+" returns {}: it fails, and nobody learns why", "throw an Error that says what went wrong, or let the one of the request pass")
				}
				continue
			}
			if missing("token") {
				l.error(f.Name, line, "grant-token", "what "+name+" returns has no token: there is no connection without one", "add token: the access token")
			}
			if missing("expirationInSeconds") {
				l.warn(f.Name, line, "grant-lifetime", "what "+name+" returns has no expirationInSeconds: the token is not refreshed before it expires", "add expirationInSeconds, usually expires_in of the answer; 0 or null says that it never expires")
			}
			if name == refresh {
				if missing("refreshToken") {
					l.warn(f.Name, line, "refresh-token-dropped", "what refreshToken returns has no refreshToken: if the provider sends a new one, the connection is lost", "add refreshToken: answer.refresh_token || refreshToken")
				}
				continue
			}
			if l.beside {
				continue // who is connected may be the manifest's business
			}
			if missing("connectionIdentityName") {
				l.warn(f.Name, line, "grant-identity", "what executeCallback returns has no connectionIdentityName: nobody sees whose connection it is", "ask the provider who signed in, and hand over the mail address or the name")
			}
			if missing("overwrite") {
				l.warn(f.Name, line, "grant-overwrite", "what executeCallback returns has no overwrite: signing in again may fail in FlowRunner's cloud", "add overwrite: true")
			}
		}
	}
}

// grant is an object that a function returns.
type grant struct {
	at   annotation.Position
	has  map[string]bool
	open bool // it may have more members than the text shows
}

// returned are the objects that a function, and none inside it, returns as a literal or by the name of a local one.
func returned(function *ast.FunctionLiteral) []grant {
	var list []grant
	looked := map[string]bool{}
	var add func(e ast.Expression)
	add = func(e ast.Expression) {
		switch x := e.(type) {
		case *ast.ConditionalExpression:
			add(x.Consequent)
			add(x.Alternate)
		case *ast.ObjectLiteral:
			g := grant{at: x.Idx0(), has: map[string]bool{}}
			g.take(x)
			list = append(list, g)
		case *ast.Identifier:
			name := x.Name.String()
			if looked[name] {
				break
			}
			looked[name] = true
			if g, ok := local(function, name); ok {
				list = append(list, g)
			}
		}
	}
	ownNodes(function, func(n ast.Node) {
		if r, ok := n.(*ast.ReturnStatement); ok {
			add(r.Argument)
		}
	})
	return list
}

func (g *grant) take(o *ast.ObjectLiteral) {
	members, open := membersOf(o)
	g.open = g.open || open
	for name := range members {
		g.has[name] = true
	}
}

// ownNodes visits what stands in a function, and not in functions and classes inside it.
func ownNodes(function *ast.FunctionLiteral, visit func(ast.Node)) {
	annotation.Walk(function.Body, func(n ast.Node) bool {
		switch n.(type) {
		case *ast.FunctionLiteral, *ast.ArrowFunctionLiteral, *ast.ClassLiteral:
			return false
		}
		visit(n)
		return true
	})
}

// local is a variable of the function that is declared once, as an object literal, with the members that it gets later.
// ok is false if it is anything else.
func local(function *ast.FunctionLiteral, name string) (g grant, ok bool) {
	g.has = map[string]bool{}
	declared, good := 0, true
	is := func(e ast.Expression) bool {
		id, ok := e.(*ast.Identifier)
		return ok && id.Name.String() == name
	}
	annotation.Walk(function, func(n ast.Node) bool {
		switch x := n.(type) {
		case *ast.Binding:
			if !is(x.Target) {
				break
			}
			declared++
			o, literal := x.Initializer.(*ast.ObjectLiteral)
			if !literal {
				good = false
				break
			}
			g.at = o.Idx0()
			g.take(o)
		case *ast.AssignExpression:
			switch left := x.Left.(type) {
			case *ast.Identifier:
				good = good && !is(left)
			case *ast.DotExpression:
				if is(left.Left) {
					g.has[left.Identifier.Name.String()] = true
				}
			case *ast.BracketExpression:
				if is(left.Left) {
					key, known := textIn(left.Member)
					g.has[key] = true
					g.open = g.open || !known
				}
			}
		case *ast.CallExpression:
			for _, a := range x.ArgumentList {
				if is(a) && !printing(x.Callee) {
					g.open = true // it may be filled there
				}
			}
		}
		return true
	})
	return g, good && declared == 1
}
