package integrations

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
)

// one is an integration that is nothing but its description.
type one struct {
	Integration

	info Info
}

func (o one) Info() Info { return o.info }

type some []Info

func (s some) Integrations(context.Context) ([]Integration, error) {
	var list []Integration
	for _, i := range s {
		list = append(list, one{info: i})
	}
	return list, nil
}

// TestRegistry_OneID: who has an id keeps it, and who comes second is told of and does nothing.
func TestRegistry_OneID(t *testing.T) {
	builtIn := Info{ID: "a", Name: "built in", Kind: KindBuiltIn}
	named := Info{ID: "a", Name: "named", Kind: KindManifest, Origin: "/a.yaml"}
	found := Info{ID: "a", Name: "found", Kind: KindFlowRunner, Origin: "/zc/a", Found: true}
	for name, c := range map[string]struct {
		sources []Source
		holds   string
		broken  int
	}{
		"a named one replaces a built-in one":   {[]Source{some{builtIn}, some{named}}, "named", 0},
		"one that turned up does not":           {[]Source{some{builtIn}, some{found}}, "built in", 1},
		"nor does it replace one of the user's": {[]Source{some{builtIn}, some{named}, some{found}}, "named", 1},
		"nor does a second named one":           {[]Source{some{named}, some{{ID: "a", Name: "second", Kind: KindFlowRunner}}}, "named", 1},
		"two of one folder":                     {[]Source{some{found, found, found}}, "found", 2},
	} {
		t.Run(name, func(t *testing.T) {
			r := NewRegistry(c.sources...)
			i, err := r.Find(t.Context(), "a")
			if err != nil || i.Info().Name != c.holds {
				t.Fatalf("%v %+v", err, i)
			}
			list, err := r.List(t.Context())
			if err != nil || len(list) != 1+c.broken {
				t.Fatalf("%v, %d of %d", err, len(list), 1+c.broken)
			}
			for _, i := range list {
				if info := i.Info(); info.ID != "a" {
					_, urlErr := i.ConnectionURL(t.Context(), ConnectionURLRequest{})
					_, refreshErr := i.RefreshToken(t.Context(), RefreshRequest{})
					if !strings.Contains(info.Broken, "the id a is another integration's") || urlErr == nil || refreshErr == nil {
						t.Errorf("%+v", info)
					}
				}
			}
		})
	}
}

// counted counts how often it is read; it may have the ids that it has.
type counted struct {
	some

	reads *int
}

func (c counted) Integrations(ctx context.Context) ([]Integration, error) {
	*c.reads++
	return c.some.Integrations(ctx)
}

func (c counted) May(id string) bool {
	return slices.ContainsFunc(c.some, func(i Info) bool { return i.ID == id })
}

// TestRegistry_Narrowed: a source that cannot have the id is not read for it, and what is found is the same.
func TestRegistry_Narrowed(t *testing.T) {
	reads := 0
	r := NewRegistry(counted{some{{ID: "a", Name: "built in", Kind: KindBuiltIn}}, &reads}, some{{ID: "b", Name: "b"}, {ID: "a", Name: "found", Found: true}})
	for _, c := range []struct {
		id, holds string
		reads     int
	}{{"b", "b", 0}, {"a", "built in", 1}, {"a-2", "found", 1}, {"lost", "", 1}} {
		reads = 0
		i, err := r.Find(t.Context(), c.id)
		holds := ""
		if err == nil {
			holds = i.Info().Name
		}
		if holds != c.holds || reads != c.reads || c.holds == "" && !errors.Is(err, ErrNotFound) {
			t.Errorf("%s: %q after %d reads, %v", c.id, holds, reads, err)
		}
	}
}
