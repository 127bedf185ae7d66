package oauthflow

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"regexp"
	"strings"
)

// spelled is a text as it stands plainly, in an address, in a form, between the quotes of a JSON string, and in base64, alone or in the
// midst of a longer text as HTTP Basic has it.
func spelled(s string) []string {
	query, path := url.QueryEscape(s), url.PathEscape(s)
	list := []string{
		s, query, strings.ReplaceAll(query, "+", "%20"), path, lowerHex(query), lowerHex(strings.ReplaceAll(query, "+", "%20")), lowerHex(path),
		jsonText(s, true), jsonText(s, false), strings.ReplaceAll(jsonText(s, false), "/", `\/`),
	}
	list = append(list, base64Of(s)...)
	if query != s {
		list = append(list, base64Of(query)...) // of a whole form, as some gateways show it
	}
	return list
}

var hexByte = regexp.MustCompile(`%[0-9A-F]{2}`)

func lowerHex(escaped string) string { return hexByte.ReplaceAllStringFunc(escaped, strings.ToLower) }

// jsonText is s as it stands between the quotes of a JSON string.
func jsonText(s string, html bool) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(html)
	if err := e.Encode(s); err != nil {
		return s
	}
	quoted := strings.TrimSuffix(b.String(), "\n")
	return quoted[1 : len(quoted)-1]
}

// base64Least is how long a text has to be for its base64 to be looked for; a shorter one's middle would be found everywhere.
const base64Least = 8

// base64Of is what of s is the same in the base64 of every text that it stands in: three ways, by where it begins there, in both
// alphabets.
func base64Of(s string) []string {
	if len(s) < base64Least {
		return nil
	}
	var list []string
	for before := range 3 {
		whole := make([]byte, before, before+len(s))
		whole = append(whole, s...)
		from := (before*8 + 5) / 6 // characters with a bit of what stands before
		to := len(whole) * 8 / 6   // those without a bit of what follows
		for _, e := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			list = append(list, e.EncodeToString(whole)[from:to])
		}
	}
	return list
}
