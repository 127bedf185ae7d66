package flowrunner

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"authdeck/integrations"
	"authdeck/oauthflow"
)

// RefreshToken runs the service's refreshToken (§3.4).
func (s *Service) RefreshToken(ctx context.Context, r integrations.RefreshRequest) (integrations.Grant, error) {
	if !s.has(opRefresh) {
		return integrations.Grant{}, integrations.ErrNotRefreshable
	}
	var argument any
	if !r.Kept.RefreshToken.IsZero() {
		argument = r.Kept.RefreshToken.Reveal()
	}
	c, err := s.call(opRefresh, r.Config, r.Kept, []any{argument})
	if err != nil {
		return integrations.Grant{}, err
	}
	if argument == nil {
		c.call.Undefined = []int{0}
	}
	both := map[string]any{"refreshToken": r.Kept.RefreshToken.Reveal(), "accessToken": r.Kept.AccessToken.Reveal()}
	c.call.Request.Body, c.call.Request.Context, c.refresh = both, both, r.Kept.RefreshToken
	got, err := s.h.invoke(ctx, c)
	received := s.h.now()
	if err != nil {
		return integrations.Grant{}, lost(got, s.notRefreshed(got, err))
	}
	back, ok := readReturned(got.result)
	if !ok {
		return integrations.Grant{}, lost(got, s.notRefreshed(got, nil))
	}
	g, err := back.grant(received)
	if err != nil {
		return integrations.Grant{}, lost(got, s.notRefreshed(got, nil))
	}
	// Identity and user data stay those of the sign-in.
	g.Identity, g.UserData = integrations.Identity{}, nil
	if g.AccessToken.Equal(r.Kept.AccessToken) && len(got.errors) > 0 {
		g.Warnings = append(g.Warnings, "the service reports success with the old token, but a request of it failed: "+got.errors[len(got.errors)-1].Error())
		g.KeepExpiry = true
	}
	return g, nil
}

// lost marks a failure after which the kept refresh token may be dead: the provider had answered its trade.
func lost(got came, err error) error {
	if !got.traded.done {
		return err
	}
	return &integrations.AnswerLostError{RefreshToken: got.traded.next, Err: err}
}

// RefreshesWithoutToken says yes: refreshToken is called with undefined where no refresh token is kept; some services answer from the
// access token in the header alone (§3.4).
func (s *Service) RefreshesWithoutToken() bool { return s.has(opRefresh) }

// notRefreshed says what a refresh that brought nothing means: first by what was seen on the wire, then by its words.
func (s *Service) notRefreshed(got came, thrown error) error {
	if errors.Is(thrown, context.Canceled) {
		return thrown
	}
	var t *ThrownError
	if errors.As(thrown, &t) && t.Constructor {
		return &oauthflow.Error{Class: oauthflow.ClassConfiguration, Err: oauthflow.Remark(explained(opRefresh, got, thrown))}
	}
	if len(got.answered) == 0 && t != nil && t.accident() {
		return &oauthflow.Error{Class: oauthflow.ClassTransientLong, Err: oauthflow.Remark(explained(opRefresh, got, thrown))}
	}
	if len(got.answered) == 0 && (thrown == nil || t != nil || errors.Is(thrown, errNoMethod)) {
		return fmt.Errorf("%w: %s", integrations.ErrNothingNew, explained(opRefresh, got, thrown))
	}
	e := &oauthflow.Error{Class: oauthflow.ClassTransientLong, Sent: true, Err: oauthflow.Remark(explained(opRefresh, got, thrown))}
	if last := got.refusal(); last != nil {
		e.Class, e.Host, e.Status, e.Code, e.Description, e.RetryAfter, e.Sent = last.Class, last.Host, last.Status, last.Code, last.Description, last.RetryAfter, last.Sent
	}
	if got.traded.done { // whatever failed, it was not the grant
		if e.Class != oauthflow.ClassTransient {
			e.Class = oauthflow.ClassTransientLong
		}
		return e
	}
	if t != nil && e.Class != oauthflow.ClassDead {
		trouble := e.Status == 429 || e.Status >= 500 || e.Status == 0 && len(got.errors) > 0
		switch {
		case strings.Contains(t.Body, `"invalid_grant"`):
			e.Class = oauthflow.ClassDead
		case !trouble && refusedWords(t.Message):
			e.Class = oauthflow.ClassDead
		}
	}
	return e
}

// accident reports whether a throw tells of a mistake in the code, or that the time was over, and nothing of the grant.
func (e *ThrownError) accident() bool {
	switch e.Name {
	case "ReferenceError", "TypeError", "SyntaxError", "RangeError":
		return true
	}
	return e.Code == "ETIMEDOUT"
}

// failure is the exchange that tells why an operation brought nothing: a failed one, else one that answered 2xx with an error in
// its body, as some providers do for every failure (§3.3); nil if there is none.
func (c came) failure() *oauthflow.Error {
	if last := worst(c.errors); last != nil {
		return last
	}
	return worst(c.denied)
}

// refusal is the exchange that classifies a refresh: one that refuses the grant, else one that failed in a way that passes, whatever
// came after it, else the last (§3.4).
func (c came) refusal() *oauthflow.Error {
	last := c.failure()
	if last == nil || last.Class == oauthflow.ClassDead {
		return last
	}
	for _, e := range c.errors {
		if e.Class == oauthflow.ClassTransient {
			return e
		}
	}
	return last
}

// worst is the failed exchange that says most: one that refuses the grant, else the last.
func worst(list []*oauthflow.Error) *oauthflow.Error {
	for _, e := range list {
		if e.Class == oauthflow.ClassDead {
			return e
		}
	}
	if len(list) == 0 {
		return nil
	}
	return list[len(list)-1]
}

// refusedWords are those by which services tell that only a sign-in helps.
func refusedWords(text string) bool {
	text = strings.ToLower(text)
	for _, w := range []string{"invalid_grant", "re-authenticate", "reauthenticate", "reconnect", "expired or", "revoked"} {
		if strings.Contains(text, w) {
			return true
		}
	}
	return false
}
