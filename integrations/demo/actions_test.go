package demo

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"authdeck/integrations"
	"authdeck/oauthflow"
)

// person is one who signed in and runs actions of the page against its server.
type person struct {
	t    *testing.T
	i    integrations.Integration
	kept integrations.Kept
}

func signedIn(t *testing.T, s *Server, scopes ...string) *person {
	t.Helper()
	list, err := s.Source(&oauthflow.Caller{HTTP: http.DefaultClient}).Integrations(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	p := &person{t: t, i: list[0]}
	redirect, last := landing(t)
	c, err := p.i.ConnectionURL(t.Context(), integrations.ConnectionURLRequest{RedirectURI: redirect, State: "state", Scopes: scopes})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := PlayBrowser(t.Context(), c.URL, "ada@example.com"); err != nil {
		t.Fatal(err)
	}
	g, err := p.i.ExecuteCallback(t.Context(), integrations.CallbackRequest{RedirectURI: redirect, Params: last(), Pending: c.Pending})
	if err != nil {
		t.Fatal(err)
	}
	p.kept = integrations.Kept{AccessToken: g.AccessToken, RefreshToken: g.RefreshToken, IDToken: g.IDToken, ScopesAsked: c.Scopes, ScopesGranted: g.Scopes, Identity: g.Identity}
	return p
}

func (p *person) run(r integrations.ActionRequest) (integrations.ActionResult, error) {
	r.Kept = p.kept
	return p.i.(integrations.ActionRunner).RunAction(p.t.Context(), r)
}

// result runs what has to work and reads its result.
func (p *person) result(into any, r integrations.ActionRequest) integrations.ActionResult {
	p.t.Helper()
	out, err := p.run(r)
	if err != nil {
		p.t.Fatalf("%s: %v", r.Action, err)
	}
	if err := json.Unmarshal(out.Result, into); err != nil {
		p.t.Fatalf("%s: %v in %.200s", r.Action, err, out.Result)
	}
	return out
}

func (p *person) failure(action string) *integrations.ActionError {
	p.t.Helper()
	_, err := p.run(integrations.ActionRequest{Action: action})
	var failed *integrations.ActionError
	if !errors.As(err, &failed) {
		p.t.Fatalf("%s: %v", action, err)
	}
	return failed
}

func (p *person) refresh() {
	p.t.Helper()
	g, err := p.i.RefreshToken(p.t.Context(), integrations.RefreshRequest{Kept: p.kept})
	if err != nil {
		p.t.Fatal(err)
	}
	p.kept.AccessToken, p.kept.RefreshToken = g.AccessToken, g.RefreshToken
}

type picked struct {
	Items  []struct{ Label, Value, Note string }
	Cursor string
}

func TestDictionariesOfTheDemo(t *testing.T) {
	p := signedIn(t, start(t, Options{}))
	seen := map[string]bool{}
	pages, cursor := 0, ""
	for more := true; more; pages++ {
		var got picked
		p.result(&got, integrations.ActionRequest{Action: "boards", Params: map[string]any{"cursor": cursor}})
		for _, i := range got.Items {
			seen[i.Value] = true
			if i.Label == "" || i.Note == "" {
				t.Errorf("%+v", i)
			}
		}
		cursor, more = got.Cursor, got.Cursor != "" && pages < 10
	}
	if pages != 3 || len(seen) != 48 {
		t.Errorf("%d boards on %d pages", len(seen), pages)
	}
	var found picked
	p.result(&found, integrations.ActionRequest{Action: "boards", Params: map[string]any{"search": "red h"}})
	if len(found.Items) != 1 || found.Items[0].Label != "Red harbour" || found.Cursor != "" {
		t.Fatalf("%+v", found)
	}
	board := map[string]any{"board": found.Items[0].Value}
	var lists picked
	p.result(&lists, integrations.ActionRequest{Action: "lists", Params: map[string]any{"criteria": board, "search": "do"}})
	if len(lists.Items) != 3 || !strings.HasPrefix(lists.Items[0].Value, found.Items[0].Value+"-") {
		t.Errorf("%+v", lists)
	}
	fields := func(board string) (n int) {
		var list []struct {
			Name, Label, Type string
			Required          bool
		}
		p.result(&list, integrations.ActionRequest{Action: "card-fields", Params: map[string]any{"criteria": map[string]any{"board": board}}})
		if list[0].Name != "customer" || !list[0].Required {
			t.Errorf("%+v", list)
		}
		return len(list)
	}
	if ada, eve := fields("b1"), fields("b3"); ada != 2 || eve != 3 {
		t.Errorf("%d and %d fields", ada, eve)
	}
	for name, r := range map[string]integrations.ActionRequest{
		"no such board":    {Action: "lists", Params: map[string]any{"criteria": map[string]any{"board": "b99"}}},
		"a made-up cursor": {Action: "boards", Params: map[string]any{"cursor": "x"}},
	} {
		var failed *integrations.ActionError
		if _, err := p.run(r); !errors.As(err, &failed) || failed.Status/100 != 4 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestPagesOfTheDemo(t *testing.T) {
	p := signedIn(t, start(t, Options{}))
	var ids []int
	page, pages := "", 0
	for {
		var list []struct{ ID int }
		out := p.result(&list, integrations.ActionRequest{Action: "list-events", Page: page})
		for _, e := range list {
			ids = append(ids, e.ID)
		}
		if pages++; out.Next == "" || pages > 10 {
			break
		}
		page = out.Next
	}
	if pages != 5 || len(ids) != allEvents || ids[0] != allEvents || ids[len(ids)-1] != 1 {
		t.Errorf("%d events on %d pages", len(ids), pages)
	}
}

// Each parameter of add-card arrives, in its type; what is left out stays out.
func TestCardsHaveEachKindOfParameter(t *testing.T) {
	p := signedIn(t, start(t, Options{}))
	var all integrations.Action
	for _, a := range p.i.(integrations.ActionRunner).Actions() {
		if a.Name == "add-card" {
			all = a
		}
	}
	widgets := map[string]bool{}
	for _, param := range all.Params {
		widgets[param.Widget] = true
	}
	if len(all.Params) < 12 || len(widgets) != 12 {
		t.Errorf("%d parameters with %d widgets", len(all.Params), len(widgets))
	}
	given := map[string]any{
		"board": "b1", "list": "b1-l2", "title": "Paint \"it\"", "text": "two\nlines", "points": json.Number("5"), "hours": "0.75", "urgent": true, "watch": false,
		"colour": "mauve", "labels": []any{"bug", "help"}, "due": "2026-12-01", "remind": "2026-11-30T09:00:00Z", "script": "let x = 1", "links": []any{"https://a.example"},
		"fields": map[string]any{"customer": "Acme", "budget": json.Number("7")}, "extra": map[string]any{"a": []any{}},
	}
	if len(given) != len(all.Params) {
		t.Errorf("%d of %d parameters are given", len(given), len(all.Params))
	}
	var got map[string]any
	p.result(&got, integrations.ActionRequest{Action: "add-card", Params: given})
	want := map[string]any{
		"id": "c1", "created_at": got["created_at"], "board": "b1", "list": "b1-l2", "title": "Paint \"it\"", "text": "two\nlines", "points": 5.0, "hours": 0.75, "urgent": true,
		"watch": false, "colour": "mauve", "labels": []any{"bug", "help"}, "due": "2026-12-01", "remind": "2026-11-30T09:00:00Z", "script": "let x = 1",
		"links": []any{"https://a.example"}, "fields": map[string]any{"customer": "Acme", "budget": 7.0}, "extra": map[string]any{"a": []any{}},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	got = nil
	p.result(&got, integrations.ActionRequest{Action: "add-card", Params: map[string]any{"board": "b2", "title": "x"}})
	if d := cmp.Diff(map[string]any{"id": "c1", "created_at": got["created_at"], "board": "b2", "title": "x", "points": 3.0, "urgent": false}, got); d != "" {
		t.Error(d)
	}
	for _, bad := range []map[string]any{{"board": "b2"}, {"board": "b2", "title": "x", "points": 14}, {"board": "b2", "title": "x", "hours": 0.3}, {"board": "b2", "title": "x", "labels": "no"}} {
		if _, err := p.run(integrations.ActionRequest{Action: "add-card", Params: bad}); !errors.Is(err, integrations.ErrBadParams) {
			t.Errorf("%v: %v", bad, err)
		}
	}
	_, err := p.run(integrations.ActionRequest{Action: "add-card", Params: map[string]any{"board": "b99", "title": "x"}})
	var failed *integrations.ActionError
	if !errors.As(err, &failed) || failed.Status != 422 {
		t.Errorf("%v", err)
	}
}

func TestScopeThatIsNotGrantedByItself(t *testing.T) {
	s := start(t, Options{})
	p := signedIn(t, s)
	if f := p.failure("read-audit-log"); f.Status != 403 || !slices.Equal(f.Scopes, []string{"audit"}) {
		t.Errorf("%+v", f)
	}
	p = signedIn(t, s, append(slices.Clone(p.kept.ScopesAsked), "audit")...)
	var entries []struct{ Scopes []string }
	p.result(&entries, integrations.ActionRequest{Action: "read-audit-log"})
	if !slices.Contains(entries[0].Scopes, "audit") {
		t.Errorf("%+v", entries)
	}
}

// Each trial does what it says, and does it again the next time.
func TestTrials(t *testing.T) {
	p := signedIn(t, start(t, Options{}))
	for range 2 {
		if f := p.failure("ask-when-busy"); f.Status != 429 || f.RetryAfter != time.Second {
			t.Errorf("%+v", f)
		}
		p.result(&struct{}{}, integrations.ActionRequest{Action: "ask-when-busy"})
		for range 2 { // until another token comes
			if f := p.failure("refuse-once"); f.Status != 401 || !f.Unauthorized {
				t.Errorf("%+v", f)
			}
		}
		p.refresh()
		p.result(&struct{}{}, integrations.ActionRequest{Action: "refuse-once"})
	}
	other := signedIn(t, start(t, Options{}))
	if f := other.failure("ask-when-busy"); f.Status != 429 {
		t.Errorf("another sign-in: %+v", f)
	}

	picture, err := p.run(integrations.ActionRequest{Action: "get-picture"})
	if err != nil || picture.BodyType != "image/png" || !strings.HasPrefix(string(picture.Body), "\x89PNG") {
		t.Errorf("%s, %d bytes, %v", picture.BodyType, len(picture.Body), err)
	}
}

func TestBigAnswer(t *testing.T) {
	p := signedIn(t, start(t, Options{}))
	for _, mb := range []int{1, 60} {
		out, err := p.run(integrations.ActionRequest{Action: "big-answer", Params: map[string]any{"mb": mb}})
		if n := len(out.Result); err != nil || n < mb*1_000_000 || n > mb*1_000_000+1000 {
			t.Errorf("%d MB: %d bytes, %v", mb, n, err)
		}
	}
	var got struct{ Items []struct{ ID int } }
	p.result(&got, integrations.ActionRequest{Action: "big-answer", Params: map[string]any{"mb": 1}})
	if n := len(got.Items); n < 1000 || got.Items[n-1].ID != n {
		t.Errorf("%d items, the last is %d", n, got.Items[n-1].ID)
	}
	if _, err := p.run(integrations.ActionRequest{Action: "big-answer", Params: map[string]any{"mb": 61}}); !errors.Is(err, integrations.ErrBadParams) {
		t.Error(err)
	}
}

// The slow answer comes in pieces, and ends when nobody listens any more.
func TestSlowAnswer(t *testing.T) {
	s := start(t, Options{})
	p := signedIn(t, s)
	var got struct{ Drops []int }
	out := p.result(&got, integrations.ActionRequest{Action: "slow-answer", Params: map[string]any{"seconds": 1}})
	if len(got.Drops) != 6 || out.Duration < 900*time.Millisecond {
		t.Errorf("%v in %v", got.Drops, out.Duration)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	began := time.Now()
	out, err := p.i.(integrations.ActionRunner).RunAction(ctx, integrations.ActionRequest{Action: "slow-answer", Kept: p.kept, Params: map[string]any{"seconds": 60}})
	if _, response := out.Exchanges[0].Raw(); err == nil || time.Since(began) > 5*time.Second || !strings.HasPrefix(string(response), `{"drops":[0`) {
		t.Errorf("%v after %v, with %q", err, time.Since(began), response)
	}
}

func TestOwnCallsGoToTheDemoAlone(t *testing.T) {
	s := start(t, Options{})
	p := signedIn(t, s)
	q := p.i.(integrations.Requester)
	hosts := q.APIHosts(nil)
	if len(hosts) != 1 || "http://"+hosts[0]+"/" != s.Issuer() {
		t.Fatalf("hosts %q of %s", hosts, s.Issuer())
	}
	out, err := q.Request(t.Context(), integrations.OwnRequest{Kept: p.kept, URL: "/me", Hosts: hosts})
	if err != nil || !strings.Contains(string(out.Result), "ada@example.com") {
		t.Errorf("%s, %v", out.Result, err)
	}
	if _, err := q.Request(t.Context(), integrations.OwnRequest{Kept: p.kept, URL: "https://example.com/", Hosts: hosts}); !errors.Is(err, integrations.ErrOutsideHosts) {
		t.Error(err)
	}
}
