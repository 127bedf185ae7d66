package manifest

import (
	"errors"
	"slices"
	"strings"

	"authdeck/integrations/manifest/template"
	"authdeck/oauthflow"
)

// variableRule is a variable a template may read, and where. Inputs and client_id are known everywhere.
type variableRule struct {
	name   string   // "callback." stands for all that begin so
	places []string // first parts of paths, in the order of a connection's life
}

// variables says what is known in which part of a page (§5.4). The first place is where a variable comes into being.
var variables = []variableRule{
	{"redirect_uri", []string{"authorize", "token", "register"}},
	{"state", []string{"authorize"}},
	{"challenge", []string{"authorize"}},
	{"nonce", []string{"authorize"}},
	{"scopes", []string{"authorize", "token", "refresh"}},
	{"client_secret", []string{"token", "refresh", "revoke", "introspect", "identity", "api", "actions", "dictionaries"}},
	{"code", []string{"token"}},
	{"verifier", []string{"token"}},
	{"callback.", []string{"token", "identity"}},
	{"access_token", []string{"identity", "refresh", "revoke", "introspect", "api", "actions", "dictionaries"}},
	{"refresh_token", []string{"refresh", "revoke", "introspect"}},
	{"token.", []string{"identity"}},
	{"id_token.", []string{"identity"}},
	{"identity.", []string{"identity", "api", "actions", "dictionaries"}},
	{"params.", []string{"actions"}},
	{"search", []string{"dictionaries"}},
	{"cursor", []string{"dictionaries", "actions"}},
	{"criteria.", []string{"dictionaries"}},
}

// laterVariables belong to keys that are not built yet.
var laterVariables = []string{"captured.", "steps.", "tokens."}

// secretVariables must not stand in an address unless the page says that the provider demands it.
var secretVariables = []string{"access_token", "refresh_token", "client_secret", "code", "verifier"}

// scope knows the names a page itself declares.
type scope struct {
	root   *node
	inputs []string
}

// newScope collects the inputs.
func newScope(root *node) *scope {
	s := &scope{root: root}
	for _, e := range root.at("inputs").entriesOf() {
		s.inputs = append(s.inputs, e.key)
	}
	return s
}

func (n *node) entriesOf() []entry {
	if n == nil {
		return nil
	}
	return n.entries
}

// problem says why a variable cannot stand at a path, "" if it can.
func (s *scope) problem(ref, path string) string {
	place, _, _ := strings.Cut(path, ".")
	if ref == "now" || ref == "client_id" || slices.Contains(s.inputs, ref) && ref != "client_secret" {
		return ""
	}
	for _, v := range variables {
		if !covers(v.name, ref) {
			continue
		}
		if !slices.Contains(v.places, place) {
			return "{{" + ref + "}} is not known in " + path + "; it first exists in " + v.places[0]
		}
		if p, ok := strings.CutPrefix(ref, "params."); ok {
			return s.paramProblem(p, path)
		}
		if c, ok := strings.CutPrefix(ref, "criteria."); ok {
			return s.criteriaProblem(c, path)
		}
		return ""
	}
	for _, l := range laterVariables {
		if covers(l, ref) {
			return "{{" + ref + "}} is not supported by this version"
		}
	}
	known := slices.Clone(s.inputs)
	if len(known) == 0 {
		return "unknown variable {{" + ref + "}}; there are no inputs"
	}
	return "unknown variable {{" + ref + "}}; the inputs are " + strings.Join(known, ", ")
}

func (s *scope) paramProblem(ref, path string) string {
	parts := strings.Split(path, ".")
	first, _, _ := strings.Cut(ref, ".")
	var names []string
	if len(parts) > 1 {
		if params := s.root.at("actions", parts[1], "params"); params != nil {
			for _, p := range params.items {
				names = append(names, p.get("name").str())
			}
		}
	}
	switch {
	case slices.Contains(names, first):
		return ""
	case len(names) == 0:
		return "unknown parameter {{params." + ref + "}}; the action has none"
	}
	return "unknown parameter {{params." + ref + "}}; the parameters are " + strings.Join(names, ", ")
}

