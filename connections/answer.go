package connections

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"time"

	"authdeck/integrations"
	"authdeck/internal/failpoint"
	"authdeck/internal/safetext"
	"authdeck/internal/secret"
	"authdeck/oauthflow"
	"authdeck/store"
)

// persistQuiet is how long callers wait for an answer to reach the disk; after that they are told, and the writing is
// tried on for as long as the process lives.
const persistQuiet = 10 * time.Second

// errSuperseded: a sign-in replaced the grant while its refresh was under way.
var errSuperseded = errors.New("the grant was replaced meanwhile")

// keepAnswer puts a refresh's answer on disk: grant, generation + 1, events and the cleared intent in one transaction. An
// answer that cannot be written is kept in memory under the connection's lock and tried again until it can, and handed
// to nobody; its intent stays.
func (s *Service) keepAnswer(ctx context.Context, c store.Connection, g integrations.Grant, say func(outcome)) (outcome, bool) {
	_ = failpoint.Hit("refresh.answered")
	tried, was, same := c.Grant.RefreshToken, c.Grant.AccessToken, false
	write := func(c *store.Connection) (store.Write, error) {
		if !c.Grant.RefreshToken.Equal(tried) || !c.Grant.AccessToken.Equal(was) {
			return store.Write{}, errSuperseded
		}
		other := otherAccount(*c, g)
		same = c.Grant.AccessToken.Equal(g.AccessToken)
		before := *c
		rotated := applyRefresh(c, g, s.now())
		detail := lifetimeWords(c.Grant)
		if g.KeepExpiry {
			s.keepExpiry(c, before, g)
			detail = c.Health.Reason
		}
		w := store.Write{ClearIntent: true, Events: []store.Event{s.event(*c, "refresh", "ok", "%s", detail)}}
		if other {
			c.Health = store.Health{Trouble: store.TroubleDead, Reason: "the refresh brought the tokens of another account", Since: s.now(), Tries: 1}
			w.Events[0] = s.event(*c, "refresh", "failed", "%s", c.Health.Reason)
		}
		if rotated {
			w.Events = append(w.Events, s.event(*c, "rotation", "ok", "refresh token number %d of this sign-in", c.Grant.Rotations+1))
		}
		return w, nil
	}
	for _, w := range g.Warnings {
		s.o.Log.Warn("refresh", "connection", c.Name, "warning", safetext.Line(w, 200))
	}
	said := false
	start := s.o.Clock.Mono()
	for pause := 50 * time.Millisecond; ; pause = min(2*pause, time.Second) {
		stored, err := s.update(ctx, c, write)
		if err == nil {
			_ = failpoint.Hit("refresh.committed")
		}
		switch {
		case err == nil && stored.Health.Trouble == store.TroubleDead:
			return outcome{conn: stored, asked: true, err: s.troubleError(stored)}, said
		case err == nil:
			return outcome{conn: stored, asked: true, same: same}, said
		case errors.Is(err, errSuperseded):
			return s.adopt(ctx, c), said
		case errors.Is(err, store.ErrNotFound):
			s.giveBack(ctx, c, g)
			return outcome{conn: c, err: &Error{
				Kind: KindNotFound, Message: "connection " + quote(c.Name) + " was removed during its refresh",
				Hint: "sign in again if you still need it", Err: err,
			}}, said
		}
		if !said && s.o.Clock.Mono()-start >= persistQuiet {
			s.o.Log.Error("the answer of a refresh cannot be stored; it is tried on", "connection", c.Name, "err", err)
			say(outcome{conn: c, err: storeError("store the answer of the refresh", err)})
			said = true
		}
		select {
		case <-time.After(pause):
		case <-s.life.Done():
			return outcome{conn: c, err: storeError("store the answer of the refresh", err)}, said
		}
	}
}

// keepExpiry leaves the end of a token as it was known: its service reports success with the token of before, but a request of
// that call failed. It is tried again like a failure, and the reason says so.
func (s *Service) keepExpiry(c *store.Connection, before store.Connection, g integrations.Grant) {
	k, old := &c.Grant, before.Grant
	k.ObtainedAt, k.ExpiresAt, k.Lifetime, k.Capped = old.ObtainedAt, old.ExpiresAt, old.Lifetime, old.Capped
	reason := "the same token came again"
	if n := len(g.Warnings); n > 0 {
		reason = g.Warnings[n-1]
	}
	cause := &oauthflow.Error{Class: oauthflow.ClassTransient, Sent: true, Err: errors.New(reason)}
	c.Health = s.nextHealth(before.Health, cause, false)
	c.Health.Reason = safetext.Line(reason, 160)
}

// adopt takes over what somebody else left.
func (s *Service) adopt(ctx context.Context, c store.Connection) outcome {
	now, err := s.o.Store.Get(ctx, c.ID)
	if err != nil {
		return outcome{conn: c, err: storeError("read connection", err)}
	}
	_ = s.o.Store.SetIntent(ctx, c.ID, nil) // best effort: an intent that stays leads to one needless replay
	return outcome{conn: now}
}

