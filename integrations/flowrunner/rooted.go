package flowrunner

import (
	"errors"
	"io/fs"
	"os"
)

// rooted is a service's folder: nothing outside of it can be reached, by links neither.
type rooted string

func (r rooted) Open(name string) (fs.File, error) {
	root, err := os.OpenRoot(string(r))
	if err != nil {
		return nil, err
	}
	f, err := root.Open(name)
	if err = errors.Join(err, root.Close()); err != nil {
		return nil, err
	}
	return f, nil
}

// Stat follows links that stay in the folder.
func (r rooted) Stat(name string) (fs.FileInfo, error) {
	root, err := os.OpenRoot(string(r))
	if err != nil {
		return nil, err
	}
	info, err := root.Stat(name)
	return info, errors.Join(err, root.Close())
}

// stamp tells two states of a file apart without reading it. The zero value is that of a file that is not there.
type stamp struct {
	Size     int64 `json:"size"`
	Modified int64 `json:"modified"` // ns since 1970
}

func stampOf(files fs.FS, name string) stamp {
	info, err := fs.Stat(files, name)
	if err != nil {
		return stamp{}
	}
	if info.IsDir() {
		return stamp{Size: -1}
	}
	return stamp{Size: info.Size(), Modified: info.ModTime().UnixNano()}
}
