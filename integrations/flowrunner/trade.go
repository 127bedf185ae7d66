package flowrunner

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"authdeck/integrations/flowrunner/wire"
	"authdeck/internal/secret"
	"authdeck/oauthflow"
)

// trade notes that the kept refresh token was traded: a request carried it whole, and the answer is well. From then on the old one may be
// dead, whatever the service makes of the answer. Where both stand there as they are kept, the new one is known too; a service
// that joins several values in its refresh token hides both.
func (r *recorder) trade(q *wire.Request, body []byte, a oauthflow.ForeignAnswer) {
	kept := r.c.refresh.Reveal()
	if len(kept) < 8 || q.Method == http.MethodGet && !strings.Contains(q.URL, "?") || a.Status/100 != 2 || saysError(a.Body) || !carries(q.URL, string(body), kept) {
		return
	}
	next := refreshTokenIn(a.Body)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.came.traded.done = true
	if next != "" && next != kept {
		r.came.traded.next = secret.New(next)
	}
}

// carries reports whether a request has the token as the value of a parameter or of a JSON member.
func carries(address, body, token string) bool {
	inJSON, err := json.Marshal(token)
	if err != nil {
		return false
	}
	for _, text := range []string{body, address} {
		for _, spelt := range []string{"=" + token, "=" + url.QueryEscape(token), "=" + escape(token), string(inJSON)} {
			if strings.Contains(text, spelt) {
				return true
			}
		}
	}
	return false
}

// refreshTokenIn reads refresh_token of a token answer, JSON or a form (RFC 6749 §5.1); "" if there is none.
func refreshTokenIn(body []byte) string {
	var o struct {
		AccessToken  string `json:"access_token"`
		RefreshToken string `json:"refresh_token"`
	}
	if json.Unmarshal(body, &o) == nil {
		if o.AccessToken == "" {
			return ""
		}
		return o.RefreshToken
	}
	form, err := url.ParseQuery(string(body))
	if err != nil || form.Get("access_token") == "" {
		return ""
	}
	return form.Get("refresh_token")
}
