package passphrase

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"

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
// unlocked, one question and one derivation at a time; whoever waits for that waits within its context. A derivation itself
// runs to its end: a quarter of a second and 64 MiB for a slot of this program, 10 s and 1 GiB at the bounds. Safe for
// concurrent use.
type Source struct {
	ask  Asker
	rand io.Reader

	turn  chan struct{} // guards what follows, also while a person is asked
	given []byte        // nil: nobody has answered yet
	wrong bool
	keys  map[string][]byte // by encoded parameters: Argon2id is paid for once
}

var _ store.SlotMaker = (*Source)(nil)

// New returns a source that asks by ask and draws salts from rand.
func New(ask Asker, rand io.Reader) *Source {
	return &Source{ask: ask, rand: rand, turn: make(chan struct{}, 1), keys: map[string][]byte{}}
}

// Kind is [store.SlotPassphrase].
func (s *Source) Kind() store.SlotKind { return store.SlotPassphrase }

// take waits for the turn, which give gives back.
func (s *Source) take(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("ask for the passphrase: %w", err)
	}
	select {
	case s.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wait for the passphrase: %w", ctx.Err())
	}
}

func (s *Source) give() { <-s.turn }

// SlotKey derives the key of a slot. [store.ErrDamaged] for parameters that are out of bounds: nobody is asked and nothing
// computed for them.
func (s *Source) SlotKey(ctx context.Context, _ string, encoded []byte) ([]byte, error) {
	p, err := decode(encoded)
	if err != nil {
		return nil, err
	}
	if err := s.take(ctx); err != nil {
		return nil, err
	}
	defer s.give()
	if key := s.keys[string(encoded)]; key != nil {
		return bytes.Clone(key), nil
	}
	if s.given == nil {
		given, err := s.ask(ctx, Ask{Again: s.wrong})
		if err != nil {
			return nil, err
		}
		if given.IsZero() {
			return nil, fmt.Errorf("%w: the passphrase is empty", store.ErrNoKey)
		}
		s.given = []byte(given.Reveal())
	}
	return s.derive(p, encoded), nil
}

// NewSlotKey asks for a new passphrase and derives the key of a new slot.
func (s *Source) NewSlotKey(ctx context.Context, _ string) (key, encoded []byte, err error) {
	if err := s.take(ctx); err != nil {
		return nil, nil, err
	}
	defer s.give()
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
	clear(s.given)
	s.given = []byte(given.Reveal())
	p := usual(salt)
	encoded = p.encode()
	return s.derive(p, encoded), encoded, nil
}

// derive computes the key of a slot and keeps it. The memory that Argon2id took goes back to the system at once: left to
// the collector it stays with an idle process for minutes.
func (s *Source) derive(p params, encoded []byte) []byte {
	key := p.key(s.given)
	debug.FreeOSMemory()
	s.keys[string(encoded)] = key
	return bytes.Clone(key)
}

// Again forgets a passphrase that did not open the store, so that the next use asks once more; false if none was given. It
// wipes what this package keeps; copies that the asker made are its own. It waits for a question that is open.
func (s *Source) Again() bool {
	s.turn <- struct{}{}
	defer s.give()
	if s.given == nil {
		return false
	}
	clear(s.given)
	s.given, s.wrong = nil, true
	for p, key := range s.keys {
		clear(key)
		delete(s.keys, p)
	}
	return true
}
