package oauthflow

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptrace"
	"time"

	"authdeck/internal/clock"
	"authdeck/internal/secret"
)

// The limits of a call that carries credentials (reference/security.md §5.1 step 4).
const (
	totalTimeout = 30 * time.Second
	maxBody      = 1 << 20
	userAgent    = "authdeck"
)

// Caller sends protocol requests. HTTP's transport is used, its redirect policy, cookie jar and timeout are not. Every
// field may be left out: the default transport, the machine's clock, no log, nobody who looks on. A Caller is safe for
// concurrent use as long as nobody changes its fields.
type Caller struct {
	HTTP  *http.Client
	Clock clock.Clock
	Log   *slog.Logger
	// Observe, if set, sees each exchange after it ended, already redacted (for -v and for exchange lists). It is called by
	// the goroutine of the call.
	Observe func(Exchange)
}

// Observing returns a copy of c that shows its exchanges to f as well: the way to collect those of one operation.
func (c *Caller) Observing(f func(Exchange)) *Caller {
	copied, before := *c, c.Observe
	copied.Observe = func(e Exchange) {
		if before != nil {
			before(e)
		}
		f(e)
	}
	return &copied
}

// Send makes the call and reads the answer whole, whatever its status: a redirect is an answer and is not followed. It
// takes at most 30 s. An error is always a [*Error] and means that nothing usable came back; its class is transient or
// portal, or configuration if the request could not be built (an address that [CheckEndpoint] refuses).
func (c *Caller) Send(ctx context.Context, r Request) (Answer, error) {
	req, body, err := r.build(ctx)
	if err != nil {
		return Answer{}, &Error{Class: ClassConfiguration, Host: hostOf(r.URL), Err: err}
	}
	return c.do(call{req: req, body: body, secrets: r.secrets(), limit: maxBody, timeout: totalTimeout, redirect: stay})
}

// call is one exchange before it is made.
type call struct {
	req      *http.Request
	body     []byte // what req sends, for the Exchange
	secrets  masker
	limit    int64
	timeout  time.Duration
	redirect func(req *http.Request, via []*http.Request) error
	unread   bool // the answer's value is not wanted
}

// do makes the exchange, and tells Log and Observe; every call of the package goes through here.
func (c *Caller) do(k call) (Answer, error) {
	clk := c.clock()
	started, before := clk.Wall(), clk.Mono()
	a, err := c.exchange(k)
	took := clk.Mono() - before
	c.log(k, a, err, took)
	if c.Observe != nil {
		x := shown(k, a, err)
		x.Started, x.Duration = started, took
		c.Observe(x)
	}
	if err != nil {
		return Answer{}, err
	}
	return a, nil
}

var errTooLarge = errors.New("the answer is larger than allowed")

// exchange sends and reads under one deadline. Besides an error it returns what is known of the answer.
func (c *Caller) exchange(k call) (Answer, error) {
	ctx, cancel := WithTimeout(k.req.Context(), k.timeout)
	defer cancel()
	var got reached
	req := k.req.WithContext(httptrace.WithClientTrace(ctx, got.trace()))
	if err := ctx.Err(); err != nil {
		return Answer{Host: req.URL.Host}, networkError(req.URL.Host, err, false, k)
	}
	client := http.Client{CheckRedirect: k.redirect}
	if c.HTTP != nil {
		client.Transport = c.HTTP.Transport
	}
	resp, err := client.Do(req)
	if err != nil {
		return Answer{Host: req.URL.Host}, networkError(req.URL.Host, err, got.sent(err), k)
	}
	defer func() { _ = resp.Body.Close() }()
	a := Answer{Status: resp.StatusCode, Header: resp.Header, Host: req.URL.Host, sent: k.secrets}
	if resp.Request != nil {
		a.Host = resp.Request.URL.Host // after redirects
	}
	a.Body, err = io.ReadAll(io.LimitReader(resp.Body, k.limit+1))
	a.Received = c.clock().Wall()
	if err == nil && int64(len(a.Body)) > k.limit {
		a.Body, err = a.Body[:k.limit], errTooLarge
	}
	if err != nil {
		e := networkError(a.Host, err, true, k)
		e.Status, e.RetryAfter = a.Status, a.RetryAfter()
		return a, e
	}
	if !k.unread {
		a.read()
	}
	return a, nil
}

func (c *Caller) clock() clock.Clock {
	if c.Clock == nil {
		return clock.System()
	}
	return c.Clock
}

func (c *Caller) log(k call, a Answer, err error, took time.Duration) {
	if c.Log == nil {
		return
	}
	address := *k.req.URL
	address.RawQuery = ""
	attrs := []any{
		"method", k.req.Method, "url", k.secrets.mask(secret.RedactURL(address.String())), "status", a.Status, "took", took,
	}
	if err != nil {
		attrs = append(attrs, "failed", err.Error())
	}
	c.Log.DebugContext(k.req.Context(), "exchange", attrs...)
}
