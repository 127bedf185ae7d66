package connections_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"authdeck/connections"
	"authdeck/integrations"
	"authdeck/internal/secret"
	"authdeck/oauthflow"
)

// ownCalls answers calls of the user's own, and remembers where the token went.
type ownCalls struct {
	good  string
	calls []string
}

func (w *ownCalls) request(r integrations.OwnRequest) (integrations.ActionResult, error) {
	used := r.Kept.AccessToken.Reveal()
	w.calls = append(w.calls, r.Method+" "+r.URL+" "+used)
	x := oauthflow.Exchange{Method: r.Method, URL: r.URL, Status: 200, ResponseHeader: http.Header{}}
	switch {
	case used != w.good:
		x.Status = 401
	case strings.HasSuffix(r.URL, "/lost"):
		x.Status = 404
	case strings.HasSuffix(r.URL, "/scope"):
		x.Status = 403
		x.ResponseHeader.Set("WWW-Authenticate", `Bearer error="insufficient_scope", scope="notes read"`)
	}
	return integrations.ActionResult{Result: json.RawMessage(`{"body":1}`), Duration: time.Millisecond, Exchanges: []oauthflow.Exchange{x}}, nil
}

// TestRequest: where the token may go, and what is refused before it goes anywhere.
func TestRequest(t *testing.T) {
	t.Parallel()
	hosts := []string{"api.example", "127.0.0.1:8080"}
	for _, c := range []struct {
		name   string
		req    connections.CallRequest
		hosts  []string
		good   string
		calls  []string
		kind   connections.Kind
		hint   string
		status int
	}{
		{"a host of the integration", connections.CallRequest{URL: "https://API.example/me"}, hosts, "access-0", []string{"GET https://API.example/me access-0"}, "", "", 200},
		{"the scheme's own port", connections.CallRequest{URL: "https://api.example:443/me"}, hosts, "access-0", []string{"GET https://api.example:443/me access-0"}, "", "", 200},
		{"a path", connections.CallRequest{URL: "/me", Method: "POST"}, hosts, "access-0", []string{"POST /me access-0"}, "", "", 200},
		{"http on loopback", connections.CallRequest{URL: "http://127.0.0.1:8080/me"}, hosts, "access-0", []string{"GET http://127.0.0.1:8080/me access-0"}, "", "", 200},
		{"401, refreshed once, replayed once", connections.CallRequest{URL: "/me"}, hosts, "access-1", []string{"GET /me access-0", "GET /me access-1"}, "", "", 200},
		{"401 again: no third", connections.CallRequest{URL: "/me"}, hosts, "none", []string{"GET /me access-0", "GET /me access-1"}, connections.KindAction, "scopes", 401},
		{"404 has a result", connections.CallRequest{URL: "/lost"}, hosts, "access-0", []string{"GET /lost access-0"}, connections.KindAction, "address", 404},
		{"403 names the scope", connections.CallRequest{URL: "/scope"}, hosts, "access-0", []string{"GET /scope access-0"}, connections.KindAction, "authdeck login work --scope notes", 403},
		{"another host", connections.CallRequest{URL: "https://evil.example/me"}, hosts, "access-0", nil, connections.KindUsage, "--any-host", 0},
		{"another port", connections.CallRequest{URL: "http://127.0.0.1:8081/me"}, hosts, "access-0", nil, connections.KindUsage, "--any-host", 0},
		{"another host, said so", connections.CallRequest{URL: "https://evil.example/me", AnyHost: true}, hosts, "access-0", []string{"GET https://evil.example/me access-0"}, "", "", 200},
		{"the host as user name", connections.CallRequest{URL: "https://api.example@evil.example/"}, hosts, "access-0", nil, connections.KindUsage, "address", 0},
		{"a password", connections.CallRequest{URL: "https://ada:hunter2@api.example/"}, hosts, "access-0", nil, connections.KindUsage, "address", 0},
		{"a secret in a query and a fragment", connections.CallRequest{URL: "ftp://api.example/?key=hunter2#hunter2"}, hosts, "access-0", nil, connections.KindUsage, "address", 0},
		{"a scheme-relative address", connections.CallRequest{URL: "//evil.example/me"}, hosts, "access-0", nil, connections.KindUsage, "address", 0},
		{"http", connections.CallRequest{URL: "http://api.example/me", AnyHost: true}, hosts, "access-0", nil, connections.KindUsage, "https", 0},
		{"another scheme", connections.CallRequest{URL: "file:///etc/passwd"}, hosts, "access-0", nil, connections.KindUsage, "address", 0},
		{"no method", connections.CallRequest{URL: "/me", Method: "GE T"}, hosts, "access-0", nil, connections.KindUsage, "GET", 0},
		{"no header", connections.CallRequest{URL: "/me", Header: [][2]string{{"X-A", "a\r\nHost: b"}}}, hosts, "access-0", nil, connections.KindUsage, "header", 0},
		{"another host in a header", connections.CallRequest{URL: "/me", Header: [][2]string{{"hOst", "evil.example"}}}, hosts, "access-0", nil, connections.KindUsage, "address", 0},
		{"a length of the user's own", connections.CallRequest{URL: "/me", Header: [][2]string{{"Content-Length", "9"}}}, hosts, "access-0", nil, connections.KindUsage, "body", 0},
		{"an odd spelling of the host", connections.CallRequest{URL: "https://api.example./me"}, hosts, "access-0", nil, connections.KindUsage, "--any-host", 0},
		{"an empty port", connections.CallRequest{URL: "https://api.example:/me"}, hosts, "access-0", nil, connections.KindUsage, "--any-host", 0},
		{"a backslash", connections.CallRequest{URL: `https://evil.example\@api.example/me`}, hosts, "access-0", nil, connections.KindUsage, "address", 0},
		{"letters that look alike", connections.CallRequest{URL: "https://api.\u0435xample/me"}, hosts, "access-0", nil, connections.KindUsage, "--any-host", 0},
		{"hosts that nobody knows", connections.CallRequest{URL: "https://api.example/me"}, nil, "access-0", nil, connections.KindUsage, "--any-host", 0},
		{"nobody knows, but said so", connections.CallRequest{URL: "https://api.example/me", AnyHost: true}, nil, "access-0", []string{"GET https://api.example/me access-0"}, "", "", 200},
		{"no connection", connections.CallRequest{Connection: "example", URL: "/me"}, hosts, "access-0", nil, connections.KindSignIn, "authdeck login example", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := &ownCalls{good: c.good}
			b := callBench(t, &calling{hosts: c.hosts, request: w.request}, echo)
			conn := b.put("work", 0, time.Hour)
			if c.req.Connection == "" {
				c.req.Connection = "work"
			}
			if c.req.Method == "" {
				c.req.Method = "GET"
			}
			r, err := b.Request(t.Context(), c.req)
			if err != nil && strings.Contains(err.Error()+hintOf(err), "hunter2") {
				t.Errorf("it says a secret: %v", err)
			}
			var e *connections.Error
			if kindOf(t, err) != c.kind || r.Status != c.status || errors.As(err, &e) && !strings.Contains(e.Hint, c.hint) {
				t.Errorf("%v (%+v), status %d", err, e, r.Status)
			}
			if diff := cmp.Diff(c.calls, w.calls); diff != "" {
				t.Error(diff)
			}
			if c.status != 0 && string(r.Result) != `{"body":1}` {
				t.Errorf("result %s", r.Result)
			}
			events := b.events(conn.ID)
			if sent := len(c.calls) > 0; sent != (len(events) > 0 && strings.HasPrefix(events[len(events)-1], "request ")) {
				t.Errorf("events %v", events)
			}
		})
	}
}

