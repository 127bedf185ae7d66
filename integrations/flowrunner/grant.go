package flowrunner

import (
	"encoding/json"
	"errors"
	"math"
	"strconv"
	"strings"
	"time"

	"authdeck/integrations"
	"authdeck/internal/safetext"
	"authdeck/internal/secret"
	"authdeck/oauthflow"
)

// errReturned is the mark of an operation that returned what cannot be used.
var errReturned = errors.New("the service returned something of no use")

// returned is what executeCallback and refreshToken return (§3.2), with its members as loosely typed as services write them.
type returned struct {
	Token        any             `json:"token"`
	RefreshToken any             `json:"refreshToken"`
	Expiration   any             `json:"expirationInSeconds"`
	Name         any             `json:"connectionIdentityName"`
	Image        any             `json:"connectionIdentityImageURL"`
	UserData     json.RawMessage `json:"userData"`
}

// readReturned reads it; ok is false for null and what is no object.
func readReturned(result json.RawMessage) (r returned, ok bool) {
	d := json.NewDecoder(strings.NewReader(string(result)))
	d.UseNumber()
	var o *returned
	if err := d.Decode(&o); err != nil || o == nil {
		return returned{}, false
	}
	return *o, true
}

// usable is a token that can be one: a text that is not empty and not what a failed exchange is joined to.
func usable(v any) (string, bool) {
	s, ok := v.(string)
	if !ok || s == "" || strings.HasPrefix(s, "undefined") || strings.HasPrefix(s, "null") {
		return "", false
	}
	return s, true
}

// text is a text that is not empty.
func text(v any) string {
	s, _ := v.(string)
	return s
}

// lifetime reads expirationInSeconds: a number or numeric text, floored. 0, null, absent, NaN and other text say that no
// expiry is known.
func lifetime(v any) oauthflow.Lifetime {
	unknown := oauthflow.Lifetime{Kind: oauthflow.LifetimeUnknown}
	var n float64
	switch x := v.(type) {
	case json.Number:
		f, err := x.Float64()
		if err != nil {
			return unknown
		}
		n = f
	case string:
		f, err := strconv.ParseFloat(strings.TrimSpace(x), 64)
		if err != nil {
			return unknown
		}
		n = f
	default:
		return unknown
	}
	if math.IsNaN(n) || n == 0 {
		return unknown
	}
	return oauthflow.ReadLifetime(json.Number(strconv.FormatFloat(math.Floor(n), 'f', -1, 64)), true, time.Second)
}

// identity is a label for people, and an address of a picture.
func (r returned) identity() integrations.Identity {
	id := integrations.Identity{}
	switch x := r.Name.(type) {
	case string:
		id.Name = safetext.Line(x, 200)
	case json.Number:
		id.Name = x.String()
	}
	if image := text(r.Image); strings.HasPrefix(image, "https://") {
		id.Image = safetext.Line(image, 0)
	}
	return id
}

// userData is the object that goes with the connection; nil if there is none.
func (r returned) userData() map[string]any {
	var o map[string]any
	d := json.NewDecoder(strings.NewReader(string(r.UserData)))
	d.UseNumber()
	if len(r.UserData) == 0 || d.Decode(&o) != nil {
		return nil
	}
	return o
}

// grant makes a grant of it; an error if the token is of no use.
func (r returned) grant(received time.Time) (integrations.Grant, error) {
	token, ok := usable(r.Token)
	if !ok {
		return integrations.Grant{}, errReturned
	}
	return integrations.Grant{
		AccessToken: secret.New(token), RefreshToken: r.refreshToken(), TokenType: "Bearer",
		Lifetime: lifetime(r.Expiration), RefreshLifetime: oauthflow.Lifetime{Kind: oauthflow.LifetimeUnknown}, Received: received,
		Identity: r.identity(), UserData: r.userData(),
	}, nil
}

// refreshToken is the one that came, verbatim; zero for what is none: "undefined" must not take the place of one that works.
func (r returned) refreshToken() secret.String {
	token, _ := usable(r.RefreshToken)
	if strings.TrimSpace(token) == "" {
		return secret.String{}
	}
	return secret.New(token)
}
