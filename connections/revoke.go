package connections

import (
	"context"
	"errors"
	"fmt"
	"time"

	"authdeck/integrations"
	"authdeck/internal/safetext"
	"authdeck/oauthflow"
	"authdeck/store"
)

// The words of Revocation.Verified.
const (
	verifiedInactive = "inactive"
	verifiedUnknown  = "unknown"
)

// introspectTime bounds the proof of a revocation.
const introspectTime = 15 * time.Second

// Revocation is what `revoke` prints.
type Revocation struct {
	RefreshToken, AccessToken oauthflow.RevocationOutcome
	Verified                  string // "inactive" or "unknown"
	Hint                      string
	Connection                Detail
}

// Revoke ends the grant at the provider: refresh token, then access token, then introspection proves it. The connection
// is kept as a record with what was confirmed; its state is revoked only if something was. Where nothing was confirmed, or
// the access token only and the refresh token is pending or failed, the error says why, beside a Revocation that holds the
// words; Revoke can be called again then.
func (s *Service) Revoke(ctx context.Context, ref string) (Revocation, error) {
	c, err := s.find(ctx, ref)
	if err != nil {
		return Revocation{}, err
	}
	if err := s.begin(); err != nil {
		return Revocation{}, err
	}
	defer s.work.Done()
	waiting, cancel := context.WithTimeout(ctx, lockWait)
	defer cancel()
	unlock, err := s.lock(waiting, c.ID, false) // a refresh under way is waited for: it would bring a live token
	if err != nil {
		return Revocation{}, explain(err)
	}
	defer unlock()
	detached := context.WithoutCancel(ctx)
	if c, err = s.o.Store.Get(detached, c.ID); err != nil {
		return Revocation{}, storeError("read connection", err)
	}
	integ, cfg, err := s.prepared(detached, c)
	if err != nil {
		return Revocation{}, err
	}
	return s.revoke(detached, c, integ, cfg)
}

func (s *Service) revoke(ctx context.Context, c store.Connection, integ integrations.Integration, cfg integrations.Config) (Revocation, error) {
	r := Revocation{RefreshToken: oauthflow.RevokeUnsupported, AccessToken: oauthflow.RevokeUnsupported, Verified: verifiedUnknown}
	if c.Grant.RefreshToken.IsZero() {
		r.RefreshToken = oauthflow.RevokeNone
	}
	info := integ.Info()
	if revoker, ok := integ.(integrations.Revoker); ok && info.RevokeNone == "" {
		asking, cancel := context.WithTimeout(ctx, requestTime)
		defer cancel()
		answer, err := revoker.Revoke(asking, integrations.RevokeRequest{Config: cfg, Kept: kept(c)})
		if err != nil {
			r.untold(c)
			return s.notRevoked(ctx, c, r, fmt.Errorf("revoke at %s: %w", safetext.Line(info.Name, 60), err))
		}
		r.RefreshToken, r.AccessToken, r.Hint = answer.RefreshToken, answer.AccessToken, safetext.Line(answer.Hint, 300)
		if answer.RetryAfter > 0 {
			r.Hint = join(r.Hint, "the provider asks to try again in "+span(answer.RetryAfter))
		}
	}
	if r.RefreshToken != oauthflow.RevokeConfirmed && r.AccessToken != oauthflow.RevokeConfirmed {
		return s.notRevoked(ctx, c, r, revokeProblem(info, &r))
	}
	note := s.prove(ctx, &r, integ, integrations.IntrospectRequest{Config: cfg, Kept: kept(c)})
	r.Hint = join(r.Hint, note)
	if r.Verified == verifiedUnknown && r.AccessToken != oauthflow.RevokeConfirmed && s.lives(c) && c.Grant.Lifetime == store.LifetimeKnown {
		r.Hint = join(r.Hint, "the access token may work for another "+span(c.Grant.ExpiresAt.Sub(s.now())))
	}
	stored, err := s.recordRevocation(ctx, c, r)
	if err != nil {
		return r, err
	}
	r.Connection = s.detail(ctx, stored)
	if r.halfDone() {
		return r, halfRevoked(info, c, &r)
	}
	return r, nil
}

// untold: the provider was not asked, so it is not known what it can do.
func (r *Revocation) untold(c store.Connection) {
	r.RefreshToken, r.AccessToken = oauthflow.RevokeFailed, oauthflow.RevokeFailed
	if c.Grant.RefreshToken.IsZero() {
		r.RefreshToken = oauthflow.RevokeNone
	}
	if c.Grant.AccessToken.IsZero() {
		r.AccessToken = oauthflow.RevokeNone
	}
}

// halfDone: the access token has ended, and the refresh token, which could bring another, has not.
func (r Revocation) halfDone() bool {
	return r.AccessToken == oauthflow.RevokeConfirmed &&
		(r.RefreshToken == oauthflow.RevokePending || r.RefreshToken == oauthflow.RevokeFailed)
}

func halfRevoked(info integrations.Info, c store.Connection, r *Revocation) error {
	e := &Error{Kind: KindTransient, Message: safetext.Line(info.Name, 60) + " ended the access token, and the refresh token not yet: the grant still lives"}
	next := "try again later: authdeck revoke " + safetext.Line(c.Name, 60)
	if r.RefreshToken == oauthflow.RevokeFailed {
		e.Kind, e.Message = KindFailed, safetext.Line(info.Name, 60)+" ended the access token, but not the refresh token: the grant may still live"
		next = byHand(info)
	}
	r.Hint = join(r.Hint, next)
	e.Hint = r.Hint
	return e
}

