package store

import (
	"encoding/json"
	"time"

	"authdeck/internal/secret"
)

// Connection is a grant that is kept: named, with its state and history. Times are wall times in UTC; the zero time is
// "not known" or "never happened".
type Connection struct {
	ID          string // 32 hex digits, random, for good: survives rename and rekey
	Name        string // unique in the store
	Integration string // id of the integration
	Generation  uint64 // set by the store: grows by one with each Put
	CreatedAt   time.Time

	Identity      string // who is connected, as the provider names them
	IdentityImage string // https URL or ""
	Subject       string // the provider's stable id of the account, "" where it has none
	UserData      json.RawMessage

	Config map[string]string // values asked per connection and captured at login; never secrets of the integration

	ScopesAsked   []string
	ScopesGranted []string

	Flow    string // "browser", "paste", "device", "client_credentials"
	Browser string // the choice made at login: "", "none" or a command

	Grant  Grant
	Health Health
	// RestoredFrom is the time of the copy or backup that this record came back from, zero otherwise. Its refresh token may
	// have been traded for a newer one since then; whoever stores the answer of a refresh clears it.
	RestoredFrom time.Time
	History      int // number of events kept, for the list only
}

// Lifetime says what is known of when a token ends.
type Lifetime string

// The three cases: an expiry is known; the provider said (or its documents say) there is none; nobody said.
const (
	LifetimeKnown   Lifetime = "known"
	LifetimeNever   Lifetime = "never"
	LifetimeUnknown Lifetime = "unknown"
)

// Grant is what an exchange or a refresh returned.
type Grant struct {
	AccessToken  secret.String
	RefreshToken secret.String
	// PreviousRefreshToken is the one that was traded for RefreshToken; kept until RefreshToken has worked once.
	PreviousRefreshToken secret.String
	IDToken              secret.String
	TokenType            string

	ObtainedAt       time.Time // local receipt of the answer that brought AccessToken
	RefreshedAt      time.Time // zero until the first refresh
	Lifetime         Lifetime
	ExpiresAt        time.Time // set if Lifetime is known
	Capped           bool      // more than ten years was said: ExpiresAt is ten after ObtainedAt
	RefreshExpiresAt time.Time // zero if not known
	RefreshSince     time.Time // when RefreshExpiresAt was last moved; zero if not known
	RefreshLimit     time.Time // the end that no refresh and no rotation moves; zero if not known
	Rotations        int       // how often the refresh token changed

	// Extra is what the integration wants to see again at the next refresh; opaque to everybody else, sealed like the rest.
	Extra json.RawMessage
}

// Health is what the last try to refresh or revoke left behind. The state on screen follows from it and from the clock.
type Health struct {
	Trouble Trouble
	Reason  string    // one safe line, "" if all is well
	Since   time.Time // when the trouble began
	Tries   int       // failed tries since then
	RetryAt time.Time // next try by the keeper; zero = none planned
	// NotBefore is the provider's own word (Retry-After): nobody's token is to be asked for before it. Zero: it said nothing.
	NotBefore time.Time
}

// Trouble is the lasting kind of what is wrong.
type Trouble string

// The troubles. Each keeps the tokens.
const (
	TroubleNone          Trouble = ""
	TroubleTransient     Trouble = "transient"     // worth trying again
	TroubleConfiguration Trouble = "configuration" // the integration's settings are refused; no timed retry
	TroubleDead          Trouble = "dead"          // the provider refused the grant: sign-in needed
	TroubleRevoked       Trouble = "revoked"       // ended on purpose; kept as a record
)

// Summary is what a list shows of a connection, without any secret.
type Summary struct {
	ID, Name, Integration, Identity, IdentityImage, Subject, TokenType string

	Generation                         uint64
	CreatedAt, ObtainedAt, RefreshedAt time.Time
	Lifetime                           Lifetime
	ExpiresAt, RefreshExpiresAt        time.Time
	Capped                             bool // as in Grant
	RefreshSince, RefreshLimit         time.Time
	Refreshable                        bool // a refresh token is there
	Rotations                          int
	Health                             Health
	Refreshing                         bool // an intent is on disk: a refresh is under way, here or elsewhere
	RestoredFrom                       time.Time
	ScopesAsked, ScopesGranted         []string
}

// Summary is what a list shows of c. Refreshing is false: that stands in the store and not in the connection.
func (c Connection) Summary() Summary {
	return Summary{
		ID: c.ID, Name: c.Name, Integration: c.Integration, Identity: c.Identity, IdentityImage: c.IdentityImage, Subject: c.Subject,
		TokenType: c.Grant.TokenType, Generation: c.Generation,
		CreatedAt: c.CreatedAt, ObtainedAt: c.Grant.ObtainedAt, RefreshedAt: c.Grant.RefreshedAt,
		Lifetime: c.Grant.Lifetime, ExpiresAt: c.Grant.ExpiresAt, Capped: c.Grant.Capped, RefreshExpiresAt: c.Grant.RefreshExpiresAt,
		RefreshSince: c.Grant.RefreshSince, RefreshLimit: c.Grant.RefreshLimit,
		Refreshable: !c.Grant.RefreshToken.IsZero(), Rotations: c.Grant.Rotations, Health: c.Health,
		ScopesAsked: c.ScopesAsked, ScopesGranted: c.ScopesGranted, RestoredFrom: c.RestoredFrom,
	}
}

// Intent is written and fsynced before a refresh request leaves, and cleared with its answer.
type Intent struct {
	Generation uint64    // of the connection that is being refreshed
	Started    time.Time // wall
	Sent       bool      // the request may have left this machine
	Replayed   bool      // the one replay of an ambiguous failure has been used
}

// Event is one line of history. It never holds a secret.
type Event struct {
	Time       time.Time `json:"time"`
	Connection string    `json:"connection"` // the name at that time
	ID         string    `json:"-"`
	Event      string    `json:"event"`   // login, refresh, rotation, revoke, rename, remove, action, …
	Outcome    string    `json:"outcome"` // ok, failed, unsupported, …
	Detail     string    `json:"detail"`  // one safe line
	Handed     Handed    `json:"-"`       // set if this is about hand-outs
}
