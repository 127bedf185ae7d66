package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// newcomer comes while a rekey asks its sources or holds the others: fn runs when the first slot's key is asked for.
type newcomer struct {
	KeySource
	fn func()
}

func (s newcomer) SlotKey(ctx context.Context, id string, params []byte) ([]byte, error) {
	s.fn()
	return s.KeySource.SlotKey(ctx, id, params)
}

// A slot that another process adds while the sources are asked is not lost: the rekey is refused.
func TestRekey_ASlotThatComesMeanwhileStopsIt(t *testing.T) {
	for _, drop := range []bool{false, true} {
		t.Run(fmt.Sprintf("drop %v", drop), func(t *testing.T) {
			b, _ := smallStore(t)
			other, passphrase := open(t, b.dir), fixedSource{SlotPassphrase, 1}
			source := newcomer{MemoryKey(testKey), func() {
				if _, err := other.AddSlot(t.Context(), passphrase); err != nil {
					t.Error(err)
				}
			}}
			if _, err := b.Rekey(t.Context(), []KeySource{source}, RekeyOptions{Drop: drop}); !isSlots(err, 1) {
				t.Errorf("%v", err)
			}
			if err := opensBy(t, b.dir, passphrase); err != nil {
				t.Errorf("by the slot that came: %v", err)
			}
		})
	}
}

