package oauthflow_test

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"authdeck/oauthflow"
)

func TestRFC6750_MissingScopes(t *testing.T) {
	for name, c := range map[string]struct {
		lines []string
		want  []string
		said  bool
	}{
		"as in §3.1":                 {[]string{`Bearer realm="demo", error="insufficient_scope", scope="notes:read notes:write"`}, []string{"notes:read", "notes:write"}, true},
		"without quotes and commas":  {[]string{`Bearer error=insufficient_scope scope=notes`}, []string{"notes"}, true},
		"names in capitals, blanks":  {[]string{`bearer Error = "insufficient_scope" ,  SCOPE = "a b"`}, []string{"a", "b"}, true},
		"no scopes":                  {[]string{`Bearer error="insufficient_scope"`}, nil, true},
		"another error":              {[]string{`Bearer error="invalid_token", scope="a"`}, nil, false},
		"a second challenge":         {[]string{`Basic realm="x, y", Bearer error="insufficient_scope", scope="a"`}, []string{"a"}, true},
		"a second line":              {[]string{`Negotiate`, `Bearer error="insufficient_scope",scope="a"`}, []string{"a"}, true},
		"one that has nothing":       {[]string{`Negotiate, Bearer error="insufficient_scope",scope="a"`}, []string{"a"}, true},
		"quotes inside":              {[]string{`Bearer realm="a \"scope=\"", error="insufficient_scope", scope="b"`}, []string{"b"}, true},
		"words that only mention it": {[]string{`Bearer error="invalid_request", error_description="insufficient_scope, scope=b"`}, nil, false},
		"a quote that is not closed": {[]string{`Bearer error="insufficient_scope", scope="a b`}, []string{"a", "b"}, true},
		"no scheme":                  {[]string{`scope="a", error="invalid_token"`}, nil, false},
		"only an equals sign":        {[]string{`=`, `,,`, ``}, nil, false},
		"none":                       {nil, nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			got, said := oauthflow.MissingScopes(http.Header{"Www-Authenticate": c.lines})
			if len(got) == 0 {
				got = nil
			}
			if d := cmp.Diff(c.want, got); d != "" || said != c.said {
				t.Errorf("said %v, want %v: %s", said, c.said, d)
			}
		})
	}
}
