package flowrunner

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"authdeck/integrations"
	"authdeck/internal/safetext"
	"authdeck/internal/secret"
	"authdeck/oauthflow"
)

var _ integrations.Requester = (*Service)(nil)

// APIHosts is nil: only the calls that a service makes tell where they go.
func (s *Service) APIHosts(integrations.Config) []string { return nil }

// Request makes a call of the user's own with the connection's token as a bearer token (RFC 6750 §2.1), whatever the
// service itself does with it. The address is the user's, so it may lie on the local network.
func (s *Service) Request(ctx context.Context, r integrations.OwnRequest) (integrations.ActionResult, error) {
	var out integrations.ActionResult
	u, err := url.Parse(r.URL)
	if err != nil || u.Host == "" {
		return out, fmt.Errorf("%w: a whole web address is wanted: a service has no base that a path could start from", integrations.ErrBadParams)
	}
	if !r.AnyHost && !integrations.HostAllowed(r.Hosts, u) {
		return out, fmt.Errorf("%w: %s", integrations.ErrOutsideHosts, safetext.Line(u.Host, 100))
	}
	c, err := s.call("", r.Config, r.Kept, nil)
	if err != nil {
		return out, err
	}
	req := oauthflow.APIRequest{Method: r.Method, URL: r.URL, Header: http.Header{}, Body: r.Body, Secrets: append([]secret.String{r.Kept.AccessToken}, c.secrets...)}
	if !r.Kept.AccessToken.IsZero() {
		req.Header.Set("Authorization", "Bearer "+r.Kept.AccessToken.Reveal())
	}
	integrations.OwnHeaders(req.Header, r)
	answer, err := integrations.Call(ctx, s.caller(), req, r.DryRun, &out)
	if err != nil || r.DryRun {
		return out, err
	}
	return out, integrations.ReadAnswer(answer, &out)
}

// caller sends what is not the service's own.
func (s *Service) caller() *oauthflow.Caller {
	c := oauthflow.Caller{}
	if s.h.o.Caller != nil {
		c = *s.h.o.Caller
	}
	if s.transport != nil {
		c.HTTP = &http.Client{Transport: s.transport}
	}
	return &c
}