// TestRequest_Reached: a service's token may go where the service itself has sent it.
func TestRequest_Reached(t *testing.T) {
	t.Parallel()
	w := &ownCalls{good: "access-0"}
	sent := func(url string, status int, header string) oauthflow.Exchange {
		x, err := (&oauthflow.Caller{}).Preview(t.Context(), oauthflow.APIRequest{URL: url, Header: http.Header{"Authorization": {header}}})
		if err != nil {
			t.Error(err)
		}
		x.Status = status
		return x
	}
	const token = "access-0"
	b := callBench(t, &calling{request: w.request}, func(integrations.ActionRequest) (integrations.ActionResult, error) {
		plain := sent("https://plain.example/x", 200, token)
		plain.URL = "http://plain.example/x"
		return integrations.ActionResult{Exchanges: []oauthflow.Exchange{
			sent("https://API.example/x", 200, "Bearer "+token), sent("https://files.example/x", 200, "none"), sent("https://down.example/x", 0, token),
			plain, sent("http://127.0.0.1:9/x", 500, token), sent("https://q.example/x?key="+token, 200, ""),
			sent("https://other.example/x?code=abc", 200, "Bearer another-one"), sent("https://typed.example/x?q="+secret.Mask, 200, "Basic YTpi"),
		}}, nil
	})
	b.put("work", 0, time.Hour)
	for range 2 {
		if _, err := b.Run(t.Context(), connections.RunRequest{Connection: "work", Action: "list"}); err != nil {
			t.Fatal(err)
		}
	}
	var kept []string
	if err := b.store.Setting(t.Context(), "reached", "example", &kept); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"127.0.0.1:9", "api.example", "q.example"}, kept); diff != "" {
		t.Error(diff)
	}
	if _, err := b.Request(t.Context(), connections.CallRequest{Connection: "work", Method: "GET", URL: "https://api.example/me"}); err != nil {
		t.Error(err)
	}
	_, err := b.Request(t.Context(), connections.CallRequest{Connection: "work", Method: "GET", URL: "https://files.example/me"})
	if kindOf(t, err) != connections.KindUsage || !strings.Contains(hintOf(err), "api.example") {
		t.Errorf("%v, %s", err, hintOf(err))
	}
}
