package flowrunner

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"authdeck/integrations"
	"authdeck/internal/secret"
)

const formText = `
/** @typedef {Object} Address
 * @property {String} street the street
 * @property {Object} [place]
 * @property {Number} place.zip
 * @property {Array<Object>} tags
 * @property {String} tags[].name
 * @property {Address} [home]
 */
/** @typedef Line
 * @paramDef {"name":"sku","type":"String","required":true,"uiComponent":{"type":"DROPDOWN","options":{"values":["a","b"]}}}
 * @paramDef {"name":"count","type":"Number","uiComponent":{"type":"NUMERIC_STEPPER","min":1,"max":9.5,"step":0.5}}
 */
class S {
  /** @operationName Order
   * @requiredOauth2Scopes orders.write | orders, audit
   * @sampleResultLoader {"methodName":"getSample","dependsOn":["to"]}
   * @paramDef {"name":"to","type":"Address"}
   * @paramDef {"name":"lines","type":"Array<Line>"}
   * @paramDef {"name":"kinds","type":"Array<String>","uiComponent":{"type":"DROPDOWN","options":{"values":["x"]}}}
   * @paramDef {"name":"more","type":"String","uiComponent":{"type":"DROPDOWN","options":{"multiselect":true,"values":["x"]}}}
   * @paramDef {"name":"who","type":"Array<String>","dictionary":"getThings","dependsOn":["to"]}
   * @paramDef {"name":"page","type":"Object","uiComponent":{"type":"CODE_EDITOR","language":"json"},"freeform":true}
   * @paramDef {"name":"extra","type":"Object","schemaLoader":"getFields"}
   * @paramDef {"name":"up","type":"FilesUploadOptions","include":["filename"]}
   * @paramDef {"name":"lone","type":"String","uiComponent":{"type":"DROPDOWN","options":{"values":["x"]}}}
   */
  async order() { return await Flowrunner.Request.post('https://api.example/orders').send({}) }
  /** @registerAs DICTIONARY */
  async getThings() { return { items: [] } }
}
Flowrunner.ServerCode.addService(S, [])`

func TestParam_WhatFormsNeed(t *testing.T) {
	s := one(t, formText, http.NotFoundHandler())
	a := s.Actions()[0]
	if a.SampleFrom != "getSample" || !slices.Equal(a.SampleNeeds, []string{"to"}) {
		t.Errorf("sample from %q with %q", a.SampleFrom, a.SampleNeeds)
	}
	got := map[string]integrations.Param{}
	for _, p := range a.Params {
		got[p.Name] = p
	}
	same := func(what string, want, got any) {
		t.Helper()
		if d := cmp.Diff(want, got, cmpopts.IgnoreFields(integrations.Param{}, "Text")); d != "" {
			t.Errorf("%s: %s", what, d)
		}
	}
	home := got["to"].Members[3]
	same("members of a typedef", []integrations.Param{
		{Name: "street", Label: "street", Description: "the street", Type: "String"},
		{Name: "place", Label: "place", Type: "Object", Members: []integrations.Param{{Name: "zip", Label: "zip", Type: "Number"}}},
		{Name: "tags", Label: "tags", Type: "Array<Object>", Members: []integrations.Param{{Name: "name", Label: "name", Type: "String"}}},
	}, got["to"].Members[:3])
	depth := 0
	for p := home; len(p.Members) == 4; p = p.Members[3] {
		depth++
	}
	if home.Name != "home" || depth != maxMembers {
		t.Errorf("a type in itself is told %d deep, want %d", depth, maxMembers)
	}
	same("members by paramDef", []integrations.Param{
		{Name: "sku", Label: "sku", Type: "String", Required: true, Widget: "DROPDOWN", Options: []any{"a", "b"}},
		{Name: "count", Label: "count", Type: "Number", Widget: "NUMERIC_STEPPER", Min: "1", Max: "9.5", Step: "0.5"},
	}, got["lines"].Members)
	for name, want := range map[string]bool{"kinds": true, "more": true, "who": true, "lone": false, "lines": false, "page": false} {
		if got[name].Multiple != want {
			t.Errorf("%s: several %v, want %v", name, got[name].Multiple, want)
		}
	}
	if p := got["page"]; p.Language != "json" || !p.Freeform || len(p.Members) > 0 || got["extra"].Freeform || got["extra"].Fields != "getFields" {
		t.Errorf("%+v", p)
	}
	if m := got["up"].Members; len(m) != 1 || m[0].Name != "filename" || got["up"].Default != nil {
		t.Errorf("upload options: %+v, at first %v", m, got["up"].Default)
	}
	if m := got["lines"].Members[1]; m.Text == nil {
		t.Error("a member makes no value of a text")
	} else if v, ok := m.Text("x"); ok {
		t.Errorf("a number of x is %v", v)
	}
}

