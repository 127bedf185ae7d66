package oauthflow

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"

	"golang.org/x/oauth2"

	"authdeck/internal/secret"
)

// randomBytes is the size of a state, a nonce and a verifier: 256 bits.
const randomBytes = 32

// NewState returns 256 random bits, base64url; a nonce is made the same way.
func NewState(rand io.Reader) (string, error) {
	b := make([]byte, randomBytes)
	if _, err := io.ReadFull(rand, b); err != nil {
		return "", fmt.Errorf("read randomness: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(b), nil
}

// NewVerifier returns a code verifier of 43 characters from 32 random bytes (C1).
func NewVerifier(rand io.Reader) (secret.String, error) {
	v, err := NewState(rand)
	return secret.New(v), err
}

// Challenge is the S256 challenge of a verifier (RFC 7636 §4.2).
func Challenge(verifier secret.String) string {
	return oauth2.S256ChallengeFromVerifier(verifier.Reveal())
}

// AuthorizationRequest is built by [AuthorizationURL]. Drop and Rename speak of the RFC's fields; Params come last, under
// the names that are sent.
type AuthorizationRequest struct {
	Endpoint, ClientID, RedirectURI, State, Nonce string
	Scopes                                        []string
	ScopeSeparator                                string        // default " "
	Verifier                                      secret.String // empty: no PKCE
	Params                                        url.Values    // added or replaced
	Drop                                          []string
	Rename                                        map[string]string
}

// AuthorizationURL builds the URL the browser opens (x/oauth2's AuthCodeURL with an S256 challenge). Params can replace
// neither the state nor the challenge's method: those two are not the integration's to choose (B2, C2).
func AuthorizationURL(r AuthorizationRequest) (string, error) {
	if err := CheckEndpoint(r.Endpoint); err != nil {
		return "", fmt.Errorf("authorization endpoint: %w", err)
	}
	if r.State == "" {
		return "", errors.New("an authorization request needs a state")
	}
	separator := r.ScopeSeparator
	if separator == "" {
		separator = " "
	}
	var options []oauth2.AuthCodeOption
	if !r.Verifier.IsZero() {
		options = append(options, oauth2.S256ChallengeOption(r.Verifier.Reveal()))
	}
	if r.Nonce != "" {
		options = append(options, oauth2.SetAuthURLParam("nonce", r.Nonce))
	}
	if len(r.Scopes) > 0 {
		options = append(options, oauth2.SetAuthURLParam("scope", strings.Join(r.Scopes, separator)))
	}
	// Only the query is x/oauth2's: it would append to one that the endpoint has, and names could then stand there twice.
	config := oauth2.Config{ClientID: r.ClientID, RedirectURL: r.RedirectURI}
	made, err := url.Parse(config.AuthCodeURL(r.State, options...))
	if err != nil {
		return "", errNoAddress
	}
	fields, err := adjust(made.Query(), r)
	if err != nil {
		return "", err
	}
	address, err := url.Parse(r.Endpoint)
	if err != nil {
		return "", errNoAddress
	}
	addQuery(address, fields)
	address.RawQuery = strings.ReplaceAll(address.RawQuery, "+", "%20") // some servers read + as a plus
	return address.String(), nil
}

func adjust(fields url.Values, r AuthorizationRequest) (url.Values, error) {
	for _, name := range r.Drop {
		if name == "state" {
			return nil, errors.New("the state of an authorization request cannot be left out")
		}
		fields.Del(name)
	}
	own := map[string]string{"state": r.State, "code_challenge_method": "S256"}
	for from, to := range r.Rename {
		if v, ok := fields[from]; ok && from != to {
			fields.Del(from)
			fields[to] = v
			if want, ok := own[from]; ok {
				own[to] = want
			}
		}
	}
	for name, values := range r.Params {
		if want, ok := own[name]; ok && (len(values) != 1 || values[0] != want) {
			return nil, fmt.Errorf("%s of an authorization request cannot be set", name)
		}
		fields[name] = values
	}
	return fields, nil
}
