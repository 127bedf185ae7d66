package manifest

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"authdeck/integrations"
	"authdeck/internal/safetext"
	"authdeck/internal/secret"
	"authdeck/oauthflow"
)

var _ integrations.Requester = (*integration)(nil)

// APIHosts are api.hosts, by default the host of api.base_url; of a discovered integration, the issuer's too. nil if the
// page names none or the config items do not fit.
func (i *integration) APIHosts(cfg integrations.Config) []string {
	s, err := i.settings(cfg)
	if err != nil {
		return nil
	}
	return s.apiHosts()
}

// apiHosts leaves out what cannot be filled: it allows nothing.
func (s settings) apiHosts() []string {
	spec := s.i.spec
	hosts := spec.API.Hosts
	if hosts == nil && spec.API.BaseURL != nil {
		hosts = []tmpl{*spec.API.BaseURL}
	}
	if s.i.info.Kind == integrations.KindDiscovered && spec.Issuer != nil {
		hosts = append(hosts[:len(hosts):len(hosts)], *spec.Issuer)
	}
	var out []string
	for _, h := range hosts {
		allowed, err := h.URL(s.env())
		if err != nil {
			continue
		}
		if strings.Contains(allowed, "://") {
			u, err := url.Parse(allowed)
			if err != nil {
				continue
			}
			allowed = integrations.HostOf(u)
		}
		if allowed = strings.ToLower(strings.TrimSuffix(allowed, "/")); allowed != "" && !slices.Contains(out, allowed) {
			out = append(out, allowed)
		}
	}
	return out
}

// Request makes a call of the user's own ([integrations.Requester]): the token where api.token says and, at the page's own
// hosts, api.headers and api.params.
func (i *integration) Request(ctx context.Context, r integrations.OwnRequest) (integrations.ActionResult, error) {
	var out integrations.ActionResult
	s, err := i.settings(r.Config)
	if err != nil {
		return out, err
	}
	access := r.Kept.AccessToken
	req, err := s.with(map[string]any{"access_token": orNil(access.Reveal()), "identity": identityVars(r.Kept)}).own(r)
	if err != nil {
		return out, err
	}
	answer, err := integrations.Call(ctx, i.c, req, r.DryRun, &out)
	if err != nil || r.DryRun {
		return out, err
	}
	return out, integrations.ReadAnswer(answer, &out)
}

// own makes the request of a call of the user's own, and checks where it goes.
func (s settings) own(r integrations.OwnRequest) (oauthflow.APIRequest, error) {
	out := oauthflow.APIRequest{
		Method: r.Method, Header: http.Header{}, Body: r.Body, Secrets: append([]secret.String{r.Kept.AccessToken}, s.secrets...),
	}
	address := r.URL
	if strings.HasPrefix(address, "/") {
		if s.i.spec.API.BaseURL == nil {
			return out, fmt.Errorf("%w: the manifest has no api.base_url that a path could start from; give the whole address", integrations.ErrBadParams)
		}
		base, err := s.url(s.i.spec.API.BaseURL, "api.base_url")
		if err != nil {
			return out, err
		}
		address = strings.TrimSuffix(base, "/") + address
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return out, fmt.Errorf("%w: this is no web address", integrations.ErrBadParams)
	}
	// The hosts of a page that are the account's own are known only here; what the caller allows may be those of another account.
	hosts := s.apiHosts()
	if !r.AnyHost && (!integrations.HostAllowed(r.Hosts, u) || len(hosts) > 0 && !integrations.HostAllowed(hosts, u)) {
		return out, fmt.Errorf("%w: %s", integrations.ErrOutsideHosts, safetext.Line(u.Host, 100))
	}
	s.authorizeCall(requestSpec{}, r.Kept.AccessToken, out.Header)
	if integrations.HostAllowed(hosts, u) { // elsewhere they would tell strangers more than the token
		if err := s.usual(u, out.Header); err != nil {
			return out, err
		}
	}
	out.URL = u.String()
	integrations.OwnHeaders(out.Header, r)
	return out, nil
}

// usual adds api.params that the address does not have, and api.headers.
func (s settings) usual(u *url.URL, h http.Header) error {
	more := url.Values{}
	if err := fillParams(more, s.i.spec.API.Params, s.env()); err != nil {
		return fmt.Errorf("make the query: %w", err)
	}
	given := u.Query()
	for name := range more {
		if given.Has(name) {
			more.Del(name)
		}
	}
	if len(more) > 0 {
		if u.RawQuery != "" {
			u.RawQuery += "&"
		}
		u.RawQuery += more.Encode()
	}
	return fillHeaders(h, s.i.spec.API.Headers, s.env())
}
