package store

import (
	"context"
	"os"
	"path/filepath"
)

// handoutsToFold takes the turn of the one who folds, for a rekey: frames are sealed below the master key, so all of them
// move into the history before it goes. Where that cannot be, the rekey goes on; a later fold counts the frames as dropped.
func (b *Bolt) handoutsToFold(ctx context.Context) *rekeyHandouts {
	h := &rekeyHandouts{b: b}
	if _, err := os.Lstat(filepath.Join(b.dir, handoutFile)); err != nil {
		return h
	}
	f, err := openChecked(filepath.Join(b.dir, handoutLock), os.O_RDWR|os.O_CREATE)
	if err != nil {
		return h
	}
	if err := tryLock(ctx, f, true, cutTries, cutPause); err != nil {
		_ = f.Close()
		return h
	}
	h.turn = f
	return h
}

type rekeyHandouts struct {
	b      *Bolt
	turn   *os.File
	p      foldPlan
	over   int64
	folded bool
}

func (h *rekeyHandouts) fold(t *txn) error {
	h.folded = false
	if h.turn == nil {
		return nil
	}
	content, err := h.b.handoutContent()
	if err != nil {
		return nil //nolint:nilerr // a log of good will stops no rekey
	}
	h.over = h.b.overSize()
	if h.p, err = t.planFold(content); err != nil {
		return err
	}
	h.p.due, h.p.kept, h.folded = append(h.p.due, h.p.kept...), nil, true
	return t.fold(h.p, h.over)
}

// cut takes what was folded out of the file. A failure leaves frames that no key opens any more, to be told of as dropped.
func (h *rekeyHandouts) cut(ctx context.Context) {
	if h.folded {
		_ = h.b.cutHandouts(ctx, h.p, h.over > 0)
	}
}

func (h *rekeyHandouts) release() {
	if h.turn != nil {
		unflock(h.turn)
		_ = h.turn.Close()
	}
}
