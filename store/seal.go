package store

import (
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"slices"

	"golang.org/x/crypto/chacha20poly1305"
)

const (
	keySize  = chacha20poly1305.KeySize // of the master key and of slot keys
	idSize   = 16                       // of the store's id and of a connection's
	nameSize = 16                       // of a record key, an HMAC cut to 128 bits

	sealHead     = 8 + chacha20poly1305.NonceSizeX // generation and nonce stand before the ciphertext
	sealOverhead = sealHead + chacha20poly1305.Overhead
)

// sealer holds the sub-keys of one master key (reference/security.md §4) and seals and names records with them.
type sealer struct {
	format  uint64
	storeID []byte
	records cipher.AEAD
	index   []byte
	rand    io.Reader
}

func newSealer(master, storeID []byte, rand io.Reader) (*sealer, error) {
	key, err := subKey(master, storeID, "records")
	if err != nil {
		return nil, err
	}
	aead, err := chacha20poly1305.NewX(key)
	if err != nil {
		return nil, fmt.Errorf("make the record key: %w", err)
	}
	index, err := subKey(master, storeID, "index names")
	if err != nil {
		return nil, err
	}
	return &sealer{format: Format, storeID: storeID, records: aead, index: index, rand: rand}, nil
}

// in is the sealer of another format: the same keys, bound to other places.
func (s *sealer) in(format uint64) *sealer {
	other := *s
	other.format = format
	return &other
}

// subKey derives one of the keys below the master key.
func subKey(master, storeID []byte, purpose string) ([]byte, error) {
	key, err := hkdf.Key(sha256.New, master, storeID, "authdeck store "+purpose, keySize)
	if err != nil {
		return nil, fmt.Errorf("derive the key of %s: %w", purpose, err)
	}
	return key, nil
}

// name is the record key of parts: what the file shows instead of them.
func (s *sealer) name(parts ...string) []byte {
	h := hmac.New(sha256.New, s.index)
	var n [8]byte
	for _, p := range parts {
		binary.BigEndian.PutUint64(n[:], uint64(len(p)))
		h.Write(n[:])
		h.Write([]byte(p))
	}
	return h.Sum(nil)[:nameSize]
}

// place is what a sealed record is bound to: format, store, bucket, record key and generation.
func (s *sealer) place(bucket, key []byte, generation uint64) []byte {
	b := make([]byte, 0, 96)
	b = append(b, "authdeck"...)
	b = binary.BigEndian.AppendUint32(b, uint32(s.format)) //nolint:gosec // a small number
	b = append(b, s.storeID...)
	b = binary.AppendUvarint(b, uint64(len(bucket)))
	b = append(b, bucket...)
	b = binary.AppendUvarint(b, uint64(len(key)))
	b = append(b, key...)
	return binary.BigEndian.AppendUint64(b, generation)
}

// seal returns generation, nonce and ciphertext of a record.
func (s *sealer) seal(bucket, key []byte, generation uint64, record []byte) ([]byte, error) {
	out := make([]byte, sealHead, len(record)+sealOverhead)
	binary.BigEndian.PutUint64(out, generation)
	nonce := out[8:sealHead]
	if _, err := io.ReadFull(s.rand, nonce); err != nil {
		return nil, fmt.Errorf("make a nonce: %w", err)
	}
	return s.records.Seal(out, nonce, record, s.place(bucket, key, generation)), nil
}

// open returns the record of a sealed value; the error is [ErrDamaged].
func (s *sealer) open(bucket, key, sealed []byte) (record string, generation uint64, err error) {
	plain, generation, err := s.appendOpen(nil, bucket, key, sealed)
	return string(plain), generation, err
}

// appendOpen is open that appends to dst, for callers that go through many records.
func (s *sealer) appendOpen(dst, bucket, key, sealed []byte) ([]byte, uint64, error) {
	generation, ok := generationOf(sealed)
	if !ok {
		return nil, 0, fmt.Errorf("unseal a %s record: %w", bucket, ErrDamaged)
	}
	// Grow by more than is needed now, as append does and Open does not.
	dst = slices.Grow(dst, len(sealed))
	plain, err := s.records.Open(dst, sealed[8:sealHead], sealed[sealHead:], s.place(bucket, key, generation))
	if err != nil {
		return nil, 0, fmt.Errorf("unseal a %s record: %w", bucket, ErrDamaged)
	}
	return plain, generation, nil
}

// generationOf reads the generation in front of a sealed value; it is proven only by opening it.
func generationOf(sealed []byte) (uint64, bool) {
	if len(sealed) < sealOverhead {
		return 0, false
	}
	return binary.BigEndian.Uint64(sealed), true
}
