package connections

import (
	"errors"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"authdeck/store"
)

func TestProposedName(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		integration, identity string
		n                     int
		want                  string
	}{
		{"demo", "ada@example.com", 1, "demo-ada"},
		{"demo", "ada@example.com", 2, "demo-ada-2"},
		{"demo", "Ada Lovelace/Ops", 1, "demo-ada-lovelace-ops"},
		{"demo", "", 1, "demo-1"},
		{"demo", "日本", 3, "demo-3"},
		{"", "", 1, "connection-1"},
	} {
		if got := proposedName(c.integration, c.identity, c.n); got != c.want {
			t.Errorf("%q %q %d: %q, want %q", c.integration, c.identity, c.n, got, c.want)
		}
	}
}

// TestProposedNameFits: whatever a provider calls an account, the proposed name is one that a user could have given.
func TestProposedNameFits(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		id, who, n := rapid.String().Draw(t, "integration"), rapid.String().Draw(t, "identity"), rapid.IntRange(1, 1000).Draw(t, "n")
		name := proposedName(id, who, n)
		if err := checkName(name); err != nil {
			t.Fatalf("%q: %v", name, err)
		}
		if name != strings.ToLower(name) || strings.Contains(name, " ") {
			t.Fatalf("%q", name)
		}
	})
}

func TestNearest(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ word, want string }{
		{"client_scret", "client_secret"},
		{"clientid", "client_id"},
		{"CLIENT_ID", "client_id"},
		{"zzzzzzzz", ""},
		{"", ""},
	} {
		if got := nearest(c.word, []string{"client_id", "client_secret", "host"}); got != c.want {
			t.Errorf("%q: %q, want %q", c.word, got, c.want)
		}
	}
}

func TestCheckName(t *testing.T) {
	t.Parallel()
	for name, ok := range map[string]bool{
		"demo-ada": true, "my bad name!": true, "日本": true, strings.Repeat("x", 64): true,
		"demo/bad name!": false, "/": false, "-x": false, "a\nb": false, "a\x1b[31m": false, "a\u202eb": false, "": false, " a": false,
		strings.Repeat("x", 65): false, strings.Repeat("日", 33): false,
	} {
		err := checkName(name)
		var e *Error
		if (err == nil) != ok || err != nil && (!errors.As(err, &e) || e.Kind != KindUsage || e.Hint == "") {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestLifetimeWords(t *testing.T) {
	t.Parallel()
	for life, want := range map[time.Duration]string{
		90 * time.Second: "lives 1 min 30 s", time.Minute: "lives 1 min", 30 * time.Second: "lives 30 s", time.Hour: "lives 1 h",
		90 * time.Minute: "lives 1 h 30 min", 3599 * time.Second: "lives 59 min 59 s", 36 * time.Hour: "lives 1 d 12 h", 0: "lives 0 s",
	} {
		now := time.Unix(1_800_000_000, 0)
		if got := lifetimeWords(store.Grant{Lifetime: store.LifetimeKnown, ObtainedAt: now, ExpiresAt: now.Add(life)}); got != want {
			t.Errorf("%s: %q, want %q", life, got, want)
		}
	}
}
