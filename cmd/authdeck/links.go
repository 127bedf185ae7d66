package main

import (
	"context"

	"authdeck/integrations/flowrunner"
)

// linksSection holds the places of manifests that stay where they are, by id.
const linksSection = "links"

// servicesSection holds the folders of FlowRunner services, and those of many, in the same way.
const servicesSection = "services"

func (a *app) remember(ctx context.Context, id, path string) error {
	return a.store.PutSetting(ctx, linksSection, id, path)
}

// links lists those places for the registry.
func (a *app) links(ctx context.Context) ([]string, error) {
	var paths []string
	all, err := a.linked(ctx, linksSection)
	for _, path := range all {
		paths = append(paths, path)
	}
	return paths, err
}

// serviceRoots are the folders of services: those that were added, and those that lie among the manifests.
func (a *app) serviceRoots(ctx context.Context) ([]flowrunner.Root, error) {
	roots := []flowrunner.Root{{Dir: a.manifestDir(), Own: true}}
	all, err := a.linked(ctx, servicesSection)
	for id, path := range all {
		roots = append(roots, flowrunner.Root{Dir: path, ID: id})
	}
	return roots, err
}

// linked reads a section of places, by id.
func (a *app) linked(ctx context.Context, section string) (map[string]string, error) {
	if a.store == nil {
		return nil, nil
	}
	all, err := a.store.Settings(ctx, section)
	if err != nil {
		return nil, err
	}
	places := make(map[string]string, len(all))
	for id := range all {
		var path string
		if err := a.store.Setting(ctx, section, id, &path); err != nil {
			return nil, err
		}
		places[id] = path
	}
	return places, nil
}
