package secret

import "strings"

// Redact returns text with whatever looks like a secret masked: values of sensitive names (name=value, "name":"value",
// name: value), credentials after an authentication scheme, user information in URLs, JWTs, and long runs of mixed random
// characters. It is the net below the fences: what is known to be a secret is a [String] and never a text. Numbers, ids in
// lower-case hex, paths and words stay readable.
func Redact(text string) string {
	var b strings.Builder
	for i := 0; i < len(text); {
		c := text[i]
		if strings.HasPrefix(text[i:], "://") {
			b.WriteString("://")
			i += 3
			if n := userinfo(text[i:]); n > 0 {
				b.WriteString(Mask + "@")
				i += n
			}
			continue
		}
		if !runByte(c) {
			b.WriteByte(c)
			i++
			continue
		}
		end := i
		for end < len(text) && runByte(text[end]) {
			end++
		}
		run := text[i:end]
		i = end
		if s := sensitive(run); s != open {
			shown, n := named(run, text[end:], s)
			if n > 0 {
				b.WriteString(run + shown)
				i += n
				continue
			}
		}
		if scheme(run) {
			if n := credentials(text[end:]); n > 0 {
				b.WriteString(run + " " + Mask)
				i += n
				continue
			}
		}
		b.WriteString(maskRun(run))
	}
	return b.String()
}

// runByte reports whether c may be part of a token or a name. A dot is: it joins the parts of a JWT.
func runByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-' || c == '.'
}

// scheme reports whether run is an authentication scheme that credentials follow.
func scheme(run string) bool {
	for _, s := range []string{"Bearer", "Basic", "DPoP", "Token"} {
		if strings.EqualFold(run, s) {
			return true
		}
	}
	return false
}

// credentials returns the length of the blank and the credentials at the start of s, 0 if prose follows.
func credentials(s string) int {
	n := 0
	for n < len(s) && s[n] == ' ' {
		n++
	}
	if n == 0 {
		return 0
	}
	end := n
	for end < len(s) && (runByte(s[end]) || strings.IndexByte("+/=~", s[end]) >= 0) {
		end++
	}
	if v := s[n:end]; len(v) < 8 || word(v) {
		return 0
	}
	return end
}

// userinfo returns the length of "user:password@" at the start of an authority, 0 if there is none.
func userinfo(s string) int {
	end := strings.IndexAny(s, "/?# \t\n\"'<>\\")
	if end < 0 {
		end = len(s)
	}
	return strings.LastIndexByte(s[:end], '@') + 1
}

// named looks for the value that belongs to a sensitive name before rest. It returns what to show of it, separators
// included, and how many bytes of rest that replaces; 0 if no value follows.
func named(name, rest string, s sensitivity) (shown string, n int) {
	i := quoted(rest, 0)
	closing := rest[:i]
	for i < len(rest) && rest[i] == ' ' {
		i++
	}
	if i == len(rest) || rest[i] != '=' && rest[i] != ':' {
		return "", 0
	}
	separator := rest[i]
	i++
	for i < len(rest) && rest[i] == ' ' {
		i++
	}
	q := quoted(rest, i)
	quote := rest[i:q]
	value := rest[q:]
	var end int
	switch {
	case quote != "":
		end = closed(value, quote)
	case separator == ':' && header(name):
		if end = strings.IndexAny(value, "\r\n\""); end < 0 {
			end = len(value)
		}
	default:
		if end = strings.IndexAny(value, "& \t\r\n,;\"'`}])<>\\|"); end < 0 {
			end = len(value)
		}
	}
	if separator == ':' && closing == "" && quote == "" && !header(name) {
		s = unless // "code: not_found" is a sentence
	}
	if number(value[:end]) && s == unless {
		return rest[:q+end], q + end
	}
	return rest[:q] + maskValue(s, value[:end]), q + end
}

// header reports whether a header of this name holds nothing but credentials up to the end of its line.
func header(name string) bool {
	for _, h := range []string{"Authorization", "Proxy-Authorization", "Cookie", "Set-Cookie"} {
		if strings.EqualFold(name, h) {
			return true
		}
	}
	return false
}

// quoted returns the offset after a quote at offset i, which may be escaped, as in JSON inside a JSON string or in %q.
func quoted(s string, i int) int {
	j := i
	for j < len(s) && s[j] == '\\' {
		j++
	}
	if j < len(s) && (s[j] == '"' || s[j] == '\'') {
		return j + 1
	}
	return i
}

// closed returns the offset in value of the quote that ends it.
func closed(value, quote string) int {
	for i := 0; i < len(value); i++ {
		if strings.HasPrefix(value[i:], quote) {
			return i
		}
		if value[i] == '\\' && len(quote) == 1 {
			i++
		}
	}
	return len(value)
}

func number(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != "" && len(s) <= 6
}

// maskRun masks a run that looks random: a JWT, or 32 and more characters with both cases and digits.
func maskRun(run string) string {
	if strings.HasPrefix(run, "eyJ") && len(run) >= 16 {
		return Mask
	}
	for part := range strings.SplitSeq(run, ".") {
		if random(part) {
			return Mask
		}
	}
	return run
}

func random(s string) bool {
	if len(s) < 32 {
		return false
	}
	var upper, lower, digit bool
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 'A' && c <= 'Z':
			upper = true
		case c >= 'a' && c <= 'z':
			lower = true
		case c >= '0' && c <= '9':
			digit = true
		}
	}
	return upper && lower && digit
}
