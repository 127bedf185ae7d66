package annotation

import (
	"encoding/json"

	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/token"
)

// literal is the value of an expression that the text alone tells: text, numbers, booleans, null, arrays and objects of
// them, text joined by +, and constants such as Flowrunner.ServerCode.ConfigItems.TYPES.STRING, which stand for their last
// word. named resolves an identifier, nil if it is not a literal either.
func literal(e ast.Expression, named func(name string) ast.Expression, depth int) (any, bool) {
	if depth > 20 {
		return nil, false
	}
	of := func(e ast.Expression) (any, bool) { return literal(e, named, depth+1) }
	switch x := e.(type) {
	case *ast.StringLiteral:
		return x.Value.String(), true
	case *ast.NumberLiteral:
		switch n := x.Value.(type) {
		case int64:
			return float64(n), true
		case float64:
			return n, true
		}
	case *ast.BooleanLiteral:
		return x.Value, true
	case *ast.NullLiteral:
		return nil, true
	case *ast.TemplateLiteral:
		if x.Tag == nil && len(x.Expressions) == 0 && len(x.Elements) == 1 {
			return x.Elements[0].Parsed.String(), true
		}
	case *ast.UnaryExpression:
		v, ok := of(x.Operand)
		n, isNumber := v.(float64)
		if b, isBool := v.(bool); ok && isBool && x.Operator == token.NOT {
			return !b, true
		}
		if ok && isNumber && x.Operator == token.MINUS {
			return -n, true
		}
		if ok && isNumber && x.Operator == token.NOT { // !0 and !1 of minified text
			return n == 0, true
		}
	case *ast.BinaryExpression:
		left, ok1 := of(x.Left)
		right, ok2 := of(x.Right)
		l, isText := left.(string)
		r, areTexts := right.(string)
		if ok1 && ok2 && isText && areTexts && x.Operator == token.PLUS {
			return l + r, true
		}
	case *ast.ArrayLiteral:
		list := make([]any, 0, len(x.Value))
		for _, v := range x.Value {
			if v == nil {
				return nil, false
			}
			value, ok := of(v)
			if !ok {
				return nil, false
			}
			list = append(list, value)
		}
		return list, true
	case *ast.ObjectLiteral:
		return objectLiteral(x, of)
	case *ast.DotExpression:
		if parent, ok := x.Left.(*ast.DotExpression); ok && parent.Identifier.Name == "TYPES" {
			return x.Identifier.Name.String(), true
		}
		if parent, ok := x.Left.(*ast.Identifier); ok && parent.Name == "TYPES" {
			return x.Identifier.Name.String(), true
		}
	case *ast.Identifier:
		if x.Name == "undefined" {
			return nil, true
		}
		if def := named(x.Name.String()); def != nil {
			return of(def)
		}
	}
	return nil, false
}

func objectLiteral(x *ast.ObjectLiteral, of func(ast.Expression) (any, bool)) (any, bool) {
	object := map[string]any{}
	for _, p := range x.Value {
		var key string
		var value ast.Expression
		switch p := p.(type) {
		case *ast.PropertyKeyed:
			name, ok := p.Key.(*ast.StringLiteral)
			if !ok || p.Computed || p.Kind != ast.PropertyKindValue {
				return nil, false
			}
			key, value = name.Value.String(), p.Value
		case *ast.PropertyShort:
			key, value = p.Name.Name.String(), &p.Name
		default:
			return nil, false
		}
		v, ok := of(value)
		if !ok {
			return nil, false
		}
		object[key] = v
	}
	return object, true
}

// ItemsOf reads config items that code made, as JSON.
func ItemsOf(raw json.RawMessage) (items []Item, ok bool) {
	var v any
	if json.Unmarshal(raw, &v) != nil {
		return nil, false
	}
	return Items(v)
}

// Items reads config items as they stand in the text or as code made them (JSON of an array); ok is false if v is no list
// of objects with names.
func Items(v any) (items []Item, ok bool) {
	list, isList := v.([]any)
	if !isList {
		return []Item{}, v == nil
	}
	items = make([]Item, 0, len(list))
	for _, e := range list {
		o, isObject := e.(map[string]any)
		if !isObject {
			return nil, false
		}
		text := func(key string) string { s, _ := o[key].(string); return s }
		truth := func(key string) bool { b, _ := o[key].(bool); return b }
		i := Item{
			Name: text("name"), DisplayName: text("displayName"), Type: text("type"), Required: truth("required"),
			Shared: truth("shared"), Hint: text("hint"), Default: o["defaultValue"],
		}
		options, _ := o["options"].([]any)
		for _, c := range options {
			if s, isText := c.(string); isText {
				i.Options = append(i.Options, s)
			}
		}
		if len(i.Options) > 0 {
			i.Type = "CHOICE"
		}
		if i.Name == "" {
			return nil, false
		}
		items = append(items, i)
	}
	return items, true
}
