package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"go.etcd.io/bbolt"

	"authdeck/internal/failpoint"
)

// RestoreReport says what a restore did.
type RestoreReport struct {
	Restored    bool     `json:"restored"`
	Copy        Copy     `json:"copy"`
	Connections int      `json:"connections"`
	Kept        string   `json:"kept"`    // where the file is now that was in the store's place, "" if there was none
	Skipped     []string `json:"skipped"` // newer copies that are damaged, with the reason
}

// ErrNoCopy says that there is no copy that could be restored. ErrSound: the store needs none.
var (
	ErrNoCopy = errors.New("there is no sound copy of the store")
	ErrSound  = errors.New("the store is sound")
)

// Restore puts a copy into the place of the store in dir: of a damaged one the newest that is sound, of any the one of the given
// file name. A copy lacks each sign-in since, so that a sound store is left alone unless a copy is named ([ErrSound]); one that
// cannot be looked into, for want of its key or while somebody holds it, is too. The file that was there is kept beside it, until the next removal ([ErrNotGone] says why). Every connection is marked with the copy's time
// ([Connection.RestoredFrom]): its refresh token may have been traded for a newer one since. It opens the copy by o.Keys and
// needs nothing of the damaged file. It is never called by itself: what looks damaged may be a disk that comes back.
func Restore(ctx context.Context, dir string, o Options, name string) (RestoreReport, error) {
	o.Create = false
	b, err := newBolt(dir, o)
	if err != nil {
		return RestoreReport{}, fmt.Errorf("restore the store: %w", err)
	}
	r, err := b.restore(ctx, name)
	if err != nil {
		return r, fmt.Errorf("restore the store: %w", diskError(err))
	}
	return r, nil
}

func (b *Bolt) restore(ctx context.Context, name string) (RestoreReport, error) {
	r := RestoreReport{Skipped: []string{}}
	if name == "" {
		if err := mustBeDamaged(ctx, b.dir, b.o); err != nil {
			return r, err
		}
	}
	release, _, err := b.lockCopies(ctx, true)
	if err != nil {
		return r, err
	}
	defer release()
	copies, err := Copies(b.dir)
	if err != nil {
		return r, err
	}
	for _, c := range copies {
		if name != "" && filepath.Base(c.Path) != filepath.Base(name) {
			continue
		}
		// Nobody waits meanwhile: a source of keys may ask a person.
		temp, n, err := b.readied(ctx, c)
		switch {
		case err == nil:
			r.Copy, r.Connections = c, n
			err = b.exclusivelyKeep(ctx, temp, &r)
			r.Restored = err == nil
			return r, err
		case name != "", !errors.Is(err, ErrDamaged):
			return r, err // a wrong key, a full disk: an older copy is no help
		}
		r.Skipped = append(r.Skipped, filepath.Base(c.Path)+": "+err.Error())
	}
	return r, ErrNoCopy
}

// mustBeDamaged is nil for a store that is damaged or gone.
func mustBeDamaged(ctx context.Context, dir string, o Options) error {
	b, err := Open(ctx, dir, o)
	var found CheckReport
	if err == nil {
		found, err = b.Check(ctx)
	}
	switch {
	case errors.Is(err, ErrDamaged), errors.Is(err, fs.ErrNotExist):
		return nil
	case err == nil && found.Sound:
		return ErrSound
	}
	return err
}

// readied makes the new file of a copy: every record read, its connections marked.
func (b *Bolt) readied(ctx context.Context, c Copy) (temp string, n int, err error) {
	if temp, err = tempName(filepath.Join(b.dir, copiesFolder, "restored"), b.o.Rand); err != nil {
		return "", 0, err
	}
	err = duplicate(c.Path, temp)
	if err == nil {
		err = b.readBack(temp)
	}
	if err == nil {
		n, err = b.markRestored(ctx, temp, c)
	}
	if err == nil {
		err = b.readBack(temp)
	}
	if err != nil {
		return "", 0, errors.Join(err, removeIfThere(temp))
	}
	return temp, n, nil
}

func duplicate(from, to string) error {
	in, err := openChecked(from, os.O_RDONLY)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL|openFlags, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	if err = errors.Join(err, out.Sync(), out.Close()); err != nil {
		return errors.Join(err, removeIfThere(to))
	}
	return nil
}

// markRestored reads every record of the file and writes the copy's time into its connections.
func (b *Bolt) markRestored(ctx context.Context, path string, c Copy) (n int, err error) {
	var h header
	var slots []slot
	_, err = inFile(path, reading, b.o.Timeout, func(tx *bbolt.Tx) (err error) {
		if h, err = readHeader(tx); err != nil {
			return err
		}
		slots, err = readSlots(tx)
		return err
	})
	if err != nil {
		return 0, err
	}
	k, err := unlockBy(ctx, b.o, h, slots)
	if err != nil {
		return 0, err
	}
	_, err = inFile(path, writing, b.o.Timeout, func(tx *bbolt.Tx) error {
		t := &txn{Tx: tx, keys: k, b: b, indexed: true}
		var found CheckReport
		if found.inspect(t); len(found.Problems) > 0 {
			return fmt.Errorf("%w: %s", ErrDamaged, found.Problems[0])
		}
		list, err := t.list()
		if err != nil {
			return err
		}
		n = len(list)
		for _, s := range list {
			conn, err := t.connection(t.connectionKey(s.ID))
			if err != nil {
				return err
			}
			conn.RestoredFrom = c.Time
			_, err = t.putConnection(conn, Write{Events: []Event{{
				Event: "restore", Outcome: "ok", Detail: "from the copy of " + c.Time.UTC().Format("2006-01-02 15:04:05 UTC"),
			}}})
			if err != nil {
				return err
			}
		}
		return nil
	})
	return n, err
}

// exclusivelyKeep keeps the file that is in the store's place under another name and puts the new one there.
func (b *Bolt) exclusivelyKeep(ctx context.Context, temp string, r *RestoreReport) error {
	err := b.exclusively(ctx, func() error {
		if err := failpoint.Hit("restore.written"); err != nil {
			return err
		}
		kept, err := b.keep()
		if err != nil {
			return err
		}
		r.Kept = kept
		return b.replaceBy(temp, "restore.renamed")
	})
	if err != nil {
		return errors.Join(err, removeIfThere(temp))
	}
	b.keys.Store(nil)
	return nil
}

// keep gives the store's file a second name, so that there is a store at every moment; where that cannot be, it moves the
// file.
func (b *Bolt) keep() (string, error) {
	stamp := b.Path() + damagedMark + b.o.Clock.Wall().UTC().Format(copyStamp)
	for i := 1; ; i++ {
		kept := stamp
		if i > 1 {
			kept = fmt.Sprintf("%s-%d", stamp, i)
		}
		err := os.Link(b.Path(), kept)
		if err != nil && !errors.Is(err, fs.ErrExist) && !errors.Is(err, fs.ErrNotExist) {
			if there, lookErr := exists(kept); !there && lookErr == nil {
				err = os.Rename(b.Path(), kept)
			}
		}
		switch {
		case err == nil:
			return kept, nil
		case errors.Is(err, fs.ErrNotExist):
			return "", nil
		case !errors.Is(err, fs.ErrExist) || i == 100:
			return "", fmt.Errorf("keep the damaged file: %w", err)
		}
	}
}
