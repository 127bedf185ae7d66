//go:build unix

package store

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// exercise writes something into every kind of file that a data folder has.
func exercise(t *testing.T, b *Bolt) Connection {
	t.Helper()
	c := put(t, b, sample(1), Write{Events: []Event{{Event: "login", Outcome: "ok"}}})
	if err := b.SetIntent(t.Context(), c.ID, &Intent{Generation: 1}); err != nil {
		t.Fatal(err)
	}
	if err := RememberKeyFile(b.dir, "/somewhere/key"); err != nil {
		t.Fatal(err)
	}
	unlock, err := b.Lock(t.Context(), c.ID)
	if err != nil {
		t.Fatal(err)
	}
	unlock()
	return c
}

func TestN13_ModesWhateverTheUmask(t *testing.T) {
	defer syscall.Umask(syscall.Umask(0))
	dir := folder(t)
	exercise(t, open(t, dir))
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		want := fs.FileMode(0o600)
		if d.IsDir() {
			want = 0o700
		}
		if info.Mode().Perm() != want {
			t.Errorf("%s has mode %#o", path, info.Mode().Perm())
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestN13_PlantedFilesAreRefused(t *testing.T) {
	db := func(dir string) string { return filepath.Join(dir, dbFile) }
	lock := func(dir string) string { return filepath.Join(dir, lockFile) }
	connection := func(dir string) string { return filepath.Join(dir, locksFolder, someID) }
	replace := func(path func(string) string, plant func(old, path string) error) func(t *testing.T, dir string) {
		return func(t *testing.T, dir string) {
			p := path(dir)
			old := filepath.Join(t.TempDir(), "old")
			if err := errors.Join(os.Rename(p, old), plant(old, p)); err != nil {
				t.Fatal(err)
			}
		}
	}
	link := os.Symlink
	hard := os.Link
	pipe := func(_, path string) error { return syscall.Mkfifo(path, 0o600) }
	isFolder := func(_, path string) error { return os.Mkdir(path, 0o700) }
	mode := func(m fs.FileMode) func(old, path string) error {
		return func(old, path string) error { return errors.Join(os.Rename(old, path), os.Chmod(path, m)) }
	}
	other := func(old, path string) error { return errors.Join(os.Rename(old, path), os.Lchown(path, 65534, 65534)) }
	cases := map[string]func(t *testing.T, dir string){
		"store is a link":                 replace(db, link),
		"store has a second name":         replace(db, hard),
		"store is a pipe":                 replace(db, pipe),
		"store is readable by the group":  replace(db, mode(0o640)),
		"store is writable by all":        replace(db, mode(0o602)),
		"lock file is a link":             replace(lock, link),
		"lock file has a second name":     replace(lock, hard),
		"lock file is a pipe":             replace(lock, pipe),
		"lock file is a folder":           replace(lock, isFolder),
		"connection's lock is a link":     replace(connection, link),
		"connection's lock is a pipe":     replace(connection, pipe),
		"connection's lock is a folder":   replace(connection, isFolder),
		"connection's lock has two names": replace(connection, hard),
		"locks folder is a link":          replace(func(dir string) string { return filepath.Join(dir, locksFolder) }, link),
		"locks folder is open":            replace(func(dir string) string { return filepath.Join(dir, locksFolder) }, mode(0o777)),
		"data folder is open to the group": func(t *testing.T, dir string) {
			if err := os.Chmod(dir, 0o750); err != nil {
				t.Fatal(err)
			}
		},
		"store is a folder": replace(db, isFolder),
	}
	if os.Geteuid() == 0 {
		cases["store belongs to another user"] = replace(db, other)
		cases["lock file belongs to another user"] = replace(lock, other)
		cases["connection's lock belongs to another user"] = replace(connection, other)
	}
	for name, plant := range cases {
		t.Run(name, func(t *testing.T) {
			dir := folder(t)
			b := open(t, dir)
			unlock, err := b.Lock(t.Context(), someID)
			if err != nil {
				t.Fatal(err)
			}
			unlock()
			plant(t, dir)
			// Whichever of the two uses the planted file must refuse it, also in a process that runs already.
			_, listErr := b.List(t.Context())
			_, _, lockErr := b.TryLock(t.Context(), someID)
			_, putErr := b.Put(t.Context(), sample(1), Write{})
			if strings.HasPrefix(name, "connection") || strings.HasPrefix(name, "locks") {
				if listErr != nil || putErr != nil {
					t.Fatal(listErr, putErr)
				}
				listErr, putErr = lockErr, lockErr
			}
			if !errors.Is(listErr, ErrUnsafe) && !strings.Contains(errText(listErr), "is a directory") {
				t.Errorf("read: %v", listErr)
			}
			if !errors.Is(putErr, ErrUnsafe) && !strings.Contains(errText(putErr), "is a directory") {
				t.Errorf("write: %v", putErr)
			}
		})
	}
}

func errText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestOpen_Folders(t *testing.T) {
	root := t.TempDir()
	real := filepath.Join(root, "real")
	b := open(t, real)
	c := exercise(t, b)

	// One folder by a link, by a relative path and by its own name is one store with the same locks.
	if err := os.Symlink(real, filepath.Join(root, "link")); err != nil {
		t.Fatal(err)
	}
	t.Chdir(root)
	unlock, err := b.Lock(t.Context(), c.ID)
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	for _, dir := range []string{filepath.Join(root, "link"), "real", "./link/../real"} {
		same := open(t, dir)
		if _, err := same.Get(t.Context(), c.ID); err != nil {
			t.Errorf("%s: %v", dir, err)
		}
		if _, ok, err := same.TryLock(t.Context(), c.ID); ok || err != nil {
			t.Errorf("%s: TryLock = %v, %v", dir, ok, err)
		}
	}

	// An empty folder of ours is narrowed, one with files is refused.
	empty, full := filepath.Join(root, "empty"), filepath.Join(root, "full")
	for _, dir := range []string{empty, full} {
		if err := errors.Join(os.Mkdir(dir, 0o700), os.Chmod(dir, 0o755)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(full, "x"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	open(t, empty)
	if _, err := Open(t.Context(), full, options()); !errors.Is(err, ErrUnsafe) {
		t.Errorf("an open folder with files: %v", err)
	}
	o := options()
	o.Create = false
	if _, err := Open(t.Context(), filepath.Join(root, "none"), o); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no store: %v", err)
	}
	if there, err := Exists(filepath.Join(root, "none")); there || err != nil {
		t.Errorf("Exists = %v, %v", there, err)
	}
	if there, err := Exists(real); !there || err != nil {
		t.Errorf("Exists = %v, %v", there, err)
	}
}

func TestOpen_NetworkFileSystemIsRefused(t *testing.T) {
	o := options()
	o.networkFS = func(string) (string, error) { return "NFS", nil }
	if _, err := Open(t.Context(), folder(t), o); !errors.Is(err, ErrUnsafe) || !strings.Contains(errText(err), "NFS") {
		t.Errorf("Open = %v", err)
	}
	if name, err := networkFS(t.TempDir()); name != "" || err != nil {
		t.Errorf("the test's own folder is on %q, %v", name, err)
	}
}

func TestCreate_ManyAtOnce(t *testing.T) {
	dir := folder(t)
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	// What a killed maker left is taken away.
	if err := os.WriteFile(filepath.Join(dir, dbFile+tempMark+"00"), []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			b, err := Open(t.Context(), dir, options())
			if err != nil {
				t.Error(err)
				return
			}
			if _, err := b.Put(t.Context(), sample(i), Write{}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if list, err := open(t, dir).List(t.Context()); err != nil || len(list) != 8 {
		t.Errorf("%d connections, %v", len(list), err)
	}
	if left, err := filepath.Glob(filepath.Join(dir, "*"+tempMark+"*")); err != nil || len(left) > 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}

func TestCreate_KilledBetweenLinkAndUnlink(t *testing.T) {
	dir := folder(t)
	b := open(t, dir)
	if err := os.Link(b.Path(), b.Path()+tempMark+"00"); err != nil {
		t.Fatal(err)
	}
	open(t, dir)
}

// A process that waits while another puts a new file into place goes on with the new one.
func TestReplacedFile(t *testing.T) {
	dir := folder(t)
	b := open(t, dir)
	c := put(t, b, sample(1), Write{})
	content, err := os.ReadFile(b.Path())
	if err != nil {
		t.Fatal(err)
	}
	lock, err := b.file.acquire(t.Context(), writing)
	if err != nil {
		t.Fatal(err)
	}
	got := make(chan error)
	go func() {
		_, err := b.Put(t.Context(), c, Write{})
		got <- err
	}()
	if err := writeDurably(b.Path(), content); err != nil {
		t.Fatal(err)
	}
	lock.release()
	if err := <-got; err != nil {
		t.Fatal(err)
	}
	if c, err = open(t, dir).Get(t.Context(), c.ID); err != nil || c.Generation != 2 {
		t.Errorf("generation %d, %v", c.Generation, err)
	}
	o := opening{}
	f, err := o.open(b.Path(), os.O_RDONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	if err := o.same(b.Path()); err != nil {
		t.Error(err)
	}
	if err := writeDurably(b.Path(), content); err != nil {
		t.Fatal(err)
	}
	if err := o.same(b.Path()); !errors.Is(err, errReplaced) {
		t.Errorf("same = %v", err)
	}
}
