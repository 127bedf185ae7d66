package connections

import (
	"cmp"
	"context"
	"runtime"
	"sync"
	"time"

	"authdeck/integrations"
	"authdeck/internal/safetext"
)

// FoundAction is an action with what a list of all actions shows of its integration. Its texts may be foreign.
type FoundAction struct {
	integrations.Action
	Integration     string // id
	IntegrationName string
	Icon            integrations.Icon
	Connections     []string  // names of the integration's, ordered
	NeedsSignIn     bool      // it runs on a connection; false: on the integration itself
	Configured      bool      // a sign-in has all it needs; false also where only the integration's code knows
	LastUsed        time.Time // zero: not as far as is remembered
}

// Ready reports whether it can be run without a sign-in first.
func (f FoundAction) Ready() bool { return !f.NeedsSignIn || len(f.Connections) > 0 }

// AllActions are the actions of all integrations that can be used, in the order of the integrations' names and, within one, in its
// own. Texts of services that were not read in this process yet are read now: it takes a moment with many of them.
func (s *Service) AllActions(ctx context.Context) ([]FoundAction, error) {
	list, err := s.o.Registry.List(ctx)
	if err != nil {
		if len(list) == 0 {
			return nil, explain(err)
		}
		s.o.Log.Warn("some integrations could not be read", "err", safetext.Line(err.Error(), 300))
	}
	rows, err := s.o.Store.List(ctx)
	if err != nil {
		return nil, storeError("list connections", err)
	}
	names := map[string][]string{}
	for _, r := range rows {
		names[r.Integration] = append(names[r.Integration], r.Name)
	}
	items, err := s.allConfig(ctx)
	if err != nil {
		return nil, err
	}
	used := s.lastUsed(ctx)
	actions := actionsOf(ctx, list)
	if err := ctx.Err(); err != nil {
		return nil, explain(err)
	}
	var all []FoundAction
	for i, integ := range list {
		info := integ.Info()
		configured := missingItem(info, items[info.ID]) == "" && !info.ItemsUnknown
		for _, a := range actions[i] {
			a.Category = cmp.Or(a.Category, "Other")
			all = append(all, FoundAction{
				Action: a, Integration: info.ID, IntegrationName: info.Name, Icon: info.Icon, Connections: names[info.ID],
				NeedsSignIn: a.SignIn, Configured: configured, LastUsed: used[actionKey(info.ID, a.Name)],
			})
		}
	}
	return all, nil
}

// actionsOf are the actions of each integration, nil for one that has none or cannot be used. Reading a service's text takes
// milliseconds, so that several are read at once.
func actionsOf(ctx context.Context, list []integrations.Integration) [][]integrations.Action {
	all := make([][]integrations.Action, len(list))
	var readers sync.WaitGroup
	next := make(chan int)
	for range min(runtime.GOMAXPROCS(0), len(list)) {
		readers.Go(func() {
			for i := range next {
				if r, ok := list[i].(integrations.ActionRunner); ok {
					all[i] = r.Actions()
				}
			}
		})
	}
	for i, integ := range list {
		if ctx.Err() != nil {
			break
		}
		c, counts := integ.(integrations.Counter)
		if integ.Info().Broken == "" && (!counts || c.ActionCount() > 0) {
			next <- i
		}
	}
	close(next)
	readers.Wait()
	return all
}
