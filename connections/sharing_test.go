package connections_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"authdeck/connections"
	"authdeck/integrations"
	"authdeck/internal/secret"
	"authdeck/oauthflow"
	"authdeck/store"
)

// TestS51_OneRefresh: callers of one process share a flight, whether they want a token or a refresh.
func TestS51_OneRefresh(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, nil)
		b.p.refresh = []answer{{delay: time.Second}}
		b.put("work", 2*time.Hour, time.Hour)
		var wg sync.WaitGroup
		tokens := make(chan string, 16)
		for range 8 {
			wg.Go(func() {
				k, err := b.Token(t.Context(), "work", -1)
				if err != nil {
					t.Error(err)
				}
				tokens <- k.Value.Reveal()
			})
			wg.Go(func() {
				d, outcome, err := b.Refresh(t.Context(), "work")
				if err != nil || outcome != connections.OutcomeRefreshed {
					t.Error(outcome, err)
				}
				tokens <- d.Access.Reveal()
			})
		}
		wg.Wait()
		close(tokens)
		for k := range tokens {
			if k != "access-1" {
				t.Errorf("token %q", k)
			}
		}
		if n := b.p.requests(); n != 1 {
			t.Errorf("%d refreshes", n)
		}
	})
}

// TestS51_WaiterTakesTheWinnersResult: two Services on one store are two processes; good and bad results are shared.
func TestS51_WaiterTakesTheWinnersResult(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		a    answer
		kind connections.Kind
	}{
		{"answer", answer{delay: time.Second}, ""},
		{"failure", answer{delay: time.Second, hook: nil, err: failing(oauthflow.ClassTransient, 503, "")}, connections.KindTransient},
		{"dead", answer{delay: time.Second, err: invalidGrant}, connections.KindSignIn},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := newBench(t, nil)
				other := newBench(t, func(store.Store) store.Store { return b.store }, func(*provider) integrations.Integration { return b.p })
				b.p.refresh = []answer{c.a}
				b.put("work", 2*time.Hour, time.Hour)
				var wg sync.WaitGroup
				for _, s := range []*bench{b, other} {
					wg.Go(func() {
						if _, err := s.Token(t.Context(), "work", -1); kindOf(t, err) != c.kind {
							t.Errorf("%v, want %q", err, c.kind)
						}
					})
					wg.Go(func() {
						if _, _, err := s.Refresh(t.Context(), "work"); kindOf(t, err) != c.kind {
							t.Errorf("%v, want %q", err, c.kind)
						}
					})
				}
				wg.Wait()
				if n := b.p.requests(); n != 1 {
					t.Errorf("%d refreshes", n)
				}
			})
		})
	}
}

// TestS51_Detached: a caller that goes away does not abort the exchange, and Close waits until it is stored.
func TestS51_Detached(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, nil)
		ctx, cancel := context.WithCancel(t.Context())
		b.p.refresh = []answer{{delay: 20 * time.Second, hook: cancel}}
		c := b.put("work", 2*time.Hour, time.Hour)
		_, err := b.Token(ctx, "work", -1)
		if kindOf(t, err) != connections.KindCanceled {
			t.Errorf("%v", err)
		}
		if err := b.Close(); err != nil {
			t.Error(err)
		}
		if got := b.get(c.ID).Grant.RefreshToken.Reveal(); got != "refresh-1" {
			t.Errorf("stored %q", got)
		}
		if _, _, err := b.Refresh(t.Context(), "work"); kindOf(t, err) != connections.KindCanceled {
			t.Errorf("after Close: %v", err)
		}
	})
}

// TestS51_Deadline: a provider that hangs is given up after 30 s, and its one replay after 30 more.
func TestS51_Deadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, nil)
		b.p.refresh = []answer{{delay: time.Hour}}
		b.put("work", 2*time.Hour, time.Hour)
		start := time.Now()
		_, err := b.Token(t.Context(), "work", -1)
		if took := time.Since(start); kindOf(t, err) != connections.KindTransient || took != time.Minute || b.p.requests() != 2 {
			t.Errorf("%v after %s and %d requests", err, took, b.p.requests())
		}
	})
}

