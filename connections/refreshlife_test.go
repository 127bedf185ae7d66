package connections_test

import (
	"fmt"
	"slices"
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

func lasts(d time.Duration) oauthflow.Lifetime {
	return oauthflow.Lifetime{Kind: oauthflow.LifetimeKnown, For: d}
}

var refresh0 = secret.New("refresh-0")

// TestS54_RefreshTokenEnd: when a refresh token ends after a refresh: by the answer, else by the documents, never later than
// the end that counts from the sign-in.
func TestS54_RefreshTokenEnd(t *testing.T) {
	t.Parallel()
	const asked = 10 * day // after the sign-in
	rotated := integrations.Grant{}
	same := integrations.Grant{RefreshToken: refresh0}
	for _, c := range []struct {
		name       string
		end, limit time.Duration // as kept, from the sign-in on; 0 is not known
		grant      integrations.Grant
		said       time.Duration // 0: the answer says nothing
		idle       time.Duration // of the documents
		want       time.Duration // from the sign-in on; 0 is not known
	}{
		{"nothing is known", 0, 0, rotated, 0, 0, 0},
		{"the same token keeps its end", 30 * day, 0, same, 0, 0, 30 * day},
		{"a new token of which nothing is said", 30 * day, 0, rotated, 0, 0, 0},
		{"the answer says it", 0, 0, rotated, 30 * day, 0, asked + 30*day},
		{"documents: 60 days without use", 60 * day, 0, rotated, 0, 60 * day, asked + 60*day},
		{"documents: the same token, 60 days without use", 60 * day, 0, same, 0, 60 * day, asked + 60*day},
		{"the answer stands before the documents", 60 * day, 0, rotated, 5 * day, 60 * day, asked + 5*day},
		{"absolute: rotation does not lengthen it", 90 * day, 90 * day, rotated, 0, 0, 90 * day},
		{"absolute and idle: the earlier counts", 30 * day, 90 * day, rotated, 0, 30 * day, asked + 30*day},
		{"absolute and idle, near the end", 12 * day, 12 * day, rotated, 0, 30 * day, 12 * day},
		{"absolute, and the answer says more", 90 * day, 90 * day, rotated, 300 * day, 0, 90 * day},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := newBench(t, nil)
				g := c.grant
				if c.said > 0 {
					g.RefreshLifetime = lasts(c.said)
				}
				g.RefreshIdle = c.idle
				b.p.refresh = []answer{{grant: g}}
				conn := b.put("work", 0, time.Hour, func(s *store.Connection) {
					if c.end > 0 {
						s.Grant.RefreshExpiresAt = s.CreatedAt.Add(c.end)
					}
					if c.limit > 0 {
						s.Grant.RefreshLimit = s.CreatedAt.Add(c.limit)
					}
				})
				time.Sleep(asked)
				if _, _, err := b.Refresh(t.Context(), "work"); err != nil {
					t.Fatal(err)
				}
				got := b.get(conn.ID).Grant.RefreshExpiresAt
				want := time.Time{}
				if c.want > 0 {
					want = conn.CreatedAt.Add(c.want)
				}
				if !got.Equal(want) {
					t.Errorf("ends %v, want %v", got, want)
				}
			})
		})
	}
}

// TestRefreshTokenEnding: the end of a refresh token is told once, in good time, by whichever keeper runs, and stands in
// list, details and history; one that each refresh moves is not told.
func TestRefreshTokenEnding(t *testing.T) { // not parallel: tests of real servers beside it would be late
	for _, c := range []struct {
		name  string
		grant integrations.Grant
		end   time.Duration
		told  time.Duration // 0: never
	}{
		{"71 days from the sign-in", integrations.Grant{RefreshToken: refresh0}, 71 * day, 57 * day},
		{"7 days from the sign-in", integrations.Grant{RefreshToken: refresh0}, 7 * day, 7 * day * 4 / 5},
		{"30 min without use", integrations.Grant{RefreshToken: refresh0, RefreshLifetime: lasts(90 * time.Minute)}, 90 * time.Minute, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := newBench(t, nil)
				b.p.refresh = []answer{{grant: c.grant}}
				conn := b.put("work", 0, time.Hour, func(s *store.Connection) {
					s.Grant.RefreshExpiresAt, s.Grant.RefreshSince = s.CreatedAt.Add(c.end), s.CreatedAt
				})
				l := &log{}
				for range 16 { // keepers, one after the other
					own, stop := b.keep()
					time.Sleep(max(c.end, 2*day) / 16)
					stop()
					l.list = append(l.list, own.list...)
				}
				var told []connections.KeepEvent
				for _, e := range l.list {
					if e.Event == "refresh_token_ending" {
						told = append(told, e)
					}
				}
				if c.told == 0 {
					if len(told) > 0 {
						t.Errorf("%v", told)
					}
					return
				}
				if len(told) != 1 {
					t.Fatalf("told %d times: %v", len(told), told)
				}
				if d := told[0].Time.Sub(conn.CreatedAt) - c.told; d < 0 || d > 10*time.Minute {
					t.Errorf("told %s after it was due: %s", d, told[0].Detail)
				}
				if !slices.Contains(b.events(conn.ID), "refresh_token_ending warned") {
					t.Errorf("%v", b.events(conn.ID))
				}
				v := mustList(t, b)[0]
				d, err := b.Show(t.Context(), "work")
				if err != nil || !strings.Contains(v.Reason, "refresh token") || !strings.Contains(strings.Join(d.Warnings, " "), "refresh token") {
					t.Errorf("%q, %q, %v", v.Reason, d.Warnings, err)
				}
			})
		})
	}
}

