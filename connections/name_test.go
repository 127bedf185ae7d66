package connections

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
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
