package flowrunner

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"authdeck/integrations/flowrunner/annotation"
)

// record is what is kept of a service between runs, of all of them in one file; the rest of it is a [detail].
type record struct {
	Seen    map[string]stamp   `json:"seen"` // what reading asked for, with what it was
	At      int64              `json:"at"`   // ns since 1970: when it was read
	Hash    string             `json:"hash"` // of the content of those files
	Read    annotation.Service `json:"read"` // without its methods, types and problems
	Actions int                `json:"actions"`
	Methods []string           `json:"methods"`          // names of those that are operations
	Broken  string             `json:"broken,omitempty"` // why it cannot be used
	// ItemsSeen is what the load read that told the config items, where the text alone does not.
	ItemsSeen map[string]stamp `json:"items_seen,omitempty"`
	// Stopped: the worker did not survive reading it, or not in time. A busy machine may have been why.
	Stopped bool `json:"stopped,omitempty"`
}

// detail is all that the text of a service says, and the text: the last good version runs out of it.
type detail struct {
	Read  annotation.Service `json:"read"`
	Texts map[string]string  `json:"texts"`
}

// settled is how old a change must be for a stamp to tell of it: file systems count time in steps.
const settled = 2 * time.Second

// stoppedFor is how long a folder that stopped its worker is taken as it was found.
const stoppedFor = 10 * time.Minute

// fresh reports whether nothing that was read has changed since, now being ns since 1970.
func (r record) fresh(dir string, now int64) bool {
	if len(r.Seen) == 0 || r.Stopped && (now < r.At || now-r.At > stoppedFor.Nanoseconds()) {
		return false
	}
	is := stampsOf(dir, r.Seen)
	sure := true
	for name, then := range r.Seen {
		if is[name] != then {
			return false
		}
		sure = sure && r.At-then.Modified > settled.Nanoseconds()
	}
	return sure || r.Hash == hashOf(dir, r.Seen)
}

// stampsOf are the stamps of names now.
func stampsOf(dir string, names map[string]stamp) map[string]stamp {
	now := make(map[string]stamp, len(names))
	root, err := os.OpenRoot(dir)
	if err != nil {
		return now
	}
	defer func() { _ = root.Close() }()
	files := root.FS()
	for name := range names {
		now[name] = stampOf(files, name)
	}
	return now
}

// hashOf is the content of the files among names, as one text.
func hashOf(dir string, names map[string]stamp) string {
	sums := map[string][sha256.Size]byte{}
	files := rooted(dir)
	for name := range names {
		// The bounds are those of what a worker is given.
		info, err := files.Stat(name)
		if err != nil || !info.Mode().IsRegular() || info.Size() > maxFile {
			continue
		}
		if body, err := fs.ReadFile(files, name); err == nil {
			sums[name] = sha256.Sum256(body)
		}
	}
	return joined(sums)
}

func joined(sums map[string][sha256.Size]byte) string {
	all := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(sums)) {
		sum := sums[name]
		all.Write([]byte(name))
		all.Write([]byte{0})
		all.Write(sum[:])
	}
	return hex.EncodeToString(all.Sum(nil)[:20])
}

// index is the file of all records. Another version's is as good as none.
type index struct {
	Version int               `json:"version"`
	Records map[string]record `json:"records"` // by folder
}

const indexVersion = 1

// readIndex reads the records that an earlier run kept; none if there are none that can be read.
func (h *Host) readIndex() map[string]record {
	var i index
	if h.readJSON("index.json", &i) != nil || i.Version != indexVersion {
		return nil
	}
	return i.Records
}

// writeIndex keeps the records, and drops the details that none of them needs.
func (h *Host) writeIndex(known map[string]*entry) error {
	if h.o.Cache == "" {
		return nil
	}
	i := index{Version: indexVersion, Records: map[string]record{}}
	wanted := map[string]bool{}
	for dir, e := range known {
		i.Records[dir] = e.record
		wanted[e.Hash+".json"] = true
	}
	if err := h.keepJSON("index.json", i); err != nil {
		return err
	}
	entries, err := os.ReadDir(h.o.Cache)
	for _, e := range entries {
		name := e.Name()
		if len(name) == 45 && !wanted[name] || strings.HasPrefix(name, newPrefix) && h.isOld(e) {
			err = errors.Join(err, os.Remove(filepath.Join(h.o.Cache, name)))
		}
	}
	return err
}

// newPrefix begins the name of a file that is being written. One of an hour ago was left by a process that was killed.
const newPrefix = "new-"

func (h *Host) isOld(e fs.DirEntry) bool {
	info, err := e.Info()
	return err == nil && h.now().Sub(info.ModTime()) > time.Hour
}

func (h *Host) readDetail(hash string) (detail, error) {
	var d detail
	if hash == "" || h.readJSON(hash+".json", &d) != nil {
		return detail{}, fs.ErrNotExist
	}
	return d, nil
}

// maxKept bounds a file of the cache, in bytes.
const maxKept = 64 << 20

// readJSON reads a file of the cache. It was written here, but it is no more than a file: what is none is not waited for.
func (h *Host) readJSON(name string, into any) error {
	if h.o.Cache == "" {
		return fs.ErrNotExist
	}
	path := filepath.Join(h.o.Cache, name)
	info, err := os.Lstat(path)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() || info.Size() > maxKept {
		return fs.ErrInvalid
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return json.Unmarshal(raw, into)
}

// keepJSON writes a file of the cache, whole or not at all.
func (h *Host) keepJSON(name string, v any) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(h.o.Cache, 0o700); err != nil {
		return fmt.Errorf("keep what services say: %w", err)
	}
	f, err := os.CreateTemp(h.o.Cache, newPrefix+"*")
	if err != nil {
		return fmt.Errorf("keep what services say: %w", err)
	}
	_, err = f.Write(raw)
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), filepath.Join(h.o.Cache, name))
	}
	if err != nil {
		return fmt.Errorf("keep what services say: %w", errors.Join(err, os.Remove(f.Name())))
	}
	return nil
}
