package store

import (
	"context"
	"errors"
	"slices"
	"testing"
)

// troubledSource has a key and cannot give it now.
type troubledSource struct {
	kind SlotKind
	err  error
}

func (s troubledSource) Kind() SlotKind { return s.kind }

func (s troubledSource) SlotKey(context.Context, string, []byte) ([]byte, error) { return nil, s.err }

// leavingSource is asked, and the person goes away.
type leavingSource struct{ leave func() }

func (leavingSource) Kind() SlotKind { return SlotPassphrase }

func (s leavingSource) SlotKey(ctx context.Context, _ string, _ []byte) ([]byte, error) {
	s.leave()
	return nil, errors.Join(ErrNoKey, ctx.Err())
}

// Which slots a rekey lets go, and what it says of those that stop it. The store has slots of memory and of two passphrases.
func TestRekey_WhatMayBeDropped(t *testing.T) {
	memory, one, two := MemoryKey(testKey), fixedSource{SlotPassphrase, 1}, fixedSource{SlotPassphrase, 2}
	locked := errors.New("the keyring is locked")
	for _, c := range []struct {
		name    string
		sources []KeySource
		drop    bool
		dropped int
		want    error // nil: it is done
	}{
		{"all keys at hand", []KeySource{memory, one, two}, false, 0, nil},
		{"no source of the kind", []KeySource{memory}, false, 0, &SlotsError{}},
		{"no source of the kind, drop", []KeySource{memory}, true, 2, nil},
		{"one of two passphrases", []KeySource{memory, one}, false, 0, ErrWrongPassphrase},
		{"one of two passphrases, drop", []KeySource{memory, one}, true, 1, nil},
		{"mistyped passphrase", []KeySource{memory, fixedSource{SlotPassphrase, 9}}, false, 0, ErrWrongPassphrase},
		{"mistyped passphrase, drop", []KeySource{memory, fixedSource{SlotPassphrase, 9}}, true, 0, ErrWrongPassphrase},
		{"nobody to ask, drop", []KeySource{memory, silentSource{SlotPassphrase}}, true, 2, nil},
		{"a source in trouble, drop", []KeySource{memory, troubledSource{SlotPassphrase, locked}}, true, 0, locked},
		{"trouble behind a wrong one, drop", []KeySource{memory, fixedSource{SlotPassphrase, 9}, troubledSource{SlotPassphrase, ErrUnsafe}}, true, 0, ErrUnsafe},
		{"another key, drop", []KeySource{MemoryKey(make([]byte, keySize)), one, two}, true, 1, nil},
		{"nothing opens, drop", []KeySource{MemoryKey(make([]byte, keySize))}, true, 0, ErrLastSlot},
	} {
		t.Run(c.name, func(t *testing.T) {
			b, _ := smallStore(t)
			for _, s := range []SlotMaker{one, two} {
				if _, err := b.AddSlot(t.Context(), s); err != nil {
					t.Fatal(err)
				}
			}
			r, err := b.Rekey(t.Context(), c.sources, RekeyOptions{Drop: c.drop})
			if c.want == nil {
				if err != nil || len(r.Dropped) != c.dropped || len(r.Slots) != 3-c.dropped {
					t.Fatalf("%+v, %v", r, err)
				}
				if err := opensBy(t, b.dir, c.sources...); err != nil {
					t.Error(err)
				}
				return
			}
			var slots *SlotsError
			if isAs := errors.As(err, &slots); isAs == errors.Is(c.want, ErrLastSlot) {
				t.Fatalf("%v", err)
			}
			if !errors.As(c.want, new(*SlotsError)) && !errors.Is(err, c.want) {
				t.Errorf("%v, want %v", err, c.want)
			}
			for _, s := range []KeySource{memory, one, two} {
				if err := opensBy(t, b.dir, s); err != nil {
					t.Errorf("a refused rekey: %v", err)
				}
			}
		})
	}
}

func TestRekey_APersonWhoLeavesLetsNothingGo(t *testing.T) {
	b, _ := smallStore(t)
	passphrase := fixedSource{SlotPassphrase, 1}
	if _, err := b.AddSlot(t.Context(), passphrase); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	if _, err := b.Rekey(ctx, []KeySource{MemoryKey(testKey), leavingSource{cancel}}, RekeyOptions{Drop: true}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	slots, err := b.Slots(t.Context())
	if err != nil || len(slots) != 2 || !slices.ContainsFunc(slots, func(s SlotInfo) bool { return s.Kind == SlotPassphrase }) {
		t.Errorf("%+v, %v", slots, err)
	}
}
