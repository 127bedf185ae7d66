package oauthflow

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// Metadata is what RFC 8414 and OpenID Discovery publish; unknown members are ignored.
type Metadata struct {
	Issuer                string   `json:"issuer"`
	AuthorizationEndpoint string   `json:"authorization_endpoint"`
	TokenEndpoint         string   `json:"token_endpoint"`
	RevocationEndpoint    string   `json:"revocation_endpoint"`
	IntrospectionEndpoint string   `json:"introspection_endpoint"`
	UserinfoEndpoint      string   `json:"userinfo_endpoint"`
	RegistrationEndpoint  string   `json:"registration_endpoint"`
	DeviceEndpoint        string   `json:"device_authorization_endpoint"`
	PAREndpoint           string   `json:"pushed_authorization_request_endpoint"`
	EndSessionEndpoint    string   `json:"end_session_endpoint"`
	JWKSURI               string   `json:"jwks_uri"`
	ScopesSupported       []string `json:"scopes_supported"`
	CodeChallengeMethods  []string `json:"code_challenge_methods_supported"`
	TokenAuthMethods      []string `json:"token_endpoint_auth_methods_supported"`
	IssParameterSupported bool     `json:"authorization_response_iss_parameter_supported"`
	PARRequired           bool     `json:"require_pushed_authorization_requests"`
}

var (
	// ErrNoMetadata says that the server publishes none at either place.
	ErrNoMetadata = errors.New("the server publishes no metadata")
	// ErrMetadata says that there is a document, but it cannot be trusted (another issuer, an endpoint without https, …).
	ErrMetadata = errors.New("the server's metadata cannot be used")
)

// Discover reads the metadata of an issuer: RFC 8414's well-known path inserted before the issuer's path, then OpenID's
// appended (G1–G5). The document's issuer must equal the one asked for byte for byte. Errors are [ErrNoMetadata],
// [ErrMetadata], or a [*Error] if the server could not be asked.
func (c *Caller) Discover(ctx context.Context, issuer string) (Metadata, error) {
	places, err := wellKnown(issuer)
	if err != nil {
		return Metadata{}, err
	}
	trouble := fmt.Errorf("%w: %s", ErrNoMetadata, hostOf(issuer))
	for _, place := range places {
		a, err := c.get(ctx, place)
		if err != nil {
			return Metadata{}, fmt.Errorf("read the metadata of %s: %w", hostOf(issuer), err)
		}
		switch {
		case a.Status == http.StatusOK && a.Members != nil:
			return readMetadata(a, issuer)
		case a.Status >= 500 || a.Status == http.StatusTooManyRequests:
			trouble = fmt.Errorf("read the metadata of %s: %w", hostOf(issuer), classify(a, Shape{}))
		}
	}
	return Metadata{}, trouble
}

// get reads a public document: no credentials, redirects followed to addresses that may be called.
func (c *Caller) get(ctx context.Context, address string) (Answer, error) {
	if err := CheckEndpoint(address); err != nil {
		return Answer{}, &Error{Class: ClassConfiguration, Host: hostOf(address), Err: err}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return Answer{}, &Error{Class: ClassConfiguration, Err: errNoAddress}
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", userAgent)
	return c.do(call{req: req, limit: maxBody, timeout: totalTimeout, redirect: public})
}

// wellKnown checks an issuer (G1) and returns the places of its metadata (G3).
func wellKnown(issuer string) ([]string, error) {
	if err := CheckEndpoint(issuer); err != nil {
		return nil, fmt.Errorf("%w: issuer: %w", ErrMetadata, err)
	}
	u, err := url.Parse(issuer)
	if err != nil || strings.Contains(issuer, "?") {
		return nil, fmt.Errorf("%w: an issuer has no query", ErrMetadata)
	}
	origin, path := u.Scheme+"://"+u.Host, strings.TrimRight(u.EscapedPath(), "/")
	return []string{
		origin + "/.well-known/oauth-authorization-server" + path,
		origin + path + "/.well-known/openid-configuration",
	}, nil
}

func readMetadata(a Answer, issuer string) (Metadata, error) {
	var m Metadata
	// A member of the wrong type is as good as missing; package json reads the others all the same.
	var odd *json.UnmarshalTypeError
	if err := json.Unmarshal(a.Body, &m); err != nil && !errors.As(err, &odd) {
		return Metadata{}, fmt.Errorf("%w: not readable", ErrMetadata)
	}
	if m.Issuer != issuer {
		return Metadata{}, fmt.Errorf("%w: it is of the issuer %q, not of %q", ErrMetadata, a.sent.line(m.Issuer, 100), a.sent.line(issuer, 100))
	}
	for name, address := range map[string]string{
		"authorization_endpoint": m.AuthorizationEndpoint, "token_endpoint": m.TokenEndpoint, "revocation_endpoint": m.RevocationEndpoint,
		"introspection_endpoint": m.IntrospectionEndpoint, "userinfo_endpoint": m.UserinfoEndpoint, "registration_endpoint": m.RegistrationEndpoint,
		"device_authorization_endpoint": m.DeviceEndpoint, "pushed_authorization_request_endpoint": m.PAREndpoint,
		"end_session_endpoint": m.EndSessionEndpoint, "jwks_uri": m.JWKSURI,
	} {
		if address == "" {
			continue
		}
		if err := CheckEndpoint(address); err != nil {
			return Metadata{}, fmt.Errorf("%w: %s: %w", ErrMetadata, name, err)
		}
	}
	return m, nil
}