// What a schema loader tells is typed as a paramDef is (§8.2, §4).
func TestReads(t *testing.T) {
	s := one(t, strings.Replace(formText, "  /** @registerAs DICTIONARY */", "  /** @registerAs PARAM_SCHEMA_DEFINITION */\n  async getFields() { return [] }\n  /** @registerAs DICTIONARY */", 1), http.NotFoundHandler())
	loader, ok := s.HiddenAction("getFields")
	if !ok || loader.Reads == nil {
		t.Fatalf("%+v", loader)
	}
	for _, c := range []struct {
		name string
		p    integrations.Param
		text string
		want any
	}{
		{"a date", integrations.Param{Type: "Date"}, "2026-01-15", json.Number("1768435200000")},
		{"a moment on a text", integrations.Param{Type: "String", Widget: "DATE_TIME_PICKER"}, "2026-01-15T11:30:00+01:00", "2026-01-15T10:30:00.000Z"},
		{"a number among choices", integrations.Param{Type: "any", Options: []any{map[string]any{"label": "Three", "value": json.Number("3")}}}, "Three", json.Number("3")},
		{"an object among choices", integrations.Param{Type: "String", Options: []any{map[string]any{"label": "Home", "value": map[string]any{"id": json.Number("1")}}}}, `{"id":1}`, map[string]any{"id": json.Number("1")}},
		{"several", integrations.Param{Type: "String", Multiple: true}, "a,b", []any{"a", "b"}},
	} {
		got, ok := loader.Reads(c.p).Text(c.text)
		if d := cmp.Diff(c.want, got); !ok || d != "" {
			t.Errorf("%s: %v\n%s", c.name, ok, d)
		}
	}
	if p := loader.Reads(integrations.Param{Type: "Array<Line>"}); len(p.Members) != 2 {
		t.Errorf("members of a typedef: %+v", p.Members)
	}
}

// A 403 tells the scope that is missing: the provider's word, else what the method says it needs.
func TestAction_MissingScopes(t *testing.T) {
	for name, c := range map[string]struct {
		challenge string
		kept      integrations.Kept
		want      []string
	}{
		"named":                    {`Bearer error="insufficient_scope", scope="admin"`, integrations.Kept{ScopesGranted: []string{}}, []string{"admin"}},
		"not named":                {"", integrations.Kept{ScopesGranted: []string{"orders"}}, []string{"audit"}},
		"not named, none of them":  {"", integrations.Kept{ScopesAsked: []string{"x"}}, []string{"orders.write", "audit"}},
		"what was granted unknown": {"", integrations.Kept{}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			s := one(t, formText, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				if c.challenge != "" {
					w.Header().Set("WWW-Authenticate", c.challenge)
				}
				w.WriteHeader(403)
			}))
			c.kept.AccessToken = secret.New("the-token")
			_, err := s.RunAction(t.Context(), integrations.ActionRequest{Action: "order", Kept: c.kept})
			var failed *integrations.ActionError
			if !errors.As(err, &failed) || failed.Status != 403 {
				t.Fatalf("%v", err)
			}
			if d := cmp.Diff(c.want, failed.Scopes); d != "" {
				t.Error(d)
			}
		})
	}
}

// A call of the user's own has the token as a bearer token, and goes only where the caller allows.
func TestOwnRequest(t *testing.T) {
	seen := 0
	s := one(t, formText, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen++
		body, _ := io.ReadAll(r.Body)
		w.WriteHeader(422)
		_, _ = io.WriteString(w, `["`+r.Method+`","`+r.Header.Get("Authorization")+`","`+r.Header.Get("Content-Type")+`","`+string(body)+`"]`)
	}))
	if hosts := s.APIHosts(nil); hosts != nil {
		t.Errorf("hosts %q", hosts)
	}
	ask := func(r integrations.OwnRequest) (integrations.ActionResult, error) {
		r.Kept.AccessToken = secret.New("the-token")
		return s.Request(t.Context(), r)
	}
	r, err := ask(integrations.OwnRequest{Method: "PUT", URL: "https://api.example:443/x?a=1", Body: []byte("a=1"), Hosts: []string{"api.example"}})
	if err != nil || string(r.Result) != `["PUT","Bearer the-token","application/x-www-form-urlencoded","a=1"]` {
		t.Errorf("%s, %v", r.Result, err)
	}
	if x := r.Exchanges[0]; x.Status != 422 || strings.Contains(x.ResponseBody, "the-token") || strings.Contains(x.RequestHeader.Get("Authorization"), "the-token") {
		t.Errorf("%+v", x)
	}
	if _, err := ask(integrations.OwnRequest{URL: "https://other.example/", AnyHost: true}); err != nil || seen != 2 {
		t.Errorf("%v, %d requests", err, seen)
	}
	dry, err := ask(integrations.OwnRequest{URL: "https://other.example/", AnyHost: true, DryRun: true})
	if err != nil || len(dry.Exchanges) != 1 || seen != 2 {
		t.Errorf("%+v, %v, %d requests", dry, err, seen)
	}
	for url, want := range map[string]error{
		"https://evil.example/": integrations.ErrOutsideHosts, "/path": integrations.ErrBadParams, "api.example": integrations.ErrBadParams,
	} {
		if _, err := ask(integrations.OwnRequest{URL: url, Hosts: []string{"api.example"}}); !errors.Is(err, want) || seen != 2 {
			t.Errorf("%s: %v, %d requests", url, err, seen)
		}
	}
	if r, err := s.Request(t.Context(), integrations.OwnRequest{URL: "https://api.example/", AnyHost: true}); err != nil || string(r.Result) != `["GET","","",""]` {
		t.Errorf("without a token: %s, %v", r.Result, err)
	}
}
