package lint

import (
	"slices"

	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/token"

	"authdeck/integrations/flowrunner/annotation"
)

// secretWords are names under which services keep secrets, and nothing else.
var secretWords = []string{
	"access_token", "accessToken", "refresh_token", "refreshToken", "id_token", "client_secret", "clientSecret", "oauth-access-token",
}

// logs finds secrets that are printed as they are.
func (l *linter) logs() {
	for _, f := range l.text.Files {
		if f.Program == nil {
			continue
		}
		annotation.Walk(f.Program, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpression)
			if !ok || !printing(call.Callee) {
				return true
			}
			for _, e := range call.ArgumentList {
				if name := printed(e); name != "" {
					l.error(f.Name, f.Line(e.Idx0()), "token-logged", name+" is printed: whoever reads the log can use it", "leave it out, or print that it is there: Boolean("+name+")")
				}
			}
			return true
		})
	}
}

// printing reports whether a call of it prints: console.x, or a logger's method.
func printing(callee ast.Expression) bool {
	dot, ok := callee.(*ast.DotExpression)
	if !ok {
		return false
	}
	id, ok := dot.Left.(*ast.Identifier)
	return ok && slices.Contains([]string{"log", "info", "warn", "error", "debug", "trace", "dir"}, dot.Identifier.Name.String()) && (id.Name == "console" || id.Name == "logger")
}

// printed is the name of a secret that an expression carries unchanged into the text; "" if there is none. What goes through
// a function, a comparison or a negation is not the secret any more.
func printed(e ast.Expression) string {
	all := func(list ...ast.Expression) string {
		for _, e := range list {
			if name := printed(e); name != "" {
				return name
			}
		}
		return ""
	}
	word := func(name string) string {
		if slices.Contains(secretWords, name) {
			return name
		}
		return ""
	}
	switch x := e.(type) {
	case *ast.Identifier:
		return word(x.Name.String())
	case *ast.DotExpression:
		return word(x.Identifier.Name.String())
	case *ast.BracketExpression:
		name, _ := textIn(x.Member)
		return word(name)
	case *ast.Optional:
		return printed(x.Expression)
	case *ast.OptionalChain:
		return printed(x.Expression)
	case *ast.AwaitExpression:
		return printed(x.Argument)
	case *ast.TemplateLiteral:
		return all(x.Expressions...)
	case *ast.BinaryExpression:
		if x.Operator == token.PLUS || x.Operator == token.LOGICAL_OR || x.Operator == token.COALESCE {
			return all(x.Left, x.Right)
		}
	case *ast.ConditionalExpression:
		return all(x.Consequent, x.Alternate)
	case *ast.ArrayLiteral:
		return all(x.Value...)
	case *ast.ObjectLiteral:
		for _, p := range x.Value {
			switch m := p.(type) {
			case *ast.PropertyKeyed:
				if name := printed(m.Value); name != "" {
					return name
				}
			case *ast.PropertyShort:
				if name := word(m.Name.Name.String()); name != "" {
					return name
				}
			}
		}
	case *ast.CallExpression:
		if dot, ok := x.Callee.(*ast.DotExpression); ok {
			if id, ok := dot.Left.(*ast.Identifier); ok && id.Name == "JSON" && dot.Identifier.Name == "stringify" && len(x.ArgumentList) > 0 {
				return printed(x.ArgumentList[0])
			}
		}
	}
	return ""
}
