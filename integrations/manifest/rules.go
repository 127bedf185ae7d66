package manifest

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"authdeck/internal/safetext"
)

const maxActions = 2000

// rules are what one key's value alone does not show.
func (c *checker) rules() {
	root := c.scope.root
	if n := root.get("manifest"); n != nil && n.kind == intNode && n.text != "1" {
		c.is.at(n, "manifest is %s; this version reads format 1", n.text)
	}
	if n := root.get("id"); n != nil && n.kind == textNode && !regexp.MustCompile(idPattern).MatchString(n.text) {
		c.is.at(n, "id is %q; it must be %s", n.text, idWords)
	}
	if n := root.get("facts"); n != nil && !regexp.MustCompile(`^\d{4}-\d{2}$`).MatchString(n.text) {
		c.is.at(n, "facts is %s; it must be a month such as \"2026-11\"", quoted(n))
	}
	c.icon(root.get("icon"))
	c.inputs(root.get("inputs"))
	c.endpoints(root)
	c.redirect(root.get("redirect"))
	c.revocation(root.get("revoke"))
	if n := root.at("identity"); n != nil && n.get("request") != nil && n.get("from") != nil {
		c.is.at(n, "identity has request or from, not both")
	}
	if n := root.at("identity", "request"); n != nil {
		c.request(n, "identity.request")
	}
	c.apiToken(root)
	for _, key := range []string{"actions", "dictionaries"} {
		if n := root.get(key); requests(n) && root.at("api", "base_url") == nil && root.at("api", "hosts") == nil {
			c.is.at(n, "%s need api.base_url or api.hosts: where the token may go", key)
		}
	}
	c.actions(root)
	c.dictionaries(root)
	c.code(root)
}

func (c *checker) icon(n *node) {
	if g := n.get("glyph"); g != nil && safetext.Width(safetext.Line(g.text, 0)) != 1 {
		c.is.at(g, "icon.glyph is %s; it must be one cell wide", quoted(g))
	}
	if g := n.get("ascii"); g != nil && (len(g.text) != 1 || g.text[0] < '!' || g.text[0] > '~') {
		c.is.at(g, "icon.ascii is %s; it must be one ASCII character", quoted(g))
	}
	if g := n.get("colour"); g != nil && !regexp.MustCompile(`^#[0-9a-fA-F]{6}$`).MatchString(g.text) {
		c.is.at(g, "icon.colour is %s; it must be #rrggbb", quoted(g))
	}
}

// reserved names are variables of their own.
func reserved(name string) bool {
	return name == "now" || slices.ContainsFunc(variables, func(v variableRule) bool {
		return strings.TrimSuffix(v.name, ".") == name && name != "client_secret"
	}) || slices.ContainsFunc(laterVariables, func(v string) bool { return strings.TrimSuffix(v, ".") == name })
}

func (c *checker) inputs(n *node) {
	for _, e := range n.entriesOf() {
		path := "inputs." + e.key
		if reserved(e.key) {
			c.is.pos(e.line, e.col, "%s: {{%s}} means something else; choose another name", path, e.key)
		}
		kind, options := e.value.get("type").str(), e.value.get("options")
		switch {
		case kind == "choice" && options == nil:
			c.is.at(e.value, "%s is a choice; options are missing", path)
		case kind != "choice" && options != nil:
			c.is.at(options, "%s has options; its type must be choice", path)
		}
		if e.key == "client_secret" && e.value.get("secret").str() == "false" {
			c.is.at(e.value.get("secret"), "%s is always a secret", path)
		}
		c.inputDefault(e.value, path)
	}
}

// inputDefault holds a default against what may be typed.
func (c *checker) inputDefault(n *node, path string) {
	def := n.get("default")
	if def == nil {
		return
	}
	if def.kind == listNode || def.kind == mapNode || def.kind == nullNode {
		c.is.at(def, "%s.default is %s; it must be one value", path, kindWords[def.kind])
		return
	}
	if n.get("secret").str() == "true" {
		c.is.at(def, "%s is a secret and has no default", path)
	}
	if p := n.get("pattern"); p != nil {
		if re, err := regexp.Compile(`^(?:` + p.text + `)$`); err == nil && !re.MatchString(def.text) {
			c.is.at(def, "%s.default is %s; it does not match the pattern", path, quoted(def))
		}
	}
	if options := n.get("options"); options != nil && !slices.Contains(optionValues(options), def.text) {
		c.is.at(def, "%s.default is %s; it can be %s", path, quoted(def), orList(optionValues(options)))
	}
}

