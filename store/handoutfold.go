package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

const (
	handoutLock = "handouts.lock" // held by the one who folds
	// handoutLate is how long after a minute's end its hand-outs are waited for.
	handoutLate = 5 * time.Second

	cutTries = 200
	cutPause = 5 * time.Millisecond
)

// FoldHandouts moves the hand-outs of past minutes from their file into the history, at most one event a minute for each
// connection and program. Any process may call it at any time; one does the work. It returns what is not in the history
// yet, as events: those of the present minute, or all if the store cannot be written; then with the error.
func (b *Bolt) FoldHandouts(ctx context.Context) ([]Event, error) {
	content, err := b.handoutContent()
	over := b.overSize()
	if err != nil || len(content) == 0 && over == 0 {
		return nil, err
	}
	turn, err := b.foldTurn()
	if err == nil {
		defer func() { unflock(turn); _ = turn.Close() }()
		// Another may have folded between the look and the turn.
		if content, err = b.handoutContent(); err != nil {
			return nil, err
		}
		over = b.overSize()
	}
	p, readErr := b.plan(ctx, content)
	if readErr != nil {
		return nil, fmt.Errorf("read the hand-outs: %w", readErr)
	}
	switch {
	case errors.Is(err, errHeld): // somebody is at it: what it has not written yet is told by no one twice
		return handedEvents(p.kept), nil
	case err == nil && len(p.due) == 0 && p.skipped == 0 && over == 0:
		return handedEvents(p.kept), nil
	case err == nil:
		p, err = b.writeHandouts(ctx, content, over)
	}
	if err != nil {
		return handedEvents(append(p.due, p.kept...)), fmt.Errorf("fold the hand-outs: %w", err)
	}
	// What is in the history has to leave the file, whoever goes away meanwhile; the wait for writers is bounded.
	if err := b.cutHandouts(context.WithoutCancel(ctx), p, over > 0); err != nil {
		return handedEvents(p.kept), fmt.Errorf("fold the hand-outs: %w", err)
	}
	return handedEvents(p.kept), nil
}

// foldPlan is what is to become of the frames of a file.
type foldPlan struct {
	due, kept []handed
	skipped   int
	until     int64 // the minute before which all are due
	end       int   // of what was read; what follows is newer
}

func (b *Bolt) plan(ctx context.Context, content []byte) (p foldPlan, err error) {
	err = b.view(ctx, func(t *txn) error {
		p, err = t.planFold(content)
		return err
	})
	return p, err
}

func (t *txn) planFold(content []byte) (foldPlan, error) {
	frames, skipped, end, err := t.readFrames(content)
	if err != nil {
		return foldPlan{}, err
	}
	now := t.b.o.Clock.Wall()
	p := foldPlan{skipped: skipped, end: end, until: now.Add(-handoutLate).Unix() / 60}
	for _, f := range frames {
		if f.Time.Unix()/60 < p.until || f.Time.After(now.Add(time.Minute)) { // or the clock was set back
			p.due = append(p.due, f)
		} else {
			p.kept = append(p.kept, f)
		}
	}
	return p, nil
}

// writeHandouts writes what is due, in one transaction. The frames are opened within it: its keys are the file's.
func (b *Bolt) writeHandouts(ctx context.Context, content []byte, over int64) (p foldPlan, err error) {
	err = b.update(ctx, func(t *txn) error {
		if p, err = t.planFold(content); err != nil {
			return err
		}
		return t.fold(p, over)
	})
	return p, err
}

// fold writes what is due, and how many could not be.
func (t *txn) fold(p foldPlan, over int64) error {
	if err := t.foldEvents(p.due, p.until); err != nil {
		return err
	}
	for _, lost := range []struct {
		n    int64
		what string
	}{
		{int64(p.skipped), "could not be read: torn, or written under an earlier key"},
		{over, "were not written down: too many came at once"},
	} {
		if lost.n == 0 {
			continue
		}
		e := Event{Event: EventHandout, Outcome: "dropped", Detail: fmt.Sprintf("%d records of hand-outs %s", lost.n, lost.what)}
		if err := t.appendEvent(t.storeHistoryKey(), e.complete(Connection{}, t.b.o.Clock.Wall())); err != nil {
			return err
		}
	}
	return nil
}

// cutHandouts leaves in the file what was kept and what came since. Writers are kept out for the moment; a crash in it
// loses at most these.
func (b *Bolt) cutHandouts(ctx context.Context, p foldPlan, over bool) error {
	if over {
		if f, err := openChecked(filepath.Join(b.dir, handoutOver), os.O_WRONLY); err == nil {
			_ = f.Truncate(0) // else the same number is told once more
			_ = f.Close()
		}
	}
	f, err := openChecked(filepath.Join(b.dir, handoutFile), os.O_RDWR|os.O_APPEND)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	if err := tryLock(ctx, f, true, cutTries, cutPause); err != nil {
		return err
	}
	defer unflock(f)
	info, err := f.Stat()
	if err != nil {
		return err
	}
	tail, err := io.ReadAll(io.NewSectionReader(f, int64(p.end), max(0, info.Size()-int64(p.end))))
	if err != nil {
		return err
	}
	var left []byte
	for _, k := range p.kept {
		left = append(left, k.raw...)
	}
	left = append(left, tail...)
	if err := f.Truncate(0); err != nil {
		return err
	}
	_, err = f.Write(left)
	return err
}

// foldTurn takes the lock of the one who folds, errHeld if another has it.
func (b *Bolt) foldTurn() (*os.File, error) {
	f, err := openChecked(filepath.Join(b.dir, handoutLock), os.O_RDWR|os.O_CREATE)
	if err != nil {
		return nil, err
	}
	ok, err := flock(f, true, false)
	if err == nil && ok {
		return f, nil
	}
	_ = f.Close()
	if err == nil {
		err = errHeld
	}
	return nil, err
}

// handoutContent reads the file; nothing if there is none.
func (b *Bolt) handoutContent() ([]byte, error) {
	path := filepath.Join(b.dir, handoutFile)
	if info, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) || err == nil && info.Size() == 0 {
		return nil, nil
	}
	f, err := openChecked(path, os.O_RDONLY)
	if err != nil {
		return nil, fmt.Errorf("read the hand-outs: %w", err)
	}
	defer func() { _ = f.Close() }()
	content, err := io.ReadAll(io.LimitReader(f, handoutMost))
	if err != nil {
		return nil, fmt.Errorf("read the hand-outs: %w", err)
	}
	return content, nil
}

func (b *Bolt) overSize() int64 {
	info, err := os.Lstat(filepath.Join(b.dir, handoutOver))
	if err != nil || !info.Mode().IsRegular() {
		return 0
	}
	return info.Size()
}
