package manifest

import (
	"regexp"
	"slices"
	"strconv"
)

var paramName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]{0,63}$`)

func (c *checker) actions(root *node) {
	actions := root.get("actions")
	if n := len(actions.entriesOf()); n > maxActions {
		c.is.at(actions, "the manifest has %d actions; at most %d are read", n, maxActions)
		return
	}
	scopes := listedScopes(root)
	c.paging(root.at("api", "paging"), "api.paging", nil)
	for _, e := range actions.entriesOf() {
		path := "actions." + e.key
		r, code := e.value.get("request"), e.value.get("code")
		if r != nil {
			c.request(r, path+".request")
		}
		if (r == nil) == (code == nil) {
			c.is.at(e.value, "%s has request or code, one of them", path)
		}
		c.params(e.value.get("params"), path+".params")
		c.actionScopes(e.value.get("scopes"), path, scopes)
		switch p := e.value.get("paging"); {
		case p != nil && r == nil:
			c.is.at(p, "%s.paging goes with request", path)
		case p != nil && p.kind == mapNode:
			c.paging(p, path+".paging", r)
		case p.str() == "true" && root.at("api", "paging") == nil:
			c.is.at(p, "%s.paging is true, and there is no api.paging that says how", path)
		}
	}
}

func listedScopes(root *node) []string {
	var scopes []string
	for _, e := range root.at("scopes", "list").entriesOf() {
		scopes = append(scopes, e.key)
	}
	return scopes
}

// actionScopes: a scope an action needs is one of scopes.list, where that is there.
func (c *checker) actionScopes(n *node, path string, known []string) {
	if n == nil || len(known) == 0 {
		return
	}
	for _, s := range n.items {
		if slices.Contains(known, s.text) {
			continue
		}
		hint := ""
		if near := nearest(s.text, known); near != "" {
			hint = "; did you mean " + `"` + near + `"?`
		}
		c.is.at(s, "%s needs the scope %q, which is not in scopes.list%s", path, s.text, hint)
	}
}

func (c *checker) params(n *node, path string) {
	if n == nil || n.kind != listNode {
		return
	}
	seen := map[string]bool{}
	for _, p := range n.items {
		word := p.get("name")
		switch {
		case word == nil || word.kind != textNode:
			continue
		case !paramName.MatchString(word.text):
			c.is.at(word, "%q in %s is no name of a parameter: letters, digits and _, a letter first", word.text, path)
		case seen[word.text]:
			c.is.at(word, "the parameter %q is there twice in %s", word.text, path)
		}
		seen[word.text] = true
	}
	for i, p := range n.items {
		c.param(p, path+"."+strconv.Itoa(i), seen)
	}
}
