package rehearse

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"authdeck/internal/clock"
)

var update = flag.Bool("update", false, "write testdata/expected.txt anew; read the difference then")

// odd are the services whose report differs most from that of plain: a quick run plays these. In a long run all are played; CI makes one.
var odd = []string{"01-servicedesk", "02-chat", "08-crm", "16-storefront", "18-ads", "19-payments", "20-drive", "24-sites", "25-debits", "25-tasks", "26-tenants", "plain"}

// TestRehearse_States plays every test service in every situation. testdata/expected.txt is the specification: for each service the
// sign-in, what is known of its tokens, and for each situation the refresh, the state after it and what a user has to know.
// What is odd in it:
//
//   - A provider that gives no refresh token answers a request for a refresh without one by invalid_request, which counts as dead once
//     it came twice: sign_in_needed. Services that make no request at all are "not refreshable" and keep their state.
//   - 02-chat keeps its two refresh tokens as JSON text: without any it still stores "{}", so that there seems to be one.
//   - Services that never hand over the refresh token of a refresh (05, 06, 07, 08, 15, 20, 23) work with providers that keep it, and
//     lose the connection with one that rotates: at the second refresh.
//   - 08-crm tells of no lifetime, and after every refresh its actions fail: what it returns is not what it stored at the sign-in.
//   - 16, 17, 25-tasks and 29 give the old token back without asking anybody: unchanged, whatever the provider does. Once that token has
//     ended (expired), the next action shows it.
//   - 18-ads has no refresh token of its own: it exchanges the access token. One that has ended cannot be exchanged.
//   - 19-payments lacks its package: the sign-in fails in every situation, by the package's name.
//   - 22, 24 and 30 have nothing to refresh and tell of no lifetime: their connection stays as it is, also when the token has ended
//     (expired). That shows with the next action.
//   - 25-debits reports success for a refresh that failed: unchanged, with a fault, and tried again like a failure.
//   - 28-runs computes its lifetime from the end, hence a second less than an hour.
func TestRehearse_States(t *testing.T) {
	h := newHost(t)
	dirs, err := filepath.Glob("../testdata/services/*")
	if err != nil || len(dirs) < 36 {
		t.Fatalf("%d services, %v", len(dirs), err)
	}
	all := *update || os.Getenv("AUTHDECK_LONG") == "1"
	got := map[string]string{}
	t.Run("services", func(t *testing.T) {
		for _, dir := range dirs {
			name := filepath.Base(dir)
			if !all && !slices.Contains(odd, name) {
				continue
			}
			t.Run(name, func(t *testing.T) {
				s, err := h.Open(t.Context(), dir)
				if err != nil {
					t.Fatal(err)
				}
				began := time.Now()
				r, err := Rehearse(t.Context(), s, Options{Clock: clock.System()})
				if err != nil {
					t.Fatal(err)
				}
				t.Logf("took %v", time.Since(began))
				got[name] = specification(r)
			})
		}
	})
	names := make([]string, 0, len(got))
	for name := range got {
		names = append(names, name)
	}
	slices.Sort(names)
	var text strings.Builder
	for _, name := range names {
		text.WriteString(got[name] + "\n")
	}
	const file = "testdata/expected.txt"
	whole := len(got) == len(dirs) // and not only what -run asked for
	if *update && whole {
		if err := os.WriteFile(file, []byte(text.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	expected, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	wanted := map[string]string{}
	for _, part := range strings.Split(strings.TrimSpace(string(expected)), "\n\n") {
		name, _, _ := strings.Cut(part, "\n")
		name, _, _ = strings.Cut(name, ":")
		wanted[name] = part + "\n"
	}
	for _, name := range names {
		if got[name] != wanted[name] {
			t.Errorf("%s is now:\n%s\nexpected:\n%s", name, got[name], wanted[name])
		}
	}
	if whole && len(wanted) != len(names) {
		t.Errorf("%d services are expected, %d are there", len(wanted), len(names))
	}
}

// specification is the part of a report that is the same each time, as lines.
func specification(r Report) string {
	var b strings.Builder
	first := r.Situations[0].SignIn
	fmt.Fprintf(&b, "%s: %s\n", r.Integration, signInLine(first))
	for _, s := range r.Situations {
		var parts []string
		if s.SignIn != first {
			parts = append(parts, signInLine(s.SignIn))
		}
		if in := s.InTrouble; in != nil && s.SignIn.State == Fresh {
			parts = append(parts, "signing in then: "+string(in.State))
		}
		for _, f := range []*Refresh{s.Refresh, s.Again} {
			if f != nil {
				parts = append(parts, refreshLine(*f))
			}
		}
		if a := s.Action; a != nil {
			switch {
			case !a.Before:
				parts = append(parts, a.Name+" never works: "+a.Reason)
			case a.After:
				parts = append(parts, a.Name+" works")
			case s.Refresh.Outcome == NotRefreshable:
				parts = append(parts, a.Name+" fails: "+a.Reason)
			}
		}
		for _, f := range s.Faults {
			parts = append(parts, "FAULT "+f)
		}
		if len(parts) == 0 {
			parts = append(parts, "no connection")
		}
		fmt.Fprintf(&b, "  %-16s %s\n", s.Situation, strings.Join(parts, " | "))
	}
	return b.String()
}

func signInLine(s SignIn) string {
	if s.State != Fresh {
		return string(s.State) + ": " + s.Reason
	}
	token := "no refresh token"
	if s.RefreshToken {
		token = "refresh token"
	}
	return fmt.Sprintf("%s, lives %s, %s, account %q", s.State, lives(s.Expiry, s.ExpiresIn), token, s.Identity)
}

func refreshLine(r Refresh) string {
	return string(r.Outcome) + " → " + r.State
}
