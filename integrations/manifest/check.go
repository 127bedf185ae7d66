package manifest

import (
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// checker holds a page against the schema.
type checker struct {
	is    *issues
	scope *scope
}

// object checks keys of a map against the fields of an object; path names the object in messages, "" the page.
func (c *checker) object(n *node, f field, path string) {
	if n.kind != mapNode {
		c.is.at(n, "%s is %s; it must be a map", name(path), kindWords[n.kind])
		return
	}
	keys := make([]string, len(f.fields))
	byKey := make(map[string]field, len(f.fields))
	for i, k := range f.fields {
		keys[i] = k.key
		byKey[k.key] = k
	}
	for _, e := range n.entries {
		k, ok := byKey[e.key]
		switch {
		case !ok:
			c.unknown(e, keys, path)
		case k.kind == kindLater:
			c.is.pos(e.line, e.col, "%s is not supported by this version", join(path, e.key))
		default:
			c.value(e.value, k, join(path, e.key))
		}
	}
	for _, k := range f.fields {
		if k.need && n.get(k.key) == nil {
			c.is.at(n, "%s is missing", join(path, k.key))
		}
	}
}

func (c *checker) unknown(e entry, keys []string, path string) {
	in := ""
	if path != "" {
		in = " in " + path
	}
	if near := nearest(e.key, keys); near != "" {
		c.is.pos(e.line, e.col, "unknown key %q%s; did you mean %q?", e.key, in, near)
		return
	}
	if len(keys) > 14 {
		c.is.pos(e.line, e.col, "unknown key %q%s", e.key, in)
		return
	}
	c.is.pos(e.line, e.col, "unknown key %q%s; there can be %s", e.key, in, strings.Join(keys, ", "))
}

// value checks one value. Order matters only for reading: shapes first, then scalars.
func (c *checker) value(n *node, f field, path string) {
	switch f.kind {
	case kindObject:
		c.object(n, f, path)
	case kindList:
		if n.kind != listNode {
			c.is.at(n, "%s is %s; it must be a list", path, kindWords[n.kind])
			return
		}
		for i, v := range n.items {
			c.value(v, *f.elem, path+"."+strconv.Itoa(i))
		}
	case kindMap:
		c.namedValues(n, f, path)
	case kindEither:
		c.either(n, f, path)
	case kindValue:
		c.anyValue(n, path)
	case kindSample, kindLater:
	case kindBool:
		if n.kind != boolNode || n.text != "true" && n.text != "false" {
			c.is.at(n, "%s is %s; it can be true or false", path, quoted(n))
		}
	case kindInt:
		if v, err := strconv.Atoi(n.text); n.kind != intNode || err != nil || strconv.Itoa(v) != n.text {
			c.is.at(n, "%s is %s; it must be a whole number", path, quoted(n))
		}
	case kindNumber:
		if n.kind != intNode && n.kind != floatNode || !json.Valid([]byte(n.text)) {
			c.is.at(n, "%s is %s; it must be a number", path, quoted(n))
		}
	case kindWord:
		c.word(n, f, path)
	case kindText, kindTemplate, kindURL, kindRelURL, kindPath, kindPick, kindDuration, kindLifetime, kindPattern:
		c.text(n, f, path)
	}
}

func (c *checker) namedValues(n *node, f field, path string) {
	if n.kind != mapNode {
		c.is.at(n, "%s is %s; it must be a map", path, kindWords[n.kind])
		return
	}
	var names *regexp.Regexp
	if f.names != "" && len(n.entries) > 0 {
		names = regexp.MustCompile(f.names)
	}
	for _, e := range n.entries {
		if names != nil && !names.MatchString(e.key) {
			c.is.pos(e.line, e.col, "%q is no name in %s: %s", e.key, path, f.naming)
		}
		c.value(e.value, *f.elem, path+"."+e.key)
	}
}

// either picks the alternative by the value's shape.
func (c *checker) either(n *node, f field, path string) {
	want := map[nodeKind]kind{mapNode: kindObject, listNode: kindList}
	for _, alt := range f.alts {
		shape, composite := want[n.kind]
		if composite && alt.kind == shape || !composite && alt.kind != kindObject && alt.kind != kindList {
			if alt.kind == kindWord && durationAmong(f.alts) && isDuration(n) {
				return
			}
			c.value(n, alt, path)
			return
		}
	}
	c.value(n, f.alts[0], path)
}

func durationAmong(alts []field) bool {
	return slices.ContainsFunc(alts, func(f field) bool { return f.kind == kindDuration })
}

func isDuration(n *node) bool {
	_, err := parseDuration(n.text)
	return n.kind == textNode && err == nil
}

func (c *checker) word(n *node, f field, path string) {
	if n.kind == textNode && slices.Contains(f.words, n.text) {
		return
	}
	if n.kind == textNode && slices.Contains(f.later, n.text) {
		c.is.at(n, "%s: %s is not supported by this version; it can be %s", path, n.text, orList(f.words))
		return
	}
	hint := "it can be " + orList(f.words)
	if near := nearest(n.text, f.words); near != "" && len(f.words) > 6 {
		hint = "did you mean " + strconv.Quote(near) + "?"
	}
	c.is.at(n, "%s is %s; %s", path, quoted(n), hint)
}

func (c *checker) text(n *node, f field, path string) {
	if n.kind != textNode {
		c.is.at(n, "%s is %s; it must be text%s", path, quoted(n), quoteHint(n))
		return
	}
	switch f.kind { //nolint:exhaustive // the other kinds do not come here
	case kindTemplate:
		c.template(n, path)
	case kindPick:
		if strings.Contains(n.text, "{{") {
			c.template(n, path)
		}
	case kindURL:
		c.url(n, path, false)
	case kindRelURL:
		c.url(n, path, true)
	case kindPattern:
		if _, err := regexp.Compile(n.text); err != nil {
			c.is.at(n, "%s cannot be read: %v", path, err)
		}
	case kindDuration:
		if _, err := parseDuration(n.text); err != nil {
			c.is.at(n, "%s is %q; it must be a duration such as 90s, 8h or 7d", path, n.text)
		}
	case kindLifetime:
		if _, err := parseDuration(n.text); err != nil && n.text != "never" && n.text != "unknown" {
			c.is.at(n, "%s is %q; it can be never, unknown, or a duration such as 90s, 8h or 7d", path, n.text)
		}
	}
}

// anyValue checks the templates in a value of any shape.
func (c *checker) anyValue(n *node, path string) {
	switch n.kind {
	case textNode:
		if t := c.template(n, path); t != nil && strings.Contains(path, "request.query.") {
			c.secretInURL(n, t, path)
		}
	case listNode:
		for i, v := range n.items {
			c.anyValue(v, path+"."+strconv.Itoa(i))
		}
	case mapNode:
		for _, e := range n.entries {
			c.anyValue(e.value, path+"."+e.key)
		}
	case nullNode, intNode, floatNode, boolNode:
	}
}

// quoted is a value in a message.
func quoted(n *node) string {
	switch n.kind {
	case textNode:
		return strconv.Quote(n.text)
	case intNode, floatNode, boolNode:
		return n.text
	case nullNode, listNode, mapNode:
	}
	return kindWords[n.kind]
}

func quoteHint(n *node) string {
	switch n.kind {
	case intNode, floatNode, boolNode:
		return " (put it in quotes)"
	case nullNode, textNode, listNode, mapNode:
	}
	return ""
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func name(path string) string {
	if path == "" {
		return "the manifest"
	}
	return path
}

// orList is "a, b or c".
func orList(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}
