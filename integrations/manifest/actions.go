package manifest

import (
	"context"
	"fmt"
	"net/url"
	"time"

	"authdeck/integrations"
	"authdeck/internal/safetext"
)

// errWrongHost: api.hosts is the fence that keeps the token where it belongs.
var errWrongHost = integrations.ErrOutsideHosts

// Actions lists the actions in the order of the page.
func (r runner) Actions() []integrations.Action {
	spec := r.i.spec
	list := make([]integrations.Action, 0, len(spec.Actions.names))
	for _, name := range spec.Actions.names {
		a := spec.Actions.values[name]
		out := integrations.Action{
			Name: name, Label: a.Label, Description: a.Description, Category: a.Category, Sample: a.Sample,
			Scopes: a.Scopes, Destructive: a.Destructive, SignIn: a.SignIn == nil || *a.SignIn, Params: []integrations.Param{},
			Timeout: time.Duration(a.Timeout), Paged: spec.paging(a) != nil,
		}
		if out.Label == "" {
			out.Label = name
		}
		for _, p := range a.Params {
			out.Params = append(out.Params, p.param())
		}
		list = append(list, out)
	}
	return append(list, r.borrowed()...)
}

// RunAction sends one request and reads its answer.
func (r runner) RunAction(ctx context.Context, q integrations.ActionRequest) (integrations.ActionResult, error) {
	var out integrations.ActionResult
	a, ok := r.i.spec.Actions.values[q.Action]
	dict, isDict := r.i.spec.Dicts[q.Action]
	switch {
	case ok:
	case isDict:
		return r.runDictionary(ctx, q, dict)
	case r.i.spec.Service != "":
		s, err := r.service(ctx)
		if err != nil {
			return out, err
		}
		q.Config = r.i.codeConfig(q.Config)
		return s.RunAction(ctx, q)
	default:
		return out, r.unknown(q.Action)
	}
	params, err := a.check(q.Params)
	if err != nil {
		return out, err
	}
	s, err := r.i.settings(q.Config)
	if err != nil {
		return out, err
	}
	if a.Code != "" {
		return r.runCode(ctx, q, a, params)
	}
	paging := r.i.spec.paging(a)
	cursor, err := paging.cursor(q.Page)
	if err != nil {
		return out, err
	}
	s = s.with(map[string]any{"params": params, "cursor": cursor})
	got, address, err := r.call(ctx, s, q, a, &out)
	if err != nil || q.DryRun {
		return out, err
	}
	out.Next = paging.following(got, q.Page, address, a.Response.Root, q.Kept.AccessToken)
	return out, got.into(&out, a.Response.Root)
}

// runDictionary sends a dictionary's request and makes choices, or parameters, of its answer.
func (r runner) runDictionary(ctx context.Context, q integrations.ActionRequest, d dictSpec) (integrations.ActionResult, error) {
	var out integrations.ActionResult
	vars, err := d.vars(q.Params)
	if q.Page != "" {
		err = badParam("a dictionary has its pages by cursor")
	}
	if err != nil {
		return out, err
	}
	s, err := r.i.settings(q.Config)
	if err != nil {
		return out, err
	}
	got, _, err := r.call(ctx, s.with(vars), q, d.spec(), &out)
	if err != nil || q.DryRun {
		return out, err
	}
	out.Result, err = d.result(got)
	return out, err
}

// call sends the request of an action or a dictionary, or previews it. address is where it went.
func (r runner) call(ctx context.Context, s settings, q integrations.ActionRequest, a actionSpec, out *integrations.ActionResult) (got reply, address string, err error) {
	access := q.Kept.AccessToken
	s = s.with(map[string]any{"access_token": orNil(access.Reveal()), "identity": identityVars(q.Kept)})
	req, err := s.free(a.Request, "", access)
	if err != nil {
		return got, "", err
	}
	if err := r.i.spec.paging(a).into(&req, q.Page); err != nil {
		return got, "", err
	}
	if err := s.inside(req.URL); err != nil {
		return got, "", err
	}
	req.Timeout = time.Duration(a.Timeout)
	answer, err := integrations.Call(ctx, r.i.c, req, q.DryRun, out)
	if err != nil || q.DryRun {
		return got, req.URL, err
	}
	if got = replyOf(answer); !got.good(a.Response.OKWhen) {
		return got, req.URL, got.failure(a, q.Kept, req.Secrets)
	}
	return got, req.URL, nil
}

func (r runner) unknown(name string) error {
	if near := nearest(name, r.i.spec.Actions.names); near != "" {
		return fmt.Errorf("%w: %s; did you mean %s?", integrations.ErrUnknownAction, safetext.Line(name, 60), near)
	}
	return fmt.Errorf("%w: %s", integrations.ErrUnknownAction, safetext.Line(name, 60))
}

func identityVars(k integrations.Kept) map[string]any {
	m := map[string]any{}
	for name, v := range k.UserData {
		m[name] = v
	}
	for name, v := range map[string]string{"name": k.Identity.Name, "id": k.Identity.Subject, "image": k.Identity.Image} {
		if v != "" {
			m[name] = v
		}
	}
	return m
}

// inside checks an address against api.hosts.
func (s settings) inside(address string) error {
	u, err := url.Parse(address)
	if err != nil {
		return errWrongHost
	}
	if !integrations.HostAllowed(s.apiHosts(), u) {
		return fmt.Errorf("%w: %s", errWrongHost, safetext.Line(u.Host, 100))
	}
	return nil
}
