package store

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"strings"

	"go.etcd.io/bbolt"
	"golang.org/x/crypto/chacha20poly1305"
)

// The fields of a slot.
const (
	sKey uint64 = iota + 1 // the record key once more, so that the checksum covers it
	sParams
	sSealed
)

// slot is the master key, wrapped by one source's key. Its record key is the kind and a random number, so that there may be
// several of a kind. Params belong to the source (salt and cost of a passphrase) and are bound to the seal.
type slot struct {
	key    string
	kind   SlotKind
	params []byte
	sealed []byte // nonce and ciphertext of epoch and master key
	broken bool   // the checksum does not hold
	raw    string // the fields as they were read
}

func newSlotKey(kind SlotKind, rand io.Reader) (string, error) {
	var n [8]byte
	if _, err := io.ReadFull(rand, n[:]); err != nil {
		return "", fmt.Errorf("name a key slot: %w", err)
	}
	return string(kind) + "/" + hex.EncodeToString(n[:]), nil
}

// wrap seals the master key into s by the source's key.
func (s *slot) wrap(slotKey, storeID, master []byte, epoch uint64, rand io.Reader) error {
	aead, err := chacha20poly1305.NewX(slotKey)
	if err != nil {
		return fmt.Errorf("make a %s slot: %w", s.kind, err)
	}
	s.sealed = make([]byte, aead.NonceSize(), aead.NonceSize()+8+keySize+aead.Overhead())
	if _, err := io.ReadFull(rand, s.sealed); err != nil {
		return fmt.Errorf("make a %s slot: %w", s.kind, err)
	}
	plain := append(binary.BigEndian.AppendUint64(nil, epoch), master...)
	s.sealed = aead.Seal(s.sealed, s.sealed, plain, s.place(storeID))
	return nil
}

// unwrap returns the master key, nil if slotKey is not this slot's.
func (s *slot) unwrap(slotKey, storeID []byte) (master []byte, epoch uint64) {
	aead, err := chacha20poly1305.NewX(slotKey)
	if err != nil || len(s.sealed) < aead.NonceSize() {
		return nil, 0
	}
	n := aead.NonceSize()
	plain, err := aead.Open(nil, s.sealed[:n], s.sealed[n:], s.place(storeID))
	if err != nil || len(plain) != 8+keySize {
		return nil, 0
	}
	return plain[8:], binary.BigEndian.Uint64(plain)
}

func (s *slot) place(storeID []byte) []byte {
	b := append([]byte("authdeck slot"), storeID...)
	b = binary.AppendUvarint(b, uint64(len(s.key)))
	b = append(b, s.key...)
	return append(b, s.params...)
}

func (s *slot) encode() []byte {
	var f fields
	f.text(sKey, s.key)
	f.text(sParams, string(s.params))
	f.text(sSealed, string(s.sealed))
	f.unknownFields(s.raw, sSealed)
	return withChecksum(f.b)
}

func decodeSlot(key string, value []byte) slot {
	kind, _, _ := strings.Cut(key, "/")
	s := slot{key: key, kind: SlotKind(kind)}
	body, ok := checked(value)
	if !ok {
		s.broken = true
		return s
	}
	s.raw = string(body)
	r := reader{rest: s.raw}
	for r.next() {
		switch r.tag {
		case sKey:
			s.broken = s.broken || r.value != key
		case sParams:
			s.params = []byte(r.value)
		case sSealed:
			s.sealed = []byte(r.value)
		}
	}
	s.broken = s.broken || r.err != nil
	return s
}

// readSlots returns all slots, damaged ones marked.
func readSlots(tx *bbolt.Tx) ([]slot, error) {
	b := tx.Bucket([]byte(bSlots))
	if b == nil {
		return nil, fmt.Errorf("read the key slots: %w", ErrDamaged)
	}
	var slots []slot
	err := b.ForEach(func(k, v []byte) error {
		slots = append(slots, decodeSlot(string(k), bytes.Clone(v)))
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the key slots: %w", err)
	}
	return slots, nil
}
