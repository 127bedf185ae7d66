package oauthflow

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"math"
	"strings"
	"time"
)

// maxJWT bounds what is looked at as a JWT (§6 row 18).
const maxJWT = 64 << 10

var errNoJWT = errors.New("this is no JWT")

// unverifiedClaims reads the claims of a signed JWT without looking at the signature.
func unverifiedClaims(raw string) (map[string]any, error) {
	if len(raw) > maxJWT || strings.Count(raw, ".") != 2 {
		return nil, errNoJWT
	}
	payload, err := base64.RawURLEncoding.DecodeString(strings.Split(raw, ".")[1])
	if err != nil {
		return nil, errNoJWT
	}
	return decodeClaims(payload)
}

func decodeClaims(payload []byte) (map[string]any, error) {
	v, err := decodeJSON(payload)
	if err != nil {
		return nil, errNoJWT
	}
	claims, ok := v.(map[string]any)
	if !ok {
		return nil, errNoJWT
	}
	return claims, nil
}

// numericDate reads a NumericDate (RFC 7519 §2), whole seconds, between 1970 and 9999.
func numericDate(v any) (time.Time, bool) {
	n, ok := v.(json.Number)
	if !ok {
		return time.Time{}, false
	}
	seconds, ok := number(n.String())
	if !ok || seconds < 0 || seconds > 253402300799 {
		return time.Time{}, false
	}
	return time.Unix(int64(math.Floor(seconds)), 0).UTC(), true
}
