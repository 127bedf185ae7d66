package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"time"
)

// access is how a transaction uses the store's file.
type access int

const (
	reading   access = iota
	measuring        // reading, with the list of free pages
	writing
)

// fileLock is the lock that stands before the store's file: shared to read, exclusive to write or replace it. bbolt's own
// lock would do, but it polls every 50 ms and unfairly (reference/security.md §5.7). It is held for one transaction.
//
// The file also serves two small ends: its first bytes are the process that wrote last, for messages; and its size changes
// with each write, which is how [Bolt.Watch] learns of it.
type fileLock struct {
	path    string
	timeout time.Duration
	// turn is held by the one goroutine of this process that takes the lock. A wait in flock cannot be ended, so a caller
	// that gives up leaves its goroutine, and turn, to the wait; the goroutine lets go of both once the lock comes.
	turn chan struct{}
}

func newFileLock(path string, timeout time.Duration) *fileLock {
	return &fileLock{path: path, timeout: timeout, turn: make(chan struct{}, 1)}
}

// held is a file lock that was taken.
type held struct {
	f       *os.File
	writes  bool
	unclean bool // the writer before was killed at work, or met a disk that failed
	suspect bool // set by a writer whose disk failed: the next one checks the file
}

// release gives the lock back. A writer takes its mark off first, unless something is to be looked at.
func (h *held) release() {
	if h.writes && !h.suspect {
		unmark(h.f)
	}
	_ = h.f.Close()
}

// acquire takes the lock, [ErrBusy] if that takes longer than the timeout.
func (l *fileLock) acquire(ctx context.Context, a access) (*held, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("open the store: %w", err)
	}
	var late <-chan time.Time
	select {
	case l.turn <- struct{}{}:
	default:
		timer := time.NewTimer(l.timeout)
		defer timer.Stop()
		late = timer.C
		select {
		case l.turn <- struct{}{}:
		case <-late:
			return nil, l.busy()
		case <-ctx.Done():
			return nil, fmt.Errorf("open the store: %w", ctx.Err())
		}
	}
	f, err := l.open(a)
	if err != nil {
		<-l.turn
		return nil, fmt.Errorf("open the store: %w", err)
	}
	ok, err := flock(f, a == writing, false)
	switch {
	case err != nil:
		<-l.turn
		_ = f.Close()
		return nil, fmt.Errorf("open the store: %w", err)
	case ok:
		<-l.turn
	default:
		if late == nil {
			timer := time.NewTimer(l.timeout)
			defer timer.Stop()
			late = timer.C
		}
		if err := l.wait(ctx, f, a, late); err != nil {
			return nil, err
		}
	}
	h := &held{f: f, writes: a == writing, unclean: marked(f)}
	if a == writing {
		l.sign(f)
	}
	return h, nil
}

// wait waits in flock on a goroutine of its own, which holds turn and closes f if nobody waits for it any more.
func (l *fileLock) wait(ctx context.Context, f *os.File, a access, late <-chan time.Time) error {
	got, gone := make(chan error), make(chan struct{})
	go func() {
		defer func() { <-l.turn }()
		_, err := flock(f, a == writing, true)
		select {
		case got <- err:
		case <-gone:
			_ = f.Close()
		}
	}()
	select {
	case err := <-got:
		if err != nil {
			_ = f.Close()
			return fmt.Errorf("open the store: %w", err)
		}
		return nil
	case <-late:
		close(gone)
		return l.busy()
	case <-ctx.Done():
		close(gone)
		return fmt.Errorf("open the store: %w", ctx.Err())
	}
}

// writing reports whether somebody holds the lock to write.
func (l *fileLock) writing() bool {
	f, err := l.open(reading)
	if err != nil {
		return false
	}
	defer func() { _ = f.Close() }()
	free, err := flock(f, false, false)
	return err == nil && !free
}

// open opens the lock file; for reading without write access, which a read-only file system has none of.
func (l *fileLock) open(a access) (*os.File, error) {
	if a != writing {
		f, err := openChecked(l.path, os.O_RDONLY)
		if !errors.Is(err, fs.ErrNotExist) {
			return f, err
		}
	}
	return openChecked(l.path, os.O_RDWR|os.O_CREATE)
}

// signSize is the room for the writer's process number; the file is never smaller.
const signSize = 64

// sign writes who holds the lock to write, and the mark of a writer at work. Messages take the process number from it;
// whoever takes the lock and finds the mark, finds that a writer was killed.
func (l *fileLock) sign(f *os.File) {
	text := make([]byte, markAt, signSize)
	copy(text, strconv.Itoa(os.Getpid())+"\n")
	_, _ = f.WriteAt(append(text, atWork), 0)
}

// Where the mark of a writer at work stands, behind its process number, and what it is. It is not fsynced: after a loss of
// power bbolt's own checksums must do.
const (
	markAt = 32
	atWork = 'w'
)

func marked(f *os.File) bool {
	var c [1]byte
	n, _ := f.ReadAt(c[:], markAt)
	return n == 1 && c[0] == atWork
}

func unmark(f *os.File) { _, _ = f.WriteAt([]byte{'-'}, markAt) }

// changed gives the file another size. A failure costs other processes some delay, and the write is on disk already.
func (h *held) changed() {
	info, err := h.f.Stat()
	if err != nil {
		return
	}
	n := max(info.Size(), signSize) - signSize
	_ = h.f.Truncate(signSize + (n+1)%(1<<16))
}

// busy says who holds the file, as far as that can be found out.
func (l *fileLock) busy() error {
	pid := flockHolder(l.path)
	if pid == 0 {
		var buf [signSize]byte
		if f, err := openChecked(l.path, os.O_RDONLY); err == nil {
			n, _ := f.ReadAt(buf[:], 0)
			_ = f.Close()
			line, _, _ := bytes.Cut(buf[:n], []byte("\n"))
			pid, _ = strconv.Atoi(string(line))
		}
	}
	switch {
	case pid == os.Getpid():
		return fmt.Errorf("open the store: %w (this process itself)", ErrBusy)
	case pid > 0:
		return fmt.Errorf("open the store: %w (process %d)", ErrBusy, pid)
	}
	return fmt.Errorf("open the store: %w", ErrBusy)
}
