package connections

import (
	"context"
	"strings"

	"authdeck/store"
)

// The words of an integration that is missing or cannot be read; a connection that met one keeps them as its reason.
const (
	wordsMissing = "there is no integration "
	wordsBroken  = " cannot be used: "
)

// unsound reports whether a connection's trouble is that its integration is missing or broken. Nobody was asked then.
func unsound(h store.Health) bool {
	reason := strings.TrimPrefix(h.Reason, reasonInterrupted+": ")
	return h.Trouble == store.TroubleConfiguration &&
		(strings.HasPrefix(reason, wordsMissing) || strings.HasPrefix(reason, "integration ") && strings.Contains(reason, wordsBroken))
}

// mend lets the connections go on whose integration is sound again, and reports whether there were any.
func (s *Service) mend(ctx context.Context, rows []store.Summary, finder func() *hostFinder) bool {
	mended := false
	for _, r := range rows {
		if !unsound(r.Health) || finder().known[r.Integration] == nil {
			continue
		}
		c, err := s.o.Store.Get(ctx, r.ID)
		if err != nil {
			continue // removed meanwhile
		}
		_, err = s.update(ctx, c, func(c *store.Connection) (store.Write, error) {
			if !unsound(c.Health) {
				return store.Write{}, errSuperseded
			}
			c.Health = untroubled(c.Grant)
			return store.Write{}, nil
		})
		mended = mended || err == nil
	}
	return mended
}
