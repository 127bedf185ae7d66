package connections_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"authdeck/connections"
	"authdeck/integrations"
	"authdeck/internal/secret"
	"authdeck/oauthflow"
	"authdeck/store"
)

// api is an API that knows which token is good.
type api struct {
	good  string
	calls []string
	fail  error
}

func (a *api) run(r integrations.ActionRequest) (integrations.ActionResult, error) {
	used := r.Kept.AccessToken.Reveal()
	a.calls = append(a.calls, used)
	x := oauthflow.Exchange{Method: http.MethodGet, URL: "https://api.example/me", Status: 200}
	var err error
	result := json.RawMessage(`{"ok":true}`)
	switch {
	case r.DryRun:
		x.Status = 0
	case used != a.good && a.good != "":
		x.Status, result = 401, nil
		err = &integrations.ActionError{Status: 401, Message: "401 from api.example", Unauthorized: true}
	case errors.Is(a.fail, integrations.ErrBadParams):
		return integrations.ActionResult{}, a.fail
	case a.fail != nil:
		x.Status, result, err = 422, nil, a.fail
	}
	return integrations.ActionResult{Result: result, Duration: time.Millisecond, Exchanges: []oauthflow.Exchange{x}}, err
}

func runBench(t *testing.T, a *api) *bench {
	t.Helper()
	return newBench(t, nil, func(p *provider) integrations.Integration {
		return &able{provider: p, run: a.run, actions: []integrations.Action{{Name: "who-am-i", SignIn: true}, {Name: "status"}}}
	})
}

// TestRun: a live token, one refresh and one replay after a 401, and never more.
func TestRun(t *testing.T) {
	t.Parallel()
	norefresh := func(c *store.Connection) { c.Grant.RefreshToken = secret.String{} }
	endless := func(c *store.Connection) { c.Grant.Lifetime, c.Grant.ExpiresAt = store.LifetimeNever, time.Time{} }
	for _, c := range []struct {
		name     string
		api      api
		change   []func(*store.Connection)
		answer   answer
		calls    []string
		requests int
		status   int
		kind     connections.Kind
		trouble  store.Trouble
	}{
		{"live", api{good: "access-0"}, nil, answer{}, []string{"access-0"}, 0, 200, "", ""},
		{"401, refreshed, replayed", api{good: "access-1"}, nil, answer{}, []string{"access-0", "access-1"}, 1, 200, "", ""},
		{"401 again: no third", api{good: "none"}, nil, answer{}, []string{"access-0", "access-1"}, 1, 401, connections.KindAction, ""},
		{"401, the grant is dead", api{good: "none"}, nil, answer{err: invalidGrant}, []string{"access-0"}, 1, 401, connections.KindSignIn, store.TroubleDead},
		{"401, the provider is down", api{good: "none"}, nil, answer{err: refused}, []string{"access-0"}, 1, 401, connections.KindTransient, store.TroubleTransient},
		{"401, no refresh token", api{good: "none"}, []func(*store.Connection){norefresh}, answer{}, []string{"access-0"}, 0, 401, connections.KindSignIn, ""},
		{"401 of a token that never ends is its end", api{good: "none"}, []func(*store.Connection){norefresh, endless}, answer{}, []string{"access-0"}, 0, 401, connections.KindSignIn, store.TroubleDead},
		{"an error answer", api{fail: &integrations.ActionError{Status: 422, Message: "no such note"}}, nil, answer{}, []string{"access-0"}, 0, 422, connections.KindAction, ""},
		{"bad parameters", api{fail: fmt.Errorf("text: %w", integrations.ErrBadParams)}, nil, answer{}, []string{"access-0"}, 0, 0, connections.KindUsage, ""},
		{"no network", api{fail: refused}, nil, answer{}, []string{"access-0"}, 0, 422, connections.KindTransient, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := runBench(t, &c.api)
			b.p.refresh = []answer{c.answer}
			conn := b.put("work", time.Minute, time.Hour, c.change...)
			r, err := b.Run(t.Context(), connections.RunRequest{Connection: "work", Action: "who-am-i"})
			exchanges := len(c.calls)
			if c.kind == connections.KindUsage {
				exchanges = 0
			}
			if kindOf(t, err) != c.kind || r.Status != c.status || len(r.Exchanges) != exchanges {
				t.Errorf("%v, status %d, %d exchanges; want %q, %d", err, r.Status, len(r.Exchanges), c.kind, c.status)
			}
			if err == nil && string(r.Result) != `{"ok":true}` {
				t.Errorf("result %s", r.Result)
			}
			if diff := cmp.Diff(c.calls, c.api.calls); diff != "" || b.p.requests() != c.requests {
				t.Errorf("%d refreshes, calls:\n%s", b.p.requests(), diff)
			}
			if h := b.get(conn.ID).Health; h.Trouble != c.trouble {
				t.Errorf("health %+v, want %q", h, c.trouble)
			}
			events := b.events(conn.ID)
			if c.kind == connections.KindUsage { // nothing was sent, so nothing was used
				if len(events) > 0 {
					t.Errorf("events %v, want none", events)
				}
				return
			}
			want := map[bool]string{true: "action ok", false: "action failed"}[err == nil]
			if events[len(events)-1] != want {
				t.Errorf("events %v, want %s at the end", events, want)
			}
		})
	}
}

