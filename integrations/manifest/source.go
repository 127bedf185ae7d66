package manifest

import (
	"context"
	"embed"
	"fmt"
	"sync"

	"authdeck/integrations"
	"authdeck/oauthflow"
)

//go:embed catalog/*.yaml
var catalog embed.FS

// builtIn parses the catalogue once.
type builtIn struct {
	load func() ([]integrations.Integration, error)
}

// BuiltIn is the source of the catalogue that is compiled in.
func BuiltIn(c *oauthflow.Caller) integrations.Source {
	return builtIn{sync.OnceValues(func() ([]integrations.Integration, error) { return loadCatalog(c) })}
}

// Integrations returns the built-in ones, the same each time.
func (b builtIn) Integrations(context.Context) ([]integrations.Integration, error) { return b.load() }

// May goes by the files, whose names are the ids ([integrations.Indexed]).
func (builtIn) May(id string) bool {
	f, err := catalog.Open("catalog/" + id + ".yaml")
	if err != nil {
		return false
	}
	return f.Close() == nil
}

func loadCatalog(c *oauthflow.Caller) ([]integrations.Integration, error) {
	files, err := catalog.ReadDir("catalog")
	if err != nil {
		return nil, fmt.Errorf("read the built-in manifests: %w", err)
	}
	list := make([]integrations.Integration, 0, len(files))
	for _, f := range files {
		text, err := catalog.ReadFile("catalog/" + f.Name())
		if err != nil {
			return nil, fmt.Errorf("read the built-in manifests: %w", err)
		}
		i, err := Parse(c, Page{Name: f.Name(), Kind: integrations.KindBuiltIn, YAML: text})
		if err != nil {
			return nil, fmt.Errorf("read the built-in manifests: %w", err)
		}
		list = append(list, i)
	}
	return list, nil
}
