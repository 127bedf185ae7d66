package oauthflow_test

import (
	"context"
	"encoding/base64"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"authdeck/oauthflow"
)

func TestO12_KeyRotation(t *testing.T) {
	old := secretOf(sign(t, jose.RS256, key("rsa"), "old", claims(nil), nil))
	fresh := secretOf(sign(t, jose.RS256, key("rsa2"), "new", claims(nil), nil))
	verify := func(t *testing.T, p *provider, raw secretString, ok bool, asked int32) {
		t.Helper()
		_, err := p.Verify(t.Context(), raw, rules())
		if (err == nil) != ok || p.asked.Load() != asked {
			t.Errorf("%v after %d fetches, want %v after %d", err, p.asked.Load(), ok, asked)
		}
	}
	t.Run("oidcc-client-test-signing-key-rotation", func(t *testing.T) {
		p := newProvider(t, jwk("rsa", "old", ""))
		verify(t, p, old, true, 1)
		verify(t, p, old, true, 1)
		p.rotate(jwk("rsa2", "new", ""))
		p.clock.advance(10 * time.Minute)
		verify(t, p, fresh, true, 2)
		verify(t, p, old, false, 2) // too soon to ask again
	})
	t.Run("oidcc-client-test-signing-key-rotation-just-before-signing", func(t *testing.T) {
		p := newProvider(t, jwk("rsa", "old", ""))
		verify(t, p, old, true, 1)
		p.rotate(jwk("rsa2", "new", ""))
		verify(t, p, fresh, true, 2)
	})
	t.Run("the same kid with another key", func(t *testing.T) {
		p := newProvider(t, jwk("rsa", "new", ""))
		verify(t, p, secretOf(sign(t, jose.RS256, key("rsa"), "new", claims(nil), nil)), true, 1)
		p.rotate(jwk("rsa2", "new", ""))
		verify(t, p, fresh, true, 2)
	})
	t.Run("unknown kids do not make a storm", func(t *testing.T) {
		p := newProvider(t, jwk("rsa", "old", ""))
		verify(t, p, fresh, false, 1) // the keys are new: no second fetch
		for range 20 {
			verify(t, p, fresh, false, 2)
		}
		p.clock.advance(time.Minute)
		verify(t, p, fresh, false, 3)
	})
	t.Run("a key that was withdrawn is forgotten", func(t *testing.T) {
		p := newProvider(t, jwk("rsa", "old", ""))
		verify(t, p, old, true, 1)
		p.rotate(jwk("rsa2", "new", ""))
		p.clock.advance(time.Hour)
		_, err := p.Verify(t.Context(), old, oauthflow.IDTokenRules{Issuer: issuer, ClientID: clientID, AllowExpired: true})
		if !errors.Is(err, oauthflow.ErrIDToken) || p.asked.Load() != 2 {
			t.Errorf("%v after %d fetches", err, p.asked.Load())
		}
	})
	t.Run("many at once fetch once", func(t *testing.T) {
		p := newProvider(t, jwk("rsa", "old", ""))
		var wg sync.WaitGroup
		for range 16 {
			wg.Go(func() {
				if _, err := p.Verify(context.Background(), old, rules()); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if p.asked.Load() != 1 {
			t.Errorf("%d fetches", p.asked.Load())
		}
	})
}

// One odd key does not spoil a set; a set that cannot be had is no refusal of the token.
func TestJWKS(t *testing.T) {
	raw := secretOf(sign(t, jose.RS256, key("rsa"), "k", claims(nil), nil))
	good := toJSON(t, jwk("rsa", "k", ""))
	for name, c := range map[string]struct {
		body string
		ok   bool
	}{
		"odd keys":      {`{"keys":[null,1,{"kty":"XX"},{"kty":"oct","k":"AAAA","kid":"k"},{"kty":"RSA","n":"AQAB","e":"AQAB","kid":"k"},` + good + `]}`, true},
		"100 keys":      {`{"keys":[` + strings.Repeat(good+",", 99) + good + `]}`, true},
		"101 keys":      {`{"keys":[` + strings.Repeat(good+",", 100) + good + `]}`, false},
		"no keys":       {`{}`, false},
		"keys is text":  {`{"keys":"x"}`, false},
		"no object":     {`[]`, false},
		"page":          {`<html>`, false},
		"private key":   {`{"keys":[` + toJSON(t, jose.JSONWebKey{Key: key("rsa"), KeyID: "k"}) + `]}`, false},
		"RSA too short": {`{"keys":[{"kty":"RSA","kid":"k","e":"AQAB","n":"` + base64.RawURLEncoding.EncodeToString(append([]byte{0xff}, make([]byte, 127)...)) + `"}]}`, false},
	} {
		p := newProvider(t)
		p.body = c.body
		if _, err := p.Verify(t.Context(), raw, rules()); (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
	p := newProvider(t, jwk("short", "k", ""))
	if _, err := p.Verify(t.Context(), secretOf(sign(t, jose.RS256, key("short"), "k", claims(nil), nil)), rules()); !errors.Is(err, oauthflow.ErrIDToken) {
		t.Errorf("RSA of 1024 bits: %v", err)
	}
	var e *oauthflow.Error
	for name, uri := range map[string]string{"refused": "http://127.0.0.1:1/", "503": serve(t, fixed(503, "", "")), "no TLS": "http://as.example.com/"} {
		_, err := oauthflow.NewKeys(caller(t), uri).Verify(t.Context(), raw, rules())
		if !errors.As(err, &e) || errors.Is(err, oauthflow.ErrIDToken) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
