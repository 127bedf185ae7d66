package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"authdeck/internal/testserver"
)

// TestThreadAgainstOIDCProvider is the thread of verbs against a second, stricter server: npm's oidc-provider, which
// registers a client (RFC 7591), sends iss (RFC 9207), rotates refresh tokens and kills the family on reuse.
func TestThreadAgainstOIDCProvider(t *testing.T) {
	t.Parallel()
	p := testserver.StartOIDCProvider(t, testserver.OIDCOptions{})
	env := []string{noKeyring, "AUTHDECK_DATA_DIR=" + t.TempDir(), "XDG_CONFIG_HOME=" + t.TempDir(), "HOME=" + t.TempDir(), "PATH=" + os.Getenv("PATH")}
	verb(t, env, "store", "key-file", filepath.Join(t.TempDir(), "key"))
	verb(t, env, "integrations", "add", p.Issuer, "--name", "strict")
	if n := p.Stats().Registrations; n != 1 {
		t.Fatalf("%d registrations, want 1", n)
	}
	verb(t, env, "login", "strict", "--name", "me", "--browser", mustLook(t, "playoidc"))
	first := verb(t, env, "token", "me")

	for range 3 { // each with the token that the one before brought
		verb(t, env, "refresh", "me")
	}
	var c connectionJSON
	if err := json.Unmarshal([]byte(verb(t, env, "show", "me", "--json")), &c); err != nil {
		t.Fatal(err)
	}
	if c.State != "ok" || c.Rotations != 3 || c.Identity == "" {
		t.Errorf("state %s, %d rotations, identity %q; want ok, 3 and somebody", c.State, c.Rotations, c.Identity)
	}
	if verb(t, env, "token", "me") == first {
		t.Error("three refreshes brought no new access token")
	}
	if s := p.Stats(); s.TokenRequests["refresh_token"] != 3 || s.ReuseErrors != 0 || s.GrantsRevoked != 0 {
		t.Errorf("the server counted %+v", s)
	}
	if out := verb(t, env, "inspect", "me", "--json"); !strings.Contains(out, `"signature": "valid"`) || !strings.Contains(out, `"active": true`) {
		t.Errorf("inspect: %s", out)
	}

	out := verb(t, env, "revoke", "me", "--json")
	if !strings.Contains(out, `"refresh_token": "confirmed"`) || !strings.Contains(out, `"verified": "inactive"`) {
		t.Errorf("revoke: %s", out)
	}
	if p.Stats().Revocations == 0 {
		t.Error("the server saw no revocation")
	}
}
