package oauthflow

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"authdeck/internal/secret"
)

// APIRequest is a plain call of a provider's API with a token, as identities, actions and checks make it. Whoever makes
// it has put everything in its place: the token into Header or URL, the body encoded, its Content-Type into Header.
type APIRequest struct {
	Method string // default GET
	URL    string // https, or http on loopback
	Header http.Header
	Body   []byte
	// Secrets are the token and whatever else must not show in exchanges and errors, wherever it stands or comes back.
	Secrets   []secret.String
	MaxAnswer int64         // bytes of the answer; 0 is 1 MiB
	Timeout   time.Duration // for the whole call; 0 is 30 s
	// Unread leaves Members and Value of the answer nil: an answer of many megabytes is read by whoever wants a part of it
	// ([PathRaw]).
	Unread bool
}

// SendAPI makes the call and reads the answer whole, whatever its status; what the status means is the caller's to judge.
// A redirect of a GET or HEAD is followed, at most three times, if it stays at the same scheme, host and port; any other
// comes back as the answer it is, so that no token leaves its host. Errors are those of [Caller.Send].
func (c *Caller) SendAPI(ctx context.Context, r APIRequest) (Answer, error) {
	k, err := r.call(ctx)
	if err != nil {
		return Answer{}, err
	}
	return c.do(k)
}

// Preview is the exchange that SendAPI would make, with Status 0, and sends nothing.
func (c *Caller) Preview(ctx context.Context, r APIRequest) (Exchange, error) {
	k, err := r.call(ctx)
	if err != nil {
		return Exchange{}, err
	}
	return shown(k, Answer{}, nil), nil
}

func (r APIRequest) call(ctx context.Context) (call, error) {
	method := r.Method
	if method == "" {
		method = http.MethodGet
	}
	failed := func(err error) (call, error) {
		return call{}, &Error{Class: ClassConfiguration, Host: hostOf(r.URL), Err: err}
	}
	if err := CheckEndpoint(r.URL); err != nil {
		return failed(err)
	}
	var list []string
	for _, s := range r.Secrets {
		list = append(list, s.Reveal())
	}
	if u, err := url.Parse(r.URL); err == nil {
		for _, name := range secretFields {
			list = append(list, u.Query()[name]...)
		}
	}
	list = append(list, hiddenByName(r.Header, list)...)
	req, err := http.NewRequestWithContext(ctx, method, r.URL, bytes.NewReader(r.Body))
	if err != nil {
		return failed(errNoAddress)
	}
	if len(r.Body) == 0 {
		req.Body, req.GetBody = http.NoBody, nil
	}
	req.Header.Set("User-Agent", userAgent)
	req.Header.Set("Accept", "application/json")
	for name, values := range r.Header {
		req.Header[http.CanonicalHeaderKey(name)] = slices.Clone(values)
	}
	k := call{req: req, body: r.Body, secrets: newMasker(list...), limit: r.MaxAnswer, timeout: r.Timeout, redirect: sameOrigin, unread: r.Unread}
	if k.limit <= 0 {
		k.limit = maxBody
	}
	if k.timeout <= 0 {
		k.timeout = totalTimeout
	}
	return k, nil
}

// hiddenByName are the parts of headers that are hidden since a header of that name holds a secret: what comes back of them elsewhere is
// one, too. Those with a secret that is known in them are left out: that one says better what is to be hidden.
func hiddenByName(h http.Header, known []string) []string {
	var list []string
	for name, values := range secret.RedactHeader(h) {
		for i, masked := range values {
			before, after, found := strings.Cut(masked, secret.Mask)
			rest, same := strings.CutPrefix(h[name][i], before)
			rest, ends := strings.CutSuffix(rest, after)
			of := slices.ContainsFunc(known, func(s string) bool { return s != "" && strings.Contains(h[name][i], s) })
			if found && same && ends && !of && !strings.Contains(after, secret.Mask) {
				list = append(list, rest)
			}
		}
	}
	return list
}
