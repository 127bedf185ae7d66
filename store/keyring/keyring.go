package keyring

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	gokeyring "github.com/zalando/go-keyring"

	"authdeck/store"
)

// What callers branch on. ErrAbsent is a [store.ErrNoKey]: there is no keyring to ask. The others are not: the keyring is
// there and has to be mended, and a weaker key beside it would be no help.
var (
	ErrAbsent   = fmt.Errorf("%w: this system has no keyring", store.ErrNoKey)
	ErrLocked   = errors.New("the keyring of this system is locked")
	ErrTimeout  = errors.New("the keyring of this system does not answer")
	ErrItemGone = errors.New("the keyring of this system has no key for this store any more")
)

const service = "authdeck"

// Options are what a Source works with.
type Options struct {
	Rand    io.Reader     // 32 bytes for each new key
	Timeout time.Duration // of each call; 0 is 3 s
}

// Source is a [store.SlotMaker].
type Source struct{ o Options }

var _ store.SlotMaker = (*Source)(nil)

// New returns a source over the keyring of this user.
func New(o Options) *Source {
	if o.Timeout <= 0 {
		o.Timeout = 3 * time.Second
	}
	return &Source{o}
}

// Kind is [store.SlotKeyring].
func (s *Source) Kind() store.SlotKind { return store.SlotKeyring }

// Available asks whether there is a keyring that answers and is unlocked. It keeps nothing.
func (s *Source) Available(ctx context.Context) error {
	if _, err := s.read(ctx, "is anybody there"); err != nil && !errors.Is(err, gokeyring.ErrNotFound) {
		return fmt.Errorf("ask the keyring: %w", err)
	}
	return nil
}

// SlotKey reads the key of the store. [ErrItemGone] if the keyring has none, [ErrAbsent], [ErrLocked], [ErrTimeout],
// [store.ErrDamaged] for what is no key.
func (s *Source) SlotKey(ctx context.Context, storeID string, _ []byte) ([]byte, error) {
	key, err := s.read(ctx, storeID)
	if errors.Is(err, gokeyring.ErrNotFound) {
		return nil, ErrItemGone
	}
	if err != nil {
		return nil, fmt.Errorf("ask the keyring: %w", err)
	}
	return key, nil
}

// NewSlotKey makes a key and keeps it; one that is there for this store already is used again, since a slot may live by it.
func (s *Source) NewSlotKey(ctx context.Context, storeID string) (key, params []byte, err error) {
	key, err = s.read(ctx, storeID)
	if err == nil {
		return key, nil, nil
	}
	if !errors.Is(err, gokeyring.ErrNotFound) {
		return nil, nil, fmt.Errorf("ask the keyring: %w", err)
	}
	key = make([]byte, 32)
	if _, err := io.ReadFull(s.o.Rand, key); err != nil {
		return nil, nil, fmt.Errorf("make a key: %w", err)
	}
	_, err = s.call(ctx, func() (string, error) {
		return "", gokeyring.Set(service, storeID, base64.StdEncoding.EncodeToString(key))
	})
	if err != nil {
		return nil, nil, fmt.Errorf("keep a key in the keyring: %w", err)
	}
	return key, nil, nil
}

// Forget takes the key of a store out of the keyring; nil if there is none.
func (s *Source) Forget(ctx context.Context, storeID string) error {
	_, err := s.call(ctx, func() (string, error) { return "", gokeyring.Delete(service, storeID) })
	if err != nil && !errors.Is(err, gokeyring.ErrNotFound) {
		return fmt.Errorf("forget the key in the keyring: %w", err)
	}
	return nil
}

func (s *Source) read(ctx context.Context, storeID string) ([]byte, error) {
	text, err := s.call(ctx, func() (string, error) { return gokeyring.Get(service, storeID) })
	if err != nil {
		return nil, err
	}
	key, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(key) != 32 {
		return nil, fmt.Errorf("%w: what the keyring has is no key", store.ErrDamaged)
	}
	return key, nil
}

// call bounds a call of the library, which knows no time limit. One that hangs leaves its goroutine behind: nothing can end it, and
// it holds nothing but its answer.
func (s *Source) call(ctx context.Context, do func() (string, error)) (string, error) {
	if why := absent(); why != "" {
		return "", fmt.Errorf("%w (%s)", ErrAbsent, why)
	}
	type answer struct {
		text string
		err  error
	}
	got := make(chan answer, 1)
	go func() {
		text, err := do()
		got <- answer{text, err}
	}()
	timer := time.NewTimer(s.o.Timeout)
	defer timer.Stop()
	select {
	case a := <-got:
		return a.text, named(a.err)
	case <-timer.C:
		return "", ErrTimeout
	case <-ctx.Done():
		return "", fmt.Errorf("ask the keyring: %w", ctx.Err())
	}
}

// named finds the sentinel for an error of the library, which comes as text.
func named(err error) error {
	if err == nil || errors.Is(err, gokeyring.ErrNotFound) {
		return err
	}
	text := strings.ToLower(err.Error())
	for _, part := range []string{"failed to unlock", "prompt dismissed", "islocked", "is locked", "collection is locked", "user interaction is not allowed"} {
		if strings.Contains(text, part) {
			return ErrLocked
		}
	}
	for _, part := range []string{"serviceunknown", "was not provided by any .service", "dbus-launch", "autolaunch", "no such file or directory", "connection refused", "unsupported platform", "executable file not found", "failed to execute program", "nameHasNoOwner"} {
		if strings.Contains(text, strings.ToLower(part)) {
			return ErrAbsent
		}
	}
	return err
}
