package connections_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"authdeck/integrations"
	"authdeck/internal/secret"
	"authdeck/oauthflow"
	"authdeck/store"
)

func jws(header, payload string) secret.String {
	enc := base64.RawURLEncoding.EncodeToString
	return secret.New(enc([]byte(header)) + "." + enc([]byte(payload)) + ".c2ln")
}

func TestInspect(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name      string
		id        secret.String
		verify    error
		active    bool
		ask       error
		signature string
		note      string
	}{
		{"valid", jws(`{"alg":"RS256"}`, `{"sub":"1"}`), nil, true, nil, "valid", ""},
		{"forged", jws(`{"alg":"RS256"}`, `{"sub":"1"}`), fmt.Errorf("O4: no key: %w", oauthflow.ErrIDToken), true, nil, "invalid: O4", ""},
		{"keys not to be had", jws(`{"alg":"RS256"}`, `{"sub":"1"}`), errors.New("no answer"), true, nil, "not checked: no answer", ""},
		{"none", secret.String{}, nil, true, nil, "", "gave no ID token"},
		{"not a JWT", secret.New("a.b.c"), nil, true, nil, "", "cannot be read"},
		{"F3", jws(`{"alg":"RS256"}`, `{"sub":"1"}`), nil, false, oauthflow.ErrNotPermitted, "valid", "may not introspect"},
		{"down", jws(`{"alg":"RS256"}`, `{"sub":"1"}`), nil, false, refused, "valid", "did not answer"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, nil, func(p *provider) integrations.Integration {
				return &able{
					provider: p,
					verify:   func(secret.String) (oauthflow.IDToken, error) { return oauthflow.IDToken{}, c.verify },
					introspect: func(integrations.IntrospectRequest) (oauthflow.Introspection, error) {
						return oauthflow.Introspection{Active: c.active}, c.ask
					},
				}
			})
			b.put("work", 0, time.Hour, func(conn *store.Connection) {
				conn.Grant.IDToken, conn.Grant.AccessToken = c.id, jws(`{"alg":"ES256"}`, `{"scope":"x","n":12345678901234567890}`)
			})
			i, err := b.Inspect(t.Context(), "work")
			if err != nil {
				t.Fatal(err)
			}
			if c.signature == "" && i.IDToken != nil || c.signature != "" && (i.IDToken == nil || !strings.HasPrefix(i.IDToken.Signature, c.signature)) {
				t.Errorf("ID token %+v, want %q", i.IDToken, c.signature)
			}
			if i.AccessToken == nil || !strings.HasPrefix(i.AccessToken.Signature, "not checked") || fmt.Sprint(i.AccessToken.Payload["n"]) != "12345678901234567890" {
				t.Errorf("access token %+v", i.AccessToken)
			}
			if i.Introspected != (c.ask == nil) || i.Active != c.active || !strings.Contains(i.Note, c.note) || c.note == "" && i.Note != "" {
				t.Errorf("%+v, want a note with %q", i, c.note)
			}
		})
	}
}
