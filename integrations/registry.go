package integrations

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
)

// Source lists integrations of one origin: the built-in catalogue, a folder of manifests, a folder of services.
type Source interface {
	// Integrations returns what is there now, read anew where files changed. One that cannot be used is returned with
	// Info.Broken set, so that it is shown with its reason.
	Integrations(ctx context.Context) ([]Integration, error)
}

// Located is a source whose integrations lie in folders of the user.
type Located interface {
	// Folders are those whose files it reads, as it knows them now.
	Folders(ctx context.Context) []string
}

// Indexed is a source that knows which ids it can have without reading what lies behind them.
type Indexed interface {
	// May reports whether an integration of this id can be among its own.
	May(id string) bool
}

// Registry finds integrations among its sources. An id belongs to the first who has it, since a connection's token would go to
// other code else; who comes second is listed as broken, under another id. Only a built-in one gives way, to one that the user named.
type Registry struct{ sources []Source }

// NewRegistry returns a registry of these sources, the first to be asked first.
func NewRegistry(sources ...Source) *Registry { return &Registry{sources: sources} }

// List returns all integrations, ordered by name. What could be read is returned beside the error of what could not.
func (r *Registry) List(ctx context.Context) ([]Integration, error) {
	byID := map[string]Integration{}
	var errs []error
	for _, s := range r.sources {
		list, err := s.Integrations(ctx)
		if err != nil {
			errs = append(errs, err)
		}
		for _, i := range list {
			info := i.Info()
			first, taken := byID[info.ID]
			switch {
			case !taken || mayReplace(info, first.Info()):
				byID[info.ID] = i
			default:
				c := newClash(info, first.Info(), byID)
				byID[c.info.ID] = c
			}
		}
	}
	all := make([]Integration, 0, len(byID))
	for _, i := range byID {
		all = append(all, i)
	}
	slices.SortFunc(all, func(a, b Integration) int {
		x, y := a.Info(), b.Info()
		return cmp.Or(cmp.Compare(x.Name, y.Name), cmp.Compare(x.ID, y.ID))
	})
	return all, errors.Join(errs...)
}

// mayReplace: a user may put something of their own in the place of what is built in, by naming it; what only turned up in a
// folder may not.
func mayReplace(info, first Info) bool { return first.Kind == KindBuiltIn && !info.Found }

// Folders are all folders whose files make a difference.
func (r *Registry) Folders(ctx context.Context) []string {
	var all []string
	for _, s := range r.sources {
		if l, ok := s.(Located); ok {
			all = append(all, l.Folders(ctx)...)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Find returns the integration with this id; the error wraps [ErrNotFound].
func (r *Registry) Find(ctx context.Context, id string) (Integration, error) {
	i, err := r.narrowed(id).find(ctx, id)
	if i == nil { // an id that a clash made is in none of them
		i, err = r.find(ctx, id)
	}
	if i != nil {
		if o, ok := i.(Opener); ok {
			return o.Open(ctx), nil
		}
		return i, nil
	}
	if err != nil {
		return nil, fmt.Errorf("find integration %q: %w", id, err)
	}
	return nil, fmt.Errorf("%q: %w", id, ErrNotFound)
}

// narrowed leaves out the sources that cannot have this id: they neither hold it nor clash about it.
func (r *Registry) narrowed(id string) *Registry {
	var rest []Source
	for _, s := range r.sources {
		if x, ok := s.(Indexed); !ok || x.May(id) {
			rest = append(rest, s)
		}
	}
	return NewRegistry(rest...)
}

func (r *Registry) find(ctx context.Context, id string) (Integration, error) {
	list, err := r.List(ctx)
	for _, i := range list {
		if i.Info().ID == id {
			return i, err
		}
	}
	return nil, err
}
