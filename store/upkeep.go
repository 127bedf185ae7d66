package store

import (
	"context"
	"errors"
	"sync"
	"time"
)

// upkeep is what writes leave to do: to forget what was removed, a copy each ten minutes, compaction of a file that is mostly
// free. The write that finds it due does it once it is on disk itself, before it returns: a program that runs for a moment has no other time,
// and a goroutine would have no owner. It cannot fail that write; after a failure this process lets it rest for a while, so
// that a full disk is not filled by each write anew.
type upkeep struct {
	mu    sync.Mutex
	rests bool
	until time.Duration // by the monotonic clock
	err   error         // of the last try
}

const (
	upkeepRest = time.Minute
	upkeepLeft = 5 * time.Second
)

func (u *upkeep) may(now time.Duration) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return !u.rests || now >= u.until
}

func (u *upkeep) ended(now time.Duration, err error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.rests, u.until, u.err = err != nil, now+upkeepRest, err
}

func (u *upkeep) trouble() error {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.err
}

// leftBehind reports whether a removal was not forgotten for a while: who removed it is at it, or was killed.
func (b *Bolt) leftBehind(word []byte) bool {
	return word != nil && b.o.Clock.Wall().Sub(wordTime(word)).Abs() >= upkeepLeft
}

func (b *Bolt) afterWrite(ctx context.Context) {
	l := b.left.Load()
	if l == nil || !b.upkeep.may(b.o.Clock.Mono()) {
		return
	}
	ctx = context.WithoutCancel(ctx)
	var err error
	switch {
	case b.leftBehind(l.word):
		err = b.ifFree(ctx, func(ctx context.Context) error { return b.forget(ctx, l.word) })
	case l.tooFree():
		err = b.ifFree(ctx, func(ctx context.Context) error {
			_, _, err := b.compact(ctx)
			return err
		})
	}
	b.upkeep.ended(b.o.Clock.Mono(), errors.Join(err, b.copyIfDue(ctx)))
}

// ifFree does something with the lock of the copies, unless another process has it, which then does the same.
func (b *Bolt) ifFree(ctx context.Context, do func(ctx context.Context) error) error {
	release, ok, err := b.lockCopies(ctx, false)
	if err != nil || !ok {
		return err
	}
	defer release()
	return do(ctx)
}
