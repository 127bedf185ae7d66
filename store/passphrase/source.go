package passphrase

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"authdeck/internal/secret"
	"authdeck/store"
)

// Ask is a question for a passphrase.
type Ask struct {
	New   bool // for a new slot: whoever asks a person asks twice
	Again bool // the last answer did not open the store
}

// Asker answers it. The passphrase counts as it was typed, byte for byte. [store.ErrNoKey] where nobody is there to answer.
type Asker func(ctx context.Context, a Ask) (secret.String, error)

// Source is a [store.SlotMaker]. It asks once in a process, however many slots are tried and however often the store is
// unlocked. Safe for concurrent use.
type Source struct {
	ask  Asker
	rand io.Reader

	mu    sync.Mutex
	given secret.String
	asked bool
	wrong bool
	keys  map[string][]byte // by encoded parameters: Argon2id is paid for once
}

var _ store.SlotMaker = (*Source)(nil)

// New returns a source that asks by ask and draws salts from rand.
func New(ask Asker, rand io.Reader) *Source {
	return &Source{ask: ask, rand: rand, keys: map[string][]byte{}}
}

// Kind is [store.SlotPassphrase].
func (s *Source) Kind() store.SlotKind { return store.SlotPassphrase }

// SlotKey derives the key of a slot.
func (s *Source) SlotKey(ctx context.Context, _ string, encoded []byte) ([]byte, error) {
	p, err := decode(encoded)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.asked {
		if s.given, err = s.ask(ctx, Ask{Again: s.wrong}); err != nil {
			return nil, err
		}
		if s.given.IsZero() {
			return nil, fmt.Errorf("%w: the passphrase is empty", store.ErrNoKey)
		}
		s.asked = true
	}
	if s.keys[string(encoded)] == nil {
		s.keys[string(encoded)] = p.key(s.given.Reveal())
	}
	return bytes.Clone(s.keys[string(encoded)]), nil
}

// NewSlotKey asks for a new passphrase and derives the key of a new slot.
func (s *Source) NewSlotKey(ctx context.Context, _ string) (key, encoded []byte, err error) {
	given, err := s.ask(ctx, Ask{New: true})
	if err != nil {
		return nil, nil, err
	}
	if given.IsZero() {
		return nil, nil, errors.New("an empty passphrase protects nothing")
	}
	salt := make([]byte, saltSize)
	if _, err := io.ReadFull(s.rand, salt); err != nil {
		return nil, nil, fmt.Errorf("make a salt: %w", err)
	}
	p := usual(salt)
	key, encoded = p.key(given.Reveal()), p.encode()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.given, s.asked = given, true
	s.keys[string(encoded)] = bytes.Clone(key)
	return key, encoded, nil
}

// Again forgets a passphrase that did not open the store, so that the next use asks once more; false if none was asked for.
func (s *Source) Again() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.asked {
		return false
	}
	s.asked, s.wrong, s.given = false, true, secret.String{}
	for p, key := range s.keys {
		clear(key)
		delete(s.keys, p)
	}
	return true
}
