package connections_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"authdeck/connections"
	"authdeck/integrations"
	"authdeck/internal/secret"
	"authdeck/oauthflow"
	"authdeck/store"
)

var errNothingNew = fmt.Errorf("%w: refreshToken returned null", integrations.ErrNothingNew)

// TestNothingNew: a refresh that made no request and brought nothing changes nothing of the grant, and nobody but the provider says that
// a sign-in is needed (reference/flowrunner.md §3.4).
func TestNothingNew(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		age   time.Duration
		kind  connections.Kind
		state connections.State
	}{
		{"a living token stays", 0, connections.KindUnsupported, connections.StateOK},
		{"one that has ended", 2 * time.Hour, connections.KindSignIn, connections.StateExpired},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, nil)
			b.p.refresh = []answer{{err: errNothingNew}, {}}
			was := b.put("work", c.age, time.Hour)
			d, outcome, err := b.Refresh(t.Context(), "work")
			if kindOf(t, err) != c.kind || outcome != connections.OutcomeFailed || d.State != c.state {
				t.Errorf("%s %s %v", outcome, d.State, err)
			}
			if is := b.get(was.ID); !is.Grant.AccessToken.Equal(was.Grant.AccessToken) || !is.Grant.RefreshToken.Equal(was.Grant.RefreshToken) || is.Health.Trouble != store.TroubleNone {
				t.Errorf("%+v, %+v", is.Grant, is.Health)
			}
			if _, err := b.Token(t.Context(), "work", -1); err != nil && c.age > 0 {
				t.Errorf("once the service can refresh again, it is asked: %v", err)
			}
		})
	}
}

// TestNothingNew_Keeper: what cannot be refreshed is tried ahead of its end, at its end, and then each hour: the service or its settings may
// have changed.
func TestNothingNew_Keeper(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, nil)
		b.p.refresh = []answer{{err: errNothingNew}}
		b.put("work", 0, time.Hour)
		_, stop := b.keep()
		time.Sleep(24 * time.Hour)
		stop()
		if n := b.p.requests(); n < 20 || n > 26 {
			t.Errorf("%d tries in a day", n)
		}
	})
}

// TestAnswerLost: the provider had answered, and the service dropped it. A new refresh token that was seen is kept, and the old one is not
// sent again; one that nobody saw is told of, since the old one may be dead.
func TestAnswerLost(t *testing.T) {
	t.Parallel()
	cause := &oauthflow.Error{Class: oauthflow.ClassTransientLong, Status: 200, Sent: true, Err: errors.New("it threw")}
	timedOut := &oauthflow.Error{Class: oauthflow.ClassTransient, Sent: true, Err: errors.New("the time was over")}
	for _, c := range []struct {
		name     string
		err      error
		next     string // the refresh token of the next try
		requests int
		reason   string
	}{
		{"it was seen", &integrations.AnswerLostError{RefreshToken: secret.New("refresh-new"), Err: cause}, "refresh-new", 1, "it threw"},
		{"it was seen, in a call that ran out of time", &integrations.AnswerLostError{RefreshToken: secret.New("refresh-new"), Err: timedOut}, "refresh-new", 1, "the time was over"},
		{"nobody saw it", &integrations.AnswerLostError{Err: cause}, "refresh-0", 1, "refresh interrupted"},
		{"nobody saw it, in a call that ran out of time", &integrations.AnswerLostError{Err: timedOut}, "refresh-0", 2, "refresh interrupted"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, nil)
			b.p.refresh = []answer{{err: c.err}}
			was := b.put("work", 2*time.Hour, time.Hour)
			_, _, err := b.Refresh(t.Context(), "work")
			is := b.get(was.ID)
			if kindOf(t, err) != connections.KindTransient || is.Health.Trouble != store.TroubleTransient || !strings.Contains(is.Health.Reason, c.reason) {
				t.Errorf("%v %+v", err, is.Health)
			}
			if is.Grant.RefreshToken.Reveal() != c.next || b.p.requests() != c.requests {
				t.Errorf("%s is kept after %d requests, want %s after %d", is.Grant.RefreshToken.Reveal(), b.p.requests(), c.next, c.requests)
			}
			var e *connections.Error
			if lost := c.next == "refresh-0"; !errors.As(err, &e) || strings.Contains(e.Hint, "nothing was lost") == lost {
				t.Errorf("hint %q", e.Hint)
			}
		})
	}
}

