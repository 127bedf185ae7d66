package demo

import (
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"

	"authdeck/integrations"
	"authdeck/internal/clock"
	"authdeck/oauthflow"
)

func TestManifestSaysWhatTheServerDoes(t *testing.T) {
	s := start(t, Options{TokenTTL: 3 * time.Second})
	var page map[string]any
	if err := yaml.Unmarshal(s.Manifest(), &page); err != nil {
		t.Fatal(err)
	}
	var meta map[string]any
	getJSON(t, s.Issuer()+".well-known/openid-configuration", &meta)
	supported, _ := meta["scopes_supported"].([]any)
	if !slices.Contains(supported, any("audit")) {
		t.Errorf("the server has the scopes %v", supported)
	}
	at := func(keys ...string) any {
		var v any = page
		for _, k := range keys {
			m, _ := v.(map[string]any)
			v = m[k]
		}
		return v
	}
	for key, want := range map[string]any{
		"id": "demo", "name": "Demo provider", "issuer": meta["issuer"], "authorize url": meta["authorization_endpoint"],
		"token url": meta["token_endpoint"], "revoke url": meta["revocation_endpoint"], "introspect url": meta["introspection_endpoint"],
		"identity request url": meta["userinfo_endpoint"], "identity name": "email", "client id": ClientID,
		"lifetime access": "3s", "lifetime refresh idle": "30d", "lifetime rotates": "always", "api base_url": s.API(),
		"scopes default":                 slices.DeleteFunc(slices.Clone(supported), func(s any) bool { return s == "audit" }),
		"actions who-am-i request url":   "/me",
		"actions list-notes request url": "/notes",
		"actions add-note request json":  map[string]any{"text": "{{params.text}}"},
	} {
		if d := cmp.Diff(want, at(strings.Fields(key)...)); d != "" {
			t.Errorf("%s: %s", key, d)
		}
	}
}

func TestSourceIsTheDemoIntegration(t *testing.T) {
	s := start(t, Options{})
	list, err := s.Source(&oauthflow.Caller{HTTP: http.DefaultClient, Clock: clock.System(), Log: slog.New(slog.DiscardHandler)}).Integrations(t.Context())
	if err != nil || len(list) != 1 {
		t.Fatalf("%d integrations: %v", len(list), err)
	}
	info := list[0].Info()
	if info.ID != "demo" || info.Kind != integrations.KindDemo || info.NeedsID || info.Broken != "" || info.Redirect.Class != integrations.RedirectAnyPort {
		t.Errorf("%+v", info)
	}
	for name, ok := range map[string]bool{
		"Revoker":         is[integrations.Revoker](list[0]),
		"Introspector":    is[integrations.Introspector](list[0]),
		"IDTokenVerifier": is[integrations.IDTokenVerifier](list[0]),
		"ActionRunner":    is[integrations.ActionRunner](list[0]),
	} {
		if !ok {
			t.Errorf("it is no %s", name)
		}
	}
	runner, ok := list[0].(integrations.ActionRunner)
	if !ok {
		return
	}
	var got []string
	for _, a := range runner.Actions() {
		got = append(got, a.Name)
	}
	if d := cmp.Diff([]string{
		"who-am-i", "list-notes", "add-note", "list-events", "read-audit-log", "add-card", "ask-when-busy", "refuse-once", "big-answer", "get-picture", "slow-answer",
	}, got); d != "" {
		t.Error(d)
	}
}

func is[T any](v any) bool {
	_, ok := v.(T)
	return ok
}
