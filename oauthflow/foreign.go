package oauthflow

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"time"

	"authdeck/internal/secret"
)

// ForeignRequest is a request as a FlowRunner service made it: nothing is added to it but what HTTP itself needs, and
// nothing is judged. The Caller's HTTP must be a guarded client ([NewGuardedClient]).
type ForeignRequest struct {
	Method  string
	URL     string      // http or https; the guard judges the address
	Headers [][2]string // in their order; Host and Content-Length go where net/http wants them
	Body    []byte
	HasBody bool
	Follow  bool // follow redirects of a GET: at most 5, without credentials to another origin
	// Decompress asks for gzip and unpacks; false leaves a compressed body as it is.
	Decompress bool
	Idle       time.Duration   // ends the call if nothing comes for that long; 0: only ctx does
	Secrets    []secret.String // must not show in exchanges and errors
	MaxAnswer  int64           // bytes
}

// ForeignAnswer is the answer, with its header as it came. Body holds secrets.
type ForeignAnswer struct {
	Status     int
	StatusText string
	Header     http.Header
	Body       []byte
	URL        string // after redirects
}

// ErrAnswerTooLarge is the end of a call whose answer was larger than allowed.
var ErrAnswerTooLarge = errTooLarge

const foreignRedirects = 5

// SendForeign makes the request. An error is a [*Error], found in it [ErrForbiddenAddress] or [ErrAnswerTooLarge] where those
// are the cause. The exchange is told to Log and Observe.
func (c *Caller) SendForeign(ctx context.Context, r ForeignRequest) (ForeignAnswer, error) {
	k, err := r.call(ctx)
	if err != nil {
		return ForeignAnswer{}, &Error{Class: ClassConfiguration, Host: hostOf(r.URL), Err: err}
	}
	clk := c.clock()
	started, before := clk.Wall(), clk.Mono()
	a, f, err := c.foreign(ctx, k, r)
	took := clk.Mono() - before
	c.log(k, a, err, took)
	if c.Observe != nil {
		x := shown(k, a, err)
		x.Started, x.Duration = started, took
		c.Observe(x)
	}
	return f, err
}

func (r ForeignRequest) call(ctx context.Context) (call, error) {
	u, err := url.Parse(r.URL)
	if err != nil || u.Host == "" {
		return call{}, errNoAddress
	}
	req, err := http.NewRequestWithContext(ctx, r.Method, r.URL, bytes.NewReader(r.Body))
	if err != nil {
		return call{}, errors.New("the request cannot be made as it is")
	}
	if !r.HasBody || len(r.Body) == 0 {
		req.Body, req.GetBody, req.ContentLength = nil, nil, 0
	}
	req.Header["User-Agent"] = []string{userAgent}
	for _, h := range r.Headers {
		name := http.CanonicalHeaderKey(h[0])
		switch name {
		case "Host":
			req.Host = h[1]
			continue
		case "Content-Length", "Connection", "Transfer-Encoding":
			continue // net/http knows better
		case "User-Agent":
			req.Header[name] = []string{latin1(h[1])}
			continue
		}
		req.Header[name] = append(req.Header[name], latin1(h[1]))
	}
	if r.Decompress && req.Header.Get("Accept-Encoding") == "" && req.Header.Get("Range") == "" && r.Method != http.MethodHead {
		req.Header.Set("Accept-Encoding", "gzip")
	}
	var list []string
	for _, s := range r.Secrets {
		list = append(list, s.Reveal())
	}
	for _, name := range secretFields {
		list = append(list, u.Query()[name]...)
	}
	k := call{req: req, body: r.Body, secrets: newMasker(list...), limit: r.MaxAnswer, redirect: stay}
	if r.Follow {
		k.redirect = followForeign
	}
	return k, nil
}

// latin1 writes characters up to U+00FF as single bytes, as Node does.
func latin1(value string) string {
	b := make([]byte, 0, len(value))
	for _, c := range value {
		if c > 0xff {
			return value
		}
		b = append(b, byte(c))
	}
	return string(b)
}

