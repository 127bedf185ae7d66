package manifest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"authdeck/integrations"
	"authdeck/integrations/manifest/template"
	"authdeck/internal/safetext"
	"authdeck/internal/secret"
	"authdeck/oauthflow"
)

// maxActionAnswer is the largest answer of an action that is read, in bytes.
const maxActionAnswer = 8 << 20

// errWrongHost: api.hosts is the fence that keeps the token where it belongs.
var errWrongHost = errors.New("the address is outside api.hosts, the token is not sent there")

// Actions lists the actions in the order of the page.
func (r runner) Actions() []integrations.Action {
	spec := r.i.spec
	list := make([]integrations.Action, 0, len(spec.Actions.names))
	for _, name := range spec.Actions.names {
		a := spec.Actions.values[name]
		out := integrations.Action{
			Name: name, Label: a.Label, Description: a.Description, Category: a.Category, Sample: a.Sample,
			Scopes: a.Scopes, Destructive: a.Destructive, SignIn: a.SignIn == nil || *a.SignIn, Params: []integrations.Param{},
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
	if !ok && r.i.spec.Service != "" {
		s, err := r.service(ctx)
		if err != nil {
			return out, err
		}
		q.Config = r.i.codeConfig(q.Config)
		return s.RunAction(ctx, q)
	}
	if !ok {
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
	access := q.Kept.AccessToken
	s = s.with(map[string]any{"params": params, "access_token": orNil(access.Reveal()), "identity": identityVars(q.Kept)})
	req, err := s.free(a.Request, "", access)
	if err != nil {
		return out, err
	}
	if err := s.inside(req.URL); err != nil {
		return out, err
	}
	req.MaxAnswer, req.Timeout = maxActionAnswer, time.Duration(a.Timeout)
	if q.DryRun {
		e, err := r.i.c.Preview(ctx, req)
		if err != nil {
			return out, err
		}
		out.Exchanges = []oauthflow.Exchange{e}
		return out, nil
	}
	caller := r.i.c.Observing(func(e oauthflow.Exchange) {
		out.Exchanges = append(out.Exchanges, e)
		out.Duration += e.Duration
	})
	answer, err := caller.SendAPI(ctx, req)
	if err != nil {
		return out, err
	}
	out.Result, err = a.read(answer, access)
	return out, err
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

// inside checks an address against api.hosts, by default the host of api.base_url.
func (s settings) inside(address string) error {
	u, err := url.Parse(address)
	if err != nil {
		return errWrongHost
	}
	hosts := s.i.spec.API.Hosts
	if hosts == nil && s.i.spec.API.BaseURL != nil {
		hosts = []tmpl{*s.i.spec.API.BaseURL}
	}
	for _, h := range hosts {
		allowed, err := h.URL(s.env())
		if err != nil {
			continue // one that cannot be filled allows nothing
		}
		if strings.Contains(allowed, "://") {
			allowed = hostOf(allowed)
		}
		if allowed != "" && strings.EqualFold(strings.TrimSuffix(allowed, "/"), u.Host) {
			return nil
		}
	}
	return fmt.Errorf("%w: %s", errWrongHost, safetext.Line(u.Host, 100))
}

// read turns an answer into a result, or into an [*integrations.ActionError].
func (a actionSpec) read(answer oauthflow.Answer, access secret.String) (json.RawMessage, error) {
	good := answer.Status/100 == 2 && a.Response.OKWhen.holds(answer.Value)
	if !good {
		return nil, &integrations.ActionError{
			Status: answer.Status, Message: a.message(answer, access), Unauthorized: answer.Status == http.StatusUnauthorized, RetryAfter: answer.RetryAfter(),
		}
	}
	body := bytes.TrimSpace(bytes.TrimPrefix(answer.Body, []byte("\ufeff")))
	switch {
	case len(body) == 0:
		return json.RawMessage("null"), nil
	case json.Valid(body) && a.Response.Root == "":
		return json.RawMessage(body), nil
	case json.Valid(body):
		v, ok := oauthflow.Path(answer.Value, a.Response.Root)
		if !ok {
			return json.RawMessage(body), nil // the whole answer tells more than nothing
		}
		return json.Marshal(v)
	case utf8.Valid(body):
		return json.Marshal(string(answer.Body))
	}
	return json.Marshal(fmt.Sprintf("(%d bytes of %s)", len(answer.Body), safetext.Line(answer.Header.Get("Content-Type"), 60)))
}

// usualErrors is where APIs put the words of an error.
var usualErrors = []string{
	"error_description", "message", "error.message", "errors.0.message", "errors.0.detail", "detail", "title", "error", "errors.0",
}

// message is the provider's words of an error, safe and on one line.
func (a actionSpec) message(answer oauthflow.Answer, access secret.String) string {
	words := ""
	paths := usualErrors
	if a.Response.Error.Text != "" {
		paths = append([]string{a.Response.Error.Text}, paths...)
	}
	for _, p := range paths {
		if v, ok := oauthflow.Path(answer.Value, p); ok && words == "" {
			if s, isText := v.(string); isText {
				words = s
			}
		}
	}
	if v, ok := oauthflow.Path(answer.Value, a.Response.Error.Code); ok && a.Response.Error.Code != "" && v != nil {
		words = strings.TrimSpace(template.Text(v) + " " + words)
	}
	status := fmt.Sprintf("HTTP %d %s", answer.Status, http.StatusText(answer.Status))
	if words == "" {
		return strings.TrimSpace(status)
	}
	return safetext.Line(secret.Redact(hide(words, access)), 200) + " (" + strings.TrimSpace(status) + ")"
}

// hide masks the token where a provider repeats it.
func hide(words string, access secret.String) string {
	if access.IsZero() {
		return words
	}
	return strings.ReplaceAll(words, access.Reveal(), secret.Mask)
}
