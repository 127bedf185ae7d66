package manifest

import (
	"errors"
	"net/http"
	"net/url"
	"testing"

	"authdeck/integrations"
	"authdeck/internal/secret"
	"authdeck/internal/testserver"
)

func runPage(t *testing.T, s *testserver.StandIn, paging, request, page string) (integrations.ActionResult, error) {
	t.Helper()
	text := minimal + "api:\n  base_url: https://api.acme.example\n  paging: {kind: cursor, param: after, next: meta.next}\nactions:\n  list:\n    paging: " + paging +
		"\n    response: {root: data}\n    request: " + request + "\n  one: {request: {url: /one}}\n"
	return parse(t, s, text).(integrations.ActionRunner).RunAction(t.Context(), integrations.ActionRequest{
		Config: config(), Action: "list", Page: page, Kept: integrations.Kept{AccessToken: secret.New("the-token")},
	})
}

func TestPaging_KindsAndEnds(t *testing.T) {
	const get = "{url: /list, query: {fixed: 1}}"
	link := func(v string) map[string]string { return map[string]string{"Link": v} }
	for _, c := range []struct {
		name, paging, request, page, answer string
		header                              map[string]string
		query                               url.Values // beside fixed=1
		next                                string
	}{
		{"the api's, first", "true", get, "", `{"data": [1], "meta": {"next": "c2"}}`, nil, nil, "c2"},
		{"the api's, second", "true", get, "c2", `{"data": [1], "meta": {"next": null}}`, nil, url.Values{"after": {"c2"}}, ""},
		{"a cursor that repeats itself", "true", get, "c2", `{"data": [1], "meta": {"next": "c2"}}`, nil, url.Values{"after": {"c2"}}, ""},
		{"an empty cursor", "true", get, "c2", `{"data": [1], "meta": {"next": ""}}`, nil, url.Values{"after": {"c2"}}, ""},
		{"false for a cursor", "true", get, "", `{"data": [1], "meta": {"next": false}}`, nil, nil, ""},
		{"a number for a cursor", "true", get, "", `{"data": [1], "meta": {"next": 12345678901234567890}}`, nil, nil, "12345678901234567890"},
		{"no more", "{kind: cursor, param: c, next: n, more: has_more}", get, "", `{"n": "x", "has_more": false}`, nil, nil, ""},
		{"more", "{kind: cursor, param: c, next: n, more: has_more}", get, "", `{"n": "x", "has_more": true}`, nil, nil, "x"},

		{"link, header", "{kind: link}", get, "", `[]`, link(`<https://api.acme.example/list?p=1>; rel="prev", <https://api.acme.example/list?p=2&q=a,b;c>; title="x"; rel="last next"`), nil, "https://api.acme.example/list?p=2&q=a,b;c"},
		{"link, no next", "{kind: link}", get, "", `[]`, link(`<https://api.acme.example/list?p=1>; rel="prev"`), nil, ""},
		{"link, relative", "{kind: link, next: links.next}", get, "", `{"links": {"next": "/list?p=2"}}`, nil, nil, "https://api.acme.example/list?p=2"},
		{"link, the token in it", "{kind: link, next: next}", get, "", `{"next": "https://api.acme.example/list?access_token=the-token&p=2"}`, nil, nil, "https://api.acme.example/list?p=2"},
		{"link, followed", "{kind: link}", get, "https://api.acme.example/list?fixed=1&p=2", `[]`, nil, url.Values{"p": {"2"}}, ""},

		{"offset, first", "{kind: offset, param: from, size_param: limit, size: 2}", get, "", `{"data": [1, 2]}`, nil, url.Values{"limit": {"2"}}, "2"},
		{"offset, a short page", "{kind: offset, param: from, size_param: limit, size: 2}", get, "2", `{"data": [3]}`, nil, url.Values{"limit": {"2"}, "from": {"2"}}, ""},
		{"offset, without a size", "{kind: offset, param: from}", get, "4", `{"data": [3]}`, nil, url.Values{"from": {"4"}}, "5"},
		{"offset, an empty page", "{kind: offset, param: from}", get, "5", `{"data": []}`, nil, url.Values{"from": {"5"}}, ""},
		{"offset, a total", "{kind: offset, param: from, total: all}", get, "2", `{"data": [3], "all": 3}`, nil, url.Values{"from": {"2"}}, ""},
		{"offset, before the total", "{kind: offset, param: from, total: all}", get, "", `{"data": [3], "all": 3}`, nil, nil, "1"},
		{"offset, no list", "{kind: offset, param: from}", get, "", `{"data": {}}`, nil, nil, ""},

		{"page, first", "{kind: page, param: page, size_param: per, size: 1}", get, "", `{"data": [1]}`, nil, url.Values{"per": {"1"}}, "2"},
		{"page, the last of a number", "{kind: page, param: page, total: pages}", get, "3", `{"data": [1], "pages": 3}`, nil, url.Values{"page": {"3"}}, ""},
		{"page, before the last", "{kind: page, param: page, total: pages}", get, "2", `{"data": [1], "pages": 3}`, nil, url.Values{"page": {"2"}}, "3"},
		{"page, counted from 0", "{kind: page, param: page, first: 0, total: pages, items: \"\"}", get, "", `{"data": [1], "pages": 1}`, nil, nil, ""},
		{"page, more", "{kind: page, param: page, size_param: per, size: 5, more: more}", get, "", `{"data": [1], "more": true}`, nil, url.Values{"per": {"5"}}, "2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := testserver.StartProviderStandIn(t, testserver.Route{Path: "/list", Answers: []testserver.Answer{{Body: c.answer, Header: c.header}}})
			r, err := runPage(t, s, c.paging, c.request, c.page)
			if err != nil {
				t.Fatal(err)
			}
			got := s.One("/list").Query
			if got.Get("fixed") != "1" {
				t.Errorf("the action's own query is not there: %v", got)
			}
			got.Del("fixed")
			if len(got)+len(c.query) > 0 {
				equal(t, "query", got, c.query)
			}
			equal(t, "next", r.Next, c.next)
		})
	}
}

