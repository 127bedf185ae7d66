package storetest

import (
	"encoding/json"
	"strconv"
	"testing"
	"time"

	"authdeck/internal/secret"
	"authdeck/store"
)

// HistoryLimit is how many events the stores that are tested keep of each connection, and of themselves.
const HistoryLimit = 5

// unknown is an id that no connection has.
const unknown = "00000000000000000000000000000000"

// Option says more of the backend.
type Option func(*suite)

// Reopen tells the suite how to open the records of a store again, as another process does, or one that comes after a
// crash: s may be in use and is never closed. Without it the rules between processes are checked within one store.
func Reopen(again func(t testing.TB, s store.Store) store.Store) Option {
	return func(b *suite) { b.again = again }
}

// Checks sets how many sequences the model test draws (default: rapid's), for a backend whose writes take their time.
func Checks(n int) Option { return func(b *suite) { b.checks = n } }

// suite is a backend under test.
type suite struct {
	open   func(t testing.TB) store.Store
	again  func(t testing.TB, s store.Store) store.Store
	checks int
}

// Run runs the whole suite. open returns a new, empty store whose history is limited to [HistoryLimit] and which ends
// with t.
func Run(t *testing.T, open func(t testing.TB) store.Store, options ...Option) {
	b := &suite{open: open}
	for _, o := range options {
		o(b)
	}
	if b.again == nil {
		b.again = func(_ testing.TB, s store.Store) store.Store { return s }
	}
	for _, group := range []struct {
		name  string
		rules []rule
	}{
		{"Get, Find, List", readRules()},
		{"Put", putRules()},
		{"Delete", deleteRules()},
		{"Intent", intentRules()},
		{"History", historyRules()},
		{"Setting", settingRules()},
		{"Lock", lockRules()},
		{"Watch", watchRules()},
		{"Context", contextRules()},
		{"Goroutines", goroutineRules()},
	} {
		t.Run(group.name, func(t *testing.T) {
			for _, r := range group.rules {
				t.Run(r.name, func(t *testing.T) {
					s := b.open(t)
					r.check(t, s, b.again(t, s))
				})
			}
		})
	}
	t.Run("Model", b.model)
}

// rule is one rule of the interface. other is another opening of s where the backend has one: what is written to one is
// read from the other.
type rule struct {
	name  string
	check func(t *testing.T, s, other store.Store)
}

// sample is a connection with every field set.
func sample(n int) store.Connection {
	at := time.Date(2026, 11, 25, 12, 0, n%60, 123456789, time.UTC)
	s := strconv.Itoa(n)
	return store.Connection{
		Name: "connection-" + s, Integration: "demo", CreatedAt: at, Identity: "ada@example.com", IdentityImage: "https://example.com/ada.png",
		Subject: "subject-" + s, UserData: json.RawMessage(`{"sub":"subject-` + s + `"}`), Config: map[string]string{"host": "example.com", "": ""},
		ScopesAsked: []string{"openid", "email", ""}, ScopesGranted: []string{"openid"}, Flow: "browser", Browser: "none",
		Grant: store.Grant{
			AccessToken: secret.New("access-" + s), RefreshToken: secret.New("refresh-" + s), PreviousRefreshToken: secret.New("previous-" + s),
			IDToken: secret.New("id-" + s), TokenType: "Bearer", ObtainedAt: at, RefreshedAt: at.Add(time.Hour), Lifetime: store.LifetimeKnown,
			ExpiresAt: at.Add(2 * time.Hour), RefreshExpiresAt: at.Add(24 * time.Hour), Rotations: n, Extra: json.RawMessage(`{"x":1}`), Capped: true,
		},
		Health: store.Health{
			Trouble: store.TroubleTransient, Reason: "the network is down", Since: at, Tries: 3, RetryAt: at.Add(time.Minute), NotBefore: at.Add(time.Second),
		},
		RestoredFrom: at.Add(-time.Hour),
	}
}
