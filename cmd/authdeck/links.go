package main

import "context"

// linksSection holds the places of manifests that stay where they are, by id.
const linksSection = "links"

func (a *app) remember(ctx context.Context, id, path string) error {
	return a.store.PutSetting(ctx, linksSection, id, path)
}

// links lists those places for the registry.
func (a *app) links(ctx context.Context) ([]string, error) {
	if a.store == nil {
		return nil, nil
	}
	var paths []string
	all, err := a.store.Settings(ctx, linksSection)
	if err != nil {
		return nil, err
	}
	for id := range all {
		var path string
		if err := a.store.Setting(ctx, linksSection, id, &path); err != nil {
			return nil, err
		}
		paths = append(paths, path)
	}
	return paths, nil
}
