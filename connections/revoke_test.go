package connections_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"authdeck/connections"
	"authdeck/integrations"
	"authdeck/oauthflow"
	"authdeck/store"
)

// TestE_Revoke: the words of the provider, the proof by introspection, and what the record says afterwards.
func TestE_Revoke(t *testing.T) {
	t.Parallel()
	const confirmed, unsupported, pending, failed = oauthflow.RevokeConfirmed, oauthflow.RevokeUnsupported, oauthflow.RevokePending, oauthflow.RevokeFailed
	says := func(access, refresh bool) func(integrations.IntrospectRequest) (oauthflow.Introspection, error) {
		return func(r integrations.IntrospectRequest) (oauthflow.Introspection, error) {
			if r.RefreshToken {
				return oauthflow.Introspection{Active: refresh}, nil
			}
			return oauthflow.Introspection{Active: access}, nil
		}
	}
	never := func(integrations.IntrospectRequest) (oauthflow.Introspection, error) {
		return oauthflow.Introspection{}, fmt.Errorf("x: %w", oauthflow.ErrNotPermitted)
	}
	for _, c := range []struct {
		name            string
		refresh, access oauthflow.RevocationOutcome
		err             error
		introspect      func(integrations.IntrospectRequest) (oauthflow.Introspection, error)
		none            string
		verified        string
		kind            connections.Kind
		state           connections.State
		event           string
		hint            string
	}{
		{"E2, F2: both, proven", confirmed, confirmed, nil, says(false, false), "", "inactive", "", connections.StateRevoked, "revoke ok", ""},
		{"still active", confirmed, confirmed, nil, says(true, false), "", "unknown", "", connections.StateRevoked, "revoke ok", "still calls the access token active"},
		{"F3: not permitted", confirmed, confirmed, nil, never, "", "unknown", "", connections.StateRevoked, "revoke ok", "may not ask"},
		{"refresh token only", confirmed, unsupported, nil, never, "", "unknown", "", connections.StateRevoked, "revoke ok", "may work for another 59 min"},
		{"E4: pending", pending, pending, nil, never, "", "unknown", connections.KindTransient, connections.StateOK, "revoke failed", "try again in 2 min"},
		{"E4: the refresh token is pending", pending, confirmed, nil, never, "", "unknown", connections.KindTransient, connections.StateRevoked, "revoke failed", "authdeck revoke work"},
		{"the refresh token failed", failed, confirmed, nil, never, "", "unknown", connections.KindFailed, connections.StateRevoked, "revoke failed", "by hand at https://provider.example/apps"},
		{"failed", failed, failed, nil, never, "", "unknown", connections.KindFailed, connections.StateOK, "revoke failed", "by hand at https://provider.example/apps"},
		{"E5: no endpoint", unsupported, unsupported, nil, never, "", "unknown", connections.KindUnsupported, connections.StateOK, "revoke unsupported", "remove"},
		{"E5: documented as none", "", "", nil, never, "the provider has no such endpoint", "unknown", connections.KindUnsupported, connections.StateOK, "revoke unsupported", "https://provider.example/apps"},
		{"nothing was tried", "", "", timeout, never, "", "unknown", connections.KindTransient, connections.StateOK, "revoke failed", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, nil, func(p *provider) integrations.Integration {
				p.info.RevokeNone, p.info.RevokePage = c.none, "https://provider.example/apps"
				return &able{
					provider: p, introspect: c.introspect,
					revoke: func(integrations.RevokeRequest) (integrations.Revocation, error) {
						r := integrations.Revocation{RefreshToken: c.refresh, AccessToken: c.access}
						if c.refresh == pending {
							r.RetryAfter = 2 * time.Minute
						}
						return r, c.err
					},
				}
			})
			was := b.put("work", 30*time.Second, time.Hour)
			r, err := b.Revoke(t.Context(), "work")
			if kindOf(t, err) != c.kind {
				t.Errorf("%v, want %q", err, c.kind)
			}
			hint := r.Hint
			var e *connections.Error
			if errors.As(err, &e) {
				hint += e.Hint
			}
			if c.err != nil && (r.RefreshToken != failed || r.AccessToken != failed) {
				t.Errorf("%s, %s: nobody said that it is unsupported", r.RefreshToken, r.AccessToken)
			}
			if r.Verified != c.verified || !strings.Contains(hint, c.hint) || c.refresh != "" && r.RefreshToken != c.refresh {
				t.Errorf("%+v, want %q and a hint with %q", r, c.verified, c.hint)
			}
			is := b.get(was.ID)
			if d, err := b.Show(t.Context(), "work"); err != nil || d.State != c.state || r.Connection.State != c.state {
				t.Errorf("state %s and %s, want %s (%v)", d.State, r.Connection.State, c.state, err)
			}
			if diff := cmp.Diff(was.Grant, is.Grant); diff != "" {
				t.Errorf("the tokens changed:\n%s", diff)
			}
			if diff := cmp.Diff([]string{c.event}, b.events(was.ID)); diff != "" {
				t.Error(diff)
			}
			if c.state == connections.StateRevoked {
				if _, err := b.Token(t.Context(), "work", 0); kindOf(t, err) != connections.KindSignIn {
					t.Errorf("a token of a revoked connection was handed out: %v", err)
				}
				if _, _, err := b.Refresh(t.Context(), "work"); kindOf(t, err) != connections.KindSignIn {
					t.Errorf("a revoked connection was refreshed: %v", err)
				}
			}
		})
	}
}

// TestE5_NoRevoker: an integration that cannot revoke says so.
func TestE5_NoRevoker(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	b.put("work", 0, time.Hour)
	r, err := b.Revoke(t.Context(), "work")
	if kindOf(t, err) != connections.KindUnsupported || r.RefreshToken != oauthflow.RevokeUnsupported || r.Connection.Name != "work" {
		t.Errorf("%+v %v", r, err)
	}
}

func TestSiblings(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	as := func(integration, identity, subject string, t store.Trouble) func(*store.Connection) {
		return func(c *store.Connection) {
			c.Integration, c.Identity, c.Subject, c.Health.Trouble = integration, identity, subject, t
		}
	}
	b.put("work", 0, time.Hour, as("example", "ada@example.com", "1", ""))
	b.put("same subject", 0, time.Hour, as("example", "renamed@example.com", "1", ""))
	b.put("same name, no subject", 0, time.Hour, as("example", "Ada@example.com", "", ""))
	b.put("other subject", 0, time.Hour, as("example", "ada@example.com", "2", ""))
	b.put("elsewhere", 0, time.Hour, as("other", "ada@example.com", "1", ""))
	b.put("nobody", 0, time.Hour, as("example", "", "", ""))
	b.put("revoked", 0, time.Hour, as("example", "ada@example.com", "1", store.TroubleRevoked))
	got, err := b.Siblings(t.Context(), "work")
	if diff := cmp.Diff([]string{"same name, no subject", "same subject"}, got); diff != "" || err != nil {
		t.Errorf("%v\n%s", err, diff)
	}
	if got, err := b.Siblings(t.Context(), "nobody"); len(got) > 0 || err != nil {
		t.Errorf("an account that nobody knows has siblings %v %v", got, err)
	}
}
