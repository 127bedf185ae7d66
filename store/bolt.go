package store

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"authdeck/internal/clock"
)

// The files of a data folder.
const (
	dbFile      = "store.db"
	lockFile    = "store.lock"
	locksFolder = "locks"
	keyFileNote = "key-file"
	damagedMark = ".damaged-" // in the name of a file that a restore replaced
)

// Options are what a store is opened with.
type Options struct {
	// Keys are asked in their order; the first one that opens a slot counts. A new store gets one slot, of the first that
	// gives a key.
	Keys   []KeySource
	Clock  clock.Clock // nil: the system's; stamps events and connections that bring no time
	Rand   io.Reader   // nil: crypto/rand; keys, nonces and ids. Safe for concurrent use
	Create bool        // make the folder and the store if there is none; without it Open fails with fs.ErrNotExist

	// Lazy leaves the unlocking to the first use, which then opens the file once and not twice; its errors come there.
	Lazy bool

	// Timeout bounds the wait for another process that holds the file; 0 is 1 s. After it: [ErrBusy].
	Timeout time.Duration
	// HistoryLimit is how many events are kept of each connection, and of the store itself; 0 is 500.
	HistoryLimit int
	// Version of the program, written into lock files for messages.
	Version string
	// Notify sends after the file at path may have changed and closes its channel when ctx ends or it can tell no more; nil,
	// or an error of it, makes Watch look at the files every 100 ms. store/watch has one.
	Notify func(ctx context.Context, path string) (<-chan struct{}, error)

	networkFS func(dir string) (string, error) // for tests: names the network file system that dir is on
}

func (o Options) withDefaults() Options {
	if o.Clock == nil {
		o.Clock = clock.System()
	}
	if o.Rand == nil {
		o.Rand = rand.Reader
	}
	if o.Timeout <= 0 {
		o.Timeout = time.Second
	}
	if o.HistoryLimit <= 0 {
		o.HistoryLimit = 500
	}
	if o.networkFS == nil {
		o.networkFS = networkFS
	}
	return o
}

// Bolt is the store on disk. The file is opened for each transaction, so there is nothing to close.
type Bolt struct {
	dir  string
	o    Options
	file *fileLock

	keys      atomic.Pointer[keys]
	unlocking chan struct{}

	left     atomic.Pointer[left] // of this process's last write
	attempts attempts
	upkeep   upkeep

	watchers watchers
	locks    lockTable
}

var _ Store = (*Bolt)(nil)

// Open opens the store in the data folder dir and unlocks it. Errors: [ErrNoKey], [ErrWrongKey], [ErrDamaged] (then a
// [*DamagedError], which says what could be restored), [ErrNewerFormat], [ErrBusy], [ErrUnsafe], and fs.ErrNotExist if there is
// no store and Options.Create is not set. A store of an older format is migrated, a copy of it is made before.
func Open(ctx context.Context, dir string, o Options) (*Bolt, error) {
	b, err := newBolt(dir, o)
	if err != nil {
		return nil, err
	}
	o = b.o
	switch there, err := Exists(b.dir); {
	case err != nil:
		return nil, err
	case !there && o.Create:
		if err := b.createUnlessLost(ctx); err != nil {
			return nil, fmt.Errorf("make the store: %w", b.withCopy(err))
		}
	case !there:
		return nil, fmt.Errorf("open the store in %s: %w", b.dir, fs.ErrNotExist)
	default:
		if err := b.tidy(ctx); err != nil {
			return nil, fmt.Errorf("open the store: %w", err)
		}
	}
	if o.Lazy {
		return b, nil
	}
	if _, err := b.unlock(ctx); err != nil {
		return nil, b.withCopy(err)
	}
	return b, nil
}

// newBolt checks the data folder, makes it if that is wanted, and opens nothing.
func newBolt(dir string, o Options) (*Bolt, error) {
	o = o.withDefaults()
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("open the store: %w", err)
	}
	if o.Create {
		if err := makeFolder(dir); err != nil {
			return nil, fmt.Errorf("open the store: %w", err)
		}
	}
	// One folder reached by two names is one store; what is checked is what is used.
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		return nil, fmt.Errorf("open the store: %w", err)
	}
	if err := checkFolder(dir); err != nil {
		return nil, fmt.Errorf("open the store: %w", err)
	}
	switch name, err := o.networkFS(dir); {
	case err != nil:
		return nil, fmt.Errorf("open the store: %w", err)
	case name != "":
		return nil, fmt.Errorf("open the store: %w: %s is on %s, where locks cannot be relied on", ErrUnsafe, dir, name)
	}
	b := &Bolt{
		dir: dir, o: o, file: newFileLock(filepath.Join(dir, lockFile), o.Timeout),
		unlocking: make(chan struct{}, 1),
	}
	b.locks.take = b.takeLock
	return b, nil
}

// Exists reports whether the data folder dir holds a store. It opens nothing.
func Exists(dir string) (bool, error) {
	_, err := os.Lstat(filepath.Join(dir, dbFile))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look for the store: %w", err)
	}
	return true, nil
}

// Path is the store's file.
func (b *Bolt) Path() string { return filepath.Join(b.dir, dbFile) }

// ID is the store's own id, 32 hex digits, under which a keyring keeps its key.
func (b *Bolt) ID(ctx context.Context) (string, error) {
	k, err := b.unlock(ctx)
	if err != nil {
		return "", err
	}
	return header{storeID: k.storeID}.id(), nil
}
