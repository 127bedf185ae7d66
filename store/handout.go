package store

import (
	"bytes"
	"context"
	"crypto/cipher"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/crypto/chacha20poly1305"
)

// Hand-outs of tokens are written down beside the store, in a file of their own: a `token` must not wait for an fsync or
// for the file lock of the store. Each is one sealed frame, appended by one write; [Bolt.FoldHandouts] moves them into the
// history. The file is a log of good will: a crash of the machine may lose the last minutes of it.

// Handout is one token that was handed out.
type Handout struct {
	Time       time.Time // wall; zero is now
	Connection string    // the name at that time
	Program    string    // who asked, as its system names it; at most 64 bytes are kept
	PID        int
}

const (
	handoutFile = "handouts"
	// handoutOver counts, by its size, what did not go into a handoutFile that was full, or held for too long.
	handoutOver = "handouts.over"
	handoutMost = 1 << 20 // bytes of either

	handoutMark = "ahd1" // begins a frame; then two bytes with the length of what is sealed
	handoutHead = len(handoutMark) + 2

	handoutTries = 20
	handoutPause = 100 * time.Microsecond // between two tries: somebody cuts the file
)

// RecordHandout writes down that a token of the connection id was handed out. It waits for nothing longer than some
// milliseconds, and for no disk. The caller hands out whatever comes of it: an error says only that it is not written
// down (a read-only file system, a full file, one that is being cut); of the last two the history tells how many they were.
func (b *Bolt) RecordHandout(ctx context.Context, id string, h Handout) error {
	k, err := b.unlock(ctx)
	if err != nil {
		return fmt.Errorf("write down a hand-out: %w", err)
	}
	if h.Time.IsZero() {
		h.Time = b.o.Clock.Wall()
	}
	frame, err := k.handoutFrame(id, h)
	if err != nil {
		return fmt.Errorf("write down a hand-out: %w", err)
	}
	err = b.appendTo(ctx, handoutFile, frame)
	if errors.Is(err, errFull) || errors.Is(err, errHeld) {
		err = errors.Join(err, b.appendTo(ctx, handoutOver, []byte{'.'}))
	}
	if err != nil {
		return fmt.Errorf("write down a hand-out: %w", err)
	}
	return nil
}

var (
	errFull = errors.New("the file is full")
	errHeld = errors.New("another process holds the file")
)

// appendTo appends by one write, under a shared lock that keeps the file from being cut meanwhile.
func (b *Bolt) appendTo(ctx context.Context, name string, data []byte) error {
	f, err := openChecked(filepath.Join(b.dir, name), os.O_WRONLY|os.O_APPEND|os.O_CREATE)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	if err := tryLock(ctx, f, false, handoutTries, handoutPause); err != nil {
		return err
	}
	defer unflock(f) // a child that is just being started has the file open too
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if info.Size()+int64(len(data)) > handoutMost {
		return errFull
	}
	_, err = f.Write(data)
	return err
}

