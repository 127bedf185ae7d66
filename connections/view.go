package connections

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"authdeck/integrations"
	"authdeck/internal/secret"
	"authdeck/store"
)

// View is a connection as lists and `show` have it.
type View struct {
	store.Summary
	State     State
	Reason    string
	RefreshAt time.Time
}

// Detail is one connection, whole. Its tokens print masked.
type Detail struct {
	View
	Flow       string
	Browser    string
	UserData   map[string]any
	Access     secret.String
	Refresh    secret.String
	IDToken    secret.String
	Missing    []string // scopes asked for and not granted
	Warnings   []string // true things the user should know: "refresh token ends in 6 d: is the consent screen in Testing?"
	IntegrName string
}

// holderLimit is how long a refresh can be under way: after that an intent on disk is one that was interrupted.
const holderLimit = closeWait

// List returns all connections, ordered by name.
func (s *Service) List(ctx context.Context) ([]View, error) {
	rows, err := s.o.Store.List(ctx)
	if err != nil {
		return nil, storeError("list connections", err)
	}
	now, out := s.now(), s.around(ctx)
	views := make([]View, len(rows))
	for i, row := range rows {
		views[i] = s.view(ctx, out.on(ctx, row, now), now, out.keepIdle)
	}
	return views, nil
}

// view derives what a list shows. An intent older than any refresh can last is an interrupted one, and said so.
func (s *Service) view(ctx context.Context, c store.Summary, now time.Time, keepIdle bool) View {
	interrupted := false
	if c.Refreshing {
		if i, err := s.o.Store.Intent(ctx, c.ID); err == nil {
			age := time.Duration(0)
			if i != nil {
				age = now.Sub(i.Started)
			}
			interrupted = i != nil && (age > holderLimit || age < -holderLimit)
			c.Refreshing = i != nil && !interrupted
		}
	}
	state, reason := StateOf(c, now)
	if interrupted && reason == "" {
		reason = reasonInterrupted + ": it is taken up again with the next one"
	}
	return View{Summary: c, State: state, Reason: reason, RefreshAt: plannedAt(c, keepIdle)}
}

// Show finds a connection by name (or id).
func (s *Service) Show(ctx context.Context, ref string) (Detail, error) {
	c, err := s.find(ctx, ref)
	if err != nil {
		return Detail{}, err
	}
	return s.detail(ctx, c), nil
}

// Details returns all connections, whole, ordered by name. The integrations are read once for all of them.
func (s *Service) Details(ctx context.Context) ([]Detail, error) {
	rows, err := s.o.Store.List(ctx)
	if err != nil {
		return nil, storeError("list connections", err)
	}
	infos := map[string]integrations.Info{}
	list, _ := s.o.Registry.List(ctx) // what cannot be read leaves names empty
	for _, i := range list {
		infos[i.Info().ID] = i.Info()
	}
	out := s.around(ctx)
	all := make([]Detail, 0, len(rows))
	for _, row := range rows {
		c, err := s.o.Store.Get(ctx, row.ID)
		if errors.Is(err, store.ErrNotFound) { // removed meanwhile
			continue
		}
		if err != nil {
			return nil, storeError("read connection", err)
		}
		all = append(all, s.detailWith(ctx, c, infos[c.Integration], out))
	}
	return all, nil
}

// detail is a stored record as a person sees it. An integration that is gone leaves its name empty.
func (s *Service) detail(ctx context.Context, c store.Connection) Detail {
	var info integrations.Info
	if i, err := s.o.Registry.Find(ctx, c.Integration); err == nil {
		info = i.Info()
	}
	return s.detailWith(ctx, c, info, s.around(ctx))
}

func (s *Service) detailWith(ctx context.Context, c store.Connection, info integrations.Info, out around) Detail {
	sum := c.Summary()
	if i, err := s.o.Store.Intent(ctx, c.ID); err == nil {
		sum.Refreshing = i != nil
	}
	now := s.now()
	d := Detail{
		View: s.view(ctx, out.on(ctx, sum, now), now, out.keepIdle), Flow: c.Flow, Browser: c.Browser,
		Access: c.Grant.AccessToken, Refresh: c.Grant.RefreshToken, IDToken: c.Grant.IDToken,
		Missing: missingScopes(c.ScopesAsked, c.ScopesGranted, sum.Refreshable), IntegrName: info.Name,
	}
	if len(c.UserData) > 0 {
		if err := json.Unmarshal(c.UserData, &d.UserData); err != nil {
			s.o.Log.Warn("user data of a connection cannot be read", "connection", c.Name, "err", err)
		}
	}
	d.Warnings = warnings(sum, d.Missing, info.Lifetime.Cases, now)
	if out.skew != "" {
		d.Warnings = append(d.Warnings, out.skew)
	}
	return d
}

// Changes sends when something in the store changed, coalesced, until ctx ends.
func (s *Service) Changes(ctx context.Context) (<-chan struct{}, error) {
	ch, err := s.o.Store.Watch(ctx)
	if err != nil {
		return nil, storeError("watch the store", err)
	}
	return ch, nil
}

// History returns events, oldest first; ref "" is all.
func (s *Service) History(ctx context.Context, ref string) ([]store.Event, error) {
	id := ""
	if ref != "" {
		c, err := s.find(ctx, ref)
		if err != nil {
			return nil, err
		}
		id = c.ID
	}
	pending := s.foldHandouts(ctx, id)
	events, err := s.o.Store.History(ctx, id)
	if err != nil {
		return nil, storeError("read the history", err)
	}
	return withHandouts(events, pending), nil
}

// event makes a line of a connection's history.
func (s *Service) event(c store.Connection, what, outcome, format string, args ...any) store.Event {
	return store.Event{
		Time: s.now(), Connection: c.Name, ID: c.ID, Event: what, Outcome: outcome, Detail: fmt.Sprintf(format, args...),
	}
}
