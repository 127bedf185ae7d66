package annotation

import (
	"reflect"

	"github.com/dop251/goja/ast"
)

// Walk calls visit for each node below n, n included, in the order of the text; what is below a node for which it returns
// false is left out.
func Walk(n any, visit func(ast.Node) bool) { walkValue(reflect.ValueOf(n), visit) }

func walkValue(v reflect.Value, visit func(ast.Node) bool) {
	switch v.Kind() {
	case reflect.Interface, reflect.Pointer:
		if v.IsNil() {
			return
		}
		if v.Kind() == reflect.Pointer && v.CanInterface() {
			if n, ok := v.Interface().(ast.Node); ok && !visit(n) {
				return
			}
		}
		walkValue(v.Elem(), visit)
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return
		}
		for i := range v.Len() {
			walkValue(v.Index(i), visit)
		}
	case reflect.Struct:
		if v.Type().PkgPath() != astPath {
			return
		}
		// DeclarationList repeats declarations that stand in the body too.
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() && f.Name != "DeclarationList" {
				walkValue(v.Field(i), visit)
			}
		}
	default:
	}
}

var astPath = reflect.TypeFor[ast.Program]().PkgPath()
