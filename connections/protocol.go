package connections

import (
	"context"
	"errors"
	"time"

	"authdeck/integrations"
	"authdeck/internal/failpoint"
	"authdeck/oauthflow"
	"authdeck/store"
)

const (
	// lockWait is how long anybody waits for a connection's lock: a request, one replay, and a margin (§5.1).
	lockWait = 65 * time.Second
	// requestTime bounds one refresh request or one code exchange, whole.
	requestTime = 30 * time.Second
)

// exchange is the protocol of reference/security.md §5.1 from the lock on: lock → re-read → intent → request → the whole
// answer in one fsynced write → hand out. waiting ends the wait for the lock only. say hands a result to the callers
// before exchange returns (the answer cannot be stored yet); said reports whether it did.
func (s *Service) exchange(ctx, waiting context.Context, seen store.Connection, w want, say func(outcome)) (r outcome, said bool) {
	fail := func(err error) (outcome, bool) { return outcome{conn: seen, err: err}, false }
	unlock, err := s.lock(waiting, seen.ID, w.try)
	if err != nil {
		return fail(err)
	}
	defer unlock()
	_ = failpoint.Hit("refresh.locked")
	c, err := s.o.Store.Get(ctx, seen.ID)
	if err != nil {
		return fail(storeError("read connection", err))
	}
	intent, err := s.o.Store.Intent(ctx, c.ID)
	if err != nil {
		return fail(storeError("read the intent of a refresh", err))
	}
	// Its writer is dead, or could not store the answer. That holds also for one that died in its replay: nobody knows
	// whether the provider heard it, and asking once more can only help (§5.2).
	interrupted := intent != nil && intent.Sent
	switch {
	case interrupted:
	case w.enough(c):
		return outcome{conn: c}, false
	case c.Health.Trouble != store.TroubleNone && c.Health != seen.Health:
		return outcome{conn: c, err: s.troubleError(c)}, false // another's refresh failed while this one waited
	}
	if !s.hasWay(ctx, c) {
		if interrupted { // there is nothing to take up any more
			_ = s.o.Store.SetIntent(ctx, c.ID, nil)
		}
		return outcome{conn: c, err: noRefreshToken(c)}, false
	}
	return s.ask(ctx, c, interrupted, say)
}

// lock takes the connection's lock; with try only if it is free.
func (s *Service) lock(ctx context.Context, id string, try bool) (store.Unlock, error) {
	if try {
		unlock, ok, err := s.o.Store.TryLock(ctx, id)
		switch {
		case err != nil:
			return nil, storeError("lock connection", err)
		case !ok:
			return nil, errSkipped
		}
		return unlock, nil
	}
	unlock, err := s.o.Store.Lock(ctx, id)
	if err != nil {
		var held *store.HeldError
		if errors.As(err, &held) || ctx.Err() != nil {
			return nil, explain(err)
		}
		return nil, storeError("lock connection", err)
	}
	return unlock, nil
}

// ask makes the request, at most twice, and keeps what came of it.
func (s *Service) ask(ctx context.Context, c store.Connection, interrupted bool, say func(outcome)) (outcome, bool) {
	integ, cfg, err := s.prepared(ctx, c)
	if err != nil {
		return s.keepFailure(ctx, c, err, interrupted), false
	}
	intent := store.Intent{Generation: c.Generation, Started: s.now(), Sent: true, Replayed: interrupted}
	if err := s.o.Store.SetIntent(ctx, c.ID, &intent); err != nil {
		return outcome{conn: c, err: storeError("write the intent of a refresh", err)}, false
	}
	_ = failpoint.Hit("refresh.intent")
	req := integrations.RefreshRequest{Config: cfg, Kept: kept(c)}
	began := s.now()
	grant, err := request(ctx, integ, req)
	if refused := classOf(err) == oauthflow.ClassDeadIfAgain; !intent.Replayed && (refused || ambiguous(err)) && !saved(err) {
		interrupted = !refused
		intent.Replayed = true
		if err := s.o.Store.SetIntent(ctx, c.ID, &intent); err != nil {
			return outcome{conn: c, err: storeError("write the intent of a refresh", err)}, false
		}
		grant, err = request(ctx, integ, req)
	}
	s.met(ctx, tokenHost(integ, cfg), began, err)
	if lost := answerLost(err); lost != nil && lost.RefreshToken.IsZero() {
		interrupted = true
	}
	if err != nil {
		return s.keepFailure(ctx, c, err, interrupted), false
	}
	r, said := s.keepAnswer(ctx, c, grant, say)
	s.noteSkew(ctx, tokenHost(integ, cfg), grant) // after the answer is on disk: nothing comes before that
	return r, said
}

// prepared finds the integration of a connection and its config items.
func (s *Service) prepared(ctx context.Context, c store.Connection) (integrations.Integration, integrations.Config, error) {
	integ, err := s.integration(ctx, c.Integration)
	if err != nil {
		return nil, nil, err
	}
	cfg, err := s.fullConfig(ctx, integ.Info(), c.Config)
	return integ, cfg, err
}

// request asks once, within the total deadline.
func request(ctx context.Context, integ integrations.Integration, r integrations.RefreshRequest) (integrations.Grant, error) {
	ctx, cancel := oauthflow.WithTimeout(ctx, requestTime)
	defer cancel()
	grant, err := integ.RefreshToken(failpoint.Answering(ctx, "refresh.sent"), r)
	if err == nil && grant.AccessToken.IsZero() {
		err = &oauthflow.Error{
			Class: oauthflow.ClassTransientLong, Status: 200, Sent: true, Err: errors.New("the answer has no access token"),
		}
	}
	return grant, err
}

// ambiguous reports whether the request may have reached the provider although no whole answer came back: timeout,
// reset, or a body that was cut off (§5.2).
func ambiguous(err error) bool {
	var e *oauthflow.Error
	if !errors.As(err, &e) {
		return errors.Is(err, context.DeadlineExceeded)
	}
	return e.Sent && e.Class == oauthflow.ClassTransient && (e.Status == 0 || e.Status/100 == 2)
}

// answerLost is a failure after the provider's answer; nil for others.
func answerLost(err error) *integrations.AnswerLostError {
	var lost *integrations.AnswerLostError
	if errors.As(err, &lost) {
		return lost
	}
	return nil
}

// saved reports whether a refresh failed and its new refresh token is there: the old one is not to be sent again.
func saved(err error) bool {
	lost := answerLost(err)
	return lost != nil && !lost.RefreshToken.IsZero()
}

// classOf is the class of a failed call; what is no protocol call has none.
func classOf(err error) oauthflow.Class {
	var e *oauthflow.Error
	if errors.As(err, &e) {
		return e.Class
	}
	return ""
}

func kept(c store.Connection) integrations.Kept {
	g := c.Grant
	return integrations.Kept{
		AccessToken: g.AccessToken, RefreshToken: g.RefreshToken, IDToken: g.IDToken, TokenType: g.TokenType,
		ScopesAsked: c.ScopesAsked, ScopesGranted: c.ScopesGranted,
		Identity: integrations.Identity{Name: c.Identity, Image: c.IdentityImage, Subject: c.Subject},
		UserData: userData(c), Extra: g.Extra,
	}
}
