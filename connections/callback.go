package connections

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"authdeck/integrations"
	"authdeck/internal/failpoint"
	"authdeck/internal/safetext"
	"authdeck/oauthflow"
)

// complete trades the redirect for a grant and keeps it, detached from the caller.
func (l *Login) complete(ctx context.Context, answer url.Values) (Detail, error) {
	if answer.Get("error") != "" {
		return Detail{}, l.refused(answer)
	}
	if err := l.s.begin(); err != nil {
		return Detail{}, err
	}
	defer l.s.work.Done()
	detached := context.WithoutCancel(ctx)
	exchange, cancel := oauthflow.WithTimeout(detached, requestTime)
	defer cancel()
	_ = failpoint.Hit("login.code")
	grant, err := l.integ.ExecuteCallback(exchange, integrations.CallbackRequest{
		Config: l.cfg, RedirectURI: l.listener.RedirectURI(), Params: answer, Pending: l.to.Pending,
	})
	if err == nil && grant.AccessToken.IsZero() {
		err = &oauthflow.Error{Class: oauthflow.ClassTransientLong, Sent: true, Status: 200, Err: errors.New("the answer has no access token")}
	}
	if err != nil {
		return Detail{}, l.exchangeFailed(err)
	}
	_ = failpoint.Hit("login.answered")
	c, notes, err := l.keep(detached, grant)
	l.s.noteSkew(detached, tokenHost(l.integ, l.cfg), grant)
	if err != nil {
		return Detail{}, err
	}
	_ = failpoint.Hit("login.stored")
	d := l.s.detail(detached, c)
	for i, w := range grant.Warnings {
		grant.Warnings[i] = safetext.Line(w, 300)
	}
	d.Warnings = append(append(grant.Warnings, notes...), d.Warnings...)
	return d, nil
}

// refused reads an error answer of the authorization endpoint (RFC 6749 §4.1.2.1).
func (l *Login) refused(answer url.Values) error {
	code := safetext.Line(answer.Get("error"), 60)
	words := safetext.Line(answer.Get("error_description"), 200)
	name := safetext.Line(l.info.Name, 60)
	e := &Error{Kind: KindFailed, Message: fmt.Sprintf("%s refused the sign-in: %s", name, code), Hint: "start again; if it stays, " + l.setUpHint()}
	if words != "" {
		e.Message += ": " + words
	}
	// The code and nothing else decides, except where the code says only that something about the request was wrong.
	e.Err = &oauthflow.Error{Class: oauthflow.ClassTransient, Host: hostOf(l.to.URL), Code: code, Description: words, Sent: true}
	switch code {
	case "access_denied", "consent_required", "interaction_required", "login_required", "account_selection_required":
		e.Kind, e.Hint = KindSignIn, "nothing was kept; start again and agree, or sign in with another account (--account)"
	case "server_error", "temporarily_unavailable":
		e.Kind, e.Hint = KindTransient, "the provider has trouble: start again later"
	case "invalid_scope":
		e.Kind, e.Hint = KindConfiguration, "ask for other scopes with --scope, or allow them in the provider's console; "+l.setUpHint()
	case "invalid_client", "unauthorized_client", "unsupported_response_type":
		e.Kind, e.Hint = KindConfiguration, l.clientHint()
	case "invalid_request", "redirect_uri_mismatch", "invalid_redirect_uri":
		if code != "invalid_request" || strings.Contains(strings.ToLower(words), "redirect") {
			e.Kind, e.Hint = KindConfiguration, l.redirectHint()
		}
	}
	return e
}

// exchangeFailed classifies a code exchange that brought no grant. A code works once: whatever it was, the sign-in has to
// be started again.
func (l *Login) exchangeFailed(err error) error {
	var call *oauthflow.Error
	if !errors.As(err, &call) {
		if errors.Is(err, integrations.ErrNotConfigured) {
			return l.s.notConfigured(l.info, itemClientID, err)
		}
		return explain(fmt.Errorf("finish the sign-in with %s: %w", safetext.Line(l.info.Name, 60), err))
	}
	e := &Error{Kind: kindOf(call.Class), Message: "the sign-in could not be finished: " + safetext.Line(call.Error(), 300), Err: err}
	words := strings.ToLower(call.Code + " " + call.Description)
	switch {
	case strings.Contains(words, "redirect_uri") || strings.Contains(words, "redirect uri"):
		e.Kind, e.Hint = KindConfiguration, l.redirectHint()
	case call.Code == "invalid_client" || call.Code == "unauthorized_client" || call.Code == "incorrect_client_credentials":
		e.Kind, e.Hint = KindConfiguration, l.clientHint()
	case call.Class == oauthflow.ClassConfiguration:
		e.Hint = l.setUpHint()
	case call.Class == oauthflow.ClassDead:
		e.Kind, e.Hint = KindSignIn, "the code was refused, it works once and not for long: start again"
	default:
		e.Hint = "start again: " + hintOf(call.Class)
	}
	return e
}

func (l *Login) setUpHint() string {
	return "`authdeck integrations show " + safetext.Line(l.info.ID, 60) + "` tells how it is set up"
}

func (l *Login) clientHint() string {
	id := safetext.Line(l.info.ID, 60)
	return fmt.Sprintf("client id or secret do not fit: %s, `authdeck integrations set %s` changes them", l.setUpHint(), id)
}

func (l *Login) redirectHint() string {
	return "register exactly " + l.RedirectURI() + " as redirect address in the provider's console; " + l.setUpHint()
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}
