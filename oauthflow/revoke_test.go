package oauthflow_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"authdeck/oauthflow"
)

// RFC 7009 §2.2 as E1–E5 have it. (E2, which token goes first, is the caller's; E5 is `unsupported`.)
func TestE_Revocation(t *testing.T) {
	for _, c := range []struct {
		name       string
		status     int
		kind, body string
		ok         []int
		want       oauthflow.RevocationOutcome
		class      oauthflow.Class // "": no error
	}{
		{"E3: 200, also for an unknown token", 200, "", "", nil, oauthflow.RevokeConfirmed, ""},
		{"200 with a body", 200, "application/json", `{"revoked":true}`, nil, oauthflow.RevokeConfirmed, ""},
		{"204", 204, "", "", nil, oauthflow.RevokeConfirmed, ""},
		{"a status of the provider's own", 202, "", "", []int{202}, oauthflow.RevokeConfirmed, ""},
		{"the same without saying so", 202, "", "", nil, oauthflow.RevokeFailed, oauthflow.ClassTransientLong},
		{"an invalid token is no longer one", 400, "application/json", `{"error":"invalid_token"}`, nil, oauthflow.RevokeConfirmed, ""},
		{"E4: 503", 503, "", "", nil, oauthflow.RevokePending, oauthflow.ClassTransient},
		{"429", 429, "", "", nil, oauthflow.RevokePending, oauthflow.ClassTransient},
		{"a captive portal confirms nothing", 200, "text/html", "<html>", nil, oauthflow.RevokePending, oauthflow.ClassPortal},
		{"nor does a redirect", 302, "", "", nil, oauthflow.RevokePending, oauthflow.ClassPortal},
		{"nor an error in a 200", 200, "application/json", `{"ok":false,"error":"not_authed"}`, nil, oauthflow.RevokeFailed, oauthflow.ClassTransientLong},
		{"E5: no endpoint", 404, "text/html", "<html>", nil, oauthflow.RevokeUnsupported, ""},
		{"E5: no method", 405, "", "", nil, oauthflow.RevokeUnsupported, ""},
		{"E5: not implemented", 501, "", "", nil, oauthflow.RevokeUnsupported, ""},
		{"unsupported_token_type", 400, "application/json", `{"error":"unsupported_token_type"}`, nil, oauthflow.RevokeUnsupported, ""},
		{"unsupported_token_type with 503", 503, "application/json", `{"error":"unsupported_token_type"}`, nil, oauthflow.RevokeUnsupported, ""},
		{"the client is refused", 401, "application/json", `{"error":"invalid_client"}`, nil, oauthflow.RevokeFailed, oauthflow.ClassConfiguration},
		{"the request is refused", 400, "application/json", `{"error":"invalid_request"}`, nil, oauthflow.RevokeFailed, oauthflow.ClassDeadIfAgain},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := oauthflow.ReadRevocation(answer(t, c.status, c.kind, c.body), c.ok...)
			var e *oauthflow.Error
			if got != c.want || (err != nil) != (c.class != "") || err != nil && (!errors.As(err, &e) || e.Class != c.class) {
				t.Errorf("%q, %v", got, err)
			}
		})
	}
	a := answer(t, 503, "", "")
	a.Header.Set("Retry-After", "90")
	var e *oauthflow.Error
	if _, err := oauthflow.ReadRevocation(a); !errors.As(err, &e) || e.RetryAfter != 90*time.Second {
		t.Errorf("E4, Retry-After: %v", err)
	}
}

// RFC 7662 §2.2 and §2.3.
func TestF_Introspection(t *testing.T) {
	for _, c := range []struct {
		name   string
		status int
		body   string
		active bool
		scope  any
	}{
		{"active", 200, `{"active":true,"scope":"a b"}`, true, "a b"},
		{"F2: inactive needs nothing else", 200, `{"active":false}`, false, nil},
	} {
		got, err := oauthflow.ReadIntrospection(answer(t, c.status, "application/json", c.body))
		if err != nil || got.Active != c.active || !cmp.Equal(got.Members["scope"], c.scope) {
			t.Errorf("%s: %+v, %v", c.name, got, err)
		}
	}
	for _, c := range []struct {
		name         string
		status       int
		body         string
		notPermitted bool
		class        oauthflow.Class
	}{
		{"F3: 401", 401, ``, true, oauthflow.ClassDeadAfter3},
		{"F3: 401 invalid_client", 401, `{"error":"invalid_client"}`, true, oauthflow.ClassConfiguration},
		{"F3: 403", 403, `{"active":false}`, true, oauthflow.ClassTransientLong},
		{"F3: 400 unauthorized_client", 400, `{"error":"unauthorized_client"}`, true, oauthflow.ClassConfiguration},
		{"400 tells nothing of the token", 400, `{"error":"invalid_grant"}`, false, oauthflow.ClassTransientLong},
		{"503", 503, ``, false, oauthflow.ClassTransient},
		{"active is no bool", 200, `{"active":"true"}`, false, oauthflow.ClassTransientLong},
		{"no active", 200, `{}`, false, oauthflow.ClassTransientLong},
		{"page", 200, `<html>`, false, oauthflow.ClassPortal},
	} {
		got, err := oauthflow.ReadIntrospection(answer(t, c.status, "", c.body))
		var e *oauthflow.Error
		if errors.Is(err, oauthflow.ErrNotPermitted) != c.notPermitted || !errors.As(err, &e) || e.Class != c.class || got.Active {
			t.Errorf("%s: %+v, %v", c.name, got, err)
		}
	}
}
