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
)

// RestoreReport says what a restore did.
type RestoreReport struct {
	Copy        Copy     `json:"copy"`
	Connections int      `json:"connections"`
	Kept        string   `json:"kept"`    // where the file is now that was in the store's place, "" if there was none
	Skipped     []string `json:"skipped"` // newer copies that are damaged or that no key opens, with the reason
}

// ErrNoCopy says that there is no copy that could be restored.
var ErrNoCopy = errors.New("there is no sound copy of the store")

// Restore puts a copy into the place of the store in dir: the newest sound one, or the one of the given file name. The file that was
// there is kept beside it. Every connection is marked with the copy's time ([Connection.RestoredFrom]): its refresh token may have been
// traded for a newer one since. It opens the copy by o.Keys and needs nothing of the damaged file. Never called by itself:
// what looks damaged may be a disk that comes back.
func Restore(ctx context.Context, dir string, o Options, name string) (RestoreReport, error) {
	r, err := restore(ctx, dir, o, name)
	if err != nil {
		return r, fmt.Errorf("restore the store: %w", err)
	}
	return r, nil
}

func restore(ctx context.Context, dir string, o Options, name string) (RestoreReport, error) {
	r := RestoreReport{Skipped: []string{}}
	o.Create, o.Lazy = false, true
	b, err := newBolt(dir, o)
	if err != nil {
		return r, err
	}
	copies, err := Copies(b.dir)
	if err != nil {
		return r, err
	}
	err = b.exclusively(ctx, func() error {
		for _, c := range copies {
			if name != "" && filepath.Base(c.Path) != filepath.Base(name) {
				continue
			}
			temp, n, err := b.readied(ctx, c)
			if err != nil {
				if !errors.Is(err, ErrDamaged) && name == "" && !errors.Is(err, ErrNewerFormat) {
					return err // a wrong key, a full disk: an older copy is no help
				}
				r.Skipped = append(r.Skipped, filepath.Base(c.Path)+": "+err.Error())
				continue
			}
			r.Copy, r.Connections = c, n
			return b.putAside(temp, &r)
		}
		return ErrNoCopy
	})
	return r, err
}

// readied makes the new file of a copy: read back, unlocked, its connections marked.
func (b *Bolt) readied(ctx context.Context, c Copy) (temp string, n int, err error) {
	if temp, err = tempName(b.Path(), b.o.Rand); err != nil {
		return "", 0, err
	}
	err = duplicate(c.Path, temp)
	if err == nil {
		err = readBack(temp, func(*bbolt.Tx) error { return nil })
	}
	if err == nil {
		n, err = b.markRestored(ctx, temp, c)
	}
	if err == nil {
		err = readBack(temp, func(*bbolt.Tx) error { return nil })
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
	return errors.Join(err, out.Sync(), out.Close())
}

// markRestored writes the copy's time into every connection of the file.
func (b *Bolt) markRestored(ctx context.Context, path string, c Copy) (n int, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = damaged(r)
		}
	}()
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{NoStatistics: true})
	if err != nil {
		return 0, openError(err)
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		h, err := readHeader(tx)
		if err != nil {
			return err
		}
		slots, err := readSlots(tx)
		if err != nil {
			return err
		}
		k, err := unlockBy(ctx, b.o, h, slots)
		if err != nil {
			return err
		}
		t := &txn{Tx: tx, keys: k, b: b}
		list, err := t.list()
		if err != nil {
			return err
		}
		for _, s := range list {
			conn, err := t.connection(t.connectionKey(s.ID))
			if err != nil {
				return err
			}
			conn.RestoredFrom = c.Time
			if _, err := t.putConnection(conn, Write{Events: []Event{{
				Event: "restore", Outcome: "ok", Detail: "from the copy of " + c.Time.UTC().Format("2006-01-02 15:04:05 UTC"),
			}}}); err != nil {
				return err
			}
		}
		n = len(list)
		return nil
	})
	return n, errors.Join(err, db.Close())
}

// putAside gives the file that is in the store's place another name and puts the new one there, in one step: there is a store at
// every moment, since a start without one would make a new, empty one.
func (b *Bolt) putAside(temp string, r *RestoreReport) error {
	stamp := b.Path() + damagedMark + b.o.Clock.Wall().UTC().Format(copyStamp)
	kept := stamp
	for i := 2; ; i++ {
		err := os.Link(b.Path(), kept)
		if err == nil {
			r.Kept = kept
			break
		}
		if errors.Is(err, fs.ErrNotExist) {
			break
		}
		if !errors.Is(err, fs.ErrExist) {
			if err = os.Rename(b.Path(), kept); err != nil { // a file system without links
				return errors.Join(err, removeIfThere(temp))
			}
			r.Kept = kept
			break
		}
		kept = fmt.Sprintf("%s-%d", stamp, i)
	}
	return b.replaceBy(temp)
}
