package backup

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"

	"authdeck/store"
)

// Report is what Redact needs beside the store.
type Report struct {
	Program string // version
	System  string // operating system and architecture
	Store   store.Status
	// Public reports whether an integration's id is one that everybody has; others name a user's own services.
	Public func(id string) bool
	Rand   io.Reader
}

type redacted struct {
	Kind        string               `json:"authdeck"`
	Version     int                  `json:"version"`
	Created     date                 `json:"created"`
	Program     string               `json:"program"`
	System      string               `json:"system"`
	Store       redactedStore        `json:"store"`
	Connections []redactedConnection `json:"connections"`
	History     []redactedEvent      `json:"history"`
	Settings    map[string]int       `json:"settings"` // how many, by section
}

type redactedStore struct {
	Format     int              `json:"format"`
	UnlockedBy store.SlotKind   `json:"unlocked_by"`
	Slots      []store.SlotKind `json:"slots"`
	Size       int64            `json:"size"`
	Free       int64            `json:"free"`
	LastBackup *string          `json:"last_backup"`
}

type redactedConnection struct {
	Name          string `json:"name"` // a hash, as all names here
	Integration   string `json:"integration"`
	Generation    uint64 `json:"generation"`
	Flow          string `json:"flow"`
	TokenType     string `json:"token_type"`
	CreatedAt     date   `json:"created_at,omitzero"`
	ObtainedAt    date   `json:"obtained_at,omitzero"`
	RefreshedAt   date   `json:"refreshed_at,omitzero"`
	Lifetime      string `json:"lifetime"`
	ExpiresAt     date   `json:"expires_at,omitzero"`
	RefreshEndsAt date   `json:"refresh_token_expires_at,omitzero"`
	RestoredFrom  date   `json:"restored_from,omitzero"`
	Rotations     int    `json:"rotations"`

	HasAccessToken   bool `json:"has_access_token"`
	HasRefreshToken  bool `json:"has_refresh_token"`
	HasPrevious      bool `json:"has_previous_refresh_token"`
	HasIDToken       bool `json:"has_id_token"`
	HasIdentity      bool `json:"has_identity"`
	ConfigItems      int  `json:"config_items"`
	ScopesAsked      int  `json:"scopes_asked"`
	ScopesGranted    int  `json:"scopes_granted"`
	UserDataBytes    int  `json:"user_data_bytes"`
	NewerFieldsBytes int  `json:"newer_fields_bytes"`

	Trouble string          `json:"trouble"`
	Reason  string          `json:"reason"`
	Since   date            `json:"since,omitzero"`
	Tries   int             `json:"tries"`
	RetryAt date            `json:"retry_at,omitzero"`
	History []redactedEvent `json:"history"`
}

type redactedEvent struct {
	Time       date   `json:"time"`
	Connection string `json:"connection"`
	Event      string `json:"event"`
	Outcome    string `json:"outcome"`
	Detail     string `json:"detail"`
}

// Redact writes what a report of a bug needs and nobody minds to share: states, times, lifetimes, classes and the ids of
// public integrations, as plain JSON. No token, config item, identity or scope is in it; names are hashes that are the same
// within one file and another in the next; of free texts only the words of protocols are kept.
func Redact(w io.Writer, d store.Dump, r Report) error {
	key := make([]byte, sha256.Size)
	if _, err := io.ReadFull(r.Rand, key); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	h := hasher{key}
	out := redacted{
		Kind: "report", Version: version, Created: date{d.Created}, Program: r.Program, System: r.System,
		Store: redactedStore{
			Format: r.Store.Format, UnlockedBy: r.Store.UnlockedBy, Slots: r.Store.Slots, Size: r.Store.Size, Free: r.Store.Free,
			LastBackup: r.Store.LastBackup,
		},
		Connections: []redactedConnection{}, History: h.events(d.Events), Settings: map[string]int{},
	}
	for _, c := range d.Connections {
		integration := c.Integration
		if !r.Public(integration) {
			integration = h.name("integration", integration)
		}
		out.Connections = append(out.Connections, h.connection(c, integration))
	}
	for _, s := range d.Settings {
		out.Settings[word(s.Section)]++
	}
	e := json.NewEncoder(w)
	e.SetIndent("", " ")
	if err := e.Encode(out); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}

// hasher hides names behind a key that nobody keeps.
type hasher struct{ key []byte }

