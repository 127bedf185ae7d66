package testserver

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func do(t *testing.T, c *http.Client, method, address string, body io.Reader, header map[string]string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, address, body)
	if err != nil {
		t.Fatal(err)
	}
	for k, v := range header {
		req.Header.Set(k, v)
	}
	res, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(text)
}

func TestStandIn_RecordsAndAnswers(t *testing.T) {
	s := StartProviderStandIn(
		t,
		Route{Method: "POST", Host: "github.com", Path: "/login/oauth/access_token", Answers: []Answer{
			FormAnswer(url.Values{"access_token": {"t1"}}),
			{Status: 401, JSON: map[string]string{"error": "bad"}, Header: map[string]string{"Retry-After": "3"}},
		}},
		Route{Path: "/notes/*", Handle: func(r Seen) Answer { return Answer{Body: r.Path + "?" + r.Query.Encode()} }},
	)
	c := s.Client()
	form := map[string]string{"Content-Type": "application/x-www-form-urlencoded"}
	token := "https://github.com/login/oauth/access_token"

	_, body := do(t, c, "POST", token+"?x=1", strings.NewReader("grant_type=refresh_token&a=1&a=2"), form)
	if body != "access_token=t1" {
		t.Errorf("first answer: %q", body)
	}
	for range 2 {
		res, body := do(t, c, "POST", token, strings.NewReader(""), form)
		if res.StatusCode != 401 || res.Header.Get("Retry-After") != "3" || body != `{"error":"bad"}` {
			t.Errorf("later answer: %d %v %q", res.StatusCode, res.Header, body)
		}
	}
	_, body = do(t, http.DefaultClient, "PUT", s.URL+"/notes/7?q=%20", strings.NewReader(`{"n":1.50}`), map[string]string{"Content-Type": "application/json; charset=utf-8"})
	if body != "/notes/7?q=+" {
		t.Errorf("handled answer: %q", body)
	}

	got := s.Requests()
	if len(got) != 4 || len(s.To("/login/oauth/access_token")) != 3 {
		t.Fatalf("recorded %v", s.lines())
	}
	first := got[0]
	if first.Scheme != "https" || first.Host != "github.com" || first.Header.Get(schemeHeader) != "" {
		t.Errorf("recorded %+v", first)
	}
	if diff := cmp.Diff(url.Values{"grant_type": {"refresh_token"}, "a": {"1", "2"}}, first.Form); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(url.Values{"x": {"1"}}, first.Query); diff != "" {
		t.Error(diff)
	}
	last := s.One("/notes/7")
	if diff := cmp.Diff(map[string]any{"n": json.Number("1.50")}, last.JSON); diff != "" {
		t.Error(diff)
	}
	s.Forget()
	if len(s.Requests()) != 0 {
		t.Error("Forget kept something")
	}
}

// loud is a testing.TB that counts errors.
type loud struct {
	testing.TB
	errors int
}

func (l *loud) Errorf(string, ...any) { l.errors++ }

func TestStandIn_UnknownRouteFailsTheTest(t *testing.T) {
	l := &loud{TB: t}
	s := StartProviderStandIn(l, Route{Path: "/a"})
	res, _ := do(t, http.DefaultClient, "GET", s.URL+"/b", nil, nil)
	if res.StatusCode != http.StatusNotFound || l.errors != 1 {
		t.Errorf("status %d, %d errors; want 404 and 1", res.StatusCode, l.errors)
	}
	s.Handle(Route{Path: "/b", Answers: []Answer{{Status: 204}}})
	if res, _ := do(t, http.DefaultClient, "GET", s.URL+"/b", nil, nil); res.StatusCode != 204 {
		t.Errorf("status %d after Handle, want 204", res.StatusCode)
	}
}

func TestSeen_Basic(t *testing.T) {
	s := StartProviderStandIn(t, Route{Path: "/t"})
	req, err := http.NewRequestWithContext(context.Background(), "POST", s.URL+"/t", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.SetBasicAuth("a%3Ab", "c+d")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	id, secret, ok := s.One("/t").Basic()
	if !ok || id != "a%3Ab" || secret != "c+d" {
		t.Errorf("Basic = %q, %q, %v", id, secret, ok)
	}
}
