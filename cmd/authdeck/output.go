package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf16"

	"github.com/charmbracelet/x/ansi"

	"authdeck/connections"
	"authdeck/internal/safetext"
	"authdeck/store"
)

// connectionJSON is a connection as `list`, `show` and `login` print it. Its names are promised to scripts.
type connectionJSON struct {
	ID            string         `json:"id"`
	Name          string         `json:"name"`
	Integration   string         `json:"integration"`
	Identity      string         `json:"identity"`
	IdentityImage string         `json:"identity_image"`
	State         string         `json:"state"`
	Reason        string         `json:"reason"`
	TokenType     string         `json:"token_type"`
	ScopesAsked   []string       `json:"scopes_asked"`
	ScopesGranted []string       `json:"scopes_granted"`
	CreatedAt     *time.Time     `json:"created_at"`
	ObtainedAt    *time.Time     `json:"obtained_at"`
	ExpiresAt     *time.Time     `json:"expires_at"`
	RefreshAt     *time.Time     `json:"refresh_at"`
	RefreshedAt   *time.Time     `json:"refreshed_at"`
	RefreshEndsAt *time.Time     `json:"refresh_token_expires_at"`
	Lifetime      store.Lifetime `json:"lifetime"`
	Refreshable   bool           `json:"refreshable"`
	Rotations     int            `json:"rotations"`
	UserData      map[string]any `json:"user_data"`
	AccessToken   string         `json:"access_token,omitempty"`
	RefreshToken  string         `json:"refresh_token,omitempty"`
}

func toJSON(d connections.Detail, reveal bool) connectionJSON {
	c := connectionJSON{
		ID: d.ID, Name: d.Name, Integration: d.Integration, Identity: d.Identity, IdentityImage: d.IdentityImage,
		State: string(d.State), Reason: d.Reason, TokenType: d.TokenType,
		ScopesAsked: orEmpty(d.ScopesAsked), ScopesGranted: orEmpty(d.ScopesGranted),
		CreatedAt: instant(d.CreatedAt), ObtainedAt: instant(d.ObtainedAt), ExpiresAt: instant(d.ExpiresAt),
		RefreshAt: instant(d.RefreshAt), RefreshedAt: instant(d.RefreshedAt), RefreshEndsAt: instant(d.RefreshExpiresAt),
		Lifetime: d.Lifetime, Refreshable: d.Refreshable, Rotations: d.Rotations, UserData: d.UserData,
	}
	if c.UserData == nil {
		c.UserData = map[string]any{}
	}
	if reveal {
		c.AccessToken, c.RefreshToken = d.Access.Reveal(), d.Refresh.Reveal()
	}
	return c
}

func instant(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	u := t.UTC()
	return &u
}

func orEmpty(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}

// results is stdout that remembers the first failure to write: a script must not take a cut result for a whole one.
type results struct {
	w io.Writer

	mu  sync.Mutex
	err error
}

func (r *results) Write(p []byte) (int, error) {
	n, err := r.w.Write(p)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err == nil {
		r.err = err
	}
	return n, err
}

func (r *results) failed() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.err
}

// written tells whether all results reached stdout.
func (a *app) written() error {
	if err := a.out.failed(); err != nil {
		return fmt.Errorf("write the result: %w", err)
	}
	return nil
}

// printJSON writes one value as indented JSON to stdout.
func (a *app) printJSON(v any) error { return writeJSON(a.out, v, "  ") }

// printLine writes one value as one line of JSON to stdout.
func (a *app) printLine(v any) error { return writeJSON(a.out, v, "") }

// writeJSON writes a value and a line break. Foreign text stays what it is, but no character in it can steer a terminal or
// turn the direction of a line: those come as escapes, which is the same JSON.
func writeJSON(w io.Writer, v any, indent string) error {
	var plain strings.Builder
	e := json.NewEncoder(&plain)
	e.SetEscapeHTML(false)
	e.SetIndent("", indent)
	if err := e.Encode(v); err != nil {
		return err
	}
	var safe strings.Builder
	for _, r := range plain.String() {
		if r < 0x7f || !unicode.IsControl(r) && !unicode.Is(unicode.Cf, r) {
			safe.WriteRune(r)
			continue
		}
		for _, unit := range utf16.AppendRune(nil, r) {
			_, _ = fmt.Fprintf(&safe, `\u%04x`, unit)
		}
	}
	_, err := io.WriteString(w, safe.String())
	return err
}

func (a *app) printf(format string, args ...any) { _, _ = fmt.Fprintf(a.out, format, args...) }

// note says something on stderr unless -q.
func (a *app) note(format string, args ...any) {
	if !a.quiet {
		_, _ = fmt.Fprintf(a.err, format+"\n", args...)
	}
}

// complain says on stderr what went wrong beside the result, also with -q.
func (a *app) complain(format string, args ...any) { _, _ = fmt.Fprintf(a.err, format+"\n", args...) }

// table prints rows in aligned columns; the last column is not padded. Cells are made safe and cut to 60, those of the last column to 300.
func (a *app) table(rows [][]string) {
	var widths []int
	safe := make([][]string, len(rows))
	for r, row := range rows {
		for c, cell := range row {
			most := 60
			if c == len(row)-1 {
				most = 300
			}
			cell = safetext.Line(cell, most)
			safe[r] = append(safe[r], cell)
			if c == len(widths) {
				widths = append(widths, 0)
			}
			widths[c] = max(widths[c], ansi.StringWidth(cell))
		}
	}
	for _, row := range safe {
		var b strings.Builder
		for c, cell := range row {
			b.WriteString(cell)
			if c < len(row)-1 {
				b.WriteString(strings.Repeat(" ", widths[c]-ansi.StringWidth(cell)+2))
			}
		}
		a.printf("%s\n", strings.TrimRight(b.String(), " "))
	}
}

// fields prints "label  value" lines, labels aligned, empty values left out.
func (a *app) fields(pairs ...string) {
	var rows [][]string
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			rows = append(rows, []string{pairs[i], pairs[i+1]})
		}
	}
	width := 0
	for _, r := range rows {
		width = max(width, len(r[0]))
	}
	for _, r := range rows {
		a.printf("%-*s  %s\n", width, r[0], safetext.Line(r[1], 0))
	}
}

// remaining is how long until t in words for plain text: "in 43m12s", "2h ago", "no expiry", "not known".
func remaining(l store.Lifetime, t, now time.Time) string {
	switch {
	case l == store.LifetimeNever:
		return "no expiry"
	case t.IsZero():
		return "not known"
	case t.Before(now):
		return span(now.Sub(t)) + " ago"
	default:
		return "in " + span(t.Sub(now))
	}
}

// due is when the keeper will refresh.
func due(t, now time.Time) string {
	if !t.After(now) {
		return "due now"
	}
	return remaining("", t, now)
}

func span(d time.Duration) string {
	switch {
	case d >= 48*time.Hour:
		return fmt.Sprintf("%dd", int(d.Hours())/24)
	case d >= time.Hour:
		return fmt.Sprintf("%dh%02dm", int(d.Hours()), int(d.Minutes())%60)
	case d >= time.Minute:
		return fmt.Sprintf("%dm%02ds", int(d.Minutes()), int(d.Seconds())%60)
	default:
		return fmt.Sprintf("%ds", int(d.Seconds()))
	}
}