func (h hasher) name(kind, s string) string {
	m := hmac.New(sha256.New, h.key)
	_, _ = m.Write([]byte(kind + "\x00" + s))
	return kind + "-" + base64.RawURLEncoding.EncodeToString(m.Sum(nil)[:6])
}

func (h hasher) connection(c store.Dumped, integration string) redactedConnection {
	g := c.Grant
	return redactedConnection{
		Name: h.name("connection", c.Name), Integration: integration, Generation: c.Generation,
		Flow: oneOf(c.Flow, "browser", "paste", "device", "client_credentials"), TokenType: oneOf(g.TokenType, "Bearer", "bearer", "DPoP", "MAC"),
		CreatedAt: date{c.CreatedAt}, ObtainedAt: date{g.ObtainedAt}, RefreshedAt: date{g.RefreshedAt},
		Lifetime:  oneOf(string(g.Lifetime), string(store.LifetimeKnown), string(store.LifetimeNever), string(store.LifetimeUnknown)),
		ExpiresAt: date{g.ExpiresAt}, RefreshEndsAt: date{g.RefreshExpiresAt}, RestoredFrom: date{c.RestoredFrom}, Rotations: g.Rotations,
		HasAccessToken: !g.AccessToken.IsZero(), HasRefreshToken: !g.RefreshToken.IsZero(), HasPrevious: !g.PreviousRefreshToken.IsZero(),
		HasIDToken: !g.IDToken.IsZero(), HasIdentity: c.Identity != "", ConfigItems: len(c.Config), ScopesAsked: len(c.ScopesAsked),
		ScopesGranted: len(c.ScopesGranted), UserDataBytes: len(c.UserData), NewerFieldsBytes: len(c.Newer),
		Trouble: oneOf(string(c.Health.Trouble), string(store.TroubleTransient), string(store.TroubleConfiguration), string(store.TroubleDead), string(store.TroubleRevoked)),
		Reason:  known(c.Health.Reason), Since: date{c.Health.Since}, Tries: c.Health.Tries, RetryAt: date{c.Health.RetryAt},
		History: h.events(c.Events),
	}
}

func (h hasher) events(list []store.Event) []redactedEvent {
	events := make([]redactedEvent, len(list))
	for i, e := range list {
		name := ""
		if e.Connection != "" {
			name = h.name("connection", e.Connection)
		}
		events[i] = redactedEvent{Time: date{e.Time}, Connection: name, Event: word(e.Event), Outcome: word(e.Outcome), Detail: known(e.Detail)}
	}
	return events
}

// other stands for a text that is not shown.
const other = "(other)"

func oneOf(s string, words ...string) string {
	if s == "" || slices.Contains(words, s) {
		return s
	}
	return other
}

// ownWords are what authdeck itself calls events, outcomes and sections of settings. One that is missing here reads
// "(other)" in a report.
const ownWords = `login logout refresh rotation revoke rename remove action export import restore rekey compact recover recovered
	failing failed ok unsupported pending confirmed none unknown added replaced kept identical unchanged refreshed handout token exec request
	interrupted replay canceled transient configuration dead revoked inspect register unlock lock passphrase slot integration links ui backup`

func word(s string) string { return oneOf(s, strings.Fields(ownWords)...) }

// protocolWords, in free texts, are the error codes of RFC 6749 §5.2, RFC 6750 §3.1, RFC 7009, RFC 8628 and OpenID Connect, words of the
// network, and HTTP statuses.
const protocolWords = `invalid_request invalid_client invalid_grant unauthorized_client unsupported_grant_type invalid_scope
	invalid_token insufficient_scope unsupported_token_type authorization_pending slow_down access_denied expired_token server_error
	temporarily_unavailable interaction_required login_required consent_required invalid_target use_dpop_nonce invalid_dpop_proof
	timeout refused reset offline portal tls dns eof canceled rotated rotation expired revoked
	200 204 301 302 303 307 308 400 401 403 404 405 408 409 415 422 429 500 502 503 504`

// known keeps the words of protocols in a free text, "…" for what was between them.
func known(s string) string {
	var out []string
	skipped := false
	kept := strings.Fields(protocolWords)
	apart := func(r rune) bool { return r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) }
	for _, w := range strings.FieldsFunc(s, apart) {
		if !slices.Contains(kept, w) {
			skipped = true
			continue
		}
		if skipped {
			out, skipped = append(out, "…"), false
		}
		out = append(out, w)
	}
	if skipped || len(out) == 0 && s != "" {
		out = append(out, "…")
	}
	return strings.Join(out, " ")
}
