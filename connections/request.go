package connections

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"authdeck/integrations"
	"authdeck/internal/safetext"
	"authdeck/internal/secret"
	"authdeck/oauthflow"
)

// CallRequest is an HTTP call of the user's own with the token of a connection.
type CallRequest struct {
	Connection string // or an integration that needs no sign-in
	Method     string
	URL        string      // a path alone starts where the integration's relative addresses do
	Header     [][2]string // name and value; they win over the integration's own
	Body       []byte
	AnyHost    bool // the token may go to any host: the user said so
	DryRun     bool
	Wait       time.Duration     // as RunRequest.Wait
	Progress   func(RunProgress) // as RunRequest.Progress
}

// Request makes the call: to the hosts that the integration names, else to those that its own calls have reached with a token, and to
// no other unless AnyHost. A 401 leads to one refresh and one replay. An answer of 400 and above is a KindAction error beside the
// result, which has its body.
func (s *Service) Request(ctx context.Context, r CallRequest) (RunResult, error) {
	c, integ, err := s.target(ctx, r.Connection)
	if err != nil {
		return RunResult{}, err
	}
	info := integ.Info()
	if c == nil && !info.NoSignIn {
		return RunResult{}, &Error{
			Kind: KindSignIn, Message: "a call needs a connection of " + quote(r.Connection), Hint: "authdeck login " + safetext.Line(r.Connection, 60),
		}
	}
	q, ok := integ.(integrations.Requester)
	if !ok {
		return RunResult{}, &Error{
			Kind: KindUnsupported, Message: quote(info.ID) + " makes no calls of your own", Hint: "`authdeck token` prints the token for another program",
		}
	}
	run := &running{
		s: s, integ: integ, info: info, conn: c, dry: r.DryRun, wait: r.Wait, progress: r.Progress, limit: runTime,
		name: safetext.Line(r.Method+" "+placeOf(r.URL), 100),
	}
	if run.cfg, err = s.configOf(ctx, info, c); err != nil {
		return RunResult{}, err
	}
	hosts, err := s.hostsFor(ctx, q, run, r)
	if err != nil {
		return RunResult{}, err
	}
	own := integrations.OwnRequest{
		Config: run.cfg, Method: r.Method, URL: r.URL, Header: r.Header, Body: r.Body, Hosts: hosts, AnyHost: r.AnyHost, DryRun: r.DryRun,
	}
	run.send = func(ctx context.Context, kept integrations.Kept, _ string) (integrations.ActionResult, error) {
		own.Kept = kept
		a, err := q.Request(ctx, own)
		if err == nil && !r.DryRun {
			err = s.answerError(a)
		}
		return a, err
	}
	err = run.pages(ctx, "", 1)
	if !r.DryRun {
		host := ""
		if n := len(run.result.Exchanges); n > 0 {
			x := run.result.Exchanges[n-1]
			host = safetext.Line(x.Method+" "+hostOf(x.URL), 100)
		}
		run.record(context.WithoutCancel(ctx), "request", host, err)
	}
	return run.result, run.explain(err)
}

// hostsFor are the hosts to which a call may go; what cannot be sent at all is refused here.
func (s *Service) hostsFor(ctx context.Context, q integrations.Requester, run *running, r CallRequest) ([]string, error) {
	u, err := url.Parse(r.URL)
	relative := err == nil && u.Scheme == "" && u.Host == "" && strings.HasPrefix(r.URL, "/")
	switch {
	case err != nil, !relative && (u.Host == "" || u.Scheme != "https" && u.Scheme != "http"), u.User != nil:
		return nil, usageOf("%s is no address to call", quoteURL(r.URL), "an address like https://api.example.com/me is wanted, or a path like /me")
	case u.Scheme == "http" && !loopbackHost(u.Hostname()):
		return nil, usageOf("%s is http: everybody on the way could read the token", quoteURL(r.URL), "use https; http is for this machine alone")
	case !isToken(r.Method):
		return nil, usageOf("%s is no method", quote(r.Method), "GET, POST, PUT, PATCH, DELETE, …")
	}
	for _, h := range r.Header {
		if !isToken(h[0]) || strings.ContainsAny(h[1], "\r\n\x00") {
			return nil, usageOf("%s is no header", quote(h[0]), "a header is a name and one line")
		}
		if slices.Contains(framing, http.CanonicalHeaderKey(h[0])) {
			return nil, usageOf("the header %s is not yours to give", quote(h[0]), "it follows from the address and the body")
		}
	}
	hosts := q.APIHosts(run.cfg)
	if hosts == nil {
		if hosts, err = s.reached(ctx, run.info.ID); err != nil {
			return nil, err
		}
		if len(hosts) == 0 && !r.AnyHost {
			return nil, &Error{
				Kind: KindUsage, Message: "which hosts " + quote(run.info.ID) + " calls is not known: none of its actions has reached one with a token yet",
				Hint: "run an action first, or say that the token may go there: --any-host",
			}
		}
	}
	if relative || r.AnyHost || integrations.HostAllowed(hosts, u) {
		return hosts, nil
	}
	return nil, &Error{
		Kind: KindUsage, Message: safetext.Line(u.Host, 100) + " is no host of " + quote(run.info.ID) + ": the token is not sent there",
		Hint: "its hosts: " + safetext.Line(strings.Join(hosts, ", "), 200) + "; --any-host sends the token there all the same",
	}
}

// framing are the headers that say where a request goes and where it ends. A Host of the user's own would lead the token past the fence
// where several hosts share an address.
var framing = []string{"Host", "Content-Length", "Transfer-Encoding", "Trailer"}

func usageOf(format, subject, hint string) error {
	return &Error{Kind: KindUsage, Message: fmt.Sprintf(format, subject), Hint: hint}
}

// placeOf is the host of an address, or the path if that is all there is.
func placeOf(address string) string {
	if host := hostOf(address); host != "" {
		return host
	}
	if i := strings.IndexAny(address, "?#"); i >= 0 {
		address = address[:i]
	}
	return address
}

// quoteURL is an address without what may hold secrets: user information, query and fragment.
func quoteURL(address string) string {
	if i := strings.IndexAny(address, "?#"); i >= 0 {
		address = address[:i]
	}
	return `"` + safetext.Line(secret.RedactURL(address), 120) + `"`
}

// isToken reports whether s is a token of RFC 9110 §5.6.2: a method, or the name of a header.
func isToken(s string) bool {
	other := func(c rune) bool {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		return !letter && !strings.ContainsRune("!#$%&'*+-.^_`|~", c)
	}
	return s != "" && !strings.ContainsFunc(s, other)
}

// answerError is the error of an answer of 400 and above, nil for others.
func (s *Service) answerError(a integrations.ActionResult) error {
	if len(a.Exchanges) == 0 {
		return nil
	}
	last := a.Exchanges[len(a.Exchanges)-1]
	if last.Status < http.StatusBadRequest {
		return nil
	}
	scopes, _ := oauthflow.MissingScopes(last.ResponseHeader)
	words := strings.TrimSpace(fmt.Sprintf("HTTP %d %s", last.Status, http.StatusText(last.Status)))
	return &integrations.ActionError{
		Status: last.Status, Message: words, Unauthorized: last.Status == http.StatusUnauthorized,
		RetryAfter: oauthflow.Answer{Header: last.ResponseHeader, Received: s.now()}.RetryAfter(), Scopes: scopes,
	}
}
