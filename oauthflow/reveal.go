package oauthflow

import (
	"fmt"
	"net/http"
	"slices"
	"unicode/utf8"

	"authdeck/internal/secret"
)

// raw is what went over the wire. Nothing in it is masked or made safe.
type raw struct {
	url               string
	host              string // where the request names another host than its address
	sent, came        http.Header
	request, response []byte
	secrets           masker
}

// rawOf keeps the bodies by reference.
func rawOf(k call, a Answer) func() raw {
	r := raw{
		url: k.req.URL.String(), sent: k.req.Header.Clone(), came: a.Header.Clone(), request: k.body, response: a.Body, secrets: k.secrets,
	}
	if k.req.Host != k.req.URL.Host {
		r.host = k.req.Host
	}
	return func() raw { return r }
}

// Revealable reports whether Reveal and Raw have more to tell than the exchange itself.
func (e Exchange) Revealable() bool { return e.raw != nil }

// Reveal is the same exchange with nothing masked: address, headers, and bodies as text, cut as before ([Exchange.Raw] has
// them whole). It is for a person who asked to see it: secrets stand in it, and foreign text that is not safe for a
// terminal. One that was not made here comes back as it is.
func (e Exchange) Reveal() Exchange {
	if e.raw == nil {
		return e
	}
	r := e.raw()
	e.URL, e.RequestHeader, e.ResponseHeader = r.url, r.sent.Clone(), r.came.Clone()
	e.RequestBody, e.ResponseBody = revealed(r.request), revealed(r.response)
	return e
}

// revealed is a body as text, cut at a character's end.
func revealed(body []byte) string {
	if !utf8.Valid(body) {
		return fmt.Sprintf("(%d bytes that are no text)", len(body))
	}
	if len(body) <= shownBody {
		return string(body)
	}
	return string(cut(body, shownBody)) + "…"
}

// cut is the beginning of a text, without half a character at its end.
func cut(body []byte, size int) []byte {
	body = body[:min(size, len(body))]
	for i := len(body) - 1; i >= max(0, len(body)-utf8.UTFMax); i-- {
		if utf8.RuneStart(body[i]) {
			if !utf8.FullRune(body[i:]) {
				return body[:i]
			}
			break
		}
	}
	return body
}

// Raw is the bodies as they went over the wire, secrets and all; the response as far as it was read, up to the limit of the
// call. They are not copied: leave them as they are. Nil where there was none, or the exchange was not made here.
func (e Exchange) Raw() (request, response []byte) {
	if e.raw == nil {
		return nil, nil
	}
	r := e.raw()
	return r.request, r.response
}

// Carried reports whether the request took one of these secrets along, in whatever spelling; false if the exchange was not made here.
func (e Exchange) Carried(secrets []secret.String) bool {
	if e.raw == nil {
		return false
	}
	list := make([]string, len(secrets))
	for i, s := range secrets {
		list[i] = s.Reveal()
	}
	m, r := newMasker(list...), e.raw()
	for _, values := range r.sent {
		if slices.ContainsFunc(values, m.holds) {
			return true
		}
	}
	return m.holds(r.url) || m.holds(string(r.request))
}

// Forget is the same exchange without what is not masked, for whoever keeps it.
func (e Exchange) Forget() Exchange {
	e.raw = nil
	return e
}
