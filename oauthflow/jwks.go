package oauthflow

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/go-jose/go-jose/v4"
)

const (
	keysMaxAge     = time.Hour   // a key that was withdrawn is believed no longer than this
	refetchAfter   = time.Minute // between two fetches for keys that are missing
	maxKeys        = 100
	minRSAKeyBytes = 256
)

// Keys is the key set of one issuer, fetched on first use, refetched once (rate-limited) for an unknown kid (O12). It is
// safe for concurrent use and meant to be kept as long as the issuer is in use.
type Keys struct {
	c   *Caller
	uri string

	turn chan struct{} // holds one element while somebody fetches: whoever comes meanwhile needs the same answer

	// What follows belongs to whoever has the turn.
	set       []jose.JSONWebKey
	fetched   bool
	fetchedAt time.Duration // both by the clock's monotonic reading
	again     bool
	againAt   time.Duration
}

// NewKeys returns the set behind a jwks_uri.
func NewKeys(c *Caller, jwksURI string) *Keys {
	return &Keys{c: c, uri: jwksURI, turn: make(chan struct{}, 1)}
}

// get returns the keys; with again set they are fetched anew, unless that was done within the last minute.
func (k *Keys) get(ctx context.Context, again bool) (set []jose.JSONWebKey, fresh bool, err error) {
	select {
	case k.turn <- struct{}{}:
		defer func() { <-k.turn }()
	case <-ctx.Done():
		return nil, false, fmt.Errorf("wait for the keys of %s: %w", hostOf(k.uri), ctx.Err())
	}
	now := k.c.clock().Mono()
	if again {
		if k.again && now-k.againAt < refetchAfter {
			return k.set, false, nil
		}
		k.again, k.againAt = true, now
	} else if k.fetched && now-k.fetchedAt < keysMaxAge {
		return k.set, false, nil
	}
	set, err = k.fetch(ctx)
	if err != nil {
		return nil, false, err
	}
	k.set, k.fetched, k.fetchedAt = set, true, now
	return set, true, nil
}

func (k *Keys) fetch(ctx context.Context) ([]jose.JSONWebKey, error) {
	a, err := k.c.get(ctx, k.uri)
	if err != nil {
		return nil, fmt.Errorf("read the keys of %s: %w", hostOf(k.uri), err)
	}
	if a.Status != http.StatusOK || a.Members == nil {
		return nil, fmt.Errorf("read the keys of %s: %w", hostOf(k.uri), classify(a, Shape{}))
	}
	return readKeys(a.Body)
}

// readKeys reads a JWK set. Keys that are of no use for signatures (unknown, private, symmetric, too short) are left out:
// one odd key must not spoil the set.
func readKeys(body []byte) ([]jose.JSONWebKey, error) {
	var doc struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(body, &doc); err != nil {
		return nil, errors.New("the key set is not readable")
	}
	if len(doc.Keys) > maxKeys {
		return nil, fmt.Errorf("the key set has more than %d keys", maxKeys)
	}
	set := make([]jose.JSONWebKey, 0, len(doc.Keys))
	for _, raw := range doc.Keys {
		var key jose.JSONWebKey
		if err := json.Unmarshal(raw, &key); err == nil && usable(key) {
			set = append(set, key)
		}
	}
	return set, nil
}

func usable(key jose.JSONWebKey) bool {
	if key.Use != "" && key.Use != "sig" || !key.Valid() {
		return false
	}
	switch public := key.Key.(type) {
	case *rsa.PublicKey:
		return public.Size() >= minRSAKeyBytes
	case *ecdsa.PublicKey, ed25519.PublicKey:
		return true
	}
	return false
}

// fits reports whether a key can have made a signature of this algorithm.
func fits(key jose.JSONWebKey, alg jose.SignatureAlgorithm) bool {
	if key.Algorithm != "" && key.Algorithm != string(alg) {
		return false
	}
	switch public := key.Key.(type) {
	case *rsa.PublicKey:
		return alg[:2] == "RS" || alg[:2] == "PS"
	case *ecdsa.PublicKey:
		bits := map[jose.SignatureAlgorithm]int{jose.ES256: 256, jose.ES384: 384, jose.ES512: 521}[alg]
		return bits != 0 && public.Params().BitSize == bits
	case ed25519.PublicKey:
		return alg == jose.EdDSA
	}
	return false
}

// candidates are the keys that may have made a signature: those of the kid, or without a kid the only one that fits.
func candidates(set []jose.JSONWebKey, kid string, alg jose.SignatureAlgorithm) ([]jose.JSONWebKey, error) {
	var list []jose.JSONWebKey
	for _, key := range set {
		if fits(key, alg) && (kid == "" || key.KeyID == kid) {
			list = append(list, key)
		}
	}
	switch {
	case len(list) == 0 && kid == "":
		return nil, errors.New("no key of the issuer fits the algorithm")
	case len(list) == 0:
		return nil, errors.New("the issuer has no key of that kid")
	case len(list) > 1 && kid == "":
		return nil, errors.New("there is no kid, and several keys of the issuer fit")
	}
	return list, nil
}
