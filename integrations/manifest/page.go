package manifest

import (
	"crypto/rand"

	"authdeck/integrations"
	"authdeck/oauthflow"
)

// Page is one manifest's text and where it comes from.
type Page struct {
	Name   string // for messages: "gitlab.yaml"
	Kind   integrations.Kind
	Origin string // file or URL shown to the user, "" for built in
	YAML   []byte
	Code   Code // runs what the page leaves to JavaScript; nil: such operations fail
}

// Parse loads one page. Errors are an [*Errors] with file:line:column each and the nearest right key. The integration
// sends its calls with c. Besides [integrations.Integration] it satisfies the small interfaces that its keys ask for; see
// [assemble].
func Parse(c *oauthflow.Caller, p Page) (integrations.Integration, error) {
	s, err := load(p)
	if err != nil {
		return nil, err
	}
	kind := p.Kind
	if s.Discovered && kind == integrations.KindManifest {
		kind = integrations.KindDiscovered
	}
	return assemble(&integration{
		c: c, rand: rand.Reader, spec: s, info: s.info(kind, p.Origin), code: p.Code, servers: map[string]*server{},
	}), nil
}

// load reads and checks a page.
func load(p Page) (*spec, error) {
	is := &issues{}
	root := readPage(p.YAML, is)
	if root == nil {
		return nil, is.err(p.Name)
	}
	c := checker{is: is, scope: newScope(root)}
	c.object(root, schema(), "")
	if root.kind == mapNode && len(is.list) == 0 {
		c.rules()
	}
	if err := is.err(p.Name); err != nil {
		return nil, err
	}
	s, err := decode(root)
	if err != nil {
		// The schema let something through that the spec cannot hold: a gap of ours, shown as an error of the page.
		is.pos(1, 1, "%v", err)
		return nil, is.err(p.Name)
	}
	return s, nil
}
