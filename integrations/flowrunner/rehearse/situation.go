package rehearse

// Situation is one way in which a provider can behave.
type Situation string

// The situations, in the order of a report. In each of them a refresh follows a sign-in. The sign-in is the same in all but
// NoRefreshToken and is made once. In the last three it is tried a second time in the trouble, to see its reason.
const (
	// Plain: tokens live an hour; a refresh brings a new access token and no new refresh token.
	Plain Situation = "plain"
	// Rotating: each refresh brings a new refresh token too, and the old one is refused from then on. There are two refreshes, since
	// only the second tells whether the service kept what the first brought.
	Rotating Situation = "rotating"
	// NoRefreshToken: no answer has a refresh token. The service's operation is called all the same.
	NoRefreshToken Situation = "no_refresh_token"
	// Expired: when the refresh comes, every request with the sign-in's access token is refused with 401.
	Expired Situation = "expired"
	// Trouble: the token endpoint answers 500, with a page that is no JSON.
	Trouble Situation = "500"
	// InvalidGrant: the token endpoint answers 400 with the error invalid_grant.
	InvalidGrant Situation = "invalid_grant"
	// Slow: the token endpoint does not answer within the call's deadline. Nobody waits: the deadline passes as soon as the
	// request is there.
	Slow Situation = "slow"
)

// Situations returns all of them in their order.
func Situations() []Situation {
	return []Situation{Plain, Rotating, NoRefreshToken, Expired, Trouble, InvalidGrant, Slow}
}

// About says in a few words what the provider does.
func (s Situation) About() string {
	return map[Situation]string{
		Plain:          "tokens live an hour, the refresh token stays",
		Rotating:       "each refresh brings a new refresh token and ends the old one",
		NoRefreshToken: "the provider gives no refresh token",
		Expired:        "the access token has ended when the refresh comes",
		Trouble:        "the token endpoint answers 500",
		InvalidGrant:   "the token endpoint answers invalid_grant",
		Slow:           "the token endpoint does not answer in time",
	}[s]
}

// troubled reports whether the token endpoint is what fails.
func (s Situation) troubled() bool { return s == Trouble || s == InvalidGrant || s == Slow }
