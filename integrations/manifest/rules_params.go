package manifest

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// param is what the keys of a parameter mean together; names are the parameters of its action.
func (c *checker) param(p *node, path string, names map[string]bool) {
	ui := p.get("uiComponent")
	number := strings.Contains(p.get("type").str(), "Number")
	for _, key := range []string{"min", "max", "step"} {
		if n := ui.get(key); n != nil && !number {
			c.is.at(n, "%s.uiComponent.%s is for numbers; the type must be Number", path, key)
		}
	}
	least, most, step := limit(ui.get("min")), limit(ui.get("max")), limit(ui.get("step"))
	if l, m := exact(least), exact(most); l != nil && m != nil && l.Cmp(m) > 0 {
		c.is.at(ui.get("max"), "%s.uiComponent.max is %s, less than min, which is %s", path, most, least)
	}
	if s := exact(step); s != nil && s.Sign() <= 0 {
		c.is.at(ui.get("step"), "%s.uiComponent.step is %s; it must be more than 0", path, step)
	}
	if n := ui.get("language"); n != nil && ui.get("type").str() != "CODE_EDITOR" {
		c.is.at(n, "%s.uiComponent.language is for a CODE_EDITOR", path)
	}
	c.paramDefault(p, path)
	c.uses(p.get("dictionary"), path+".dictionary", false)
	c.uses(p.get("schemaLoader"), path+".schemaLoader", true)
	if n := p.get("schemaLoader"); n != nil && !slices.Contains([]string{"Object", "Array<Object>"}, p.get("type").str()) {
		c.is.at(n, "%s.schemaLoader tells the members of an Object; the type must be Object or Array<Object>", path)
	}
	on := p.get("dependsOn")
	if on != nil && p.get("dictionary") == nil && p.get("schemaLoader") == nil {
		c.is.at(on, "%s.dependsOn is for a dictionary or a schemaLoader", path)
	}
	for _, n := range items(on) {
		switch near := nearest(n.text, slices.Sorted(maps.Keys(names))); {
		case n.text == p.get("name").str():
			c.is.at(n, "%s.dependsOn names the parameter itself", path)
		case names[n.text]:
		case near != "":
			c.is.at(n, "%s.dependsOn names %q, which is no parameter of the action; did you mean %q?", path, n.text, near)
		default:
			c.is.at(n, "%s.dependsOn names %q, which is no parameter of the action", path, n.text)
		}
	}
}

// paramDefault holds a default against what the parameter takes: it stands in whenever nothing is given.
func (c *checker) paramDefault(p *node, path string) {
	def := p.get("defaultValue")
	var b bytes.Buffer
	p.json(&b)
	var spec paramSpec
	if def == nil || def.kind == nullNode || def.kind == textNode && def.text == "" || decodeText(b.String(), &spec) != nil {
		return
	}
	v, ok := typed(spec.kind(), spec.DefaultValue)
	switch {
	case !ok:
		c.is.at(def, "%s.defaultValue must be %s", path, typeWords(spec.kind()))
	case !spec.allows(v):
		c.is.at(def, "%s.defaultValue can be %s", path, orList(spec.choices()))
	case spec.limits(v) != "":
		c.is.at(def, "%s.defaultValue must %s", path, spec.limits(v))
	}
}

func items(n *node) []*node {
	if n == nil {
		return nil
	}
	return n.items
}

func limit(n *node) json.Number { return json.Number(n.str()) }

// uses: a dictionary that is named is there, and tells what is wanted of it.
func (c *checker) uses(n *node, path string, params bool) {
	if n == nil {
		return
	}
	var names []string
	for _, e := range c.scope.root.get("dictionaries").entriesOf() {
		names = append(names, e.key)
	}
	d := c.scope.root.at("dictionaries", n.text)
	switch near := nearest(n.text, names); {
	case d == nil && c.scope.root.get("service") != nil: // it may be the service's
	case d == nil && near != "":
		c.is.at(n, "%s is %q; did you mean %q?", path, n.text, near)
	case d == nil && len(names) > 0:
		c.is.at(n, "%s is %q; the dictionaries are %s", path, n.text, strings.Join(names, ", "))
	case d == nil:
		c.is.at(n, "%s is %q; there are no dictionaries", path, n.text)
	case params && d.get("params") == nil:
		c.is.at(n, "%s is %q, which lists choices; it must be a dictionary with params", path, n.text)
	case !params && d.get("params") != nil:
		c.is.at(n, "%s is %q, which tells parameters; it must be one that lists choices", path, n.text)
	}
}

func (c *checker) dictionaries(root *node) {
	for _, e := range root.get("dictionaries").entriesOf() {
		path := "dictionaries." + e.key
		if root.at("actions", e.key) != nil {
			c.is.pos(e.line, e.col, "%s has the name of an action; both are run by name", path)
		}
		if r := e.value.get("request"); r != nil {
			c.request(r, path+".request")
		} else {
			c.is.at(e.value, "%s.request is missing", path)
		}
		for _, key := range []string{"items", "value", "label", "note", "cursor"} {
			if n := e.value.get(key); n != nil && e.value.get("params") != nil {
				c.is.at(n, "%s has params or %s, not both", path, key)
			}
		}
		c.actionScopes(e.value.get("scopes"), path, listedScopes(root))
	}
}

// paging is held against what its kind needs; request is that of the action, nil of the api's.
func (c *checker) paging(n *node, path string, request *node) {
	if n == nil {
		return
	}
	kind, param := n.get("kind").str(), n.get("param")
	counts := kind == "offset" || kind == "page"
	switch {
	case kind == "cursor" && n.get("next") == nil:
		c.is.at(n, "%s.next is missing: where the answer has the cursor", path)
	case kind == "link" && param != nil:
		c.is.at(param, "%s.param has no meaning for a link", path)
	case kind != "link" && param == nil && request != nil && !readsCursor(request):
		c.is.at(n, "%s.param is missing, and the request does not use {{cursor}}", path)
	case counts && n.get("next") != nil:
		c.is.at(n.get("next"), "%s.next has no meaning for %s", path, kind)
	}
	for _, key := range []string{"items", "total"} {
		if v := n.get(key); v != nil && !counts {
			c.is.at(v, "%s.%s has no meaning for %s", path, key, kind)
		}
	}
	if v := n.get("first"); v != nil && kind != "page" {
		c.is.at(v, "%s.first has no meaning for %s", path, kind)
	}
	if n.get("size_param") != nil && n.get("size") == nil {
		c.is.at(n, "%s.size is missing beside size_param", path)
	}
}

// readsCursor reports whether a text in a request mentions {{cursor}}.
func readsCursor(n *node) bool {
	if n.kind == textNode {
		return strings.Contains(n.text, "cursor") && strings.Contains(n.text, "{{")
	}
	for _, e := range n.entries {
		if readsCursor(e.value) {
			return true
		}
	}
	return slices.ContainsFunc(n.items, readsCursor)
}