// A request that has its page in the body uses {{cursor}}; of what is counted it is a number.
func TestPaging_InTheBody(t *testing.T) {
	for _, c := range []struct{ paging, page, want string }{
		{"{kind: cursor, next: n}", "", `{"q":1}`},
		{"{kind: cursor, next: n}", "x", `{"at":"x","q":1}`},
		{"{kind: offset}", "", `{"at":0,"q":1}`},
		{"{kind: page}", "", `{"at":1,"q":1}`},
		{"{kind: page}", "7", `{"at":7,"q":1}`},
	} {
		s := testserver.StartProviderStandIn(t, testserver.Route{Path: "/list", Answers: []testserver.Answer{{JSON: 1}}})
		if _, err := runPage(t, s, c.paging, `{method: POST, url: /list, json: {at: "{{cursor}}", q: 1}}`, c.page); err != nil {
			t.Fatal(err)
		}
		equal(t, c.paging+" page "+c.page, s.One("/list").Body, c.want)
	}
}

// A page cannot lead the token elsewhere, and what is no page is none.
func TestPaging_RefusesPages(t *testing.T) {
	for _, c := range []struct {
		paging, page string
		want         error
	}{
		{"{kind: link}", "https://evil.example/list", integrations.ErrOutsideHosts},
		{"{kind: link}", "//evil.example/", integrations.ErrOutsideHosts},
		{"{kind: offset, param: o}", "-1", integrations.ErrBadParams},
		{"{kind: page, param: o}", "x", integrations.ErrBadParams},
		{"false", "2", integrations.ErrBadParams},
	} {
		s := testserver.StartProviderStandIn(t)
		if _, err := runPage(t, s, c.paging, "{url: /list}", c.page); !errors.Is(err, c.want) || len(s.Requests()) > 0 {
			t.Errorf("%s page %s: %v, %d requests; want %v", c.paging, c.page, err, len(s.Requests()), c.want)
		}
	}
	list := parse(t, nil, minimal+"api: {base_url: https://a.example, paging: {kind: link}}\nactions: {a: {request: {url: /a}, paging: true}, b: {request: {url: /b}}}").(integrations.ActionRunner).Actions()
	if !list[0].Paged || list[1].Paged {
		t.Errorf("%+v", list)
	}
}

func TestPaging_LinkHeader(t *testing.T) {
	for header, want := range map[string]string{
		`<a>; rel=next`: "a", `<a>; REL="Next"`: "a", `<a>;rel="x"; rel="next"`: "a", `<a>; relx="next", <b>; rel="next"`: "b",
		`<a`: "", `a; rel=next`: "", `<a>`: "", ``: "", `<<>>;rel=next`: "<", `<a>; title="rel=next"`: "",
	} {
		if got := nextLink(http.Header{"Link": {"<z>; rel=first", header}}); got != want {
			t.Errorf("%s: %q, want %q", header, got, want)
		}
	}
}