// TestSameToken: an answer with the token of before is no failure, and is called unchanged; its refresh token and its
// lifetime count.
func TestSameToken(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	was := b.put("work", 50*time.Minute, time.Hour)
	same := integrations.Grant{AccessToken: was.Grant.AccessToken, RefreshToken: secret.New("refresh-9"), Lifetime: oauthflow.Lifetime{Kind: oauthflow.LifetimeKnown, For: 2 * time.Hour}}
	b.p.refresh = []answer{{grant: same}}
	_, outcome, err := b.Refresh(t.Context(), "work")
	is := b.get(was.ID)
	if err != nil || outcome != connections.OutcomeUnchanged || is.Grant.RefreshToken.Reveal() != "refresh-9" || is.Grant.ExpiresAt.Sub(was.Grant.ExpiresAt) < time.Hour {
		t.Errorf("%s %v %+v", outcome, err, is.Grant)
	}
}

// TestKeepExpiry: a service that reports success with the token of before, though its request failed, gains no lifetime, and is
// tried again like a failure (gocardless).
func TestKeepExpiry(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, nil)
		was := b.put("work", 58*time.Minute, time.Hour)
		masked := integrations.Grant{
			AccessToken: was.Grant.AccessToken, RefreshToken: was.Grant.RefreshToken, KeepExpiry: true, Warnings: []string{"a request of it failed: 500"},
			Lifetime: oauthflow.Lifetime{Kind: oauthflow.LifetimeKnown, For: 10 * time.Hour},
		}
		b.p.refresh = []answer{{grant: masked}}
		_, outcome, err := b.Refresh(t.Context(), "work")
		is := b.get(was.ID)
		if err != nil || outcome != connections.OutcomeUnchanged || !is.Grant.ExpiresAt.Equal(was.Grant.ExpiresAt) {
			t.Errorf("%s %v, ends %v, was to end %v", outcome, err, is.Grant.ExpiresAt, was.Grant.ExpiresAt)
		}
		if is.Health.Trouble != store.TroubleTransient || !strings.Contains(is.Health.Reason, "500") || is.Health.RetryAt.IsZero() {
			t.Errorf("%+v", is.Health)
		}
		l, stop := b.keep()
		time.Sleep(24 * time.Hour)
		stop()
		if n := b.p.requests(); n > 400 { // up to 15 min apart in the end
			t.Errorf("%d tries in a day", n)
		}
		if len(l.words()) != 0 {
			t.Errorf("events of a failure that was known: %v", l.words())
		}
	})
}

// TestRefreshWithoutToken: an integration that can do without a refresh token is asked, on request only.
func TestRefreshWithoutToken(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name      string
		tokenless bool
		kind      connections.Kind
	}{
		{"it can", true, ""},
		{"it cannot", false, connections.KindSignIn},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, nil)
			b.p.tokenless = c.tokenless
			was := b.put("work", 50*time.Minute, time.Hour, func(c *store.Connection) { c.Grant.RefreshToken = noRefresh })
			_, _, err := b.Refresh(t.Context(), "work")
			if got := kindOf(t, err); got != c.kind {
				t.Errorf("%s: %v", got, err)
			}
			if is := b.get(was.ID); c.tokenless && is.Grant.AccessToken.Equal(was.Grant.AccessToken) {
				t.Error("nothing was refreshed")
			}
		})
	}
}

// TestSignInDuringRefreshWithoutToken: whatever a refresh comes to, a sign-in that was made meanwhile stays as it is.
func TestSignInDuringRefreshWithoutToken(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]answer{"an answer": {}, "a refusal": {err: invalidGrant}, "nothing": {err: errNothingNew}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, nil)
			b.p.tokenless = true
			was := b.put("work", 50*time.Minute, time.Hour, func(c *store.Connection) { c.Grant.RefreshToken = noRefresh })
			end.hook = func() {
				c := b.get(was.ID)
				c.Grant.AccessToken = secret.New("of the sign-in")
				if _, err := b.store.Put(t.Context(), c, store.Write{}); err != nil {
					t.Error(err)
				}
			}
			b.p.refresh = []answer{end}
			_, _, _ = b.Refresh(t.Context(), "work") // what is told of it is another matter
			is := b.get(was.ID)
			if is.Grant.AccessToken.Reveal() != "of the sign-in" || is.Health.Trouble != store.TroubleNone || !is.Health.RetryAt.IsZero() {
				t.Errorf("%s, %+v", is.Grant.AccessToken.Reveal(), is.Health)
			}
		})
	}
}