// A connection that comes while the locks are taken is missed by none of them, and is waited for like the others.
func TestRekey_AConnectionThatComesMeanwhileIsWaitedFor(t *testing.T) {
	b, _ := smallStore(t)
	other := open(t, b.dir)
	c := put(t, other, sample(7), Write{})
	unlock, err := other.Lock(t.Context(), c.ID)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	held := map[string]bool{}
	list, err := b.List(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range list {
		if s.ID != c.ID {
			held[s.ID] = true
		}
	}
	if err := b.view(ctx, func(t *txn) error { return t.allHeld(bConnections, held) }); !errors.Is(err, errUnheld) {
		t.Errorf("it is not missed: %v", err)
	}
	var holder *HeldError
	if _, err := b.Rekey(ctx, []KeySource{MemoryKey(testKey)}, RekeyOptions{}); !errors.As(err, &holder) || holder.PID != os.Getpid() {
		t.Errorf("while it is held: %v", err)
	}
	unlock()
	if _, err := b.Rekey(t.Context(), []KeySource{MemoryKey(testKey)}, RekeyOptions{}); err != nil {
		t.Error(err)
	}
}

// A store with more connections than a process may have open files: all exchanges are waited for all the same, those that
// began before and those that begin while the others are waited for.
func TestRekey_LargeStore(t *testing.T) {
	b := open(t, folder(t))
	list := make([]Connection, rekeyHolds+10)
	for i := range list {
		list[i] = sample(i)
	}
	if err := b.PutAll(t.Context(), list); err != nil {
		t.Fatal(err)
	}
	all, _, err := connectionIDs(t.Context(), b.unlocked)
	if err != nil {
		t.Fatal(err)
	}
	other := open(t, b.dir)
	unlock, err := other.Lock(t.Context(), all[len(all)-1])
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var first Unlock
	began := make(chan error, 1)
	go func() {
		// The rekey has gone past the first one when it waits for the last. A refresh of the first begins now.
		for n := 0; n < len(all) && ctx.Err() == nil; time.Sleep(time.Millisecond) {
			entries, _ := os.ReadDir(filepath.Join(b.dir, locksFolder))
			n = len(entries)
		}
		var err error
		if first, err = other.Lock(ctx, all[0]); err == nil {
			err = other.SetIntent(ctx, all[0], &Intent{Generation: 1, Sent: true})
		}
		unlock()
		time.AfterFunc(300*time.Millisecond, cancel) // long enough to rekey, were it not for the first
		began <- err
	}()
	if _, err := b.Rekey(ctx, []KeySource{MemoryKey(testKey)}, RekeyOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("while an answer is under way: %v", err)
	}
	cancel()
	if err := <-began; err != nil {
		t.Fatal(err)
	}
	if b.keys.Load().epoch != 1 {
		t.Error("the key changed under an exchange")
	}
	// Its answer is stored, and the rekey that waits gets its turn.
	done := make(chan error, 1)
	go func() {
		_, err := b.Rekey(t.Context(), []KeySource{MemoryKey(testKey)}, RekeyOptions{})
		done <- err
	}()
	c, err := other.Get(t.Context(), all[0])
	if err != nil {
		t.Fatal(err)
	}
	put(t, other, c, Write{ClearIntent: true})
	first()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if got, err := other.Get(t.Context(), all[0]); err != nil || got.Generation != 2 || b.keys.Load().epoch != 2 {
		t.Errorf("generation %d, %v", got.Generation, err)
	}
}

// Hand-outs that are not in the history yet are in it after a rekey, and later ones as well.
func TestRekey_HandoutsSurvive(t *testing.T) {
	b, ids := smallStore(t)
	ctx := t.Context()
	for range 3 {
		if err := b.RecordHandout(ctx, ids[0], Handout{Connection: "x", Program: "make", PID: 9}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := b.Rekey(ctx, []KeySource{MemoryKey(testKey)}, RekeyOptions{}); err != nil {
		t.Fatal(err)
	}
	if err := b.RecordHandout(ctx, ids[0], Handout{Connection: "x", Program: "make", PID: 9}); err != nil {
		t.Fatal(err)
	}
	open, err := b.FoldHandouts(ctx)
	if err != nil {
		t.Fatal(err)
	}
	history, err := b.History(ctx, "")
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	for _, e := range slices.Concat(history, open) {
		count += e.Handed.Count
		if strings.Contains(e.Outcome, "dropped") {
			t.Errorf("%+v", e)
		}
	}
	if count != 4 {
		t.Errorf("%d hand-outs, want 4", count)
	}
}

// Fields of a newer program survive a rekey: in records, in the header, in slots.
func TestRekey_UnknownFieldsSurvive(t *testing.T) {
	b, ids := smallStore(t)
	ctx := t.Context()
	const newer = "of a newer program"
	master := masterOf(t, b)
	err := b.update(ctx, func(t *txn) error {
		h, err := readHeader(t.Tx)
		if err != nil {
			return err
		}
		var f fields
		f.text(hCreated+9, newer)
		h.raw = append(h.raw, f.b...)
		value, err := h.encode(master)
		if err != nil {
			return err
		}
		if err := t.Bucket([]byte(bMeta)).Put([]byte(headerKey), value); err != nil {
			return err
		}
		slots, err := readSlots(t.Tx)
		if err != nil {
			return err
		}
		var s fields
		s.text(sSealed+9, newer)
		slots[0].raw += string(s.b)
		if err := t.putSlot(slots[0]); err != nil {
			return err
		}
		record, generation, _, err := t.get(bConnections, t.connectionKey(ids[0]))
		if err != nil {
			return err
		}
		var c fields
		c.text(lastField+9, newer)
		return t.put(bConnections, t.connectionKey(ids[0]), generation, append([]byte(record), c.b...))
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Rekey(ctx, []KeySource{MemoryKey(testKey)}, RekeyOptions{}); err != nil {
		t.Fatal(err)
	}
	err = open(t, b.dir).view(ctx, func(tx *txn) error {
		h, err := readHeader(tx.Tx)
		if err != nil {
			return err
		}
		slots, err := readSlots(tx.Tx)
		if err != nil {
			return err
		}
		record, _, _, err := tx.get(bConnections, tx.connectionKey(ids[0]))
		for what, text := range map[string]string{"header": string(h.raw), "slot": slots[0].raw, "record": record} {
			if strings.Count(text, newer) != 1 {
				t.Errorf("the %s lost it", what)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
