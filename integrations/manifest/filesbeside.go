package manifest

import (
	"slices"
	"strings"
)

// Beside is what a page leaves to JavaScript, for lint.
type Beside struct {
	Path    string   // relative to the page's folder, with slashes: a file or, without methods, the folder of a service
	Methods []string // that the page names, in the order of the page
	Line    int      // where it is named first
}

// FilesBeside lists what a page that has no mistakes leaves to JavaScript.
func FilesBeside(page []byte) []Beside {
	root := readPage(page, &issues{})
	if root == nil || root.kind != mapNode {
		return nil
	}
	var list []Beside
	add := func(n *node, method string) {
		if n == nil || n.kind != textNode {
			return
		}
		path, named, ok := strings.Cut(n.text, "#")
		if ok {
			method = named
		}
		at := slices.IndexFunc(list, func(b Beside) bool { return b.Path == path })
		if at < 0 {
			at = len(list)
			list = append(list, Beside{Path: path, Line: n.line})
		}
		if method != "" && !slices.Contains(list[at].Methods, method) {
			list[at].Methods = append(list[at].Methods, method)
		}
	}
	add(root.at("authorize", "code"), "getOAuth2ConnectionURL")
	add(root.at("token", "code"), "executeCallback")
	add(root.at("refresh", "code"), "refreshToken")
	for _, e := range root.get("actions").entriesOf() {
		add(e.value.get("code"), e.key)
	}
	add(root.get("service"), "")
	return list
}
