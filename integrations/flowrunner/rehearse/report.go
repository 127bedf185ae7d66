package rehearse

// Report is what a rehearsal showed. It holds no token and no secret; texts of the service are made safe.
type Report struct {
	Integration string       `json:"integration"`
	Name        string       `json:"name"`
	MadeUp      []string     `json:"made_up"` // config items that had no value
	Hosts       []string     `json:"hosts"`   // that the service called, sorted
	Situations  []Rehearsed  `json:"situations"`
	Address     AddressCheck `json:"connection_url"`
}

// Faults counts those of all situations.
func (r Report) Faults() (n int) {
	for _, s := range r.Situations {
		n += len(s.Faults)
	}
	return n
}

// AddressCheck is what getOAuth2ConnectionURL led to.
type AddressCheck struct {
	URL    string `json:"url"`    // with its secrets masked, "" if there is none
	Reason string `json:"reason"` // why there is none
}

// Rehearsed is one situation.
type Rehearsed struct {
	Situation Situation `json:"situation"`
	About     string    `json:"about"`
	SignIn    SignIn    `json:"sign_in"`
	InTrouble *SignIn   `json:"sign_in_in_trouble"` // nil where the token endpoint is not what fails
	Refresh   *Refresh  `json:"refresh"`            // nil if there was no connection
	Again     *Refresh  `json:"second_refresh"`     // nil but in [Rotating]
	Action    *Action   `json:"action"`             // nil where none was tried
	Faults    []string  `json:"faults"`             // of the service, that a user would meet
	Warnings  []string  `json:"warnings"`
	Requests  []Request `json:"requests"`
	Console   []Line    `json:"console"`
}

// SignInState is what a sign-in leads to.
type SignInState string

// The states after a sign-in.
const (
	Fresh        SignInState = "fresh"
	SignInFailed SignInState = "sign_in_failed"
)

// Expiry is what is known of the end of an access token.
type Expiry string

// What can be known.
const (
	ExpiryKnown   Expiry = "known"
	ExpiryUnknown Expiry = "unknown"
	ExpiryNone    Expiry = "" // there is no token
)

// SignIn is what a sign-in led to. The members behind Reason are empty if it failed.
type SignIn struct {
	State        SignInState `json:"state"`
	Reason       string      `json:"reason"`
	Identity     string      `json:"identity"` // "": account unknown
	Expiry       Expiry      `json:"expiry"`
	ExpiresIn    int64       `json:"expires_in"` // seconds, 0 if not known
	RefreshToken bool        `json:"refresh_token"`
}

// Outcome is what a refresh led to.
type Outcome string

// The outcomes.
const (
	Refreshed       Outcome = "refreshed"
	Rotated         Outcome = "rotated"   // and a new refresh token was kept
	Unchanged       Outcome = "unchanged" // the same access token came back
	NotRefreshable  Outcome = "not_refreshable"
	SignInNeeded    Outcome = "sign_in_needed"
	RetriedLater    Outcome = "retried_later"
	SettingsRefused Outcome = "settings_refused"
	Stopped         Outcome = "stopped" // the service ran out of its limits, or broke the host's rules
)

// Refresh is what a refresh led to, and the state of the connection after it: one of the words of connections.
type Refresh struct {
	Outcome      Outcome `json:"outcome"`
	Reason       string  `json:"reason"`
	State        string  `json:"state"` // ok, retrying, expired, sign_in_needed
	Expiry       Expiry  `json:"expiry"`
	ExpiresIn    int64   `json:"expires_in"`
	RefreshToken bool    `json:"refresh_token"` // there is one now
}

// Action is one action of the service, run after the sign-in and again after the refresh, if that left a token in force.
type Action struct {
	Name   string `json:"name"`
	Before bool   `json:"worked_before"`
	After  bool   `json:"worked_after"`
	Reason string `json:"reason"` // why it did not work the last time
}

// Request is one request of the service. Status 0: it got no answer.
type Request struct {
	Operation string `json:"operation"`
	Method    string `json:"method"`
	Host      string `json:"host"`
	Path      string `json:"path"`
	Status    int    `json:"status"`
}

// Line is one line that the service printed.
type Line struct {
	Operation string `json:"operation"`
	Text      string `json:"text"` // level, colon, text
}
