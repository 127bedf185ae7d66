package rehearse

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"authdeck/integrations"
	"authdeck/integrations/flowrunner"
)

// take is one situation under way.
type take struct {
	r       *rehearsal
	p       *provider
	service *flowrunner.Service
	late    *deadline

	mu    sync.Mutex
	lines []Line
}

func (r *rehearsal) newTake(p *provider) *take {
	t := &take{r: r, p: p}
	p.late = func() { t.late.pass() }
	t.service = r.service.Played(p).Heard(func(operation, line string) {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.lines = append(t.lines, Line{operation, line})
	})
	return t
}

// take begins a situation: behind the sign-in where that is the same, else before it.
func (r *rehearsal) take(s Situation) *take {
	if s == NoRefreshToken || r.failed != nil {
		return r.newTake(newProvider(s, r.first.p.form, r.now))
	}
	t := r.newTake(r.first.p.fork(s))
	t.lines = slices.Clone(r.first.lines)
	return t
}

// mostTime is what one operation gets: the provider answers at once, and who waits for a result that it never gives must not hold up the rest.
const mostTime = 15 * time.Second

// within runs one operation under a deadline that the provider can let pass.
func (t *take) within(operation string, troubled bool, do func(ctx context.Context)) {
	t.p.begin(operation, troubled)
	ctx, cancel := context.WithTimeout(t.r.ctx, mostTime)
	defer cancel()
	late, release := newDeadline(ctx)
	defer release()
	t.late = late
	do(late)
}

func (t *take) callback(troubled bool) (g integrations.Grant, err error) {
	if t.r.broken != nil {
		return g, t.r.broken
	}
	t.within("executeCallback", troubled, func(ctx context.Context) {
		g, err = t.service.ExecuteCallback(ctx, integrations.CallbackRequest{
			Config: t.r.cfg, RedirectURI: redirectURI, Params: redirectParams(), Pending: t.r.start.Pending,
		})
	})
	return g, err
}

// goOn refreshes a connection that was made, and looks whether it still works.
func (t *take) goOn(s Situation, g integrations.Grant, out *Rehearsed) {
	kept := keptOf(g)
	if s == Expired {
		t.p.expire()
	}
	first := t.refresh(&kept, s, out)
	out.Refresh = &first
	if s == Rotating && refreshed(first) {
		second := t.refresh(&kept, s, out)
		out.Again = &second
		if second.Outcome == SignInNeeded && first.Outcome == Refreshed {
			out.Faults = append(out.Faults, "the service drops the new refresh token of a refresh: the next refresh is refused")
		}
	}
	if t.r.action.name == "" || s == Rotating || s.troubled() {
		return
	}
	out.Action = &Action{Name: t.r.action.name, Before: t.r.before == nil}
	if t.r.before != nil {
		out.Action.Reason = reason(t.r.before)
		return
	}
	if !refreshed(first) && first.Outcome != NotRefreshable {
		return
	}
	err := t.run(t.r.action, kept)
	if out.Action.After = err == nil; err == nil {
		return
	}
	out.Action.Reason = reason(err)
	if refreshed(first) {
		out.Faults = append(out.Faults, "the refresh reports success, and then "+t.r.action.name+" fails, which worked before it: "+reason(err))
	}
}

func refreshed(r Refresh) bool {
	return r.Outcome == Refreshed || r.Outcome == Rotated || r.Outcome == Unchanged
}

// refresh makes one refresh and folds its answer into what is kept, as connections does.
func (t *take) refresh(kept *integrations.Kept, s Situation, out *Rehearsed) Refresh {
	at := len(t.p.seen())
	g, err := t.tryRefresh(*kept, s)
	if refusedIfAgain(err) {
		g, err = t.tryRefresh(*kept, s)
	}
	if err != nil {
		return failedRefresh(err, s == Expired && out.SignIn.Expiry == ExpiryKnown, !kept.RefreshToken.IsZero())
	}
	out.Warnings = append(out.Warnings, g.Warnings...)
	r := Refresh{Outcome: Refreshed, State: stateOK}
	if g.KeepExpiry {
		r.State = stateRetrying
	}
	r.Expiry, r.ExpiresIn = expiry(g.Lifetime)
	rotated := !g.RefreshToken.IsZero() && !g.RefreshToken.Equal(kept.RefreshToken)
	switch {
	case g.AccessToken.Equal(kept.AccessToken):
		r.Outcome = Unchanged
		if n := t.p.failures(at); n > 0 {
			out.Faults = append(out.Faults, "the service reports success with the old token, although its refresh failed")
		}
	case rotated:
		r.Outcome = Rotated
	}
	kept.AccessToken = g.AccessToken
	if rotated {
		kept.RefreshToken = g.RefreshToken
	}
	if len(g.Extra) > 0 {
		kept.Extra = g.Extra
	}
	r.RefreshToken = !kept.RefreshToken.IsZero()
	return r
}

func (t *take) tryRefresh(kept integrations.Kept, s Situation) (g integrations.Grant, err error) {
	t.within("refreshToken", s.troubled(), func(ctx context.Context) {
		g, err = t.service.RefreshToken(ctx, integrations.RefreshRequest{Config: t.r.cfg, Kept: kept})
	})
	return g, err
}

// someAction finds an action that works after the sign-in; at most three are tried. before is what the last one met, if none works.
func (t *take) someAction(kept integrations.Kept) (chosen candidate, before error) {
	for i, c := range candidates(t.service.Actions()) {
		if i == mostActions {
			break
		}
		chosen, before = c, t.run(c, kept)
		if before == nil {
			return chosen, nil
		}
	}
	return chosen, before
}

const mostActions = 3

func (t *take) run(c candidate, kept integrations.Kept) (err error) {
	t.within(c.name, false, func(ctx context.Context) {
		_, err = t.service.RunAction(ctx, integrations.ActionRequest{Config: t.r.cfg, Kept: kept, Action: c.name, Params: c.params})
	})
	var thrown *integrations.ActionError
	if errors.As(err, &thrown) && thrown.Status != 0 {
		return fmt.Errorf("%w (HTTP %d)", err, thrown.Status)
	}
	return err
}
