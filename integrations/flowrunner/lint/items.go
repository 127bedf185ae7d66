package lint

import (
	"fmt"

	"github.com/dop251/goja/ast"
)

// items checks the config items that stand as literals in the call of addService, or in a constant of its file.
func (l *linter) items() {
	if len(l.text.Call.ArgumentList) < 2 {
		return
	}
	f := l.text.CallIn
	list, ok := l.text.Call.ArgumentList[1].(*ast.ArrayLiteral)
	if id, named := l.text.Call.ArgumentList[1].(*ast.Identifier); named {
		list, ok = f.Var(id.Name.String()).(*ast.ArrayLiteral)
	}
	if !ok {
		return
	}
	lines := map[string]int{}
	for _, e := range list.Value {
		o, ok := e.(*ast.ObjectLiteral)
		if !ok {
			continue
		}
		members, open := membersOf(o)
		if open {
			continue
		}
		line := f.Line(o.Idx0())
		name, isText := textIn(members["name"])
		if _, has := members["name"]; !has || isText && name == "" {
			l.error(f.Name, line, "item-name", "a config item has no name: the service cannot be opened", "give it one")
			continue
		}
		if !isText {
			continue
		}
		if before, twice := lines[name]; twice {
			l.error(f.Name, line, "item-twice", fmt.Sprintf("the config item %s is there twice, in line %d too", name, before), "rename one")
		}
		lines[name] = line
		if options, has := members["options"]; lastWord(members["type"]) == "CHOICE" && (!has || isEmptyList(options)) {
			l.error(f.Name, line, "choice-options", "the config item "+name+" is a CHOICE without options: nothing can be chosen", "give it options: ['…', '…']")
		}
	}
}

// membersOf are the members of an object literal by name; open says that it has others, which the text does not tell.
func membersOf(o *ast.ObjectLiteral) (members map[string]ast.Expression, open bool) {
	members = map[string]ast.Expression{}
	for _, p := range o.Value {
		switch m := p.(type) {
		case *ast.PropertyKeyed:
			name := keyName(m.Key)
			if m.Computed || name == "" {
				open = true
				continue
			}
			members[name] = m.Value
		case *ast.PropertyShort:
			members[m.Name.Name.String()] = &m.Name
		default:
			open = true
		}
	}
	return members, open
}

func textIn(e ast.Expression) (string, bool) {
	s, ok := e.(*ast.StringLiteral)
	if !ok {
		return "", false
	}
	return s.Value.String(), true
}

// lastWord is a text, or the last word of a.b.C.
func lastWord(e ast.Expression) string {
	switch x := e.(type) {
	case *ast.StringLiteral:
		return x.Value.String()
	case *ast.DotExpression:
		return x.Identifier.Name.String()
	}
	return ""
}

func isEmptyList(e ast.Expression) bool {
	list, ok := e.(*ast.ArrayLiteral)
	return ok && len(list.Value) == 0
}
