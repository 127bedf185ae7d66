package oauthflow

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"time"

	"authdeck/internal/secret"
)

// LifetimeKind says what an answer tells of a lifetime.
type LifetimeKind string

// The kinds of lifetime.
const (
	LifetimeKnown   LifetimeKind = "known"
	LifetimeNever   LifetimeKind = "never"
	LifetimeUnknown LifetimeKind = "unknown"
)

// maxLifetime is the most that is believed.
const maxLifetime = 10 * 365 * 24 * time.Hour

// Lifetime is how long a token lives from the receipt of its answer; reference/security.md §5.4.
type Lifetime struct {
	Kind   LifetimeKind
	For    time.Duration // ≥ 0, set if Known
	Capped bool          // more than 10 years was said
}

// ReadLifetime reads a JSON value (json.Number, string, nil, …) in the unit given (time.Second for expires_in); the 18
// spellings of §5.4. present is false for a member that is missing. Fractions of the unit are dropped; zero and negative
// numbers are a lifetime of 0, that is, expired; what is no number is unknown. The result is never LifetimeNever: only
// who knows the provider can say so.
func ReadLifetime(v any, present bool, unit time.Duration) Lifetime {
	unknown := Lifetime{Kind: LifetimeUnknown}
	if !present {
		return unknown
	}
	var n float64
	ok := true
	switch v := v.(type) {
	case json.Number:
		n, ok = number(v.String())
	case string:
		n, ok = number(v)
	case float64:
		n, ok = v, !math.IsNaN(v)
	case int:
		n = float64(v)
	case int64:
		n = float64(v)
	default:
		ok = false
	}
	switch n = math.Floor(n); {
	case !ok:
		return unknown
	case n <= 0:
		return Lifetime{Kind: LifetimeKnown}
	case n > float64(maxLifetime/unit):
		return Lifetime{Kind: LifetimeKnown, For: maxLifetime, Capped: true}
	}
	return Lifetime{Kind: LifetimeKnown, For: time.Duration(n) * unit}
}

// LifetimeUntil is the lifetime of a token that ends at a point of time, counted from the receipt of its answer.
func LifetimeUntil(end, received time.Time) Lifetime {
	switch left := end.Sub(received); {
	case left <= 0:
		return Lifetime{Kind: LifetimeKnown}
	case left > maxLifetime:
		return Lifetime{Kind: LifetimeKnown, For: maxLifetime, Capped: true}
	default:
		return Lifetime{Kind: LifetimeKnown, For: left}
	}
}

// JWTLifetime reads a token's own exp where the token is a JWT: exp − iat, so that a wrong clock does no harm, or without
// iat the time until exp from received. It checks no signature and is a hint only.
func JWTLifetime(token secret.String, received time.Time) Lifetime {
	unknown := Lifetime{Kind: LifetimeUnknown}
	claims, err := unverifiedClaims(token.Reveal())
	if err != nil {
		return unknown
	}
	exp, ok := numericDate(claims["exp"])
	if !ok {
		return unknown
	}
	if iat, ok := numericDate(claims["iat"]); ok {
		return LifetimeUntil(exp, iat)
	}
	return LifetimeUntil(exp, received)
}

// number reads a decimal number as JSON has it, blanks around it allowed. What is too large is an infinity.
func number(s string) (float64, bool) {
	s = strings.TrimSpace(s)
	if s == "" || len(s) > 400 {
		return 0, false
	}
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && strings.IndexByte("+-.eE", c) < 0 {
			return 0, false // strconv reads "inf", "0x10" and "1_0" too
		}
	}
	n, err := strconv.ParseFloat(s, 64)
	if err != nil && !math.IsInf(n, 0) {
		return 0, false
	}
	return n, true
}
