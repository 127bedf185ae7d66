package demo

import (
	"slices"
	"time"

	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

const (
	signInTime = 10 * time.Minute // from the authorization request to the code's exchange
	codeTime   = time.Minute
)

// authRequest is an authorization request on its way from /authorize to the exchange of its code. The storage keeps the
// original and hands out copies.
type authRequest struct {
	id          string
	clientID    string
	redirectURI string
	state       string
	nonce       string
	scopes      []string
	challenge   string
	hint        string // what the client knows of the account
	listAlways  bool   // prompt=select_account or login
	maxAge      *uint  // seconds
	created     time.Time

	account  *account // nil until somebody signed in
	authTime time.Time
	done     bool // consented

	code     string
	codeMade time.Time
	spent    bool   // the code was exchanged
	grant    string // for it
}

var _ op.AuthRequest = (*authRequest)(nil)

func (r *authRequest) GetID() string          { return r.id }
func (r *authRequest) GetACR() string         { return "" }
func (r *authRequest) GetAMR() []string       { return nil }
func (r *authRequest) GetAudience() []string  { return []string{r.clientID} }
func (r *authRequest) GetAuthTime() time.Time { return r.authTime }
func (r *authRequest) GetClientID() string    { return r.clientID }
func (r *authRequest) GetNonce() string       { return r.nonce }
func (r *authRequest) GetRedirectURI() string { return r.redirectURI }
func (r *authRequest) GetScopes() []string    { return r.scopes }
func (r *authRequest) GetState() string       { return r.state }
func (r *authRequest) Done() bool             { return r.done }

func (r *authRequest) GetCodeChallenge() *oidc.CodeChallenge {
	return &oidc.CodeChallenge{Challenge: r.challenge, Method: oidc.CodeChallengeMethodS256}
}

func (r *authRequest) GetResponseType() oidc.ResponseType { return oidc.ResponseTypeCode }
func (r *authRequest) GetResponseMode() oidc.ResponseMode { return "" }

func (r *authRequest) GetSubject() string {
	if r.account == nil {
		return ""
	}
	return r.account.Subject
}

// checkAuthRequest refuses what this server does not do; the redirect address is checked already.
func checkAuthRequest(r *oidc.AuthRequest) error {
	switch {
	case r.RequestParam != "":
		return oidc.ErrRequestNotSupported()
	case r.ResponseMode != "" && r.ResponseMode != oidc.ResponseModeQuery:
		return oidc.ErrInvalidRequest().WithDescription("response_mode can be query only")
	case r.CodeChallenge == "":
		return oidc.ErrInvalidRequest().WithDescription("code_challenge is missing: PKCE is required")
	case r.CodeChallengeMethod != oidc.CodeChallengeMethodS256:
		return oidc.ErrInvalidRequest().WithDescription("code_challenge_method can be S256 only")
	case len(r.CodeChallenge) != 43: // RFC 7636 §4.2: 32 bytes in base64url
		return oidc.ErrInvalidRequest().WithDescription("code_challenge is not a SHA-256 in base64url")
	case slices.Contains(r.Prompt, oidc.PromptNone):
		return oidc.ErrInteractionRequired().WithDescription("consent is always asked for")
	}
	return nil
}

func newAuthRequest(r *oidc.AuthRequest, hinted string) *authRequest {
	hint := r.LoginHint
	if hinted != "" {
		hint = hinted
	}
	return &authRequest{
		clientID: r.ClientID, redirectURI: r.RedirectURI, state: r.State, nonce: r.Nonce, scopes: r.Scopes,
		challenge: r.CodeChallenge, hint: hint, maxAge: r.MaxAge,
		listAlways: slices.Contains(r.Prompt, oidc.PromptSelectAccount) || slices.Contains(r.Prompt, oidc.PromptLogin),
	}
}