// TestS51_HeldLock: a waiter gives up after 65 s or at its own deadline, with the old token if that lives, else with the
// holder's name.
func TestS51_HeldLock(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		age      time.Duration
		deadline time.Duration
		wait     time.Duration
		kind     connections.Kind
	}{
		{"ended", 2 * time.Hour, 0, 65 * time.Second, connections.KindTransient},
		{"ended, own deadline", 2 * time.Hour, 3 * time.Second, 3 * time.Second, connections.KindTransient},
		{"lives", 59*time.Minute + 30*time.Second, 3 * time.Second, 3 * time.Second, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := newBench(t, nil)
				conn := b.put("work", c.age, time.Hour)
				unlock, err := b.store.Lock(t.Context(), conn.ID)
				if err != nil {
					t.Fatal(err)
				}
				defer unlock()
				ctx := t.Context()
				if c.deadline > 0 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, c.deadline)
					defer cancel()
				}
				start := time.Now()
				k, err := b.Token(ctx, "work", time.Minute)
				if kindOf(t, err) != c.kind || time.Since(start) != c.wait {
					t.Errorf("%v after %s, want %q after %s", err, time.Since(start), c.kind, c.wait)
				}
				if err == nil && (k.Value.Reveal() != "access-0" || !strings.Contains(k.Warning, "lives only")) {
					t.Errorf("token %q, warning %q", k.Value.Reveal(), k.Warning)
				}
				var held *store.HeldError
				if err != nil && !errors.As(err, &held) {
					t.Errorf("%v does not name the holder", err)
				}
			})
		})
	}
}

// TestS51_RecordChangesMeanwhile: what happens to the record during the request.
func TestS51_RecordChangesMeanwhile(t *testing.T) {
	t.Parallel()
	t.Run("renamed", func(t *testing.T) {
		t.Parallel()
		b := newBench(t, nil)
		c := b.put("work", 2*time.Hour, time.Hour)
		b.p.refresh = []answer{{hook: func() {
			if err := b.Rename(context.Background(), "work", "home"); err != nil {
				t.Error(err)
			}
		}}}
		if _, _, err := b.Refresh(t.Context(), "work"); err != nil {
			t.Fatal(err)
		}
		if is := b.get(c.ID); is.Name != "home" || is.Grant.RefreshToken.Reveal() != "refresh-1" {
			t.Errorf("%s %s", is.Name, is.Grant.RefreshToken.Reveal())
		}
	})
	for name, a := range map[string]answer{"signed in again, answer": {}, "signed in again, refusal": {err: invalidGrant}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, nil)
			c := b.put("work", 2*time.Hour, time.Hour)
			a.hook = func() {
				is := b.get(c.ID)
				is.Grant.AccessToken, is.Grant.RefreshToken = secret.New("newer"), secret.New("newer-refresh")
				is.Grant.ObtainedAt, is.Grant.ExpiresAt = b.clock.Wall(), b.clock.Wall().Add(time.Hour)
				if _, err := b.store.Put(context.Background(), is, store.Write{}); err != nil {
					t.Error(err)
				}
			}
			b.p.refresh = []answer{a}
			k, err := b.Token(t.Context(), "work", -1)
			if err != nil || k.Value.Reveal() != "newer" {
				t.Errorf("%q %v", k.Value.Reveal(), err)
			}
			is := b.get(c.ID)
			if is.Grant.RefreshToken.Reveal() != "newer-refresh" || is.Health.Trouble != "" {
				t.Errorf("%+v", is.Health)
			}
			if i, _ := b.store.Intent(t.Context(), c.ID); i != nil {
				t.Errorf("intent %+v", i)
			}
		})
	}
	t.Run("removed", func(t *testing.T) {
		t.Parallel()
		var ended string
		b := newBench(t, nil, func(p *provider) integrations.Integration {
			return &able{provider: p, revoke: func(r integrations.RevokeRequest) (integrations.Revocation, error) {
				ended = r.Kept.RefreshToken.Reveal()
				return integrations.Revocation{}, nil
			}}
		})
		b.put("work", 2*time.Hour, time.Hour)
		b.p.refresh = []answer{{hook: func() {
			if err := b.Remove(context.Background(), "work"); err != nil {
				t.Error(err)
			}
		}}}
		_, err := b.Token(t.Context(), "work", -1)
		if kindOf(t, err) != connections.KindNotFound || ended != "refresh-1" {
			t.Errorf("%v, ended %q", err, ended)
		}
	})
}

