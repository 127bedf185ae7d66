package watch

import (
	"fmt"
	"hash/fnv"
	"io/fs"
	"os"
	"path/filepath"
)

// stampMost bounds how many files are looked at.
const stampMost = 20000

// Stamp tells whether a file of an integration was saved since another stamp: of a folder all files in it count, of a manifest itself
// and what lies in folders beside it. It is "" for what is no file or folder here, as an address. It asks the disk for each file.
func Stamp(origin string) string {
	h, n := fnv.New64a(), 0
	add := func(path string, info os.FileInfo) {
		_, _ = fmt.Fprintln(h, path, info.Size(), info.ModTime().UnixNano())
	}
	info, err := os.Stat(origin)
	if err != nil {
		return ""
	}
	root := origin
	if !info.IsDir() {
		add(origin, info)
		root = filepath.Dir(origin)
	}
	_ = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		n++
		switch {
		case err != nil:
			return nil //nolint:nilerr // what cannot be read has no stamp
		case n > stampMost:
			return filepath.SkipAll
		case d.IsDir() && (d.Name() == "node_modules" || d.Name() == ".git"):
			return filepath.SkipDir
		case d.IsDir(), root != origin && filepath.Dir(path) == root:
			return nil
		}
		if info, err := d.Info(); err == nil {
			add(path, info)
		}
		return nil
	})
	return fmt.Sprint(h.Sum64())
}