// byHand is where a person ends what cannot be ended from here.
func byHand(info integrations.Info) string {
	if info.RevokePage != "" {
		return "revoke it by hand at " + safetext.Line(info.RevokePage, 200)
	}
	return "revoke it on the provider's own page"
}

// revokeProblem is why nothing was confirmed.
func revokeProblem(info integrations.Info, r *Revocation) error {
	by := byHand(info)
	forget := "; `authdeck remove` forgets it here"
	name := safetext.Line(info.Name, 60)
	switch {
	case r.RefreshToken == oauthflow.RevokePending || r.AccessToken == oauthflow.RevokePending:
		return &Error{Kind: KindTransient, Message: name + " did not take the revocation yet: the tokens still live", Hint: join(r.Hint, "try again later")}
	case r.RefreshToken == oauthflow.RevokeFailed || r.AccessToken == oauthflow.RevokeFailed:
		r.Hint = join(r.Hint, by+forget)
		return &Error{Kind: KindFailed, Message: name + " did not confirm the revocation: the tokens may still live", Hint: r.Hint}
	}
	e := &Error{Kind: KindUnsupported, Message: name + " has no way to revoke that authdeck could use: the tokens still live"}
	if info.RevokeNone != "" {
		e.Message = name + " cannot be revoked from here (" + safetext.Line(info.RevokeNone, 160) + "): the tokens still live"
	}
	r.Hint = join(r.Hint, by+forget)
	e.Hint = r.Hint
	return e
}

// notRevoked records a try that confirmed nothing; the connection stays what it is.
func (s *Service) notRevoked(ctx context.Context, c store.Connection, r Revocation, cause error) (Revocation, error) {
	err := explain(cause)
	outcome := "failed"
	var e *Error
	if errors.As(err, &e) && e.Kind == KindUnsupported {
		outcome = "unsupported"
	}
	if err := s.o.Store.Append(ctx, s.event(c, "revoke", outcome, "%s", safetext.Line(err.Error(), 200))); err != nil {
		s.o.Log.Warn("a failed revocation was not written to the history", "connection", c.Name, "err", err)
	}
	r.Connection = s.detail(ctx, c)
	return r, err
}

// prove asks the provider about the tokens that were ended. Inactive means that it said so of each it can be asked about.
func (s *Service) prove(ctx context.Context, r *Revocation, integ integrations.Integration, q integrations.IntrospectRequest) (note string) {
	i, ok := integ.(integrations.Introspector)
	if !ok {
		return "the provider has no introspection that could prove it"
	}
	ctx, cancel := context.WithTimeout(ctx, introspectTime)
	defer cancel()
	asked := 0
	for _, refresh := range []bool{false, true} {
		if refresh && q.Kept.RefreshToken.IsZero() || !refresh && q.Kept.AccessToken.IsZero() {
			continue
		}
		q.RefreshToken = refresh
		answer, err := i.Introspect(ctx, q)
		switch {
		case errors.Is(err, oauthflow.ErrNotPermitted):
			return "this client may not ask the provider whether it worked"
		case err != nil && refresh && asked > 0: // many servers introspect access tokens only
		case err != nil:
			return "introspection did not answer: " + safetext.Line(err.Error(), 160)
		case answer.Active && refresh:
			return "introspection still calls the refresh token active"
		case answer.Active:
			return "introspection still calls the access token active"
		default:
			asked++
		}
	}
	if asked > 0 {
		r.Verified = verifiedInactive
	}
	return ""
}

// Words says what the provider confirmed, in half a line.
func (r Revocation) Words() string {
	words := "refresh token " + outcomeWord(r.RefreshToken) + ", access token " + outcomeWord(r.AccessToken)
	if r.RefreshToken == r.AccessToken && r.AccessToken == oauthflow.RevokeConfirmed {
		words = "both tokens confirmed"
	}
	if r.Verified == verifiedInactive {
		words += ", introspection: inactive"
	}
	return words
}

func outcomeWord(o oauthflow.RevocationOutcome) string {
	if o == oauthflow.RevokeNone {
		return "not there"
	}
	return string(o)
}

// recordRevocation keeps the connection as a record of what was confirmed.
func (s *Service) recordRevocation(ctx context.Context, c store.Connection, r Revocation) (store.Connection, error) {
	reason, outcome := r.Words(), "ok"
	if r.halfDone() {
		outcome = "failed"
	}
	return s.update(ctx, c, func(c *store.Connection) (store.Write, error) {
		c.Health = store.Health{Trouble: store.TroubleRevoked, Reason: reason, Since: s.now()}
		return store.Write{ClearIntent: true, Events: []store.Event{s.event(*c, "revoke", outcome, "%s", reason)}}, nil
	})
}

// Siblings names other connections that may die with it: same integration and identity.
func (s *Service) Siblings(ctx context.Context, ref string) ([]string, error) {
	c, err := s.find(ctx, ref)
	if err != nil {
		return nil, err
	}
	rows, err := s.o.Store.List(ctx)
	if err != nil {
		return nil, storeError("list connections", err)
	}
	if c.Identity == "" && c.Subject == "" {
		return nil, nil // nobody knows whose it is
	}
	var names []string
	for _, r := range rows {
		if r.ID == c.ID || r.Integration != c.Integration || r.Health.Trouble == store.TroubleRevoked {
			continue
		}
		if sameAccount(c, integrations.Identity{Name: r.Identity, Subject: r.Subject}) == accountSame {
			names = append(names, r.Name)
		}
	}
	return names, nil
}
