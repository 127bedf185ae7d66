package connections

import (
	"context"

	"authdeck/integrations"
	"authdeck/internal/safetext"
)

// IntegrationView is a row of the catalogue.
type IntegrationView struct {
	integrations.Info
	Configured               bool
	Connections              int
	Actions                  int // -1 if not known
	CanRevoke, CanIntrospect bool
	HasPicture               bool // Picture may have one
}

// Integrations lists what can be connected. A source that cannot be read is logged, and the others are listed.
func (s *Service) Integrations(ctx context.Context) ([]IntegrationView, error) {
	list, err := s.o.Registry.List(ctx)
	if err != nil {
		if len(list) == 0 {
			return nil, explain(err)
		}
		s.o.Log.Warn("some integrations could not be read", "err", safetext.Line(err.Error(), 300))
	}
	used, err := s.connectionsPerIntegration(ctx)
	if err != nil {
		return nil, err
	}
	all, err := s.allConfig(ctx)
	if err != nil {
		return nil, err
	}
	views := make([]IntegrationView, len(list))
	for i, integ := range list {
		views[i] = integrationView(integ, all[integ.Info().ID], used)
	}
	return views, nil
}

// Integration finds one by id.
func (s *Service) Integration(ctx context.Context, id string) (IntegrationView, error) {
	i, err := s.o.Registry.Find(ctx, id)
	if err != nil {
		return IntegrationView{}, s.unknownIntegration(ctx, id, err)
	}
	used, err := s.connectionsPerIntegration(ctx)
	if err != nil {
		return IntegrationView{}, err
	}
	cfg, err := s.Config(ctx, id)
	if err != nil {
		return IntegrationView{}, err
	}
	return integrationView(i, cfg, used), nil
}

// Picture is the icon of an integration that has one (IntegrationView.HasPicture). An error says why it cannot be drawn.
func (s *Service) Picture(ctx context.Context, id string) (integrations.Picture, error) {
	i, err := s.integration(ctx, id)
	if err != nil {
		return integrations.Picture{}, err
	}
	p, ok := i.(integrations.Pictured)
	if !ok || !p.HasPicture() {
		return integrations.Picture{}, &Error{
			Kind: KindNotFound, Message: "integration " + quote(id) + " has no icon of its own", Hint: "its glyph stands for it",
		}
	}
	picture, err := p.Picture(ctx)
	return picture, explain(err)
}

// unknownIntegration names the nearest where there is one.
func (s *Service) unknownIntegration(ctx context.Context, id string, cause error) error {
	e := &Error{
		Kind: KindNotFound, Message: "there is no integration " + quote(id),
		Hint: "`authdeck integrations list` names what there is", Err: cause,
	}
	list, _ := s.o.Registry.List(ctx)
	ids := make([]string, len(list))
	for n, i := range list {
		ids[n] = i.Info().ID
	}
	if near := nearest(id, ids); near != "" {
		e.Hint = "did you mean " + near + "? " + e.Hint
	}
	return e
}

func (s *Service) connectionsPerIntegration(ctx context.Context) (map[string]int, error) {
	rows, err := s.o.Store.List(ctx)
	if err != nil {
		return nil, storeError("list connections", err)
	}
	used := map[string]int{}
	for _, r := range rows {
		used[r.Integration]++
	}
	return used, nil
}

func integrationView(i integrations.Integration, cfg integrations.Config, used map[string]int) IntegrationView {
	info := i.Info()
	v := IntegrationView{Info: info, Connections: used[info.ID], Configured: missingItem(info, cfg) == ""}
	if _, ok := i.(integrations.Revoker); ok {
		v.CanRevoke = info.RevokeNone == ""
	}
	_, v.CanIntrospect = i.(integrations.Introspector)
	if p, ok := i.(integrations.Pictured); ok {
		v.HasPicture = p.HasPicture()
	}
	switch r := i.(type) {
	case integrations.Counter:
		v.Actions = r.ActionCount()
	case integrations.ActionRunner:
		v.Actions = len(r.Actions())
	}
	v.Configured = v.Configured && !info.ItemsUnknown
	if info.Broken != "" {
		v.Configured, v.Actions = false, -1
	}
	return v
}
