package oauthflow

import (
	"net/http"
	"strings"
)

// MissingScopes reads what a resource server says of a token that is not allowed enough: the scopes of a challenge with the
// error insufficient_scope (RFC 6750 §3.1). said is false if no challenge has that error; scopes is nil if it names none.
func MissingScopes(h http.Header) (scopes []string, said bool) {
	for _, line := range h.Values("WWW-Authenticate") {
		for _, c := range challenges(line) {
			if c["error"] == "insufficient_scope" {
				return strings.Fields(c["scope"]), true
			}
		}
	}
	return nil, false
}

// challenges are the parameters of each challenge of a line (RFC 9110 §11.6.1), by names in lower case. What cannot be read
// is left out: a server's odd spelling must not hide what it says elsewhere.
func challenges(line string) []map[string]string {
	var list []map[string]string
	var now map[string]string
	for rest := strings.TrimLeft(line, " \t,"); rest != ""; rest = strings.TrimLeft(rest, " \t,") {
		n := strings.IndexAny(rest, " \t,=")
		if n <= 0 {
			n = len(rest)
		}
		name, after := rest[:n], strings.TrimLeft(rest[n:], " \t")
		value, isParam := strings.CutPrefix(after, "=")
		if !isParam || now == nil { // a scheme begins a challenge
			now = map[string]string{}
			list = append(list, now)
			rest = after
			if isParam {
				rest = value
			}
			continue
		}
		now[strings.ToLower(name)], rest = paramValue(strings.TrimLeft(value, " \t"))
	}
	return list
}

// paramValue reads a token or a quoted string, and returns what follows it.
func paramValue(text string) (value, rest string) {
	if !strings.HasPrefix(text, `"`) {
		n := strings.IndexAny(text, " \t,")
		if n < 0 {
			n = len(text)
		}
		return text[:n], text[n:]
	}
	var b strings.Builder
	for i := 1; i < len(text); i++ {
		switch {
		case text[i] == '"':
			return b.String(), text[i+1:]
		case text[i] == '\\' && i+1 < len(text):
			i++
			b.WriteByte(text[i])
		default:
			b.WriteByte(text[i])
		}
	}
	return b.String(), ""
}
