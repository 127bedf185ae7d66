package connections

import (
	"context"
	"strings"

	"authdeck/internal/safetext"
	"authdeck/store"
)

// ForgetRuns forgets the past runs of an action.
func (s *Service) ForgetRuns(ctx context.Context, integration, action string) error {
	return s.forgetRuns(ctx, actionKey(integration, action), func(storedRun) bool { return true })
}

// forgetRuns drops those of an action that gone names, and their results.
func (s *Service) forgetRuns(ctx context.Context, key string, gone func(storedRun) bool) error {
	unlock, err := s.lockNamed(ctx, "runs of "+key)
	if err != nil {
		return err
	}
	defer unlock()
	list, err := s.runsOf(ctx, key)
	if err != nil {
		return err
	}
	var rest []storedRun
	for _, r := range list {
		if !gone(r) {
			rest = append(rest, r)
			continue
		}
		if r.apart() {
			if err := s.o.Store.PutSetting(ctx, sectionResults, resultKey(key, r.Slot), nil); err != nil {
				return storeError("forget a result", err)
			}
		}
	}
	if len(rest) == len(list) {
		return nil
	}
	var value any = rest
	if len(rest) == 0 {
		value = nil
	}
	return storeError("forget past runs", s.o.Store.PutSetting(ctx, sectionRuns, key, value))
}

// forgetIntegration drops all that is kept of the actions of an integration that is removed.
func (s *Service) forgetIntegration(ctx context.Context, id string) error {
	for _, section := range []string{sectionPresets, sectionRuns, sectionResults, sectionReached} {
		all, err := s.o.Store.Settings(ctx, section)
		if err != nil {
			return storeError("read what is kept of actions", err)
		}
		for key := range all {
			if key != id && !strings.HasPrefix(key, id+"/") {
				continue
			}
			if err := s.o.Store.PutSetting(ctx, section, key, nil); err != nil {
				return storeError("forget what is kept of actions", err)
			}
		}
	}
	return nil
}

// forgetConnection drops the runs of a connection that is removed, in which its account's data stand.
func (s *Service) forgetConnection(ctx context.Context, c store.Connection) {
	raw, err := s.o.Store.Settings(ctx, sectionRuns)
	if err != nil {
		s.o.Log.Warn("the runs of a connection that was removed are still kept", "connection", c.Name, "err", safetext.Line(err.Error(), 200))
		return
	}
	for key := range raw {
		if !strings.HasPrefix(key, c.Integration+"/") {
			continue
		}
		if err := s.forgetRuns(ctx, key, func(r storedRun) bool { return r.ConnectionID == c.ID }); err != nil {
			s.o.Log.Warn("the runs of a connection that was removed are still kept", "connection", c.Name, "err", safetext.Line(err.Error(), 200))
		}
	}
}
