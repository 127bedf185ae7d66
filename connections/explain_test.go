package connections_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"authdeck/connections"
	"authdeck/integrations"
	"authdeck/store"
)

// sick is a store whose reads fail.
type sick struct {
	store.Store
	err error
}

func (s *sick) Find(ctx context.Context, name string) (store.Connection, error) {
	if s.err != nil {
		return store.Connection{}, fmt.Errorf("find connection: %w", s.err)
	}
	return s.Store.Find(ctx, name)
}

func (s *sick) List(ctx context.Context) ([]store.Summary, error) {
	if s.err != nil {
		return nil, fmt.Errorf("list connections: %w", s.err)
	}
	return s.Store.List(ctx)
}

// TestStoreErrors: whatever the store cannot do is exit 6 with a hint, except that the caller went away.
func TestStoreErrors(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err  error
		kind connections.Kind
	}{
		{store.ErrNoKey, connections.KindStore},
		{store.ErrWrongKey, connections.KindStore},
		{store.ErrDamaged, connections.KindStore},
		{store.ErrBusy, connections.KindStore},
		{store.ErrNewerFormat, connections.KindStore},
		{store.ErrUnsafe, connections.KindStore},
		{errors.New("input/output error"), connections.KindStore},
		{context.Canceled, connections.KindCanceled},
	} {
		t.Run(c.err.Error(), func(t *testing.T) {
			t.Parallel()
			b := newBench(t, func(s store.Store) store.Store { return &sick{s, c.err} })
			_, err := b.List(t.Context())
			if kindOf(t, err) != c.kind || !errors.Is(err, c.err) {
				t.Errorf("list: %v, want %s", err, c.kind)
			}
			if c.err == context.Canceled { //nolint:errorlint // the very value of this row
				return
			}
			if err := b.Keep(t.Context(), nil); kindOf(t, err) != c.kind {
				t.Errorf("keep: %v, want %s", err, c.kind)
			}
		})
	}
}

// TestTokenSource hands out what Token does, with the time it ends.
func TestTokenSource(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	b.p.refresh = []answer{{}}
	b.put("work", 2*time.Hour, time.Hour)
	source := b.TokenSource(t.Context(), "work")
	for range 2 {
		k, err := source.Token()
		if err != nil || k.AccessToken != "access-1" || k.TokenType != "Bearer" || !k.Valid() {
			t.Errorf("%+v %v", k, err)
		}
	}
	if b.p.requests() != 1 {
		t.Errorf("%d refreshes", b.p.requests())
	}
	_, err := b.TokenSource(t.Context(), "nobody").Token()
	var e *connections.Error
	if !errors.As(err, &e) || e.Kind != connections.KindNotFound {
		t.Error(err)
	}
}

// TestChanges sends after a write.
func TestChanges(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	changes, err := b.Changes(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b.put("work", 0, time.Hour)
	select {
	case <-changes:
	case <-time.After(10 * time.Second):
		t.Error("a write was not told")
	}
}

// otherSpelling is an error of a manifest whose issuer is spelled otherwise.
type otherSpelling struct{ item string }

func (otherSpelling) Error() string { return "it is of the issuer http://127.0.0.1:8765/" }

func (o otherSpelling) RightIssuer() (integration, item, issuer string) {
	return "local", o.item, "http://127.0.0.1:8765/"
}

// TestMisspeltIssuer: the hint names the right spelling and where it goes.
func TestMisspeltIssuer(t *testing.T) {
	t.Parallel()
	for item, want := range map[string]string{
		"issuer": "authdeck integrations set local issuer=http://127.0.0.1:8765/", "": "http://127.0.0.1:8765/: write that in the manifest of local",
	} {
		e := connections.Explain(fmt.Errorf("find the token endpoint: %w", otherSpelling{item}))
		if e.Kind != connections.KindConfiguration || !strings.Contains(e.Hint, want) {
			t.Errorf("%s %q, want %q", e.Kind, e.Hint, want)
		}
	}
	b := newBench(t, nil, func(p *provider) integrations.Integration {
		p.info.NeedsID, p.info.Register = true, true
		return &able{provider: p, register: func(string) (integrations.Config, error) { return nil, otherSpelling{"issuer"} }}
	})
	_, err := b.Login(t.Context(), connections.LoginRequest{Integration: "example"})
	var e *connections.Error
	if !errors.As(err, &e) || !strings.Contains(e.Hint, "set local issuer=http://127.0.0.1:8765/") {
		t.Errorf("%v, hint %+v", err, e)
	}
}
