package flowrunner

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"authdeck/integrations/flowrunner/engine"
	"authdeck/integrations/flowrunner/wire"
	"authdeck/internal/safetext"
	"authdeck/internal/secret"
	"authdeck/oauthflow"
)

// recorder does the HTTP of one call and keeps what happened. Safe for concurrent use.
type recorder struct {
	h    *Host
	c    call
	http *http.Client

	mu   sync.Mutex
	came came
	kept int // bytes of files that it handed over
	raw  int // bytes of bodies that the exchanges hold

	issued []secret.String   // tokens of the answers
	held   map[string][]byte // files of a call that leaves none, by address
}

func (r *recorder) result() came {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.came
}

// console keeps a line, safe and without what looks like a secret.
func (r *recorder) console(level, line string) {
	line = r.mask(line)
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.came.console) >= 200 {
		return
	}
	line = safetext.Line(level, 10) + ": " + safetext.Block(secret.Redact(line), 4096)
	r.came.console = append(r.came.console, line)
	if r.c.hear != nil {
		r.c.hear(r.c.method, line)
	}
}

// mask hides what must not show: what the call was given, and the tokens of the answers that came.
func (r *recorder) mask(text string) string {
	r.mu.Lock()
	secrets := slices.Concat(r.c.secrets, r.issued)
	r.mu.Unlock()
	return oauthflow.Masked(text, secrets)
}

// learn notes the tokens of an answer.
func (r *recorder) learn(body []byte) {
	var o map[string]any
	if len(body) > 64<<10 || json.Unmarshal(body, &o) != nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, name := range []string{"access_token", "refresh_token", "id_token", "client_secret", "token", "accessToken", "refreshToken"} {
		if v, ok := o[name].(string); ok && len(v) >= 8 {
			r.issued = append(r.issued, secret.New(v))
		}
	}
}

// send makes one request of the service.
func (r *recorder) send(ctx context.Context, m wire.Message) wire.Message {
	if m.Request == nil {
		return problem("EINVAL", "no request")
	}
	q := m.Request
	if scheme, _, _ := strings.Cut(q.URL, ":"); scheme != "http" && scheme != "https" {
		return problem("ERR_INVALID_PROTOCOL", `Protocol "`+safetext.Line(scheme, 40)+`:" not supported. Expected "https:"`)
	}
	req := oauthflow.ForeignRequest{
		Method: q.Method, URL: q.URL, Headers: q.Headers, Body: m.Body, HasBody: q.HasBody, Follow: q.Follow, Decompress: q.Decompress,
		Idle: time.Duration(q.IdleMillis) * time.Millisecond, Secrets: r.c.secrets, MaxAnswer: wire.MaxBody,
	}
	if a, ok := r.local(q.URL); ok {
		return a
	}
	r.warnOfFile(q, m.Body)
	var x oauthflow.Exchange
	caller := (&oauthflow.Caller{HTTP: r.http}).Observing(func(e oauthflow.Exchange) { x = e })
	if r.h.o.Caller != nil {
		caller.Clock = r.h.o.Caller.Clock
		if observe := r.h.o.Caller.Observe; observe != nil {
			caller = caller.Observing(observe)
		}
	}
	a, err := caller.SendForeign(ctx, req)
	r.note(q, x, a, err)
	if err == nil {
		r.trade(q, m.Body, a)
		r.learn(a.Body)
	}
	if err != nil {
		return problem(nodeCode(err), "request to "+hostOf(q.URL)+" failed: "+errorWords(err))
	}
	return wire.Message{Body: a.Body, Response: &wire.Response{Status: a.Status, StatusText: a.StatusText, Headers: pairs(a), URL: a.URL}}
}

// warnOfFile says that a request hands on the address of a file of this computer, which nobody else can read.
func (r *recorder) warnOfFile(q *wire.Request, body []byte) {
	host := strings.TrimPrefix(engine.FilesOrigin, "https://")
	if !strings.Contains(q.URL, host) && !bytes.Contains(body, []byte(host)) {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.came.console = append(r.came.console, "warn: a request to "+safetext.Line(hostOf(q.URL), 100)+" names a file of this computer; the provider cannot read it there")
}

// maxRaw is how much the exchanges of a call hold of bodies as they were, in bytes; later ones only show theirs.
const maxRaw = 64 << 20

// note keeps what a request led to.
func (r *recorder) note(q *wire.Request, x oauthflow.Exchange, a oauthflow.ForeignAnswer, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if x.Method != "" { // an address that cannot be read makes none
		request, response := x.Raw()
		if r.raw += len(request) + len(response); r.raw > maxRaw {
			x = x.Forget()
		}
		r.came.exchanges = append(r.came.exchanges, x)
	}
	r.came.answered = append(r.came.answered, a.Status)
	r.came.methods = append(r.came.methods, q.Method)
	var e *oauthflow.Error
	switch {
	case errors.As(err, &e):
		r.came.errors = append(r.came.errors, e)
	case err == nil && a.Status >= 400:
		r.came.errors = append(r.came.errors, oauthflow.ClassifyForeign(a, hostOf(q.URL), r.c.secrets))
	case err == nil && a.Status/100 == 2 && saysError(a.Body):
		r.came.denied = append(r.came.denied, oauthflow.ClassifyForeign(a, hostOf(q.URL), r.c.secrets))
	}
}

// saysError reports whether a body is an object that tells of an error.
func saysError(body []byte) bool {
	var o struct {
		OK    *bool           `json:"ok"`
		Error json.RawMessage `json:"error"`
	}
	if len(body) > 64<<10 || json.Unmarshal(body, &o) != nil {
		return false
	}
	e := string(o.Error)
	return o.OK != nil && !*o.OK || e != "" && e != "null" && e != `""` && e != "false" && e != "{}" && e != "0"
}

func pairs(a oauthflow.ForeignAnswer) [][2]string {
	var list [][2]string
	for name, values := range a.Header {
		for _, v := range values {
			list = append(list, [2]string{name, v})
		}
	}
	slices.SortFunc(list, func(a, b [2]string) int { return strings.Compare(a[0], b[0]) })
	return list
}

func problem(code, text string) wire.Message {
	return wire.Message{Response: &wire.Response{Code: code, Problem: text}}
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Hostname())
}

func errorWords(err error) string {
	var e *oauthflow.Error
	if errors.As(err, &e) && e.Err != nil {
		return safetext.Line(e.Err.Error(), 200)
	}
	return safetext.Line(err.Error(), 200)
}

// nodeCode is the code that Node gives such a failure.
func nodeCode(err error) string {
	var dns *net.DNSError
	switch {
	case errors.Is(err, oauthflow.ErrForbiddenAddress):
		return "EACCES"
	case errors.Is(err, oauthflow.ErrAnswerTooLarge):
		return "ERR_BODY_TOO_LARGE"
	case errors.As(err, &dns):
		return "ENOTFOUND"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "ECONNREFUSED"
	case errors.Is(err, context.DeadlineExceeded):
		return "ETIMEDOUT"
	}
	return "ECONNRESET"
}
