package connections

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"

	"authdeck/internal/secret"
	"authdeck/oauthflow"
)

// jwtLimit bounds what is decoded (reference/security.md §6 row 18).
const jwtLimit = 64 << 10

// decodeJWT reads header and payload of a compact JWS without checking anything.
func decodeJWT(token secret.String) (header, payload map[string]any, ok bool) {
	raw := token.Reveal()
	if len(raw) > jwtLimit {
		return nil, nil, false
	}
	parts := strings.Split(raw, ".")
	if len(parts) != 3 {
		return nil, nil, false
	}
	header, payload = segment(parts[0]), segment(parts[1])
	return header, payload, header != nil && payload != nil && header["alg"] != nil
}

func segment(s string) map[string]any {
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	var m map[string]any
	if d.Decode(&m) != nil || d.More() {
		return nil
	}
	return m
}

// hintedEnd is when an access token that is a JWT says it ends, zero if it says nothing: a hint where the provider gave
// no lifetime (§5.4), counted from the local receipt.
func hintedEnd(token secret.String, received time.Time) time.Time {
	life := oauthflow.JWTLifetime(token, received)
	if life.Kind != oauthflow.LifetimeKnown || life.For <= 0 {
		return time.Time{}
	}
	return received.Add(life.For)
}