// tryLock takes a lock on an open file within a number of tries, else errHeld.
func tryLock(ctx context.Context, f *os.File, exclusive bool, tries int, pause time.Duration) error {
	for n := 0; ; n++ {
		ok, err := flock(f, exclusive, false)
		if err != nil || ok {
			return err
		}
		if n == tries {
			return errHeld
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// The fields of a frame.
const (
	hTime uint64 = iota + 1
	hID
	hConnection
	hProgram
	hPID
)

// handoutAEAD is the cipher of frames and what they are bound to. Its key is below the index key, so a new master key is
// a new one here too.
func (s *sealer) handoutAEAD() (cipher.AEAD, []byte, error) {
	key, err := subKey(s.index, s.storeID, "hand-outs")
	if err != nil {
		return nil, nil, err
	}
	aead, err := chacha20poly1305.NewX(key)
	if err != nil {
		return nil, nil, fmt.Errorf("make the key of hand-outs: %w", err)
	}
	return aead, append([]byte("authdeck hand-out\x00"), s.storeID...), nil
}

// handoutFrame seals one hand-out.
func (s *sealer) handoutFrame(id string, h Handout) ([]byte, error) {
	if err := checkID(id); err != nil {
		return nil, err
	}
	aead, place, err := s.handoutAEAD()
	if err != nil {
		return nil, err
	}
	var f fields
	f.time(hTime, h.Time)
	f.text(hID, id)
	f.text(hConnection, firstBytes(h.Connection, 256))
	f.text(hProgram, firstBytes(h.Program, 64))
	f.count(hPID, h.PID)
	frame := make([]byte, handoutHead+aead.NonceSize(), handoutHead+aead.NonceSize()+len(f.b)+aead.Overhead())
	copy(frame, handoutMark)
	binary.BigEndian.PutUint16(frame[len(handoutMark):], uint16(aead.NonceSize()+len(f.b)+aead.Overhead())) //nolint:gosec // a few hundred
	nonce := frame[handoutHead:]
	if _, err := io.ReadFull(s.rand, nonce); err != nil {
		return nil, fmt.Errorf("make a nonce: %w", err)
	}
	return aead.Seal(frame, nonce, f.b, place), nil
}

func firstBytes(s string, most int) string { return s[:min(len(s), most)] }

// handed is a frame that was read.
type handed struct {
	Handout
	id  string
	raw []byte
}

// mark tells a frame from all others: its nonce does.
func (h handed) mark() uint64 { return binary.BigEndian.Uint64(h.raw[handoutHead:]) }

// readFrames opens the frames of a file. skipped counts the stretches that are none, of another key, or torn; what may be
// the beginning of a frame that is being written is left out, and end is where it begins.
func (s *sealer) readFrames(content []byte) (frames []handed, skipped, end int, err error) {
	aead, place, err := s.handoutAEAD()
	if err != nil {
		return nil, 0, 0, err
	}
	lost := false
	lose := func() {
		if !lost {
			skipped++
		}
		lost = true
	}
	for at := 0; at < len(content); {
		rest := content[at:]
		next := bytes.Index(rest, []byte(handoutMark))
		switch {
		case next < 0 && len(rest) < len(handoutMark) && bytes.HasPrefix([]byte(handoutMark), rest):
			return frames, skipped, at, nil
		case next < 0:
			lose()
			return frames, skipped, len(content), nil
		case next > 0:
			lose()
			at += next
			continue
		case len(rest) < handoutHead:
			return frames, skipped, at, nil
		}
		size := handoutHead + int(binary.BigEndian.Uint16(rest[len(handoutMark):]))
		whole := size <= len(rest) && size >= handoutHead+aead.NonceSize()+aead.Overhead()
		if whole {
			sealed := rest[handoutHead:size]
			plain, err := aead.Open(nil, sealed[:aead.NonceSize()], sealed[aead.NonceSize():], place)
			if err == nil {
				if h, ok := decodeHandout(string(plain)); ok {
					h.raw = rest[:size]
					frames = append(frames, h)
					at, lost = at+size, false
					end = at
					continue
				}
			}
		}
		again := bytes.Index(rest[len(handoutMark):], []byte(handoutMark))
		if size > len(rest) && again < 0 {
			return frames, skipped, at, nil // cut off by the end: perhaps not written whole yet
		}
		lose()
		lost = false // the next mark is another one
		if again < 0 {
			return frames, skipped, len(content), nil
		}
		at += len(handoutMark) + again
	}
	return frames, skipped, len(content), nil
}

func decodeHandout(record string) (handed, bool) {
	var h handed
	r := reader{rest: record}
	for r.next() {
		switch r.tag {
		case hTime:
			h.Time = r.time()
		case hID:
			h.id = r.value
		case hConnection:
			h.Connection = r.value
		case hProgram:
			h.Program = r.value
		case hPID:
			h.PID = r.count()
		}
	}
	return h, r.err == nil && checkID(h.id) == nil
}