// fullDisk fails Put until it is told to stop.
type fullDisk struct {
	store.Store
	mu   sync.Mutex
	full bool
}

func (f *fullDisk) set(full bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.full = full
}

func (f *fullDisk) Put(ctx context.Context, c store.Connection, w store.Write) (store.Connection, error) {
	f.mu.Lock()
	full := f.full
	f.mu.Unlock()
	if full {
		return store.Connection{}, errors.New("no space left on device")
	}
	return f.Store.Put(ctx, c, w)
}

// TestS51_AnswerThatCannotBeStored is handed to nobody, kept, and stored once the disk takes it.
func TestS51_AnswerThatCannotBeStored(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		disk := &fullDisk{}
		b := newBench(t, func(s store.Store) store.Store {
			disk.Store = s
			return disk
		})
		c := b.put("work", 2*time.Hour, time.Hour)
		b.p.refresh = []answer{{hook: func() { disk.set(true) }}}
		_, err := b.Token(t.Context(), "work", -1)
		if kindOf(t, err) != connections.KindStore {
			t.Fatalf("%v", err)
		}
		if i, err := b.store.Intent(t.Context(), c.ID); err != nil || i == nil || !i.Sent {
			t.Errorf("intent %+v %v, want it left", i, err)
		}
		if _, err := b.Token(t.Context(), "work", -1); kindOf(t, err) != connections.KindStore || b.p.requests() != 1 {
			t.Errorf("a second caller: %v, %d requests", err, b.p.requests())
		}
		time.Sleep(10 * time.Minute)
		disk.set(false)
		time.Sleep(2 * time.Second)
		if k, err := b.Token(t.Context(), "work", -1); err != nil && kindOf(t, err) == connections.KindStore || b.get(c.ID).Grant.RefreshToken.Reveal() != "refresh-1" {
			t.Errorf("%q %v", k.Value.Reveal(), err)
		}
		if b.p.requests() != 1 {
			t.Errorf("%d requests", b.p.requests())
		}
	})
}

// TestS51_AnswerThatCannotBeStored_AllLeft: whoever comes after all callers of such a refresh went is told as well, at once.
func TestS51_AnswerThatCannotBeStored_AllLeft(t *testing.T) {
	t.Parallel()
	disk := &fullDisk{}
	b := newBench(t, func(s store.Store) store.Store {
		disk.Store = s
		return disk
	})
	b.put("work", 2*time.Hour, time.Hour)
	ctx, cancel := context.WithCancel(t.Context())
	b.p.refresh = []answer{{hook: func() {
		disk.set(true)
		cancel()
	}}}
	if _, err := b.Token(ctx, "work", -1); kindOf(t, err) != connections.KindCanceled {
		t.Fatalf("%v", err)
	}
	b.clock.pass(11 * time.Second)
	second, stop := context.WithTimeout(t.Context(), 3*time.Second)
	defer stop()
	if _, err := b.Token(second, "work", -1); kindOf(t, err) != connections.KindStore || b.p.requests() != 1 {
		t.Errorf("%v, %d requests", err, b.p.requests())
	}
	disk.set(false)
}

// TestTokenOfARemovedConnection: what was removed while its token was waited for is not handed out, alive or not.
func TestTokenOfARemovedConnection(t *testing.T) {
	t.Parallel()
	for name, hook := range map[string]func(*testing.T, *bench, string){
		"during the request": func(t *testing.T, b *bench, _ string) {
			t.Helper()
			b.p.refresh = []answer{{hook: func() {
				if err := b.Remove(context.Background(), "work"); err != nil {
					t.Error(err)
				}
			}}}
		},
		"while waiting for the lock": func(t *testing.T, b *bench, id string) {
			t.Helper()
			unlock, err := b.store.Lock(t.Context(), id)
			if err != nil {
				t.Fatal(err)
			}
			time.AfterFunc(time.Second, func() {
				if err := b.Remove(context.Background(), "work"); err != nil {
					t.Error(err)
				}
				unlock()
			})
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			b := newBench(t, nil)
			hook(t, b, b.put("work", 50*time.Minute, time.Hour).ID)
			if k, err := b.Token(t.Context(), "work", 30*time.Minute); kindOf(t, err) != connections.KindNotFound {
				t.Errorf("%s: token %q, %v", name, k.Value.Reveal(), err)
			}
		})
	}
}
