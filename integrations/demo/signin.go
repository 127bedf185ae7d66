package demo

import (
	"net/http"
	"net/url"
	"strings"
	"time"
)

func signInURL(request string) string  { return "/signin?request=" + url.QueryEscape(request) }
func consentURL(request string) string { return "/consent?request=" + url.QueryEscape(request) }

// serveSignIn lists the accounts, unless this browser signed in before and the client asked for no choice.
func (s *Server) serveSignIn(w http.ResponseWriter, r *http.Request) {
	req, err := s.storage.waiting(r.URL.Query().Get("request"))
	if err != nil {
		s.showEnded(w)
		return
	}
	if s.auto {
		s.approve(w, r, req)
		return
	}
	if a, at, ok := s.signedIn(r); ok && !r.URL.Query().Has("switch") && req.takes(a, s.storage.now().Sub(at)) {
		if err := s.storage.signIn(req.id, a, at); err != nil {
			s.showEnded(w)
			return
		}
		http.Redirect(w, r, consentURL(req.id), http.StatusSeeOther)
		return
	}
	hinted, _ := findAccount(req.hint)
	s.show(w, http.StatusOK, "signin.html", signInPage{
		Request: req.id, Client: s.clientName(req), Accounts: accounts(), Hinted: hinted.Email,
		Unknown: req.hint != "" && hinted.Email == "",
		Hint:    req.hint,
	})
}

// takes says whether a request is content with a session of this account, that old.
func (r *authRequest) takes(a account, age time.Duration) bool {
	if r.listAlways || r.maxAge != nil && age.Seconds() > float64(*r.maxAge) {
		return false
	}
	hinted, _ := findAccount(r.hint)
	return r.hint == "" || hinted == a
}

// approve signs in and consents without a person.
func (s *Server) approve(w http.ResponseWriter, r *http.Request, req *authRequest) {
	a, ok := findAccount(req.hint)
	if !ok {
		a = accounts()[0]
	}
	err := s.storage.signIn(req.id, a, s.storage.now())
	if err == nil {
		err = s.storage.consent(req.id)
	}
	if err != nil {
		s.showEnded(w)
		return
	}
	http.Redirect(w, r, callbackURL(req.id), http.StatusSeeOther)
}

// takeSignIn is the click on an account.
func (s *Server) takeSignIn(w http.ResponseWriter, r *http.Request) {
	id := r.PostFormValue("request")
	a, ok := findAccount(r.PostFormValue("account"))
	if !ok {
		http.Redirect(w, r, signInURL(id), http.StatusSeeOther)
		return
	}
	now := s.storage.now()
	if err := s.storage.signIn(id, a, now); err != nil {
		s.showEnded(w)
		return
	}
	http.SetCookie(w, &http.Cookie{
		Name: s.cookie, Value: s.storage.session(a.Subject, now), Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
	http.Redirect(w, r, consentURL(id), http.StatusSeeOther)
}

// signedIn reads who signed in in this browser, and when.
func (s *Server) signedIn(r *http.Request) (account, time.Time, bool) {
	c, err := r.Cookie(s.cookie)
	if err != nil {
		return account{}, time.Time{}, false
	}
	subject, at, ok := s.storage.readSession(c.Value)
	if !ok {
		return account{}, time.Time{}, false
	}
	a, ok := findAccount(subject)
	return a, at, ok
}

// serveConsent asks, each time: anybody can be a public client, RFC 8252 §8.6.
func (s *Server) serveConsent(w http.ResponseWriter, r *http.Request) {
	req, err := s.storage.waiting(r.URL.Query().Get("request"))
	if err != nil {
		s.showEnded(w)
		return
	}
	if req.account == nil {
		http.Redirect(w, r, signInURL(req.id), http.StatusSeeOther)
		return
	}
	page := consentPage{Request: req.id, Client: s.clientName(req), Account: *req.account, Switch: signInURL(req.id) + "&switch=1"}
	for _, scope := range req.scopes {
		page.Scopes = append(page.Scopes, consentScope{scope, scopeMeaning(scope)})
	}
	var origin string
	page.Target, origin = redirectTarget(req.redirectURI)
	w.Header().Set("Content-Security-Policy", contentPolicy(origin))
	s.show(w, http.StatusOK, "consent.html", page)
}

// takeConsent is the click on Allow or Deny.
func (s *Server) takeConsent(w http.ResponseWriter, r *http.Request) {
	id := r.PostFormValue("request")
	switch r.PostFormValue("decision") {
	case "allow":
		if err := s.storage.consent(id); err != nil {
			s.showEnded(w)
			return
		}
		http.Redirect(w, r, callbackURL(id), http.StatusSeeOther)
	case "deny":
		req, err := s.storage.deny(id)
		if err != nil {
			s.showEnded(w)
			return
		}
		s.redirect(w, r, req.redirectURI, url.Values{
			"error": {"access_denied"}, "error_description": {"The user denied the request."},
		}, req.state)
	default:
		http.Redirect(w, r, consentURL(id), http.StatusSeeOther)
	}
}

func (s *Server) clientName(r *authRequest) string {
	c, _ := s.storage.client(r.clientID)
	return c.name
}

// redirectTarget is the host and port that the consent page names, and the source that lets its form end there: a browser
// holds a form's redirects against form-action too, and a policy cannot name an IPv6 address.
func redirectTarget(redirectURI string) (host, source string) {
	u, err := url.Parse(redirectURI)
	if err != nil {
		return "", ""
	}
	if strings.HasPrefix(u.Host, "[") {
		return u.Host, "http:"
	}
	return u.Host, "http://" + u.Host
}
