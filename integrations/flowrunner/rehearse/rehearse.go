package rehearse

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"sync"
	"time"

	"authdeck/integrations"
	"authdeck/integrations/flowrunner"
	"authdeck/internal/clock"
	"authdeck/internal/safetext"
	"authdeck/internal/secret"
)

// Options are what a rehearsal works with.
type Options struct {
	Config integrations.Config // values of config items; what has none gets a made-up one
	Clock  clock.Clock         // tells the provider when its tokens end
	// Situations to play; nil: all seven.
	Situations []Situation
}

// The redirect of every sign-in.
const (
	redirectURI = "http://127.0.0.1:53682/callback"
	state       = "rehearsal-state"
)

// Rehearse plays the three operations of a service in each situation. The service must be opened, so that its config items
// are known. A service that fails is what the report tells of; an error means that there is no report: ctx ended, or a made-up
// key could not be made.
func Rehearse(ctx context.Context, s *flowrunner.Service, o Options) (Report, error) {
	info := s.Info()
	cfg, madeUp, err := complete(o.Config, info.Inputs)
	if err != nil {
		return Report{}, err
	}
	r := &rehearsal{ctx: ctx, service: s, cfg: cfg, now: o.Clock.Wall}
	report := Report{Integration: info.ID, Name: safetext.Line(info.Name, 100), MadeUp: nonNil(madeUp), Hosts: []string{}, Address: r.address()}
	r.signInOnce()
	list := o.Situations
	if list == nil {
		list = Situations()
	}
	for _, situation := range list {
		played := r.play(situation)
		if err := ctx.Err(); err != nil {
			return Report{}, fmt.Errorf("rehearse %s: %w", info.ID, err)
		}
		report.Situations = append(report.Situations, played)
		for _, q := range played.Requests {
			if !slices.Contains(report.Hosts, q.Host) {
				report.Hosts = append(report.Hosts, q.Host)
			}
		}
	}
	slices.Sort(report.Hosts)
	return report, nil
}

// rehearsal is what all situations share: one sign-in, which is the same in all of them but [NoRefreshToken].
type rehearsal struct {
	ctx     context.Context //nolint:containedctx // lives as long as one call of Rehearse
	service *flowrunner.Service
	cfg     integrations.Config
	now     func() time.Time
	start   integrations.ConnectionURL
	broken  error // why there is no address to start at

	first  *take
	grant  integrations.Grant
	failed error
	action candidate // that is looked at before and after a refresh; no name if there is none
	before error     // what it led to with the first token
}

// address asks once for the address: no service makes a request for it.
func (r *rehearsal) address() AddressCheck {
	p := newProvider(Plain, objectData, r.now)
	r.start, r.broken = r.service.Played(p).ConnectionURL(r.ctx, integrations.ConnectionURLRequest{Config: r.cfg, RedirectURI: redirectURI, State: state})
	if r.broken != nil {
		return AddressCheck{Reason: reason(r.broken)}
	}
	return AddressCheck{URL: safetext.Line(secret.RedactURL(r.start.URL), 0)}
}

// signInOnce signs in with the form of answers that the service understands: the first that leads to a connection with a name, else the
// first that leads to one. Then it looks for an action that works.
func (r *rehearsal) signInOnce() {
	for f := range forms {
		t := r.newTake(newProvider(Plain, f, r.now))
		g, err := t.callback(false)
		if r.first == nil || r.failed != nil && err == nil || r.grant.Identity.Name == "" && err == nil && g.Identity.Name != "" {
			r.first, r.grant, r.failed = t, g, err
		}
		if r.broken != nil || err == nil && g.Identity.Name != "" {
			break
		}
	}
	if r.failed == nil {
		r.action, r.before = r.first.someAction(keptOf(r.grant))
	}
}

func keptOf(g integrations.Grant) integrations.Kept {
	return integrations.Kept{AccessToken: g.AccessToken, RefreshToken: g.RefreshToken, Identity: g.Identity, UserData: g.UserData, Extra: g.Extra}
}

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

// redirectParams are those of any redirect, and what single providers add to theirs.
func redirectParams() url.Values {
	v := url.Values{}
	for name, value := range map[string]string{
		"code": code, "state": state, "scope": "read write", "spapi_oauth_code": code, "selling_partner_id": "REHEARSAL1001", "realmId": "1001",
		"accounts-server": "https://accounts.rehearsal.example", "location": "us", "shop": "set-up.rehearsal.example", "context": "stores/rehearsal",
		"account_id": "1001", "api_domain": "https://api.rehearsal.example", "dc": "us1",
	} {
		v.Set(name, value)
	}
	return v
}

// play goes through one situation.
func (r *rehearsal) play(s Situation) Rehearsed {
	t := r.take(s)
	out := Rehearsed{Situation: s, About: s.About(), Faults: []string{}, Warnings: []string{}}
	if s.troubled() {
		in := signedIn(t.callback(true))
		out.InTrouble = &in
	}
	g, err := r.grant, r.failed
	if s == NoRefreshToken {
		g, err = t.callback(false)
	}
	out.SignIn = signedIn(g, err)
	if err == nil {
		out.Warnings = append(out.Warnings, g.Warnings...)
		t.goOn(s, g, &out)
	}
	out.Requests, out.Console = nonNil(t.p.seen()), nonNil(t.lines)
	return out
}

func signedIn(g integrations.Grant, err error) SignIn {
	if err != nil {
		return SignIn{State: SignInFailed, Reason: reason(err)}
	}
	in := SignIn{State: Fresh, Identity: g.Identity.Name, RefreshToken: !g.RefreshToken.IsZero()}
	in.Expiry, in.ExpiresIn = expiry(g.Lifetime)
	return in
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

func nonNil[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
