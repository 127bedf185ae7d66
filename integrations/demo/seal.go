package demo

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/zitadel/oidc/v3/pkg/op"
)

// sealer makes values that nobody else can make: so a server knows its spent refresh tokens and its browsers' sessions
// without keeping any of them.
type sealer struct {
	key  [32]byte
	rand io.Reader
}

func newSealer(random io.Reader) (sealer, error) {
	s := sealer{rand: random}
	if _, err := io.ReadFull(random, s.key[:]); err != nil {
		return sealer{}, fmt.Errorf("make a key: %w", err)
	}
	return s, nil
}

const (
	idBytes  = 16
	macBytes = 16
)

// id returns 128 random bits as text.
func (s sealer) id() (string, error) {
	var b [idBytes]byte
	if _, err := io.ReadFull(s.rand, b[:]); err != nil {
		return "", fmt.Errorf("make an id: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(b[:]), nil
}

func (s sealer) mac(label string, data []byte) []byte {
	h := hmac.New(sha256.New, s.key[:])
	h.Write([]byte(label))
	h.Write([]byte{0})
	h.Write(data)
	return h.Sum(nil)[:macBytes]
}

func (s sealer) seal(label string, data []byte) string {
	return base64.RawURLEncoding.EncodeToString(append(s.mac(label, data), data...))
}

func (s sealer) open(label, sealed string) ([]byte, bool) {
	b, err := base64.RawURLEncoding.DecodeString(sealed)
	if err != nil || len(b) < macBytes || !hmac.Equal(b[:macBytes], s.mac(label, b[macBytes:])) {
		return nil, false
	}
	return b[macBytes:], true
}

// refreshToken is the serial-th refresh token of a grant.
func (s sealer) refreshToken(grant string, serial uint64) string {
	return s.seal("refresh", append(binary.BigEndian.AppendUint64(nil, serial), grant...))
}

func (s sealer) readRefreshToken(token string) (grant string, serial uint64, ok bool) {
	b, ok := s.open("refresh", token)
	if !ok || len(b) < 8 {
		return "", 0, false
	}
	return string(b[8:]), binary.BigEndian.Uint64(b), true
}

// session is the value of the cookie of a browser in which this account signed in.
func (s sealer) session(subject string, at time.Time) string {
	return s.seal("session", []byte(subject+" "+strconv.FormatInt(at.Unix(), 10)))
}

func (s sealer) readSession(value string) (subject string, at time.Time, ok bool) {
	b, ok := s.open("session", value)
	if !ok {
		return "", time.Time{}, false
	}
	subject, seconds, _ := strings.Cut(string(b), " ")
	unix, err := strconv.ParseInt(seconds, 10, 64)
	return subject, time.Unix(unix, 0), err == nil
}

// tokenCrypto makes op's codes and access tokens: short and opaque, where op's own are a JWE that looks like a readable JWT.
type tokenCrypto struct{ aead cipher.AEAD }

var _ op.Crypto = tokenCrypto{}

func newTokenCrypto(random io.Reader) (tokenCrypto, error) {
	var key [32]byte
	if _, err := io.ReadFull(random, key[:]); err != nil {
		return tokenCrypto{}, fmt.Errorf("make a key: %w", err)
	}
	block, err := aes.NewCipher(key[:])
	if err != nil {
		return tokenCrypto{}, fmt.Errorf("make a key: %w", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	return tokenCrypto{aead}, err
}

// Encrypt implements op.Crypto.
func (c tokenCrypto) Encrypt(text string) (string, error) {
	return base64.RawURLEncoding.EncodeToString(c.aead.Seal(nil, nil, []byte(text), nil)), nil
}

// Decrypt implements op.Crypto.
func (c tokenCrypto) Decrypt(sealed string) (string, error) {
	b, err := base64.RawURLEncoding.DecodeString(sealed)
	if err == nil {
		b, err = c.aead.Open(nil, nil, b, nil)
	}
	if err != nil {
		return "", errors.New("not made by this server")
	}
	return string(b), nil
}
