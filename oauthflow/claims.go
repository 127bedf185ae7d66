package oauthflow

import (
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"encoding/base64"
	"reflect"
	"slices"
	"strings"
	"time"
)

const (
	leeway    = time.Minute     // for exp and nbf (O5)
	maxFuture = 5 * time.Minute // for iat: a clock that is a little behind harms nobody
	maxSub    = 255
)

// check holds the claims against the rules and fills the fields of t.
func (t *IDToken) check(r IDTokenRules, now time.Time) error {
	t.Issuer, _ = t.Claims["iss"].(string)
	if t.Issuer == "" || t.Issuer != r.Issuer {
		return refuse("iss is not the issuer (O1)")
	}
	if err := t.checkAudience(r); err != nil {
		return err
	}
	if err := t.checkTimes(r, now); err != nil {
		return err
	}
	if nonce, _ := t.Claims["nonce"].(string); r.Nonce != "" && subtle.ConstantTimeCompare([]byte(nonce), []byte(r.Nonce)) != 1 {
		return refuse("nonce is not the one that was sent (O6)")
	}
	t.Subject, _ = t.Claims["sub"].(string)
	if t.Subject == "" || len(t.Subject) > maxSub || strings.ContainsFunc(t.Subject, func(r rune) bool { return r > 0x7f }) {
		return refuse("sub is missing or not a text of at most 255 ASCII characters (O8)")
	}
	if hash, present := t.Claims["at_hash"]; present && !r.AccessToken.IsZero() {
		if s, _ := hash.(string); s != accessTokenHash(t.Alg, r.AccessToken.Reveal()) {
			return refuse("at_hash is not that of the access token (O9)")
		}
	}
	return nil
}

func (t *IDToken) checkAudience(r IDTokenRules) error {
	switch aud := t.Claims["aud"].(type) {
	case string:
		t.Audience = []string{aud}
	case []any:
		for _, one := range aud {
			s, ok := one.(string)
			if !ok {
				return refuse("aud is not a list of texts (O2)")
			}
			t.Audience = append(t.Audience, s)
		}
	}
	if r.ClientID == "" || !slices.Contains(t.Audience, r.ClientID) {
		return refuse("aud is not this client (O2)")
	}
	for _, one := range t.Audience {
		if one != r.ClientID && !slices.Contains(r.Audiences, one) {
			return refuse("aud has a stranger besides this client (O2)")
		}
	}
	azp, present := t.Claims["azp"]
	if present && azp != r.ClientID || !present && len(t.Audience) > 1 {
		return refuse("azp is not this client (O3)")
	}
	return nil
}

func (t *IDToken) checkTimes(r IDTokenRules, now time.Time) error {
	var ok bool
	if t.ExpiresAt, ok = numericDate(t.Claims["exp"]); !ok {
		return refuse("exp is missing or no time (O5)")
	}
	if t.IssuedAt, ok = numericDate(t.Claims["iat"]); !ok {
		return refuse("iat is missing or no time (O5)")
	}
	if !r.AllowExpired && now.After(t.ExpiresAt.Add(leeway)) {
		return refuse("it has expired (O5)")
	}
	if t.IssuedAt.After(now.Add(maxFuture)) || t.IssuedAt.After(t.ExpiresAt) {
		return refuse("iat is in the future; is the clock of this machine right? (O5)")
	}
	if v, present := t.Claims["nbf"]; present {
		from, ok := numericDate(v)
		if !ok || from.After(now.Add(leeway)) {
			return refuse("it is not valid yet (O5)")
		}
	}
	return nil
}

// accessTokenHash is at_hash: the left half of the hash that belongs to the algorithm (OpenID Connect Core §3.1.3.6).
func accessTokenHash(alg, token string) string {
	var sum []byte
	switch {
	case strings.HasSuffix(alg, "256"):
		s := sha256.Sum256([]byte(token))
		sum = s[:]
	case strings.HasSuffix(alg, "384"):
		s := sha512.Sum384([]byte(token))
		sum = s[:]
	default: // 512, and EdDSA with Ed25519, which hashes with SHA-512 itself
		s := sha512.Sum512([]byte(token))
		sum = s[:]
	}
	return base64.RawURLEncoding.EncodeToString(sum[:len(sum)/2])
}

func sortedSet(list []string) []string { return slices.Compact(slices.Sorted(slices.Values(list))) }

// CheckRefreshed holds a refreshed ID token against the one of the login (O11): same iss, sub, aud and azp, same
// auth_time, and the same nonce if it has one. The tokens of the answer are to be kept all the same (§5.1). A different sub
// is [ErrOtherSubject].
func CheckRefreshed(old, refreshed IDToken) error {
	if old.Issuer != refreshed.Issuer {
		return refuse("iss changed (O11)")
	}
	if old.Subject != refreshed.Subject {
		return refuse("%w (O11)", ErrOtherSubject)
	}
	if !slices.Equal(sortedSet(old.Audience), sortedSet(refreshed.Audience)) {
		return refuse("aud changed (O11)")
	}
	if !reflect.DeepEqual(old.Claims["azp"], refreshed.Claims["azp"]) {
		return refuse("azp changed (O11)")
	}
	if v, present := refreshed.Claims["nonce"]; present && !reflect.DeepEqual(v, old.Claims["nonce"]) {
		return refuse("nonce changed (O11)")
	}
	before, known := old.Claims["auth_time"]
	if v, present := refreshed.Claims["auth_time"]; present && known && !reflect.DeepEqual(v, before) {
		return refuse("auth_time changed (O11)")
	}
	return nil
}
