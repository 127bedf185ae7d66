package oauthflow

import (
	"encoding/json"
	"strings"
	"time"

	"authdeck/internal/secret"
)

// Token is a read token answer.
type Token struct {
	AccessToken, RefreshToken, IDToken secret.String
	TokenType                          string // as sent; "Bearer" if missing
	Lifetime                           Lifetime
	RefreshLifetime                    Lifetime
	Scopes                             []string // nil if the answer says nothing
	Received                           time.Time
	Skew                               time.Duration  // what the server's clock is ahead by its Date header, in whole seconds; 0 if it has none
	Members                            map[string]any // the whole answer, secrets included
}

// Shape says where in an answer things stand. The zero Shape is RFC 6749 §5.1. Paths are dotted, numbers index arrays, and
// start below Root; those of the error are tried below Root first, then from the top.
type Shape struct {
	Root                                          string
	AccessToken, RefreshToken, IDToken, TokenType string
	Scope, ScopeSeparator                         string // separator: "" is blank or comma; arrays are read as they are
	ErrorCode, ErrorText                          string
	// Expires overrides the reading of expires_in, RefreshExpires that of refresh_token_expires_in; called with the members
	// below Root.
	Expires, RefreshExpires func(members any, received time.Time) Lifetime
	// OK, if set, must hold beside a 2xx and an access token; called with the whole value, not the part below Root.
	OK func(value any) bool
	// DeadCodes are the provider's own names of invalid_grant.
	DeadCodes []string
}

// ReadToken turns an answer into a token, or into a [*Error] classified by §5.3. An answer with an access token is never
// refused for one odd member: what was rotated must be kept. So an unknown token type is let through too; see [Bearer].
func ReadToken(a Answer, s Shape) (Token, error) {
	root, _ := Path(a.Value, s.Root)
	access := text(root, s.AccessToken, "access_token")
	if a.Status/100 != 2 || access == "" || s.OK != nil && !s.OK(a.Value) {
		return Token{}, classify(a, s)
	}
	t := Token{
		AccessToken:  secret.New(access),
		RefreshToken: secret.New(text(root, s.RefreshToken, "refresh_token")),
		IDToken:      secret.New(text(root, s.IDToken, "id_token")),
		TokenType:    text(root, s.TokenType, "token_type"),
		Scopes:       scopes(root, s),
		Received:     a.Received,
		Skew:         a.skew(),
		Members:      a.Members,
	}
	if t.TokenType == "" {
		t.TokenType = "Bearer"
	}
	t.Lifetime = lifetime(root, "expires_in", s.Expires, a.Received)
	t.RefreshLifetime = refreshLifetime(root, s, a.Received)
	return t, nil
}

// refreshLifetime reads how long the refresh token lives, under either of the two names in use. Zero is said of one
// without an end, since nobody hands out a refresh token that has ended.
func refreshLifetime(root any, s Shape, received time.Time) Lifetime {
	if s.RefreshExpires != nil {
		return s.RefreshExpires(root, received)
	}
	for _, name := range []string{"refresh_token_expires_in", "refresh_expires_in"} {
		v, present := Path(root, name)
		if l := ReadLifetime(v, present, time.Second); l.Kind == LifetimeKnown && l.For > 0 {
			return l
		}
	}
	return Lifetime{Kind: LifetimeUnknown}
}

// Bearer reports whether a token of this type may be sent as RFC 6750 has it; the type is compared without regard to case
// (Q2).
func Bearer(tokenType string) bool { return strings.EqualFold(tokenType, "bearer") }

// text reads a text at path, or at the RFC's name if the path is empty. A number counts as one.
func text(root any, path, name string) string {
	if path == "" {
		path = name
	}
	v, _ := Path(root, path)
	return plainText(v)
}

func plainText(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	}
	return ""
}

func scopes(root any, s Shape) []string {
	path := s.Scope
	if path == "" {
		path = "scope"
	}
	v, _ := Path(root, path)
	switch v := v.(type) {
	case string:
		list := []string{}
		for _, scope := range split(v, s.ScopeSeparator) {
			if scope = strings.TrimSpace(scope); scope != "" {
				list = append(list, scope)
			}
		}
		return list
	case []any:
		list := []string{}
		for _, item := range v {
			if scope, ok := item.(string); ok && scope != "" {
				list = append(list, scope)
			}
		}
		return list
	}
	return nil
}

func split(list, separator string) []string {
	if separator == "" {
		return strings.FieldsFunc(list, func(r rune) bool { return r == ' ' || r == ',' })
	}
	return strings.Split(list, separator)
}

func lifetime(root any, name string, own func(any, time.Time) Lifetime, received time.Time) Lifetime {
	if own != nil {
		return own(root, received)
	}
	v, present := Path(root, name)
	return ReadLifetime(v, present, time.Second)
}
