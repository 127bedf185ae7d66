package connections

import (
	"context"
	"errors"

	"authdeck/integrations"
	"authdeck/internal/safetext"
	"authdeck/store"
)

// sectionOrigin holds, by id, where the integration came from whose settings and connections are kept.
const sectionOrigin = "origin"

// sameOrigin refuses settings and tokens to an integration that only turned up in a folder of many, under an id whose settings and
// connections are of another one that is gone. One that the user named is taken at their word.
func (s *Service) sameOrigin(ctx context.Context, info integrations.Info) error {
	if info.Kind == integrations.KindBuiltIn || info.Kind == integrations.KindDemo || info.Origin == "" {
		return nil // such a one does not go away
	}
	var known string
	err := s.o.Store.Setting(ctx, sectionOrigin, info.ID, &known)
	switch {
	case err != nil && !errors.Is(err, store.ErrNotFound):
		return storeError("read where an integration comes from", err)
	case known == info.Origin:
		return nil
	case info.Found && known != "":
		return &Error{
			Kind: KindConfiguration, Message: quote(info.ID) + " is now what lies in " + safetext.Line(info.Origin, 200) + "; its settings and connections are of " + safetext.Line(known, 200),
			Hint: "bring that back, or say that you want the other: authdeck integrations add " + safetext.Line(info.Origin, 200) + " --name " + safetext.Line(info.ID, 60),
		}
	}
	if err := s.o.Store.PutSetting(ctx, sectionOrigin, info.ID, info.Origin); err != nil {
		s.o.Log.Warn("where an integration comes from was not written down", "integration", info.ID, "err", err) // a full disk ends no refresh
	}
	return nil
}
