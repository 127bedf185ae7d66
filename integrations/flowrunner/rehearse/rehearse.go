package rehearse

import (
	"context"
	"fmt"
	"net/url"
	"slices"
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
	if err != nil && s == Plain {
		out.Faults = append(out.Faults, "nobody can sign in, although the provider answers well: "+reason(err))
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

func nonNil[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
