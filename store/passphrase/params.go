package passphrase

import (
	"encoding/binary"
	"fmt"

	"golang.org/x/crypto/argon2"

	"authdeck/store"
)

// params are the cost and the salt of a slot, kept in the clear beside it.
type params struct {
	time, memory uint32 // passes, and KiB
	threads      uint8
	salt         []byte
}

// usual is the cost of new slots: a quarter of a second, and 64 MiB (reference/security.md §4).
func usual(salt []byte) params { return params{time: 3, memory: 64 << 10, threads: 4, salt: salt} }

const (
	version  = 1
	saltSize = 16
	headSize = 1 + 4 + 4 + 1
	keySize  = 32
)

// encode writes version, passes, KiB, threads, salt.
func (p params) encode() []byte {
	b := []byte{version}
	b = binary.BigEndian.AppendUint32(b, p.time)
	b = binary.BigEndian.AppendUint32(b, p.memory)
	b = append(b, p.threads)
	return append(b, p.salt...)
}

// decode refuses what this program never writes, before anything is computed: a planted slot must not cost a machine's memory.
func decode(b []byte) (params, error) {
	if len(b) < headSize || b[0] != version {
		return params{}, fmt.Errorf("read the passphrase's slot: %w: its parameters are of no known kind", store.ErrDamaged)
	}
	p := params{time: binary.BigEndian.Uint32(b[1:]), memory: binary.BigEndian.Uint32(b[5:]), threads: b[9], salt: b[headSize:]}
	switch {
	case p.time < 1 || p.time > 10, p.memory < 8<<10 || p.memory > 1<<20, p.threads < 1 || p.threads > 16,
		len(p.salt) < saltSize || len(p.salt) > 64:
		return params{}, fmt.Errorf("read the passphrase's slot: %w: its cost is out of bounds", store.ErrDamaged)
	}
	return p, nil
}

func (p params) key(passphrase []byte) []byte {
	return argon2.IDKey(passphrase, p.salt, p.time, p.memory, p.threads, keySize)
}
