package annotation

import (
	"regexp"
	"strings"

	"github.com/dop251/goja/ast"
)

// oauthLine is the mark that counts anywhere in the entry where the class comment lacks it.
var oauthLine = regexp.MustCompile(`(?m)^[ \t]*\*[ \t]*@requireOAuth\b`)

// classTags reads the comment of the class (§2.2). It stands before the statement that declares the class.
func (r *reading) classTags(s *Service, class *ast.ClassLiteral, src *source) (tags []tag) {
	start := int(class.Class) - 1
	body, line, ok := commentBefore(src.text, start)
	if !ok { // const X = class, module.exports = class: the comment stands before that
		begin := strings.LastIndexByte(src.text[:start], '\n') + 1
		begin += len(src.text[begin:start]) - len(strings.TrimLeft(src.text[begin:start], " \t"))
		body, line, ok = commentBefore(src.text, begin)
	}
	if ok {
		tags = tagsOf(body, line)
		if t, ok := find(tags, "integrationName"); ok {
			s.Name = t.first()
		}
		if t, ok := find(tags, "integrationIcon"); ok {
			s.Icon = t.first()
		}
		if t, ok := find(tags, "description"); ok {
			s.Description = flow(t.text)
		}
		if t, ok := find(tags, "appearanceColor"); ok {
			s.Colours = strings.Fields(t.first())
		}
		_, s.RequireOAuth = find(tags, "requireOAuth")
		_, s.UsesFiles = find(tags, "usesFileStorage")
	}
	if !s.RequireOAuth && len(r.sources) > 0 {
		s.RequireOAuth = oauthLine.MatchString(r.sources[0].text)
	}
	return tags
}

// methods reads the annotated methods: ordinary ones with a plain name. Private, computed, quoted, static names and
// accessors never count. It returns all ordinary ones.
func (r *reading) methods(s *Service, class *ast.ClassLiteral, src *source) (all []MethodText) {
	for _, el := range class.Body {
		m, ok := el.(*ast.MethodDefinition)
		if !ok || m.Computed || m.Static || m.Kind != ast.PropertyKindMethod {
			continue
		}
		key, ok := m.Key.(*ast.StringLiteral)
		if !ok || !plain(src.text, int(key.Idx)-1) || key.Value == "constructor" {
			continue
		}
		found := MethodText{Name: key.Value.String(), Line: lineOf(src.text, int(key.Idx)-1), Body: m.Body}
		if body, line, ok := commentBefore(src.text, int(m.Idx)-1); ok {
			tags := tagsOf(body, line)
			s.Methods = append(s.Methods, r.method(found.Name, tags, src.name, found.Line))
			found.Tags = exported(tags)
		}
		all = append(all, found)
	}
	return all
}

// plain reports whether an identifier, and not a quoted name, begins at offset.
func plain(text string, offset int) bool {
	return offset >= 0 && offset < len(text) && text[offset] != '\'' && text[offset] != '"' && text[offset] != '['
}

// items reads the second argument of addService.
func (r *reading) items(s *Service, call *ast.CallExpression, in *source) {
	if call == nil {
		return
	}
	if len(call.ArgumentList) < 2 {
		s.ItemsKnown = true
		return
	}
	v, ok := literal(call.ArgumentList[1], func(name string) ast.Expression { return in.vars[name] }, 0)
	if !ok {
		return
	}
	if items, ok := Items(v); ok {
		s.Items, s.ItemsKnown = items, true
	}
}