// giveBack ends, as well as it can, a grant that nobody has a record for any more.
func (s *Service) giveBack(ctx context.Context, c store.Connection, g integrations.Grant) {
	applyRefresh(&c, g, s.now())
	integ, cfg, err := s.prepared(ctx, c)
	if err != nil {
		return
	}
	r, ok := integ.(integrations.Revoker)
	if !ok {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, requestTime)
	defer cancel()
	if _, err := r.Revoke(ctx, integrations.RevokeRequest{Config: cfg, Kept: kept(c)}); err != nil {
		s.o.Log.Warn("the grant of a removed connection could not be ended", "connection", c.Name, "err", err)
	}
}

// otherAccount reports whether a refresh brought the tokens of somebody else: the integration says so, or the provider's
// stable id is another (OpenID Connect Core §12.2).
func otherAccount(c store.Connection, g integrations.Grant) bool {
	return g.OtherAccount || c.Subject != "" && g.Identity.Subject != "" && g.Identity.Subject != c.Subject
}

// applyRefresh folds a refresh's answer into the record, and reports whether the refresh token changed. What the answer
// does not say stays as it was. The tokens of another account are kept, its name is not.
func applyRefresh(c *store.Connection, g integrations.Grant, now time.Time) (rotated bool) {
	k := &c.Grant
	if otherAccount(*c, g) {
		g.Identity, g.UserData, g.Captured = integrations.Identity{}, nil, nil
	}
	received := receivedAt(g, now)
	k.PreviousRefreshToken = secret.String{} // the one that was just used has worked
	if !g.RefreshToken.IsZero() && !g.RefreshToken.Equal(k.RefreshToken) {
		k.PreviousRefreshToken, k.RefreshToken = k.RefreshToken, g.RefreshToken
		k.Rotations++
		rotated = true
	}
	applyTokens(c, g, received)
	moveRefreshEnd(k, g, received, false, rotated)
	k.RefreshedAt = received
	if len(g.Scopes) > 0 {
		c.ScopesGranted = g.Scopes
	}
	return rotated
}

// applyTokens takes over what every answer brings, of a sign-in or of a refresh.
func applyTokens(c *store.Connection, g integrations.Grant, received time.Time) {
	k := &c.Grant
	k.AccessToken = g.AccessToken
	if !g.IDToken.IsZero() {
		k.IDToken = g.IDToken
	}
	if g.TokenType != "" {
		k.TokenType = g.TokenType
	}
	if len(g.Extra) > 0 {
		k.Extra = g.Extra
	}
	k.ObtainedAt, k.ExpiresAt, k.Capped = received, time.Time{}, false
	switch g.Lifetime.Kind {
	case oauthflow.LifetimeKnown:
		k.Lifetime, k.ExpiresAt, k.Capped = store.LifetimeKnown, received.Add(g.Lifetime.For), g.Lifetime.Capped
	case oauthflow.LifetimeNever:
		k.Lifetime = store.LifetimeNever
	default:
		k.Lifetime = store.LifetimeUnknown
	}
	c.Health, c.RestoredFrom = untroubled(*k), time.Time{}
	if g.Identity.Name != "" {
		c.Identity = g.Identity.Name
	}
	if g.Identity.Image != "" {
		c.IdentityImage = g.Identity.Image
	}
	if g.Identity.Subject != "" {
		c.Subject = g.Identity.Subject
	}
	if len(g.UserData) > 0 {
		if b, err := json.Marshal(g.UserData); err == nil {
			c.UserData = b
		}
	}
	if len(g.Captured) > 0 {
		merged := maps.Clone(c.Config)
		if merged == nil {
			merged = map[string]string{}
		}
		maps.Copy(merged, g.Captured)
		c.Config = merged
	}
}

// untroubled is the health of a grant that nothing is wrong with. Where only the token itself tells when it ends, the
// keeper's next try follows from that.
func untroubled(g store.Grant) store.Health {
	if g.Lifetime == store.LifetimeUnknown {
		if end := hintedEnd(g.AccessToken, g.ObtainedAt); !end.IsZero() {
			return store.Health{RetryAt: end.Add(-lead(g.ObtainedAt, end))}
		}
	}
	return store.Health{}
}

// receivedAt is the local receipt of an answer, which its lifetime counts from (§5.5).
func receivedAt(g integrations.Grant, now time.Time) time.Time {
	if g.Received.IsZero() {
		return now
	}
	return g.Received.Round(0).UTC()
}

func lifetimeWords(g store.Grant) string {
	switch g.Lifetime {
	case store.LifetimeKnown:
		return "lives " + exactSpan(g.ExpiresAt.Sub(g.ObtainedAt))
	case store.LifetimeNever:
		return "no expiry"
	case store.LifetimeUnknown:
	}
	return "lifetime not known"
}

func userData(c store.Connection) map[string]any {
	var m map[string]any
	if len(c.UserData) > 0 {
		_ = json.Unmarshal(c.UserData, &m) // sealed by us; unreadable data is no data
	}
	return m
}
