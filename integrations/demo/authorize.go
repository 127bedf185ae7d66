package demo

import (
	"net/http"
	"net/url"

	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// serveAuthorize is the authorization endpoint, RFC 6749 §4.1.1: it leads to the sign-in page. A request whose client or
// redirect address is wrong gets a page and no redirect (§4.1.2.1).
func (s *Server) serveAuthorize(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	req, err := op.ParseAuthorizeRequest(r, s.provider.Decoder())
	if err == nil {
		err = once(r)
	}
	if err != nil {
		s.showError(w, http.StatusBadRequest, "The request cannot be read", describe(err))
		return
	}
	c, ok := s.storage.client(req.ClientID)
	if !ok {
		s.showError(w, http.StatusBadRequest, "Unknown client", "There is no client with this client_id. The demo's is "+ClientID+".")
		return
	}
	c = c.with(req.RedirectURI)
	if err := op.ValidateAuthReqRedirectURI(c, req.RedirectURI, req.ResponseType); err != nil {
		s.showError(w, http.StatusBadRequest, "Wrong redirect address", "This client may be sent to its registered addresses on 127.0.0.1, [::1] or localhost only.")
		return
	}
	if err := checkAuthRequest(req); err != nil {
		s.redirectError(w, r, req.RedirectURI, req.State, err)
		return
	}
	subject, err := op.ValidateAuthRequestClient(ctx, req, c, s.provider.IDTokenHintVerifier(ctx))
	if err != nil {
		s.redirectError(w, r, req.RedirectURI, req.State, err)
		return
	}
	kept, err := s.storage.CreateAuthRequest(ctx, req, subject)
	if err != nil {
		s.redirectError(w, r, req.RedirectURI, req.State, err)
		return
	}
	op.RedirectToLogin(kept.GetID(), c, w, r)
}

func callbackURL(request string) string { return "/authorize/callback?id=" + url.QueryEscape(request) }

// serveCode ends a request to which its user consented: it sends the browser back with a code.
func (s *Server) serveCode(w http.ResponseWriter, r *http.Request) {
	req, err := s.storage.waiting(r.URL.Query().Get("id"))
	if err != nil {
		s.showEnded(w)
		return
	}
	if !req.done {
		http.Redirect(w, r, signInURL(req.id), http.StatusSeeOther)
		return
	}
	code, err := op.CreateAuthRequestCode(r.Context(), req, s.storage, s.crypto)
	if err != nil {
		s.showEnded(w)
		return
	}
	s.redirect(w, r, req.redirectURI, url.Values{"code": {code}}, req.state)
}

func (s *Server) redirectError(w http.ResponseWriter, r *http.Request, to, state string, err error) {
	e := oidc.DefaultToServerError(err, "the server failed")
	s.redirect(w, r, to, url.Values{"error": {string(e.ErrorType)}, "error_description": {e.Description}}, state)
}

// redirect adds state and iss (RFC 9207 §2) to an answer and sends the browser with it to an address that was checked.
func (s *Server) redirect(w http.ResponseWriter, r *http.Request, to string, answer url.Values, state string) {
	u, err := url.Parse(to)
	if err != nil {
		s.showError(w, http.StatusBadRequest, "Wrong redirect address", "It cannot be read.")
		return
	}
	q := u.Query()
	for name := range answer {
		q.Set(name, answer.Get(name))
	}
	if state != "" {
		q.Set("state", state)
	}
	q.Set("iss", s.issuer)
	u.RawQuery = q.Encode()
	http.Redirect(w, r, u.String(), http.StatusFound)
}

// describe is the text of an error that may be shown.
func describe(err error) string {
	if e := oidc.DefaultToServerError(err, ""); e.Description != "" {
		return e.Description
	}
	return "Something in it is wrong."
}
