package oauthflow

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"

	"authdeck/internal/secret"
)

// IDTokenRules is what a token is held against: OpenID Connect Core §3.1.3.7 (O1–O10).
type IDTokenRules struct {
	Issuer, ClientID string
	Nonce            string        // required to match if set
	AccessToken      secret.String // at_hash is checked against it when both are there
	Algs             []string      // allowed; default RS256, ES256, PS256, EdDSA; never none
	ClientSecret     secret.String // key of HS256, if Algs has it
	Audiences        []string      // further audiences that are trusted; any other besides the client is refused (O2)
	AllowExpired     bool          // for looking at a kept token: exp is reported, not enforced
}

// IDToken is a verified one.
type IDToken struct {
	Claims              map[string]any // numbers are json.Number
	Issuer              string
	Subject             string
	Audience            []string
	Alg, Kid            string
	IssuedAt, ExpiresAt time.Time
}

var (
	// ErrIDToken is wrapped by every refusal of [Keys.Verify]; the text names the rule.
	ErrIDToken = errors.New("ID token refused")
	// ErrOtherSubject says that the refreshed ID token is of another account; it comes with [ErrIDToken].
	ErrOtherSubject = errors.New("it is of another account")
)

func refuse(format string, args ...any) error {
	return fmt.Errorf("%w: %w", ErrIDToken, fmt.Errorf(format, args...))
}

// Verify checks signature and claims. Addresses and keys in the token's own header are never used. A failure to fetch the
// keys is a [*Error] and no [ErrIDToken].
func (k *Keys) Verify(ctx context.Context, raw secret.String, r IDTokenRules) (IDToken, error) {
	signed, err := parseIDToken(raw.Reveal(), r)
	if err != nil {
		return IDToken{}, err
	}
	header := signed.Signatures[0].Protected
	payload, err := k.signature(ctx, signed, r)
	if err != nil {
		return IDToken{}, err
	}
	claims, err := decodeClaims(payload)
	if err != nil {
		return IDToken{}, refuse("its claims are not readable")
	}
	t := IDToken{Claims: claims, Alg: header.Algorithm, Kid: header.KeyID}
	if err := t.check(r, k.c.clock().Wall()); err != nil {
		return IDToken{}, err
	}
	return t, nil
}

// parseIDToken reads the three parts; the algorithm has to be one that is expected (O4).
func parseIDToken(raw string, r IDTokenRules) (*jose.JSONWebSignature, error) {
	switch {
	case len(raw) > maxJWT:
		return nil, refuse("it is larger than 64 KiB")
	case strings.Count(raw, ".") == 4:
		return nil, refuse("it is encrypted, which is not supported")
	case strings.Count(raw, ".") != 2:
		return nil, refuse("it is no signed JWT")
	}
	algs := r.algorithms()
	if len(algs) == 0 {
		return nil, refuse("no algorithm is expected that is known here (O4)")
	}
	signed, err := jose.ParseSignedCompact(raw, algs)
	if err != nil {
		var alg *jose.ErrUnexpectedSignatureAlgorithm
		if errors.As(err, &alg) {
			return nil, refuse("its algorithm is not one that is expected (O4)")
		}
		return nil, refuse("it is no signed JWT")
	}
	if len(signed.Signatures) != 1 {
		return nil, refuse("it has no single signature")
	}
	extra := signed.Signatures[0].Protected.ExtraHeaders
	if _, ok := extra["b64"]; ok {
		return nil, refuse("its payload is not encoded")
	}
	if kind, ok := extra[jose.HeaderType].(string); ok {
		if kind = strings.ToLower(kind); strings.HasSuffix(kind, "+jwt") && kind != "id_token+jwt" {
			return nil, refuse("it is a token of another type")
		}
	}
	return signed, nil
}

// algorithms are the ones that are accepted. HS ones need the secret of a confidential client.
func (r IDTokenRules) algorithms() []jose.SignatureAlgorithm {
	if len(r.Algs) == 0 {
		return []jose.SignatureAlgorithm{jose.RS256, jose.ES256, jose.PS256, jose.EdDSA}
	}
	known := []jose.SignatureAlgorithm{
		jose.RS256, jose.RS384, jose.RS512, jose.PS256, jose.PS384, jose.PS512, jose.ES256, jose.ES384, jose.ES512, jose.EdDSA,
	}
	if !r.ClientSecret.IsZero() {
		known = append(known, jose.HS256, jose.HS384, jose.HS512)
	}
	list := []jose.SignatureAlgorithm{}
	for _, alg := range known {
		if slices.Contains(r.Algs, string(alg)) {
			list = append(list, alg)
		}
	}
	return list
}

// signature checks it and returns the payload. Keys that do not fit are fetched anew once: they may have been changed a
// moment ago (O12).
func (k *Keys) signature(ctx context.Context, signed *jose.JSONWebSignature, r IDTokenRules) ([]byte, error) {
	header := signed.Signatures[0].Protected
	if strings.HasPrefix(header.Algorithm, "HS") {
		payload, err := signed.Verify([]byte(r.ClientSecret.Reveal()))
		if err != nil {
			return nil, refuse("its signature is wrong (O4)")
		}
		return payload, nil
	}
	set, fresh, err := k.get(ctx, false)
	if err != nil {
		return nil, err
	}
	payload, refusal := tryKeys(set, signed)
	if refusal == nil || fresh {
		return payload, refusal
	}
	if set, fresh, err = k.get(ctx, true); err != nil {
		return nil, err
	}
	if !fresh {
		return nil, refusal
	}
	return tryKeys(set, signed)
}

func tryKeys(set []jose.JSONWebKey, signed *jose.JSONWebSignature) ([]byte, error) {
	header := signed.Signatures[0].Protected
	list, err := candidates(set, header.KeyID, jose.SignatureAlgorithm(header.Algorithm))
	if err != nil {
		return nil, refuse("%w (O12)", err)
	}
	for _, key := range list {
		if payload, err := signed.Verify(key.Key); err == nil {
			return payload, nil
		}
	}
	return nil, refuse("its signature is wrong (O4)")
}
