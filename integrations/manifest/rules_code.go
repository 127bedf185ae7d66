package manifest

import (
	"path/filepath"
	"regexp"
	"strings"
)

var methodName = regexp.MustCompile(`^[A-Za-z_$][A-Za-z0-9_$]*$`)

// requests reports whether an action of the page makes a request of its own.
func requests(actions *node) bool {
	for _, e := range actions.entriesOf() {
		if e.value.get("code") == nil {
			return true
		}
	}
	return false
}

// code checks what is left to JavaScript: a file below the page's folder, and a method that can have that name.
func (c *checker) code(root *node) {
	for _, phase := range []string{"authorize", "token", "refresh"} {
		c.codeFile(root.at(phase, "code"), phase+".code", "")
	}
	for _, e := range root.get("actions").entriesOf() {
		c.codeFile(e.value.get("code"), "actions."+e.key+".code", e.key)
	}
	if n := root.get("service"); n != nil && !filepath.IsLocal(filepath.FromSlash(n.text)) {
		c.is.at(n, "service is %s; it must be a folder below that of the manifest", quoted(n))
	}
}

// codeFile checks one; action is the name that stands for the method, "" for an operation.
func (c *checker) codeFile(n *node, path, action string) {
	if n == nil || n.kind != textNode {
		return
	}
	file, method, named := strings.Cut(n.text, "#")
	switch {
	case !strings.HasSuffix(file, ".js") || !filepath.IsLocal(filepath.FromSlash(file)):
		c.is.at(n, "%s is %s; it must be a .js file below the manifest's folder", path, quoted(n))
	case action == "" && named:
		c.is.at(n, "%s names a method; an operation has one of its own", path)
	case action != "" && !named && !methodName.MatchString(action):
		c.is.at(n, "%s needs a method, FILE.js#method: no method can be called %s", path, action)
	case named && !methodName.MatchString(method):
		c.is.at(n, "%s: %q can be no method", path, method)
	}
}
