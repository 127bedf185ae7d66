package store

import (
	"context"
	"errors"
	"os"
	"testing"
)

// TestRunning_SecondName: a restore that was killed between its two steps leaves the store's file with two names. That does
// not stop a process that has the store open already; a name elsewhere does.
func TestRunning_SecondName(t *testing.T) {
	b, err := Open(t.Context(), folder(t), options())
	if err != nil {
		t.Fatal(err)
	}
	kept := b.Path() + damagedMark + "20261127T120000Z"
	if err := os.Link(b.Path(), kept); err != nil {
		t.Fatal(err)
	}
	if _, err := b.List(t.Context()); err != nil {
		t.Errorf("a killed restore: %v", err)
	}
	if there, err := exists(kept); there || err != nil {
		t.Errorf("the second name is there: %v, %v", there, err)
	}
	if err := os.Link(b.Path(), b.Path()+"-mine"); err != nil {
		t.Fatal(err)
	}
	if _, err := b.List(t.Context()); !errors.Is(err, ErrUnsafe) {
		t.Errorf("a name of somebody else: %v", err)
	}
}

// askingMaker is a source that asks a person, who takes their time.
type askingMaker struct {
	SlotMaker
	asked, answer chan struct{}
}

func (m askingMaker) NewSlotKey(ctx context.Context, id string) (key, params []byte, err error) {
	close(m.asked)
	<-m.answer
	return m.SlotMaker.NewSlotKey(ctx, id)
}

// TestRunning_TwoFirstStarts: while one first start asks for a passphrase, another makes the store; the first one then takes that.
func TestRunning_TwoFirstStarts(t *testing.T) {
	dir, key := folder(t), make([]byte, keySize)
	slow, quick := options(), options()
	m := askingMaker{MemoryKey(key), make(chan struct{}), make(chan struct{})}
	slow.Keys, quick.Keys = []KeySource{m}, []KeySource{MemoryKey(key)}
	done := make(chan error, 1)
	go func() {
		_, err := Open(t.Context(), dir, slow)
		done <- err
	}()
	<-m.asked
	b, err := Open(t.Context(), dir, quick)
	close(m.answer)
	if slowErr := <-done; err != nil || slowErr != nil {
		t.Fatalf("the quick one: %v; the one that asks: %v", err, slowErr)
	}
	want, err := b.ID(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	again, err := Open(t.Context(), dir, quick)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := again.ID(t.Context()); got != want || err != nil {
		t.Errorf("store %s, %v; the first was %s", got, err, want)
	}
}