// TestRunHeals: a token that was called dead because of a 401 is alive once the API takes it again.
func TestRunHeals(t *testing.T) {
	t.Parallel()
	a := &api{good: "none"}
	b := runBench(t, a)
	c := b.put("work", time.Minute, time.Hour, func(c *store.Connection) {
		c.Grant.RefreshToken, c.Grant.Lifetime, c.Grant.ExpiresAt = secret.String{}, store.LifetimeNever, time.Time{}
	})
	req := connections.RunRequest{Connection: "work", Action: "who-am-i"}
	if _, err := b.Run(t.Context(), req); kindOf(t, err) != connections.KindSignIn {
		t.Fatal(err)
	}
	a.good = "access-0"
	if _, err := b.Run(t.Context(), req); err != nil {
		t.Fatal(err)
	}
	if h := b.get(c.ID).Health; h.Trouble != "" {
		t.Errorf("%+v", h)
	}
}

func TestRunWithoutConnection(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		conn, action string
		dry          bool
		kind         connections.Kind
		status       int
		hint         string
	}{
		{"example", "status", false, "", 200, ""},
		{"example", "who-am-i", false, connections.KindSignIn, 0, "authdeck login example"},
		{"example", "who-am-I-", false, connections.KindNotFound, 0, "did you mean who-am-i?"},
		{"work", "who-am-i", true, "", 0, ""},
		{"nobody", "status", false, connections.KindNotFound, 0, "authdeck integrations list"},
	} {
		a := &api{}
		b := runBench(t, a)
		b.put("work", 2*time.Hour, time.Hour)
		r, err := b.Run(t.Context(), connections.RunRequest{Connection: c.conn, Action: c.action, DryRun: c.dry})
		var e *connections.Error
		if kindOf(t, err) != c.kind || r.Status != c.status || errors.As(err, &e) && !strings.Contains(e.Hint, c.hint) {
			t.Errorf("%s %s: %v, status %d, hint %v", c.conn, c.action, err, r.Status, e)
		}
		if b.p.requests() != 0 {
			t.Errorf("%s %s: refreshed", c.conn, c.action)
		}
	}
	b := runBench(t, &api{})
	b.put("work", 0, time.Hour)
	for _, ref := range []string{"work", "example"} {
		if list, err := b.Actions(t.Context(), ref); err != nil || len(list) != 2 {
			t.Errorf("%s: %v %v", ref, list, err)
		}
	}
}

// TestActionUse: the history tells an action's name from what came of it, whatever the API's words are.
func TestActionUse(t *testing.T) {
	t.Parallel()
	a := &api{}
	b := runBench(t, a)
	c := b.put("work", 0, time.Hour)
	for _, fail := range []error{nil, &integrations.ActionError{Status: 422, Message: "title: too long: at most 10"}} {
		a.fail = fail
		_, _ = b.Run(t.Context(), connections.RunRequest{Connection: "work", Action: "who-am-i"})
	}
	list, err := b.store.History(t.Context(), c.ID)
	if err != nil {
		t.Fatal(err)
	}
	var got [][2]string
	for _, e := range list {
		name, result := connections.ActionUse(e)
		got = append(got, [2]string{name, result})
	}
	if diff := cmp.Diff([][2]string{{"who-am-i", "200 in 1ms"}, {"who-am-i", "title: too long: at most 10"}}, got); diff != "" {
		t.Error(diff)
	}
	if name, result := connections.ActionUse(store.Event{Event: "refresh", Detail: "failed: x"}); name != "" || result != "" {
		t.Errorf("a refresh is a use of %q: %q", name, result)
	}
}
