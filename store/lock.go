package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// lockTable hands out the locks of connections: to one goroutine of this process at a time, which then takes the lock
// against other processes. Waits are on channels, so that testing/synctest sees them.
type lockTable struct {
	// take takes the lock against other processes, nil in a store of one process. holder is nil if it got it.
	take func(id string) (release func(), holder *HeldError, err error)

	mu    sync.Mutex
	slots map[string]*lockSlot
}

type lockSlot struct {
	turn  chan struct{}
	users int
}

func (l *lockTable) enter(id string) *lockSlot {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.slots[id]
	if s == nil {
		if l.slots == nil {
			l.slots = map[string]*lockSlot{}
		}
		s = &lockSlot{turn: make(chan struct{}, 1)}
		l.slots[id] = s
	}
	s.users++
	return s
}

func (l *lockTable) leave(id string, s *lockSlot) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if s.users--; s.users == 0 {
		delete(l.slots, id)
	}
}

// The pause between two looks at a lock that another process holds: short at first, since most refreshes are.
const (
	firstPause = time.Millisecond
	lastPause  = 20 * time.Millisecond
)

func (l *lockTable) lock(ctx context.Context, id string) (Unlock, error) {
	if err := checkID(id); err != nil {
		return nil, fmt.Errorf("lock: %w", err)
	}
	// A free lock must not be given to one who is gone: of two things that are ready, select takes either.
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("lock connection: %w", err)
	}
	s := l.enter(id)
	select {
	case s.turn <- struct{}{}:
	case <-ctx.Done():
		l.leave(id, s)
		return nil, heldError(ctx, &HeldError{PID: os.Getpid()})
	}
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		release, holder, err := l.takeOutside(id)
		if err == nil && holder == nil {
			return l.unlock(id, s, release), nil
		}
		if err == nil {
			select {
			case <-time.After(pause):
				continue
			case <-ctx.Done():
				err = heldError(ctx, holder)
			}
		}
		<-s.turn
		l.leave(id, s)
		return nil, err
	}
}

func heldError(ctx context.Context, holder *HeldError) error {
	return fmt.Errorf("lock connection: %w (%w)", holder, ctx.Err())
}

func (l *lockTable) tryLock(id string) (Unlock, bool, error) {
	if err := checkID(id); err != nil {
		return nil, false, fmt.Errorf("lock: %w", err)
	}
	s := l.enter(id)
	select {
	case s.turn <- struct{}{}:
	default:
		l.leave(id, s)
		return nil, false, nil
	}
	release, holder, err := l.takeOutside(id)
	if err != nil || holder != nil {
		<-s.turn
		l.leave(id, s)
		return nil, false, err
	}
	return l.unlock(id, s, release), true, nil
}

func (l *lockTable) takeOutside(id string) (func(), *HeldError, error) {
	if l.take == nil {
		return func() {}, nil, nil
	}
	return l.take(id)
}

func (l *lockTable) unlock(id string, s *lockSlot, release func()) Unlock {
	var once sync.Once
	return func() {
		once.Do(func() {
			release()
			<-s.turn
			l.leave(id, s)
		})
	}
}

// Lock implements [Store]. It polls while another process holds the lock, at most every 20 ms, since a wait in flock could
// not be ended.
func (b *Bolt) Lock(ctx context.Context, id string) (Unlock, error) { return b.locks.lock(ctx, id) }

// TryLock implements [Store].
func (b *Bolt) TryLock(ctx context.Context, id string) (Unlock, bool, error) {
	if err := ctx.Err(); err != nil {
		return nil, false, fmt.Errorf("lock connection: %w", err)
	}
	return b.locks.tryLock(id)
}

// lockText is what stands in a held lock file.
type lockText struct {
	PID     int    `json:"pid"`
	Since   string `json:"since"`
	Version string `json:"version,omitempty"`
}

// takeLock takes the lock file of a connection. The file is named by the connection's id, which survives rename and rekey,
// and is never removed or renamed: two processes could then hold "it".
func (b *Bolt) takeLock(id string) (func(), *HeldError, error) {
	folder := filepath.Join(b.dir, locksFolder)
	if err := os.Mkdir(folder, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return nil, nil, fmt.Errorf("lock connection: %w", diskError(err))
	}
	if err := checkRealFolder(folder); err != nil {
		return nil, nil, fmt.Errorf("lock connection: %w", diskError(err))
	}
	f, err := openChecked(filepath.Join(folder, id), os.O_RDWR|os.O_CREATE)
	if err != nil {
		return nil, nil, fmt.Errorf("lock connection: %w", diskError(err))
	}
	ok, err := flock(f, true, false)
	if err != nil || !ok {
		holder := readHolder(f)
		_ = f.Close()
		return nil, holder, err
	}
	b.signLock(f)
	return func() {
		// The text is for others to read while the lock is held; what a kill leaves behind is never trusted.
		_ = f.Truncate(0)
		_ = f.Close()
	}, nil, nil
}

func (b *Bolt) signLock(f *os.File) {
	text, err := json.Marshal(lockText{PID: os.Getpid(), Since: b.o.Clock.Wall().Format(time.RFC3339), Version: b.o.Version})
	if err != nil {
		return
	}
	_ = f.Truncate(0)
	_, _ = f.WriteAt(append(text, '\n'), 0)
}

// readHolder reads what a lock file says of its holder; anything unreadable is an unknown holder.
func readHolder(f *os.File) *HeldError {
	buf, err := io.ReadAll(io.NewSectionReader(f, 0, 512))
	var t lockText
	if err != nil || json.Unmarshal(buf, &t) != nil || t.PID <= 0 {
		return &HeldError{}
	}
	if _, err := time.Parse(time.RFC3339, t.Since); err != nil {
		t.Since = ""
	}
	return &HeldError{PID: t.PID, Since: t.Since}
}
