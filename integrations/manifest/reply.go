package manifest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"authdeck/integrations"
	"authdeck/integrations/manifest/template"
	"authdeck/internal/safetext"
	"authdeck/internal/secret"
	"authdeck/oauthflow"
)

// reply is the answer to a call, judged by its content: what a header says of it may be wrong.
type reply struct {
	answer oauthflow.Answer
	body   []byte // without byte order mark and blanks around it
	isJSON bool
}

func replyOf(answer oauthflow.Answer) reply {
	body := integrations.TrimAnswer(answer.Body)
	return reply{answer, body, json.Valid(body)}
}

// value is what stands at a path; of a body that is no JSON, if it is small enough to be a form.
func (r reply) value(path string) (any, bool) {
	if !r.isJSON {
		if len(r.body) > 1<<20 {
			return nil, false
		}
		return oauthflow.Path(r.answer.Parsed().Value, path)
	}
	raw, ok := oauthflow.PathRaw(r.body, path)
	if !ok {
		return nil, false
	}
	var v any
	return v, decodeText(string(raw), &v) == nil
}

// length is how many items a list at a path has, -1 if there is none.
func (r reply) length(path string) int {
	raw, ok := oauthflow.PathRaw(r.body, path)
	if !r.isJSON || !ok {
		return -1
	}
	items, ok := elements(raw)
	if !ok {
		return -1
	}
	n := 0
	for range items {
		n++
	}
	return n
}

// good reports whether the answer counts as a result.
func (r reply) good(c *conditionSpec) bool {
	if r.answer.Status/100 != 2 {
		return false
	}
	if c == nil {
		return true
	}
	v, found := r.value(c.Path)
	return c.met(v, found)
}

// into writes the result; root is the path below which it stands.
func (r reply) into(out *integrations.ActionResult, root string) error {
	if !r.isJSON {
		return integrations.ReadAnswer(r.answer, out)
	}
	out.Result = r.body
	if part, ok := oauthflow.PathRaw(r.body, root); ok { // else the whole answer tells more than nothing
		out.Result = part
	}
	return nil
}

// failure is the provider's error answer to a call with these secrets.
func (r reply) failure(a actionSpec, k integrations.Kept, secrets []secret.String) *integrations.ActionError {
	e := &integrations.ActionError{
		Status: r.answer.Status, Message: r.message(a.Response.Error, secrets),
		Unauthorized: r.answer.Status == http.StatusUnauthorized, RetryAfter: r.answer.RetryAfter(),
	}
	if e.Status == http.StatusForbidden {
		e.Scopes = missing(r.answer.Header, a.Scopes, k)
	}
	return e
}

// missing are the scopes that a 403 names; if it names none, those of the action's own that were not granted. A provider
// that did not say what it granted has granted what was asked for (RFC 6749 §5.1).
func missing(h http.Header, own []string, k integrations.Kept) []string {
	named, _ := oauthflow.MissingScopes(h)
	named = slices.DeleteFunc(named, func(s string) bool { return !scopeToken(s) })
	if len(named) > 0 {
		return named[:min(len(named), 50)]
	}
	granted := k.ScopesGranted
	if granted == nil {
		granted = k.ScopesAsked
	}
	var out []string
	for _, s := range own {
		if granted != nil && !slices.Contains(granted, s) {
			out = append(out, s)
		}
	}
	return out
}

// scopeToken is one scope as RFC 6749 §3.3 spells it.
func scopeToken(s string) bool {
	for i := range len(s) {
		if s[i] < 0x21 || s[i] > 0x7e || s[i] == '"' || s[i] == '\\' {
			return false
		}
	}
	return s != "" && len(s) <= 200
}

// usualErrors is where APIs put the words of an error.
var usualErrors = []string{
	"error_description", "message", "error.message", "errors.0.message", "errors.0.detail", "detail", "title", "error", "errors.0",
}

// message is the provider's words of an error, safe, on one line and without what the call sent as a secret.
func (r reply) message(where errorSpec, secrets []secret.String) string {
	words := ""
	var value any
	if len(r.body) <= 1<<20 {
		value = r.answer.Parsed().Value
	}
	paths := usualErrors
	if where.Text != "" {
		paths = append([]string{where.Text}, paths...)
	}
	for _, p := range paths {
		if v, ok := oauthflow.Path(value, p); ok && words == "" {
			if s, isText := v.(string); isText {
				words = s
			}
		}
	}
	if v, ok := oauthflow.Path(value, where.Code); ok && where.Code != "" && v != nil {
		words = strings.TrimSpace(template.Text(v) + " " + words)
	}
	status := strings.TrimSpace(fmt.Sprintf("HTTP %d %s", r.answer.Status, http.StatusText(r.answer.Status)))
	if words == "" {
		return status
	}
	return safetext.Line(secret.Redact(oauthflow.Masked(words, secrets)), 200) + " (" + status + ")"
}
