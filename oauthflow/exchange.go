package oauthflow

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"authdeck/internal/safetext"
	"authdeck/internal/secret"
)

// Exchange is one HTTP exchange as it may be shown: secrets masked, bodies cut to 64 KiB, foreign text made safe. One that
// was made here also knows what really went over the wire; only [Exchange.Reveal], [Exchange.Raw] and the values of
// [Exchange.Curl] tell it. It shares the memory of the bodies: [Exchange.Forget] lets go of them.
type Exchange struct {
	Method, URL    string
	Status         int       // 0 if no answer came
	Started        time.Time // wall; zero if nothing was sent
	Duration       time.Duration
	RequestHeader  http.Header
	ResponseHeader http.Header
	RequestBody    string
	ResponseBody   string
	ResponseBytes  int64  // of the body, as far as it was read
	Err            string // safe text if the exchange failed

	// raw is what went over the wire; nil: made elsewhere, or forgotten. A function, since whatever prints or encodes values by
	// reflection comes no further (package fmt follows a pointer where its verb does not fit).
	raw func() raw
}

const (
	shownBody   = 64 << 10 // bytes of a body that an Exchange keeps
	enoughBody  = 96 << 10 // bytes of it, redacted, from which those are taken: a secret cut at this end does not show
	judgedBody  = 1 << 20  // bytes of a body that are looked at for it
	shownHeader = 1024     // cells of a header's value
)

// shown makes the Exchange of a call; answer may be partial.
func shown(k call, a Answer, err error) Exchange {
	e := Exchange{
		Method: k.req.Method, URL: safetext.Line(k.secrets.mask(secret.RedactURL(k.secrets.mask(k.req.URL.String()))), 0),
		Status:        a.Status,
		RequestHeader: shownHeaders(k.req.Header, k.secrets), ResponseHeader: shownHeaders(a.Header, k.secrets),
		RequestBody:   shownText(k.req.Header.Get("Content-Type"), k.body, k.secrets),
		ResponseBody:  shownText(a.Header.Get("Content-Type"), a.Body, k.secrets),
		ResponseBytes: int64(len(a.Body)),
		raw:           rawOf(k, a),
	}
	if err != nil {
		e.Err = err.Error()
	}
	return e
}

func shownHeaders(h http.Header, m masker) http.Header {
	masked := make(http.Header, len(h))
	for name, values := range h {
		for _, v := range values {
			masked[name] = append(masked[name], m.mask(v))
		}
	}
	out := http.Header(secret.RedactHeader(masked))
	for _, values := range out {
		for i, v := range values {
			values[i] = safetext.Line(v, shownHeader)
		}
	}
	return out
}

func shownText(kind string, body []byte, m masker) string {
	if len(body) > judgedBody {
		body = cut(body, judgedBody)
	}
	if !utf8.Valid(body) {
		return fmt.Sprintf("(%d bytes that are no text)", len(body))
	}
	// By value before and after: before, since redaction by looks may hide one half of a secret and leave the other; after,
	// since JSON is rewritten without its escapes.
	text := secret.RedactBody(kind, []byte(m.mask(string(body))), enoughBody)
	return safetext.Block(m.mask(text), shownBody)
}

// masker hides texts that were sent as secrets wherever they come back.
type masker struct{ values []string }

// newMasker takes the secrets of one call, in the spellings in which they may come back. Texts of less than four
// characters are left alone: they would blacken half of what is to be read.
func newMasker(secrets ...string) masker {
	var m masker
	for _, s := range secrets {
		if len(s) < 4 {
			continue
		}
		for _, spelling := range spelled(s) {
			if !slices.Contains(m.values, spelling) {
				m.values = append(m.values, spelling)
			}
		}
	}
	slices.SortFunc(m.values, func(a, b string) int { return len(b) - len(a) })
	return m
}

// Masked hides these secrets in a text, in the spellings in which they may stand there (escaped for an address, a form or JSON).
func Masked(text string, secrets []secret.String) string {
	list := make([]string, len(secrets))
	for i, s := range secrets {
		list[i] = s.Reveal()
	}
	return newMasker(list...).mask(text)
}

func (m masker) mask(text string) string {
	for _, v := range m.values {
		text = strings.ReplaceAll(text, v, secret.Mask)
	}
	return text
}

// holds reports whether one of the texts stands in a text.
func (m masker) holds(text string) bool {
	return slices.ContainsFunc(m.values, func(v string) bool { return strings.Contains(text, v) })
}

// line makes a provider's words safe for a message.
func (m masker) line(text string, cells int) string {
	return safetext.Line(secret.Redact(m.mask(text)), cells)
}