// TestKeepIdle: a connection that nobody uses is refreshed before its refresh token idles out, if the user wants that.
func TestKeepIdle(t *testing.T) { // not parallel: tests of real servers beside it would be late
	for _, c := range []struct {
		name     string
		on       bool
		absolute bool
		requests int
	}{
		{"off", false, false, 0},
		{"on", true, false, 3}, // in 18 days, after 4.8, 9.6, 14.4
		{"on, but it counts from the sign-in", true, true, 0},
		{"on, but using it moved nothing", true, false, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := newBench(t, nil)
				never := oauthflow.Lifetime{Kind: oauthflow.LifetimeUnknown}
				b.p.refresh = []answer{{grant: integrations.Grant{RefreshIdle: 6 * day, Lifetime: never}}}
				if c.requests == 1 {
					b.p.refresh = []answer{{grant: integrations.Grant{RefreshToken: refresh0, Lifetime: never}}}
				}
				b.put("work", 0, time.Hour, func(s *store.Connection) {
					s.Grant.Lifetime, s.Grant.ExpiresAt = store.LifetimeUnknown, time.Time{}
					s.Grant.RefreshExpiresAt, s.Grant.RefreshSince = s.CreatedAt.Add(6*day), s.CreatedAt
					if c.absolute {
						s.Grant.RefreshLimit = s.Grant.RefreshExpiresAt
					}
				})
				if err := b.SetKeepIdle(t.Context(), c.on); err != nil {
					t.Fatal(err)
				}
				if on, err := b.KeepIdle(t.Context()); on != c.on || err != nil {
					t.Errorf("%v %v", on, err)
				}
				if at := mustList(t, b)[0].RefreshAt; at.IsZero() == (c.on && !c.absolute) {
					t.Errorf("planned for %v", at)
				}
				_, stop := b.keep()
				time.Sleep(18 * day)
				stop()
				if n := b.p.requests(); n != c.requests {
					t.Errorf("%d requests: %v", n, b.p.at)
				}
			})
		})
	}
}

// TestS54_UnknownLifetime: the keeper refreshes by the token's own word if it is a JWT, else not at all; a caller's token is
// refreshed once it is 30 min old; nothing says an end that nobody knows. One that is born expired costs a request a minute.
func TestS54_UnknownLifetime(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name        string
		life        oauthflow.Lifetime
		least, most int // requests in an hour, with a caller each 10 s
		known       bool
	}{
		{"opaque, nothing said", oauthflow.Lifetime{Kind: oauthflow.LifetimeUnknown}, 1, 2, false},
		{"expires_in 0", lasts(0), 58, 61, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := newBench(t, nil)
				b.p.refresh = []answer{{grant: integrations.Grant{Lifetime: c.life}}}
				b.put("work", 0, time.Hour, func(s *store.Connection) {
					s.Grant.Lifetime, s.Grant.ExpiresAt = store.LifetimeUnknown, time.Time{}
				})
				_, stop := b.keep()
				time.Sleep(time.Hour)
				if n := b.p.requests(); n != 0 {
					t.Errorf("the keeper made %d requests", n)
				}
				for range 360 {
					if _, err := b.Token(t.Context(), "work", -1); err != nil {
						t.Fatal(err)
					}
					time.Sleep(10 * time.Second)
				}
				stop()
				if n := b.p.requests(); n < c.least || n > c.most {
					t.Errorf("%d requests in an hour", n)
				}
				if v := mustList(t, b)[0]; v.ExpiresAt.IsZero() == c.known {
					t.Errorf("ends %v", v.ExpiresAt)
				}
			})
		})
	}
}

// TestS54_ManyEndings: each of many is told.
func TestS54_ManyEndings(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, nil)
		b.p.refresh = []answer{{grant: integrations.Grant{RefreshToken: refresh0}}}
		for i := range 5 {
			b.put(fmt.Sprint("c", i), 0, time.Hour, func(s *store.Connection) { s.Grant.RefreshExpiresAt = s.CreatedAt.Add(day) })
		}
		l, stop := b.keep()
		time.Sleep(time.Minute)
		stop()
		if len(l.words()) != 5 {
			t.Errorf("%v", l.words())
		}
	})
}