// followForeign lets a GET go on. net/http itself drops Authorization and cookies for another host; here another scheme or
// port counts as one too.
func followForeign(req *http.Request, via []*http.Request) error {
	first := via[0]
	if first.Method != http.MethodGet || len(via) > foreignRedirects {
		return http.ErrUseLastResponse
	}
	if origin(req.URL) != origin(first.URL) {
		for _, name := range []string{"Authorization", "Cookie", "Cookie2", "Proxy-Authorization", "Www-Authenticate"} {
			req.Header.Del(name)
		}
	}
	req.Header.Del("Referer")
	return nil
}

func origin(u *url.URL) string { return strings.ToLower(u.Scheme + "://" + hostPort(u)) }

// foreign sends and reads. Besides an error it returns what is known of the answer.
func (c *Caller) foreign(ctx context.Context, k call, r ForeignRequest) (Answer, ForeignAnswer, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	alive := func() {}
	if r.Idle > 0 {
		t := time.AfterFunc(r.Idle, func() { cancel(context.DeadlineExceeded) })
		defer t.Stop()
		alive = func() { t.Reset(r.Idle) }
	}
	var got reached
	req := k.req.WithContext(httptrace.WithClientTrace(ctx, got.trace()))
	client := http.Client{CheckRedirect: k.redirect}
	if c.HTTP != nil {
		client.Transport = c.HTTP.Transport
	}
	host := req.URL.Host
	resp, err := client.Do(req)
	if err != nil {
		if cause := context.Cause(ctx); cause != nil && ctx.Err() != nil {
			err = cause
		}
		return Answer{Host: host}, ForeignAnswer{}, networkError(host, err, got.sent(err), k)
	}
	defer func() { _ = resp.Body.Close() }()
	alive()
	a := Answer{Status: resp.StatusCode, Header: resp.Header, Host: resp.Request.URL.Host, sent: k.secrets}
	body, err := r.read(resp, alive)
	a.Body, a.Received = body, c.clock().Wall()
	if err != nil {
		if cause := context.Cause(ctx); cause != nil && ctx.Err() != nil {
			err = cause
		}
		e := networkError(a.Host, err, true, k)
		e.Status = a.Status
		return a, ForeignAnswer{}, e
	}
	_, text, _ := strings.Cut(resp.Status, " ")
	return a, ForeignAnswer{Status: a.Status, StatusText: text, Header: resp.Header, Body: body, URL: resp.Request.URL.String()}, nil
}

// read reads the body within the limit, unpacked where that was asked for; the limit holds for what comes out of it.
func (r ForeignRequest) read(resp *http.Response, alive func()) ([]byte, error) {
	var in io.Reader = &watched{resp.Body, alive}
	if r.Decompress {
		var err error
		switch strings.ToLower(strings.TrimSpace(resp.Header.Get("Content-Encoding"))) {
		case "gzip", "x-gzip":
			if in, err = gzip.NewReader(in); err != nil {
				if errors.Is(err, io.EOF) {
					return nil, nil
				}
				return nil, errors.New("the compressed answer cannot be read")
			}
		case "deflate":
			packed, err := io.ReadAll(io.LimitReader(in, r.MaxAnswer+1))
			if err != nil {
				return nil, err
			}
			if in, err = zlib.NewReader(bytes.NewReader(packed)); err != nil {
				in = flate.NewReader(bytes.NewReader(packed))
			}
		}
	}
	body, err := io.ReadAll(io.LimitReader(in, r.MaxAnswer+1))
	if err == nil && int64(len(body)) > r.MaxAnswer {
		return body[:r.MaxAnswer], errTooLarge
	}
	return body, err
}

// watched tells of each piece that comes.
type watched struct {
	r     io.Reader
	alive func()
}

func (w *watched) Read(p []byte) (int, error) {
	n, err := w.r.Read(p)
	if n > 0 {
		w.alive()
	}
	return n, err
}

// ClassifyForeign is what a failed answer means by the table of reference/security.md §5.3, for who has to tell why a
// service's operation failed. The secrets, as the request had them, are masked in it.
func ClassifyForeign(f ForeignAnswer, host string, secrets []secret.String) *Error {
	var list []string
	for _, s := range secrets {
		list = append(list, s.Reveal())
	}
	a := Answer{Status: f.Status, Header: f.Header, Body: f.Body, Host: host, sent: newMasker(list...)}
	a.read()
	return classify(a, Shape{})
}
