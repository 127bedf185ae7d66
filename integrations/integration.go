package integrations

import (
	"context"
	"encoding/json"
	"net/url"
	"time"

	"authdeck/internal/secret"
	"authdeck/oauthflow"
)

// Integration is one service that can be connected. Implementations are safe for concurrent use and keep nothing between
// calls but public metadata. Errors of protocol calls are [*oauthflow.Error].
type Integration interface {
	// Info describes it; cheap, no I/O.
	Info() Info
	// ConnectionURL makes the address at which the user signs in (FlowRunner: getOAuth2ConnectionURL).
	ConnectionURL(ctx context.Context, r ConnectionURLRequest) (ConnectionURL, error)
	// ExecuteCallback trades the redirect's parameters for a grant. A grant that was received is returned even if a later
	// step failed: the failure stands in Grant.Warnings.
	ExecuteCallback(ctx context.Context, r CallbackRequest) (Grant, error)
	// RefreshToken trades the refresh token for a new grant. An empty RefreshToken in the answer keeps the old one; empty
	// Identity and UserData keep what is known. [ErrNotRefreshable] if nothing but a sign-in helps.
	RefreshToken(ctx context.Context, r RefreshRequest) (Grant, error)
}

// Config holds the config items by name: the user's (client_id, host, …) and what was captured at login.
type Config map[string]secret.String

// ConnectionURLRequest is what a sign-in starts from.
type ConnectionURLRequest struct {
	Config      Config
	RedirectURI string   // the listener's, exact
	State       string   // 256 random bits of this login
	Scopes      []string // nil: the integration's default
	Account     string   // login_hint, "" if none
	Again       bool     // signing in again in place: the provider may have to be told to ask for consent anew
	OtherToo    bool     // other connections of this integration exist: ask the provider to let the user choose the account
}

// ConnectionURL is the answer: where to go, and what the callback is to be held against.
type ConnectionURL struct {
	URL    string
	Scopes []string // asked for
	// Issuer is compared with the redirect's iss if that is there; IssRequired if metadata promises it (RFC 9207).
	Issuer      string
	IssRequired bool
	// Pending goes back into ExecuteCallback unseen: verifier, nonce and the like. It holds secrets.
	Pending secret.String
	// Warnings are for the user, before the browser opens ("the server does not announce S256").
	Warnings []string
}

// CallbackRequest brings what the redirect brought. State and iss are checked already.
type CallbackRequest struct {
	Config      Config
	RedirectURI string
	Params      url.Values
	Pending     secret.String
	// CodeVerifier is of the page that leaves the exchange to code (RFC 7636); zero elsewhere, where Pending holds it.
	CodeVerifier secret.String
}

// Grant is what an exchange or a refresh returns.
type Grant struct {
	AccessToken, RefreshToken, IDToken secret.String
	TokenType                          string
	Lifetime, RefreshLifetime          oauthflow.Lifetime
	// RefreshIdle and RefreshAbsolute are how long a refresh token lives without use, and from the sign-in on, by the
	// provider's documents; 0 if they do not say. What the answer says stands before them.
	RefreshIdle, RefreshAbsolute time.Duration
	Received                     time.Time // wall, of the token answer
	// Skew is what the server's clock is ahead of this one by the answer's Date header, 0 if it has none.
	Skew     time.Duration
	Scopes   []string // granted; nil if the provider did not say
	Identity Identity
	UserData map[string]any // shown to the user; no tokens in it
	Captured map[string]string
	Extra    json.RawMessage // the integration's own, sealed, given back at refresh
	Warnings []string
	// OtherAccount: the refreshed ID token is of another account than the login's. The tokens of the answer are kept, the
	// connection needs a sign-in (reference/security.md §2, oidcc-client-test-refresh-token-invalid-sub).
	OtherAccount bool
	// KeepExpiry: a refresh brought the token of before and a request of it failed, so that its end stays as it was known; the
	// last of Warnings says why.
	KeepExpiry bool
}

// Identity is who is connected.
type Identity struct {
	Name    string // mail address, login, workspace; "" if not known
	Image   string // https URL
	Subject string // stable id
}

// RefreshRequest brings the kept grant.
type RefreshRequest struct {
	Config Config
	Kept   Kept
}

// Kept is a connection's grant as the operations that work on it see it.
type Kept struct {
	AccessToken, RefreshToken, IDToken secret.String
	TokenType                          string
	ScopesAsked, ScopesGranted         []string
	Identity                           Identity
	UserData                           map[string]any
	Extra                              json.RawMessage
}

// Opener is an integration some of which is known only once its code ran.
type Opener interface {
	// Open runs it where that is needed. What keeps it from being used stands in Info.Broken of the answer.
	Open(ctx context.Context) Integration
}

// Tokenless is an integration that may be able to refresh without a refresh token.
type Tokenless interface{ RefreshesWithoutToken() bool }

// Revoker can end a grant at the provider.
type Revoker interface {
	// Revoke ends the refresh token first, then the access token (RFC 7009 §2.1). An error means that nothing was tried.
	Revoke(ctx context.Context, r RevokeRequest) (Revocation, error)
}

// RevokeRequest names what to end.
type RevokeRequest struct {
	Config Config
	Kept   Kept
}

// Revocation says exactly what the provider confirmed.
type Revocation struct {
	RefreshToken, AccessToken oauthflow.RevocationOutcome
	Hint                      string // what is left to do by hand, "" if nothing
	RetryAfter                time.Duration
}

// Introspector can ask the provider about a token.
type Introspector interface {
	// Introspect asks about the access token, or about the refresh token. [oauthflow.ErrNotPermitted] if this client may not.
	Introspect(ctx context.Context, r IntrospectRequest) (oauthflow.Introspection, error)
}

// IntrospectRequest names what to look at.
type IntrospectRequest struct {
	Config       Config
	Kept         Kept
	RefreshToken bool
}

// IDTokenVerifier can check a kept ID token's signature against the issuer's keys.
type IDTokenVerifier interface {
	VerifyIDToken(ctx context.Context, cfg Config, idToken secret.String) (oauthflow.IDToken, error)
}

// Registrar can make a client of its own at the provider (RFC 7591), so that the user needs none.
type Registrar interface {
	// Register returns the config items to keep (client_id, client_secret, …).
	Register(ctx context.Context, cfg Config, redirectURI string) (Config, error)
}
