package keyring

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"time"

	ring "github.com/zalando/go-keyring"

	"authdeck/store"
)

const (
	service     = "authdeck"
	keySize     = 32
	idSize      = 32 // hex digits of a store's id
	defaultTime = 3 * time.Second
)

// Options of a [Source].
type Options struct {
	Rand    io.Reader     // nil: crypto/rand; makes the keys
	Timeout time.Duration // 0: 3 s; bounds each call to the keyring
}

// Source is the key source of the operating system's keyring. It is safe for concurrent use.
//
// Each call to the keyring ends with its context or after the timeout. The keyring's own interfaces cannot be told to
// stop, so a call that was given up on may outlive it in the one goroutine that a Source owns, until the keyring answers
// or the process ends; later calls wait for that one, within their own time. What it does late does no harm: an item that
// was set after all is taken up by the next NewSlotKey.
type Source struct {
	rand    io.Reader
	timeout time.Duration
	turn    chan struct{} // held by the goroutine that talks to the keyring
	ring    calls
}

// calls are what is asked of a keyring; the package functions of go-keyring in the product.
type calls struct {
	get    func(service, account string) (string, error)
	set    func(service, account, value string) error
	remove func(service, account string) error
	ready  func() error // says without any side effect that there is nothing to call
}

var _ store.SlotMaker = (*Source)(nil)

// New makes a Source. Nothing is asked of the keyring yet.
func New(o Options) *Source {
	if o.Rand == nil {
		o.Rand = rand.Reader
	}
	if o.Timeout <= 0 {
		o.Timeout = defaultTime
	}
	return &Source{
		rand: o.Rand, timeout: o.Timeout, turn: make(chan struct{}, 1),
		ring: calls{get: ring.Get, set: ring.Set, remove: ring.Delete, ready: reachable},
	}
}

// Kind implements [store.KeySource].
func (*Source) Kind() store.SlotKind { return store.SlotKeyring }

// Available asks whether there is a keyring that answers and is unlocked; nil if so. It keeps nothing.
func (s *Source) Available(ctx context.Context) error {
	_, err := s.call(ctx, func() (string, error) { return s.ring.get(service, "is anybody there") })
	if err != nil && !errors.Is(err, ring.ErrNotFound) {
		return fmt.Errorf("ask the keyring: %w", err)
	}
	return nil
}

// SlotKey returns the key of the store's item. Errors: [ErrAbsent], [ErrLocked], [ErrItemGone], [ErrTimeout], and
// [store.ErrDamaged] for an item that is no key or params that are not this package's.
func (s *Source) SlotKey(ctx context.Context, storeID string, params []byte) ([]byte, error) {
	if len(params) != 0 {
		return nil, fmt.Errorf("read the keyring: %w: its slot has parameters, which no keyring slot has", store.ErrDamaged)
	}
	if err := checkID(storeID); err != nil {
		return nil, fmt.Errorf("read the keyring: %w", err)
	}
	key, err := s.read(ctx, storeID)
	if errors.Is(err, ring.ErrNotFound) {
		return nil, fmt.Errorf("read the keyring: %w", ErrItemGone)
	}
	return key, err
}

// NewSlotKey returns the key of the store's item, and makes that item if there is none. An item that is there is never
// overwritten: a living slot may use it. What was written is read back. The caller sees to it that no other process makes
// a slot of the same store meanwhile: both could find no item, and the later write would win.
func (s *Source) NewSlotKey(ctx context.Context, storeID string) (key, params []byte, err error) {
	if err := checkID(storeID); err != nil {
		return nil, nil, fmt.Errorf("write to the keyring: %w", err)
	}
	if key, err = s.read(ctx, storeID); err == nil || !errors.Is(err, ring.ErrNotFound) {
		return key, nil, err
	}
	key = make([]byte, keySize)
	if _, err := io.ReadFull(s.rand, key); err != nil {
		return nil, nil, fmt.Errorf("make a key for the keyring: %w", err)
	}
	value := base64.StdEncoding.EncodeToString(key)
	clear(key)
	_, err = s.call(ctx, func() (string, error) { return "", s.ring.set(service, storeID, value) })
	if err != nil {
		return nil, nil, fmt.Errorf("write to the keyring: %w", err)
	}
	key, err = s.read(ctx, storeID)
	if errors.Is(err, ring.ErrNotFound) {
		return nil, nil, fmt.Errorf("write to the keyring: %w", errNotKept)
	}
	return key, nil, err
}

// errNotKept: the keyring took the item and does not have it.
var errNotKept = errors.New("the keyring took the key and did not keep it")

// Forget removes the store's item; it is no error if there is none. Slots that use it cannot be opened any more.
func (s *Source) Forget(ctx context.Context, storeID string) error {
	if err := checkID(storeID); err != nil {
		return fmt.Errorf("remove the key from the keyring: %w", err)
	}
	_, err := s.call(ctx, func() (string, error) { return "", s.ring.remove(service, storeID) })
	if err != nil && !errors.Is(err, ring.ErrNotFound) {
		return fmt.Errorf("remove the key from the keyring: %w", err)
	}
	return nil
}

func (s *Source) read(ctx context.Context, storeID string) ([]byte, error) {
	value, err := s.call(ctx, func() (string, error) { return s.ring.get(service, storeID) })
	if err != nil {
		return nil, fmt.Errorf("read the keyring: %w", err)
	}
	key, err := base64.StdEncoding.Strict().DecodeString(value)
	if err != nil || len(key) != keySize {
		clear(key)
		// The decoder's error would quote the value.
		return nil, fmt.Errorf("read the keyring: %w: the item of this store is no key of %d bytes", store.ErrDamaged, keySize)
	}
	return key, nil
}

// checkID refuses what cannot be a store's id, before it becomes the name of somebody's item.
func checkID(storeID string) error {
	if _, err := hex.DecodeString(storeID); err != nil || len(storeID) != idSize {
		return fmt.Errorf("%q is no store's id", storeID)
	}
	return nil
}