func optionValues(n *node) []string {
	var values []string
	for _, o := range n.items {
		if o.kind == mapNode {
			o = o.get("value")
		}
		values = append(values, o.str())
	}
	return values
}

// endpoints: what is not written must be in the metadata.
func (c *checker) endpoints(root *node) {
	if root.get("issuer") == nil {
		for _, phase := range []string{"authorize", "token"} {
			if root.at(phase, "url") == nil && root.at(phase, "code") == nil {
				c.is.pos(1, 1, "%s.url is missing, and there is no issuer to read it from", phase)
			}
		}
		if n := root.get("register"); n != nil {
			c.is.at(n, "register needs an issuer in this version")
		}
		if n := root.get("introspect"); n != nil && n.get("url") == nil && n.get("none") == nil {
			c.is.at(n, "introspect.url is missing, and there is no issuer to read it from")
		}
	}
	if n := root.get("introspect"); n != nil && n.get("url") != nil && n.get("none") != nil {
		c.is.at(n, "introspect has none or url, not both")
	}
	if n := root.at("identity", "from"); n != nil && n.text == "id_token" && root.get("issuer") == nil {
		c.is.at(n, "identity.from is id_token; there is no issuer to check it against")
	}
	if n := root.at("refresh", "needs"); n != nil && (n.get("param") == nil) == (n.get("scope") == nil) {
		c.is.at(n, "refresh.needs has param or scope, one of them")
	}
}

func (c *checker) redirect(n *node) {
	if p := n.get("port"); p != nil && p.kind == intNode {
		if v, err := strconv.Atoi(p.text); err != nil || v < 1 || v > 65535 {
			c.is.at(p, "redirect.port is %s; it can be 1 to 65535", p.text)
		}
	}
	if p := n.get("path"); p != nil && !regexp.MustCompile(`^/[A-Za-z0-9._~/-]*$`).MatchString(p.text) {
		c.is.at(p, "redirect.path is %s; it must begin with / and hold no %%, ? or #", quoted(p))
	}
}

func (c *checker) revocation(n *node) {
	calls := []*node{n}
	if n != nil && n.kind == listNode {
		calls = n.items
	}
	for i, call := range calls {
		if call == nil || call.kind != mapNode {
			continue
		}
		path := "revoke"
		if n.kind == listNode {
			path += "." + strconv.Itoa(i)
		}
		none, address := call.get("none"), call.get("url")
		switch {
		case none != nil && address != nil:
			c.is.at(call, "%s has none or url, not both", path)
		case none == nil && address == nil && c.scope.root.get("issuer") == nil:
			c.is.at(call, "%s.url is missing, and there is no issuer to read it from", path)
		}
	}
}

// request: at most one body.
func (c *checker) request(n *node, path string) {
	var bodies []string
	for _, k := range []string{"form", "json", "text"} {
		if n.get(k) != nil {
			bodies = append(bodies, k)
		}
	}
	if len(bodies) > 1 {
		c.is.at(n.get(bodies[1]), "%s has %s or %s, not both", path, bodies[0], bodies[1])
	}
	if m := n.get("method").str(); len(bodies) > 0 && (m == "" || m == "GET" || m == "HEAD") {
		c.is.at(n.get(bodies[0]), "%s has a body; its method must be POST, PUT, PATCH or DELETE", path)
	}
}

func (c *checker) apiToken(root *node) {
	if n := root.at("api", "token", "header"); n != nil && !regexp.MustCompile(`^[A-Za-z0-9-]{1,64}$`).MatchString(n.text) {
		c.is.at(n, "api.token.header is %s; it must be the name of a header", quoted(n))
	}
	for _, at := range [][]string{{"api", "headers"}, {"token", "headers"}, {"refresh", "headers"}, {"revoke", "headers"}, {"introspect", "headers"}} {
		for _, e := range root.at(at...).entriesOf() {
			if !regexp.MustCompile(`^[A-Za-z0-9-]{1,64}$`).MatchString(e.key) {
				c.is.pos(e.line, e.col, "%q in %s is no name of a header", e.key, strings.Join(at, "."))
			}
		}
	}
}
