package oauthflow_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"maps"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"authdeck/oauthflow"
)

const (
	issuer   = "https://as.example.com/"
	clientID = "client-1"
)

var now = time.Date(2026, 11, 25, 10, 0, 0, 0, time.UTC)

// testKeys are made once; RSA is slow.
var testKeys = sync.OnceValue(func() map[string]any {
	rsaKey := func(bits int) *rsa.PrivateKey {
		k, err := rsa.GenerateKey(rand.Reader, bits)
		if err != nil {
			panic(err)
		}
		return k
	}
	ec := func(c elliptic.Curve) *ecdsa.PrivateKey {
		k, err := ecdsa.GenerateKey(c, rand.Reader)
		if err != nil {
			panic(err)
		}
		return k
	}
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		panic(err)
	}
	return map[string]any{
		"rsa": rsaKey(2048), "rsa2": rsaKey(2048), "short": rsaKey(1024), "p256": ec(elliptic.P256()), "p384": ec(elliptic.P384()), "ed": ed,
	}
})

func key(name string) any { return testKeys()[name] }

func public(private any) any {
	if k, ok := private.(interface{ Public() crypto.PublicKey }); ok {
		return k.Public()
	}
	return private
}

// jwk is a key as a provider publishes it.
func jwk(name, kid, alg string) jose.JSONWebKey {
	return jose.JSONWebKey{Key: public(key(name)), KeyID: kid, Algorithm: alg, Use: "sig"}
}

// provider publishes keys that the test may change, and counts who asks.
type provider struct {
	mu    sync.Mutex
	keys  []jose.JSONWebKey
	body  string // instead of keys
	asked atomic.Int32
	keySet
}

type keySet struct {
	*oauthflow.Keys
	clock *clockAt
}

func (p *provider) rotate(keys ...jose.JSONWebKey) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.keys = keys
}

func newProvider(t testing.TB, keys ...jose.JSONWebKey) *provider {
	t.Helper()
	p := &provider{keys: keys}
	address := serve(t, func(w http.ResponseWriter, r *http.Request) {
		p.asked.Add(1)
		p.mu.Lock()
		defer p.mu.Unlock()
		body := p.body
		if body == "" {
			body = toJSON(t, jose.JSONWebKeySet{Keys: p.keys})
		}
		fixed(200, "application/json", body)(w, r)
	})
	c := caller(t)
	p.clock = &clockAt{wall: now}
	c.Clock = p.clock
	p.Keys = oauthflow.NewKeys(c, address+"/jwks")
	return p
}

// claims are those of a good token, with changes; a nil removes.
func claims(changes map[string]any) map[string]any {
	c := map[string]any{
		"iss": issuer, "sub": "user-1", "aud": clientID, "exp": now.Unix() + 3600, "iat": now.Unix(), "nonce": "n-1",
	}
	maps.Copy(c, changes)
	maps.DeleteFunc(c, func(_ string, v any) bool { return v == nil })
	return c
}

// sign makes a token by go-jose; header are further members of its header.
func sign(t testing.TB, alg jose.SignatureAlgorithm, with any, kid string, payload any, header map[jose.HeaderKey]any) string {
	t.Helper()
	o := &jose.SignerOptions{ExtraHeaders: map[jose.HeaderKey]any{"typ": "JWT"}}
	if kid != "" {
		o.ExtraHeaders["kid"] = kid
	}
	maps.Copy(o.ExtraHeaders, header)
	s, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: with}, o)
	if err != nil {
		t.Fatal(err)
	}
	body, ok := payload.(string)
	if !ok {
		body = toJSON(t, payload)
	}
	j, err := s.Sign([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	raw, err := j.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// forge puts parts together by hand.
func forge(header, payload string, signature []byte) string {
	enc := base64.RawURLEncoding.EncodeToString
	return enc([]byte(header)) + "." + enc([]byte(payload)) + "." + enc(signature)
}

// spoil changes a bit in the middle of the signature.
func spoil(raw string) string {
	head, sig := raw[:strings.LastIndex(raw, ".")+1], raw[strings.LastIndex(raw, ".")+1:]
	b, _ := base64.RawURLEncoding.DecodeString(sig)
	b[len(b)/2] ^= 1
	return head + base64.RawURLEncoding.EncodeToString(b)
}

func rules() oauthflow.IDTokenRules {
	return oauthflow.IDTokenRules{Issuer: issuer, ClientID: clientID, Nonce: "n-1"}
}

func atHash(sum []byte) string { return base64.RawURLEncoding.EncodeToString(sum[:len(sum)/2]) }
