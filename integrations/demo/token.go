package demo

import (
	"context"
	"mime"
	"net/http"

	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// tokenAnswer is op's, and how long the refresh token lives unused.
type tokenAnswer struct {
	*oidc.AccessTokenResponse
	RefreshExpiresIn int64 `json:"refresh_token_expires_in,omitempty"`
}

// serveToken is the token endpoint, RFC 6749 §4.1.3 and §6.
func (s *Server) serveToken(w http.ResponseWriter, r *http.Request) {
	if err := readForm(r); err != nil {
		s.storage.stats.request("")
		writeOAuthError(w, err)
		return
	}
	grantType := r.PostForm.Get("grant_type")
	s.storage.stats.request(grantType)
	var answer *oidc.AccessTokenResponse
	var err error
	switch grantType {
	case string(oidc.GrantTypeCode):
		answer, err = s.exchangeCode(r.Context(), r)
	case string(oidc.GrantTypeRefreshToken):
		answer, err = s.refresh(r.Context(), r)
	case "":
		err = oidc.ErrInvalidRequest().WithDescription("grant_type is missing")
	default:
		err = oidc.ErrUnsupportedGrantType().WithDescription("grant_type can be authorization_code or refresh_token")
	}
	if err != nil {
		writeOAuthError(w, err)
		return
	}
	// op takes the time that passed since off, and truncates.
	answer.ExpiresIn = uint64(s.storage.ttl.Seconds())
	out := tokenAnswer{AccessTokenResponse: answer}
	if answer.RefreshToken != "" {
		out.RefreshExpiresIn = int64(s.storage.refreshTTL.Seconds())
	}
	writeJSON(w, http.StatusOK, out)
}

func (s *Server) exchangeCode(ctx context.Context, r *http.Request) (*oidc.AccessTokenResponse, error) {
	req, err := op.ParseAccessTokenRequest(r, s.provider.Decoder())
	if err != nil {
		return nil, err
	}
	if req.Code == "" {
		return nil, oidc.ErrInvalidRequest().WithDescription("code is missing")
	}
	kept, client, err := op.ValidateAccessTokenRequest(ctx, req, s.provider)
	if err != nil {
		return nil, err
	}
	return op.CreateTokenResponse(ctx, kept, client, s.provider, true, req.Code, "")
}

func (s *Server) refresh(ctx context.Context, r *http.Request) (*oidc.AccessTokenResponse, error) {
	req, err := op.ParseRefreshTokenRequest(r, s.provider.Decoder())
	if err != nil {
		return nil, err
	}
	kept, client, err := op.ValidateRefreshTokenRequest(ctx, req, s.provider)
	if err != nil {
		return nil, err
	}
	return op.CreateTokenResponse(ctx, kept, client, s.provider, true, "", req.RefreshToken)
}

// readForm reads the parameters of a protocol call: from a form body alone, each at most once, RFC 6749 §3.2.
func readForm(r *http.Request) error {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/x-www-form-urlencoded" {
		return oidc.ErrInvalidRequest().WithDescription("send a form (application/x-www-form-urlencoded)")
	}
	r.URL.RawQuery = ""
	if err := r.ParseForm(); err != nil {
		return oidc.ErrInvalidRequest().WithDescription("the form cannot be read")
	}
	return once(r)
}

// once refuses a parameter that is there twice.
func once(r *http.Request) error {
	for name, values := range r.Form {
		if len(values) > 1 {
			return oidc.ErrInvalidRequest().WithDescription("%q is there more than once", name)
		}
	}
	return nil
}

// writeOAuthError answers as RFC 6749 §5.2 has it.
func writeOAuthError(w http.ResponseWriter, err error) {
	e := oidc.DefaultToServerError(err, "the server failed")
	var status int
	switch e.ErrorType {
	case oidc.ServerError:
		status = http.StatusInternalServerError
	case oidc.InvalidClient:
		status = http.StatusUnauthorized
	default:
		status = http.StatusBadRequest
	}
	writeError(w, status, string(e.ErrorType), e.Description)
}