// criteriaProblem: the criteria of a dictionary are the parameters that its users depend on.
func (s *scope) criteriaProblem(ref, path string) string {
	parts := strings.Split(path, ".")
	name, _, _ := strings.Cut(ref, ".")
	if len(parts) < 2 {
		return ""
	}
	used := false
	for _, a := range s.root.get("actions").entriesOf() {
		for _, p := range items(a.value.get("params")) {
			if p.get("dictionary").str() != parts[1] && p.get("schemaLoader").str() != parts[1] {
				continue
			}
			used = true
			for _, on := range items(p.get("dependsOn")) {
				if on.text == name {
					return ""
				}
			}
		}
	}
	if !used {
		return ""
	}
	return "{{criteria." + ref + "}} is never set: no parameter that uses " + parts[1] + " has " + name + " in dependsOn"
}

func covers(name, ref string) bool {
	if strings.HasSuffix(name, ".") {
		return strings.HasPrefix(ref, name) || ref == strings.TrimSuffix(name, ".")
	}
	return ref == name
}

// template checks a text with templates; nil if it cannot be read.
func (c *checker) template(n *node, path string) *template.Template {
	t, err := template.Compile(n.text)
	if err != nil {
		var e *template.Error
		if errors.As(err, &e) {
			line, col := n.column(e.Offset)
			c.is.pos(line, col, "%s: %s", path, e.Msg)
		}
		return nil
	}
	for _, r := range t.Refs() {
		if p := c.scope.problem(r.Name, path); p != "" {
			line, col := n.column(r.Offset)
			c.is.pos(line, col, "%s", p)
		}
	}
	return t
}

// column is where a byte of a scalar's text stands, as near as can be told.
func (n *node) column(offset int) (line, col int) {
	if n.inner < 0 || offset > len(n.text) {
		return n.line, n.col
	}
	return n.line, n.col + n.inner + len([]rune(n.text[:offset]))
}

// url checks an address with templates; relative ones are allowed where they start at api.base_url.
func (c *checker) url(n *node, path string, relative bool) {
	t := c.template(n, path)
	if t == nil {
		return
	}
	c.secretInURL(n, t, path)
	prefix := t.Prefix()
	switch {
	case relative && strings.HasPrefix(prefix, "/") && !strings.HasPrefix(prefix, "//"):
		if c.scope.root.at("api", "base_url") == nil {
			c.is.at(n, "%s is relative, and there is no api.base_url to start from", path)
		}
	case prefix == "" && !t.Constant():
		// A whole address out of an input: checked when it is filled.
	case t.Constant():
		c.address(n, path, n.text)
	default:
		c.address(n, path, sample(prefix))
	}
}

// sample completes the literal beginning of an address so that it can be checked.
func sample(prefix string) string {
	_, rest, ok := strings.Cut(prefix, "://")
	switch {
	case !ok:
		return prefix
	case strings.Contains(rest, "/"):
		return prefix
	case strings.HasSuffix(rest, ":"):
		return prefix + "1"
	case rest == "" || strings.HasSuffix(rest, "."):
		return prefix + "x"
	}
	return prefix
}

// pages are opened by people: they may have a fragment.
var pages = []string{"docs", "console", "revoke.page"}

func (c *checker) address(n *node, path, address string) {
	if slices.Contains(pages, path) {
		address, _, _ = strings.Cut(address, "#")
	}
	if err := oauthflow.CheckEndpoint(address); err != nil {
		if scheme, _, _ := strings.Cut(address, "://"); scheme == "http" && strings.Contains(err.Error(), "loopback") {
			c.is.at(n, "http is allowed on loopback only: %s", n.text)
			return
		}
		c.is.at(n, "%s: %v: %s", path, err, n.text)
	}
}

func (c *checker) secretInURL(n *node, t *template.Template, path string) {
	parts := strings.Split(path, ".")
	last := len(parts) - 1
	if i := slices.Index(parts, "query"); i > 0 {
		last = i
	}
	owner := c.scope.root
	for _, p := range parts[:last] {
		owner = owner.step(p)
	}
	if declared := owner.get("secret_in_url"); declared != nil && declared.text == "true" {
		return
	}
	for _, r := range t.Refs() {
		secretInput := c.scope.root.at("inputs", r.Name, "secret").str() == "true"
		if (slices.Contains(secretVariables, r.Name) || secretInput) && c.scope.problem(r.Name, path) == "" {
			line, col := n.column(r.Offset)
			c.is.pos(line, col, "%s in a URL ends in logs; if the provider demands it, say secret_in_url: true", r.Name)
		}
	}
}
