package secret

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/url"
	"strings"
)

// RedactURL masks user information and the values of sensitive parameters in query and fragment. The result is for
// reading: it keeps the order of parameters and is not meant to be parsed again.
func RedactURL(address string) string {
	rest, fragment, hasFragment := strings.Cut(address, "#")
	rest, query, hasQuery := strings.Cut(rest, "?")
	if i := strings.Index(rest, "://"); i >= 0 {
		if n := userinfo(rest[i+3:]); n > 0 {
			rest = rest[:i+3] + Mask + "@" + rest[i+3+n:]
		}
	}
	segments := strings.Split(rest, "/")
	for i, s := range segments {
		if strings.HasPrefix(s, "eyJ") && len(s) >= 16 {
			segments[i] = Mask
		}
	}
	var b strings.Builder
	b.WriteString(strings.Join(segments, "/"))
	if hasQuery {
		b.WriteString("?" + redactForm(query))
	}
	if hasFragment {
		b.WriteString("#" + redactForm(fragment))
	}
	return b.String()
}

// redactForm masks in application/x-www-form-urlencoded text, keeping the order.
func redactForm(form string) string {
	pairs := strings.Split(form, "&")
	for i, p := range pairs {
		name, value, found := strings.Cut(p, "=")
		if !found {
			pairs[i] = maskRun(p)
			continue
		}
		plain, err := url.QueryUnescape(name)
		if err != nil {
			plain = name
		}
		text, err := url.QueryUnescape(value)
		if err != nil {
			text = value
		}
		switch s := sensitive(plain); {
		case s == always && value != "":
			value = Mask
		case s == unless && !word(text) && !number(text):
			value = Mask
		default:
			// A URL inside a parameter may carry secrets of its own.
			if inner := redactText(text); inner != text {
				value = strings.ReplaceAll(url.QueryEscape(inner), url.QueryEscape(Mask), Mask)
			}
		}
		pairs[i] = name + "=" + value
	}
	return strings.Join(pairs, "&")
}

// RedactHeader returns a copy of a header with credentials masked; the authentication scheme and cookie names stay. It
// takes and returns the type below http.Header, since this package must not pull in net/http.
func RedactHeader(h map[string][]string) map[string][]string {
	out := make(map[string][]string, len(h))
	for name, values := range h {
		redacted := make([]string, len(values))
		for i, v := range values {
			redacted[i] = redactHeaderValue(name, v)
		}
		out[name] = redacted
	}
	return out
}

func redactHeaderValue(name, v string) string {
	switch strings.ToLower(name) {
	case "authorization", "proxy-authorization":
		if kind, _, found := strings.Cut(v, " "); found && word(kind) {
			return kind + " " + Mask
		}
		return Mask
	case "set-cookie":
		if cookie, _, found := strings.Cut(v, "="); found {
			return cookie + "=" + Mask
		}
		return Mask
	case "location", "content-location", "referer", "refresh":
		return RedactURL(v)
	case "link", "www-authenticate", "dpop-nonce":
		return v
	}
	if s := sensitive(name); s != open {
		return maskValue(s, v)
	}
	return Redact(v)
}

// RedactBody returns a body of a request or an answer for reading, at most max bytes (0 = no limit) and cut with "…": JSON
// and forms by the names of their members, anything else by [Redact]. Of JSON no more is read than is returned.
func RedactBody(contentType string, body []byte, max int) string {
	var text string
	kind, _, _ := strings.Cut(strings.ToLower(contentType), ";")
	switch kind = strings.TrimSpace(kind); {
	case len(body) == 0:
		return ""
	case kind == "application/x-www-form-urlencoded":
		text = redactForm(string(body))
	default:
		// Servers send JSON under any type; what is JSON is read as JSON.
		redacted, err := redactJSON(body, max)
		if err != nil {
			redacted = Redact(string(body))
		}
		text = redacted
	}
	if max > 0 && len(text) > max {
		end := max
		for end > 0 && text[end]&0xc0 == 0x80 {
			end--
		}
		text = text[:end] + "…"
	}
	return text
}

// redactJSON rewrites JSON compactly, in order, with the strings under sensitive names masked, however deep they stand.
// It stops once it has more than max bytes (0 = no limit).
func redactJSON(body []byte, max int) (string, error) {
	if trimmed := bytes.TrimSpace(body); len(trimmed) == 0 || trimmed[0] != '{' && trimmed[0] != '[' {
		return "", errors.New("neither object nor array")
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	out := jsonOut{max: max}
	switch err := redactValue(d, &out, open, 0); {
	case errors.Is(err, errEnough):
		return out.String(), nil
	case err != nil:
		return "", err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return "", errors.New("more than one value")
	}
	return out.String(), nil
}

// jsonOut is JSON in the making.
type jsonOut struct {
	strings.Builder

	max int
}

// errEnough ends the reading of what nobody wants any more.
var errEnough = errors.New("enough was read")

// maxDepth bounds recursion over foreign JSON.
const maxDepth = 200

func redactValue(d *json.Decoder, out *jsonOut, s sensitivity, depth int) error {
	if depth > maxDepth {
		return errors.New("nested too deep")
	}
	if out.max > 0 && out.Len() > out.max {
		return errEnough
	}
	t, err := d.Token()
	if err != nil {
		return err
	}
	switch v := t.(type) {
	case json.Delim:
		return redactComposite(d, out, v, s, depth)
	case string:
		return writeJSON(out, jsonString(s, v))
	case json.Number:
		if s == always && len(v) > 6 {
			return writeJSON(out, Mask)
		}
		out.WriteString(v.String())
		return nil
	default:
		return writeJSON(out, v)
	}
}

func redactComposite(d *json.Decoder, out *jsonOut, begin json.Delim, s sensitivity, depth int) error {
	out.WriteString(begin.String())
	for first := true; d.More(); first = false {
		if !first {
			out.WriteByte(',')
		}
		inner := s
		if begin == '{' {
			t, err := d.Token()
			if err != nil {
				return err
			}
			name, _ := t.(string)
			if err := writeJSON(out, name); err != nil {
				return err
			}
			out.WriteByte(':')
			inner = max(inner, jsonSensitive(name))
		}
		if err := redactValue(d, out, inner, depth+1); err != nil {
			return err
		}
	}
	t, err := d.Token()
	if err != nil {
		return err
	}
	if end, ok := t.(json.Delim); ok {
		out.WriteString(end.String())
	}
	return nil
}

// jsonString masks a string member.
func jsonString(s sensitivity, v string) string {
	if s != open {
		return maskValue(s, v)
	}
	return redactText(v)
}

// jsonSensitive is [sensitive], but for "code": an error answer has a word there, a token request something random.
func jsonSensitive(name string) sensitivity {
	if name == "code" {
		return unless
	}
	return sensitive(name)
}

// redactText masks a value under a harmless name: a JWT, or the secrets of a URL.
func redactText(s string) string {
	switch {
	case strings.HasPrefix(s, "https://"), strings.HasPrefix(s, "http://"):
		return RedactURL(s)
	case strings.HasPrefix(s, "eyJ") && strings.Count(s, ".") >= 2:
		return Mask
	}
	return s
}

func writeJSON(out *jsonOut, v any) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return err
	}
	out.Write(bytes.TrimRight(b.Bytes(), "\n"))
	return nil
}
