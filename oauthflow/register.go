package oauthflow

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"authdeck/internal/secret"
)

// RegistrationRequest asks for a native public client (M1).
type RegistrationRequest struct {
	ClientName   string
	RedirectURIs []string // loopback ones without port
	Scopes       []string
	GrantTypes   []string // default authorization_code, refresh_token
}

// Registration is what the server returned, which is what counts (M2). Secret and registration token are to be sealed.
type Registration struct {
	ClientID              string
	ClientSecret          secret.String
	SecretExpiresAt       time.Time // zero: never
	AuthMethod            AuthMethod
	RegistrationClientURI string
	RegistrationToken     secret.String
}

// Register calls an RFC 7591 endpoint. A refusal is a [*Error]; it is of class configuration also where the server wants
// a client that was made beforehand (401, 403).
func (c *Caller) Register(ctx context.Context, endpoint string, r RegistrationRequest) (Registration, error) {
	refused := func(err error) (Registration, error) {
		return Registration{}, &Error{Class: ClassConfiguration, Host: hostOf(endpoint), Err: err}
	}
	if err := CheckEndpoint(endpoint); err != nil {
		return refused(err)
	}
	body, err := json.Marshal(r.members())
	if err != nil {
		return refused(err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, endpoint, bytes.NewReader(body))
	if err != nil {
		return refused(errNoAddress)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", userAgent)
	a, err := c.do(call{req: req, body: body, limit: maxBody, timeout: totalTimeout, redirect: stay})
	if err != nil {
		return Registration{}, err
	}
	return readRegistration(a)
}

func (r RegistrationRequest) members() map[string]any {
	grants := r.GrantTypes
	if grants == nil {
		grants = []string{"authorization_code", "refresh_token"}
	}
	members := map[string]any{
		"client_name": r.ClientName, "application_type": "native", "token_endpoint_auth_method": "none",
		"redirect_uris": r.RedirectURIs, "grant_types": grants, "response_types": []string{"code"},
	}
	if len(r.Scopes) > 0 {
		members["scope"] = strings.Join(r.Scopes, " ")
	}
	return members
}

func readRegistration(a Answer) (Registration, error) {
	id := plainText(a.Members["client_id"])
	if a.Status/100 != 2 || id == "" {
		e := classify(a, Shape{})
		if a.Status == http.StatusUnauthorized || a.Status == http.StatusForbidden {
			e.Class = ClassConfiguration
		}
		return Registration{}, e
	}
	reg := Registration{
		ClientID:              id,
		ClientSecret:          secret.New(plainText(a.Members["client_secret"])),
		RegistrationClientURI: plainText(a.Members["registration_client_uri"]),
		RegistrationToken:     secret.New(plainText(a.Members["registration_access_token"])),
	}
	if at, ok := numericDate(a.Members["client_secret_expires_at"]); ok && at.Unix() > 0 {
		reg.SecretExpiresAt = at
	}
	switch method := plainText(a.Members["token_endpoint_auth_method"]); {
	case method == "client_secret_post":
		reg.AuthMethod = AuthPost
	case method == "none", method == "" && reg.ClientSecret.IsZero():
		reg.AuthMethod = AuthNone
	case method == "client_secret_basic", method == "": // the default of RFC 7591 §2
		reg.AuthMethod = AuthBasic
	default:
		return Registration{}, &Error{
			Class: ClassConfiguration, Host: a.Host, Status: a.Status, Sent: true,
			Err: errors.New("the server wants a client authentication that is not known here: " + a.sent.line(method, codeCells)),
		}
	}
	return reg, nil
}
