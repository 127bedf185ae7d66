package connections

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"authdeck/integrations"
	"authdeck/internal/safetext"
	"authdeck/internal/secret"
	"authdeck/oauthflow"
	"authdeck/store"
)

// running is an action or a call of the user's own under way, over all of its pages and tries.
type running struct {
	s      *Service
	integ  integrations.Integration
	info   integrations.Info
	conn   *store.Connection // nil: on the integration itself
	action integrations.Action
	name   string // of the action or the call, safe
	params map[string]any
	cfg    integrations.Config
	dry    bool
	limit  time.Duration // of one page

	send     func(ctx context.Context, kept integrations.Kept, page string) (integrations.ActionResult, error)
	progress func(RunProgress)
	wait     time.Duration // that is left for hosts that ask for it

	used    store.Connection // conn with the token that was used last
	kept    integrations.Kept
	page    string
	number  int             // of the page, from 1
	secrets []secret.String // each token that was used
	last    []oauthflow.Exchange
	result  RunResult
}

func (r *running) tell(stage RunStage, until time.Time) {
	if r.progress != nil {
		r.progress(RunProgress{Stage: stage, Page: r.number, Until: until})
	}
}

// onePage sends the requests of one page, with a token of the connection where there is one.
func (r *running) onePage(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, r.limit)
	defer cancel()
	if r.conn == nil || r.dry {
		if r.conn != nil {
			r.use(*r.conn)
		}
		return r.patiently(ctx)
	}
	c := *r.conn
	if r.used.ID != "" {
		c = r.used
	}
	if !r.s.enough(c, -1) {
		r.tell(StageRefreshing, time.Time{})
	}
	used, _, err := r.s.acquire(ctx, c, -1)
	if err != nil {
		if c.Health.Trouble != store.TroubleDead || c.Grant.Lifetime == store.LifetimeKnown || c.Grant.AccessToken.IsZero() {
			return err
		}
		used = c // only the provider can tell whether this token works again
	}
	r.use(used)
	err = r.patiently(ctx)
	if !unauthorized(err) {
		return err
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return r.again(ctx, err)
}

func (r *running) use(c store.Connection) {
	r.used, r.kept = c, kept(c)
	for _, t := range []secret.String{r.kept.AccessToken, r.kept.RefreshToken, r.kept.IDToken} {
		if !t.IsZero() && !slices.ContainsFunc(r.secrets, t.Equal) {
			r.secrets = append(r.secrets, t)
		}
	}
}

// once makes one try with the token that is in use.
func (r *running) once(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	r.tell(StageRunning, time.Time{})
	if r.result.Began.IsZero() {
		r.result.Began = r.s.now()
	}
	a, err := r.send(ctx, r.kept, r.page)
	r.last = a.Exchanges
	r.result.Result, r.result.Body, r.result.BodyType, r.result.Next = a.Result, a.Body, a.BodyType, a.Next
	r.result.Duration += a.Duration
	r.result.Exchanges = append(r.result.Exchanges, a.Exchanges...)
	r.result.Console = append(r.result.Console, a.Console...)
	if n := len(a.Exchanges); n > 0 {
		r.result.Status = a.Exchanges[n-1].Status
	}
	return err
}

// waitsMost is how often one page waits for a host.
const waitsMost = 3

// patiently makes a try, and another after each wait that the host asks for and the caller allows.
func (r *running) patiently(ctx context.Context) error {
	for waits := 0; ; waits++ {
		err := r.once(ctx)
		d := r.retryAfter(ctx, err)
		if d <= 0 || waits == waitsMost {
			return err
		}
		r.wait -= d
		r.tell(StageWaiting, r.s.now().Add(d))
		timer := time.NewTimer(d)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		}
	}
}

// retryAfter is how long to wait before another try, 0 if there is to be none: the host did not ask, the wait is longer than the
// caller allows or the action has, or a part of the action was done already.
func (r *running) retryAfter(ctx context.Context, err error) time.Duration {
	var a *integrations.ActionError
	if !errors.As(err, &a) || a.Status != http.StatusTooManyRequests || a.RetryAfter > r.wait || !r.repeatable() {
		return 0
	}
	if until, ok := ctx.Deadline(); ok && time.Until(until) <= a.RetryAfter {
		return 0
	}
	return a.RetryAfter
}

// repeatable reports whether the try that met a 429 did nothing else than reading.
func (r *running) repeatable() bool {
	return !slices.ContainsFunc(r.last, func(x oauthflow.Exchange) bool {
		return x.Status != http.StatusTooManyRequests && x.Method != http.MethodGet && x.Method != http.MethodHead
	})
}

// again is the one refresh and the one replay after a 401.
func (r *running) again(ctx context.Context, first error) error {
	used := r.used
	if !r.s.hasWay(ctx, used) {
		return &Error{
			Kind: KindSignIn, Message: "the API refused the token of " + quote(used.Name) + " (401), and there is no refresh token",
			Hint: "sign in again: authdeck login " + safetext.Line(used.Name, 60), Err: first,
		}
	}
	r.tell(StageRefreshing, time.Time{})
	o := r.s.refresh(ctx, used, want{enough: func(now store.Connection) bool { return grantChanged(used, now) }})
	if errors.Is(o.err, integrations.ErrNothingNew) {
		r.used = o.conn
		return &Error{
			Kind: KindSignIn, Message: "the API refused the token of " + quote(used.Name) + " (401), and it is not refreshable",
			Hint: "sign in again: authdeck login " + safetext.Line(used.Name, 60), Err: o.err,
		}
	}
	if o.err != nil {
		r.used = o.conn
		return explain(o.err)
	}
	r.use(o.conn)
	err := r.patiently(ctx)
	if unauthorized(err) {
		return &Error{
			Kind: KindAction, Message: "the API refused a fresh token as well (401): " + safetext.Line(err.Error(), 200),
			Hint: "the grant may lack a scope, or the API may not be this provider's; `authdeck show " + safetext.Line(used.Name, 60) + "` lists the scopes", Err: err,
		}
	}
	return err
}

func unauthorized(err error) bool {
	var a *integrations.ActionError
	return errors.As(err, &a) && a.Unauthorized
}
