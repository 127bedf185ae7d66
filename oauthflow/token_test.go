package oauthflow_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"authdeck/internal/secret"
	"authdeck/oauthflow"
)

type secretString = secret.String

func secretOf(s string) secretString { return secret.New(s) }

// view is a Token that can be compared.
type view struct {
	Access, Refresh, ID, Type string
	Scopes                    []string
	Lifetime, RefreshLifetime oauthflow.Lifetime
}

func viewOf(t oauthflow.Token) view {
	return view{t.AccessToken.Reveal(), t.RefreshToken.Reveal(), t.IDToken.Reveal(), t.TokenType, t.Scopes, t.Lifetime, t.RefreshLifetime}
}

// Answers that are a success, in the shapes that servers send (RFC 6749 §5.1 and reference/manifests.md §5.5).
func TestReadToken(t *testing.T) {
	for _, c := range []struct {
		name, kind, body string
		shape            oauthflow.Shape
		want             view
	}{
		{
			"RFC 6749", "application/json;charset=UTF-8",
			`{"access_token":"at","token_type":"bearer","expires_in":3600,"refresh_token":"rt","scope":"a b","id_token":"it","odd":1}`,
			oauthflow.Shape{},
			view{"at", "rt", "it", "bearer", []string{"a", "b"}, known(time.Hour), unknown},
		},
		{
			"form encoding", "application/x-www-form-urlencoded; charset=utf-8",
			`access_token=at&expires_in=28800&refresh_token=rt&refresh_token_expires_in=15897600&scope=repo%2Cgist&token_type=bearer`,
			oauthflow.Shape{},
			view{"at", "rt", "", "bearer", []string{"repo", "gist"}, known(8 * time.Hour), known(15897600 * time.Second)},
		},
		{
			"form without a type", "", `access_token=at&scope=&token_type=bearer`,
			oauthflow.Shape{},
			view{"at", "", "", "bearer", []string{}, unknown, unknown},
		},
		{"no token type, with BOM", "text/plain", "\ufeff {\"access_token\":\"at\"}\r\n", oauthflow.Shape{}, view{"at", "", "", "Bearer", nil, unknown, unknown}},
		{"null members", "application/json", `{"access_token":"at","refresh_token":null,"scope":null,"expires_in":null}`, oauthflow.Shape{}, view{"at", "", "", "Bearer", nil, unknown, unknown}},
		{"error null beside the token", "application/json", `{"access_token":"at","error":null}`, oauthflow.Shape{}, view{"at", "", "", "Bearer", nil, unknown, unknown}},
		{"scopes as an array", "application/json", `{"access_token":"at","scope":["a","b c",1]}`, oauthflow.Shape{}, view{"at", "", "", "Bearer", []string{"a", "b c"}, unknown, unknown}},
		{"a type nobody knows is kept", "application/json", `{"access_token":"at","token_type":"mac"}`, oauthflow.Shape{}, view{"at", "", "", "mac", nil, unknown, unknown}},
		{
			"paths", "application/json",
			`{"ok":true,"data":{"users":[{"tok":"at"}],"r.t":"rt","sc":"a+b","ttl":5,"type":"bot"}}`,
			oauthflow.Shape{
				Root: "data", AccessToken: "users.0.tok", RefreshToken: `r\.t`, Scope: "sc", ScopeSeparator: "+", TokenType: "type",
				OK: func(v any) bool { ok, _ := oauthflow.Path(v, "ok"); return ok == true },
				Expires: func(m any, _ time.Time) oauthflow.Lifetime {
					v, present := oauthflow.Path(m, "ttl")
					return oauthflow.ReadLifetime(v, present, time.Minute)
				},
				RefreshExpires: func(any, time.Time) oauthflow.Lifetime {
					return oauthflow.Lifetime{Kind: oauthflow.LifetimeNever}
				},
			},
			view{"at", "rt", "", "bot", []string{"a", "b"}, known(5 * time.Minute), oauthflow.Lifetime{Kind: oauthflow.LifetimeNever}},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := answer(t, 200, c.kind, c.body)
			tok, err := oauthflow.ReadToken(a, c.shape)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, viewOf(tok)); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
			if tok.Received != a.Received || tok.Members == nil {
				t.Errorf("received %v, members %v", tok.Received, tok.Members)
			}
		})
	}
}

func TestQ2_TokenType(t *testing.T) {
	for kind, want := range map[string]bool{"Bearer": true, "bearer": true, "bEARER": true, "DPoP": false, "mac": false, "": false} {
		if got := oauthflow.Bearer(kind); got != want {
			t.Errorf("Bearer(%q) = %v", kind, got)
		}
	}
}

func TestPath(t *testing.T) {
	v := map[string]any{"a": map[string]any{"b": []any{"x", map[string]any{"c.d": nil, `e\f`: "g"}}}, "": "empty", "0": "zero"}
	for _, c := range []struct {
		path  string
		want  any
		found bool
	}{
		{"a.b.0", "x", true},
		{`a.b.1.c\.d`, nil, true},
		{`a.b.1.e\\f`, "g", true},
		{`a.b.1.e\f`, "g", true},
		{"0", "zero", true},
		{"a.b.2", nil, false},
		{"a.b.-1", nil, false},
		{"a.b.x", nil, false},
		{"a.b.0.c", nil, false},
		{"nope", nil, false},
		{"a..b", nil, false},
	} {
		got, found := oauthflow.Path(v, c.path)
		if found != c.found || !cmp.Equal(got, c.want) {
			t.Errorf("Path(%q) = %v, %v", c.path, got, found)
		}
	}
	if got, found := oauthflow.Path(v, ""); !found || !cmp.Equal(got, any(v)) {
		t.Error("the empty path is not the value itself")
	}
	if _, found := oauthflow.Path(nil, "a"); found {
		t.Error("found something in nothing")
	}
}
