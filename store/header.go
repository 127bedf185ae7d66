package store

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"go.etcd.io/bbolt"
)

// Format is the number of the file format that this program writes; older ones it migrates (migrate.go).
const Format = 2

// The buckets. Their names are in the clear; keys are HMACs and values sealed, but for header and slots.
var buckets = [...]string{bMeta, bSlots, bConnections, bSummaries, bNames, bIntents, bHistory, bSettings, bReserve}

const (
	bMeta        = "meta"
	bSlots       = "slots"
	bConnections = "connections"
	bSummaries   = "summaries"
	bNames       = "names"
	bIntents     = "intents"
	bHistory     = "history"
	bSettings    = "settings"
	bReserve     = "reserve"

	headerKey = "header"
)

// The fields of the header.
const (
	hFormat uint64 = iota + 1
	hStoreID
	hEpoch
	hCreated
)

// header is the one record in the clear: fields, a MAC by the master key, and an unkeyed checksum. That the last 32 bytes
// are the SHA-256 of all before them, and that field 1 is the format, holds in every format to come.
type header struct {
	format  uint64
	storeID []byte
	epoch   uint64 // grows with each new master key
	created time.Time

	raw, mac []byte
}

func (h header) id() string { return hex.EncodeToString(h.storeID) }

func (h header) encode(master []byte) ([]byte, error) {
	var f fields
	f.uint(hFormat, h.format)
	f.text(hStoreID, string(h.storeID))
	f.uint(hEpoch, h.epoch)
	f.time(hCreated, h.created)
	f.unknownFields(string(h.raw), hCreated)
	mac, err := headerMAC(master, h.storeID, f.b)
	if err != nil {
		return nil, err
	}
	return withChecksum(append(f.b, mac...)), nil
}

// proves reports whether master is the key under which the header was written.
func (h header) proves(master []byte) (bool, error) {
	mac, err := headerMAC(master, h.storeID, h.raw)
	return err == nil && hmac.Equal(mac, h.mac), err
}

func headerMAC(master, storeID, raw []byte) ([]byte, error) {
	key, err := subKey(master, storeID, "header")
	if err != nil {
		return nil, err
	}
	m := hmac.New(sha256.New, key)
	m.Write(raw)
	return m.Sum(nil), nil
}

// readHeader reads the header and refuses damage and newer formats.
func readHeader(tx *bbolt.Tx) (header, error) {
	meta := tx.Bucket([]byte(bMeta))
	if meta == nil {
		return header{}, fmt.Errorf("read the store's header: %w", ErrDamaged)
	}
	return decodeHeader(meta.Get([]byte(headerKey)))
}

func decodeHeader(value []byte) (header, error) {
	body, ok := checked(value)
	if !ok {
		return header{}, fmt.Errorf("read the store's header: %w", ErrDamaged)
	}
	h := header{}
	if n := len(body) - sha256.Size; n >= 0 {
		h.raw, h.mac = bytes.Clone(body[:n]), bytes.Clone(body[n:])
	}
	r := reader{rest: string(h.raw)}
	for r.next() {
		switch r.tag {
		case hFormat:
			if h.format = r.uint(); h.format > Format {
				return header{}, fmt.Errorf("read the store: %w (format %d, this one reads %d)", ErrNewerFormat, h.format, Format)
			}
		case hStoreID:
			h.storeID = []byte(r.value)
		case hEpoch:
			h.epoch = r.uint()
		case hCreated:
			h.created = r.time()
		}
	}
	if r.err != nil || h.format == 0 || len(h.storeID) != idSize {
		return header{}, fmt.Errorf("read the store's header: %w", ErrDamaged)
	}
	return h, nil
}

// withChecksum appends the SHA-256 of b.
func withChecksum(b []byte) []byte {
	sum := sha256.Sum256(b)
	return append(b, sum[:]...)
}

// checked returns what a checksum at the end of b covers.
func checked(b []byte) ([]byte, bool) {
	n := len(b) - sha256.Size
	if n < 0 {
		return nil, false
	}
	sum := sha256.Sum256(b[:n])
	return b[:n], bytes.Equal(sum[:], b[n:])
}
