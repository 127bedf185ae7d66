package connections_test

import (
	"context"
	"errors"
	"image/color"
	"testing"

	"authdeck/connections"
	"authdeck/integrations"
)

// pictured is a provider with an icon.
type pictured struct {
	*provider
	has bool
	err error
}

func (p pictured) HasPicture() bool { return p.has }

func (p pictured) Picture(context.Context) (integrations.Picture, error) {
	return integrations.Picture{0: color.NRGBA{R: 1, A: 255}}, p.err
}

func TestPicture(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		make func(*provider) integrations.Integration
		id   string
		has  bool
		kind connections.Kind // "" if there is a picture
		says string
	}{
		"there is one": {func(p *provider) integrations.Integration { return pictured{p, true, nil} }, "", true, "", ""},
		"it cannot be drawn": {func(p *provider) integrations.Integration {
			return pictured{p, true, errors.New("the icon x: it is empty\x07")}
		}, "", true, connections.KindFailed, "the icon x: it is empty"},
		"there is none":           {func(p *provider) integrations.Integration { return pictured{p, false, nil} }, "", false, connections.KindNotFound, ""},
		"nor can there be":        {func(p *provider) integrations.Integration { return p }, "", false, connections.KindNotFound, ""},
		"there is no integration": {func(p *provider) integrations.Integration { return p }, "nobody", false, connections.KindNotFound, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, nil, c.make)
			list, err := b.Integrations(t.Context())
			if err != nil || len(list) == 0 {
				t.Fatal(err)
			}
			v := list[len(list)-1]
			if c.id == "" {
				c.id = v.ID
			}
			if v.HasPicture != c.has {
				t.Errorf("HasPicture is %v", v.HasPicture)
			}
			p, err := b.Picture(t.Context(), c.id)
			if c.kind == "" {
				if err != nil || p[0].R != 1 {
					t.Errorf("%v, %v", p[0], err)
				}
				return
			}
			if kindOf(t, err) != c.kind || c.says != "" && err.Error() != c.says {
				t.Errorf("%q", err)
			}
		})
	}
}
