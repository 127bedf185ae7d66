package secret

import "strings"

// sensitivity says what to do with the value of a named parameter, member, header or log attribute.
type sensitivity int

const (
	open   sensitivity = iota
	unless             // masked unless the value is a plain word: `state=open` of an API is no secret, a random one is
	always
)

// sensitive judges a name in whatever spelling: access_token, accessToken and Access-Token are one.
func sensitive(name string) sensitivity {
	if len(name) > 64 {
		return open
	}
	n := strings.Map(func(r rune) rune {
		switch {
		case r == '_' || r == '-' || r == '.' || r == ' ':
			return -1
		case r >= 'A' && r <= 'Z':
			return r + ('a' - 'A')
		}
		return r
	}, name)
	switch n {
	case "code", "codeverifier", "devicecode", "authcode", "authorizationcode", "nonce", "assertion", "clientassertion",
		"idtokenhint", "password", "passwd", "pwd", "passphrase", "pin", "otp", "apikey", "xapikey", "privatekey", "secretkey",
		"accesskey", "signingkey", "masterkey", "authorization", "proxyauthorization", "cookie", "setcookie", "dpop", "samlresponse",
		"credential", "credentials", "secret", "verifier", "bearer", "jwt", "pending":
		return always
	case "state", "key", "session", "sessionid", "sid", "sig", "signature", "sessionstate", "ticket":
		return unless
	}
	for _, suffix := range []string{"token", "secret", "password", "apikey", "tokens", "secrets", "passwords"} {
		if strings.HasSuffix(n, suffix) {
			return always
		}
	}
	return open
}

// word reports whether s reads like an enumerated value: letters and a few joiners, no digits, not long.
func word(s string) bool {
	if s == "" {
		return true
	}
	if len(s) > 32 {
		return false
	}
	upper, lower := 0, 0
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z':
			lower++
		case c >= 'A' && c <= 'Z':
			upper++
		case c == '_' || c == '-' || c == '.' || c == ' ' || c == ',':
		default:
			return false
		}
	}
	// "not_found", "NotFound" and "NOT_FOUND" are words, "aXbQdFgR" is not.
	return upper <= 3 || lower == 0
}

// maskValue returns what may be shown of the value of name.
func maskValue(s sensitivity, v string) string {
	if v == "" || s == open || s == unless && word(v) {
		return v
	}
	return Mask
}
