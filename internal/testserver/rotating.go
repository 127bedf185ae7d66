package testserver

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"
	"time"
)

// Kind is how a server takes a refresh token that was used already; the kinds of reference/security.md §5.2.
type Kind int

// The kinds. "At once" is while the first use is still being worked on, "later" after its answer was made.
const (
	K1 Kind = iota + 1 // at once and later: invalid_grant, the family dies
	K2                 // at once and later: invalid_grant, the newest token lives
	K3                 // at once: 500 server_error, the winner lives; later: invalid_grant, the family dies
	K4                 // at once and later: 400 invalid_request, the newest token lives
	K5                 // at once and later: 400 with nothing in it, the family dies
)

func (k Kind) String() string { return "K" + strconv.Itoa(int(k)) }

// Kinds are all kinds.
func Kinds() []Kind { return []Kind{K1, K2, K3, K4, K5} }

// RotatingOptions say what [StartRotating] starts.
type RotatingOptions struct {
	Kind  Kind          // default K1
	Grace time.Duration // how long a used refresh token brings a fresh answer all the same
	TTL   time.Duration // of access tokens, whole seconds; default 1 h
	Work  time.Duration // how long a refresh is worked on
	// Front stands before the server: the issuer is its address.
	Front *Front
}

// Rotating is a small authorization server with an API behind it. It signs in and consents by redirects alone, rotates
// refresh tokens, keeps families of them, and knows of each token that is shown to it what became of it.
type Rotating struct {
	Issuer string // without a slash at its end
	Direct string // the server itself, past any front

	o RotatingOptions

	mu      sync.Mutex
	codes   map[string]code
	refresh map[string]*refreshToken
	access  map[string]*accessToken
	stats   RotatingStats
}

// RotatingStats are what the server counted.
type RotatingStats struct {
	Codes, Refreshes int // token requests that arrived, refused ones included
	Reuse            int // refresh tokens that came again when they were of no use any more
	Graced           int // refresh tokens that came again in time
	FamiliesDead     int // by reuse
	Revocations      int
	API              int // calls of the API
	APIExpired       int // with a token that had ended by itself
	APIRefused       int // with one that was revoked, or is none of this server's
}

// The addresses of a [Rotating] server, below its issuer.
const (
	AuthorizePath  = "/authorize"
	TokenPath      = "/token"
	RevokePath     = "/revoke"
	IntrospectPath = "/introspect"
	UserinfoPath   = "/userinfo"
	KeysPath       = "/keys"
	MetadataPath   = "/.well-known/openid-configuration"
)

// RotatingClient is the one client that a [Rotating] server knows; it is a public one.
const RotatingClient = "native"

// StartRotating starts a server that ends with the test.
func StartRotating(t testing.TB, o RotatingOptions) *Rotating {
	t.Helper()
	if o.Kind == 0 {
		o.Kind = K1
	}
	if o.TTL == 0 {
		o.TTL = time.Hour
	}
	s := &Rotating{o: o, codes: map[string]code{}, refresh: map[string]*refreshToken{}, access: map[string]*accessToken{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+AuthorizePath, s.authorize)
	mux.HandleFunc("POST "+TokenPath, s.token)
	mux.HandleFunc("POST "+RevokePath, s.revoke)
	mux.HandleFunc("POST "+IntrospectPath, s.introspect)
	mux.HandleFunc("GET "+UserinfoPath, s.userinfo)
	mux.HandleFunc("GET "+KeysPath, func(w http.ResponseWriter, _ *http.Request) { sendJSON(w, 200, map[string]any{"keys": []any{}}) })
	mux.HandleFunc("GET "+MetadataPath, s.metadata)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	s.Direct, s.Issuer = server.URL, server.URL
	if o.Front != nil {
		o.Front.To(server.URL)
		s.Issuer = o.Front.URL
	}
	return s
}

// Stats are the counts so far.
func (s *Rotating) Stats() RotatingStats {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stats
}

// Grant signs somebody in without a browser.
func (s *Rotating) Grant(account string) (access, refresh string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.issue(&family{account: account})
}

// Fate is what became of a token.
type Fate string

// The fates.
const (
	FateUnknown Fate = "unknown" // none of this server's
	FateLive    Fate = "live"
	FateUsed    Fate = "used"    // a refresh token that was traded for another
	FateExpired Fate = "expired" // an access token that ended by itself
	FateDead    Fate = "dead"    // revoked, or its family was
)

// AccessFate is what became of an access token.
func (s *Rotating) AccessFate(token string) Fate {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.access[token]
	switch {
	case a == nil:
		return FateUnknown
	case a.dead || a.family.dead:
		return FateDead
	case !time.Now().Before(a.ends):
		return FateExpired
	}
	return FateLive
}

// RefreshFate is what became of a refresh token.
func (s *Rotating) RefreshFate(token string) Fate {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.refresh[token]
	switch {
	case r == nil:
		return FateUnknown
	case r.family.dead:
		return FateDead
	case !r.used.IsZero():
		return FateUsed
	}
	return FateLive
}

// End ends what belongs to a refresh token, as a provider's administrator does.
func (s *Rotating) End(refresh string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r := s.refresh[refresh]; r != nil {
		r.family.dead = true
	}
}
