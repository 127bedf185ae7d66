package keyring

import (
	"bytes"
	"encoding/base64"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	ring "github.com/zalando/go-keyring"

	"authdeck/store"
)

const id = "00112233445566778899aabbccddeeff"

// over is a Source over calls that the test plays. What is not given is not to be called.
func over(t *testing.T, c calls) *Source {
	t.Helper()
	s := New(Options{})
	if c.get == nil {
		c.get = func(string, string) (string, error) { t.Error("get was called"); return "", nil }
	}
	if c.set == nil {
		c.set = func(string, string, string) error { t.Error("set was called"); return nil }
	}
	if c.remove == nil {
		c.remove = func(string, string) error { t.Error("remove was called"); return nil }
	}
	if c.ready == nil {
		c.ready = func() error { return nil }
	}
	s.ring = c
	return s
}

func TestTimeout_OneGoroutineHoweverManyCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var running, most atomic.Int32
		release := make(chan struct{})
		want := bytes.Repeat([]byte{5}, keySize)
		s := over(t, calls{get: func(string, string) (string, error) {
			most.Store(max(most.Load(), running.Add(1)))
			defer running.Add(-1)
			<-release
			return base64.StdEncoding.EncodeToString(want), nil
		}})
		for range 5 {
			began := time.Now()
			if _, err := s.SlotKey(t.Context(), id, nil); !errors.Is(err, ErrTimeout) {
				t.Errorf("error %v", err)
			}
			if took := time.Since(began); took != 3*time.Second {
				t.Errorf("it took %s", took)
			}
		}
		// A call that waits for its turn gets it once the hanging one ends.
		time.AfterFunc(time.Second, func() { close(release) })
		if key, err := s.SlotKey(t.Context(), id, nil); err != nil || !bytes.Equal(key, want) {
			t.Errorf("after it ended: %v", err)
		}
		if most.Load() != 1 {
			t.Errorf("%d calls at once", most.Load())
		}
	})
}

func TestNewSlotKey_NeverOverwrites(t *testing.T) {
	for _, c := range []struct {
		name string
		get  error
		want error
	}{
		{"the keyring is locked", ErrLocked, ErrLocked},
		{"the keyring is absent", ErrAbsent, store.ErrNoKey},
		{"an error without a name", errors.New("oops"), nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := over(t, calls{get: func(string, string) (string, error) { return "", c.get }})
			if _, _, err := s.NewSlotKey(t.Context(), id); err == nil || !errors.Is(err, c.want) && c.want != nil {
				t.Errorf("error %v", err)
			}
		})
	}
}

func TestNewSlotKey_TheKeyringDoesNotKeepIt(t *testing.T) {
	s := over(t, calls{
		get: func(string, string) (string, error) { return "", ring.ErrNotFound },
		set: func(string, string, string) error { return nil },
	})
	if key, _, err := s.NewSlotKey(t.Context(), id); !errors.Is(err, errNotKept) || key != nil {
		t.Errorf("%d bytes, %v", len(key), err)
	}
}

func TestNewSlotKey_RandomnessEnds(t *testing.T) {
	s := over(t, calls{get: func(string, string) (string, error) { return "", ring.ErrNotFound }})
	s.rand = bytes.NewReader(make([]byte, keySize-1))
	if _, _, err := s.NewSlotKey(t.Context(), id); err == nil {
		t.Error("a key of too few random bytes")
	}
}

func TestAnswerThatMakesNoSense(t *testing.T) {
	s := over(t, calls{get: func(string, string) (string, error) { panic("interface conversion") }})
	for range 2 { // the second finds the turn given back
		if _, err := s.SlotKey(t.Context(), id, nil); err == nil || errors.Is(err, ErrTimeout) {
			t.Errorf("error %v", err)
		}
	}
}

func TestNoSecretInErrors(t *testing.T) {
	const sentinel = "sentinel-sentinel-sentinel!"
	s := over(t, calls{get: func(string, string) (string, error) { return sentinel, nil }})
	_, err := s.SlotKey(t.Context(), id, nil)
	if !errors.Is(err, store.ErrDamaged) || strings.Contains(err.Error(), "sentinel") {
		t.Errorf("error %v", err)
	}
}

func TestRefusedWithoutACall(t *testing.T) {
	s := over(t, calls{})
	for _, bad := range []string{"", id[1:], id + "0", strings.Repeat("g", idSize), "../" + id[3:]} {
		_, err := s.SlotKey(t.Context(), bad, nil)
		_, _, newErr := s.NewSlotKey(t.Context(), bad)
		if err == nil || newErr == nil || s.Forget(t.Context(), bad) == nil {
			t.Errorf("%q was taken for a store's id", bad)
		}
	}
	if _, err := s.SlotKey(t.Context(), id, []byte{1}); !errors.Is(err, store.ErrDamaged) {
		t.Errorf("parameters: %v", err)
	}
}
