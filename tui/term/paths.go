package term

import (
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// mostPaths bounds what Complete gives.
const mostPaths = 200

// Complete gives the paths that begin with prefix, folders with a separator at their end; "~" is the home folder. It reads one folder.
func Complete(prefix string) []string {
	dir, base := filepath.Split(prefix)
	read := Home(dir)
	if read == "" {
		read = "."
	}
	entries, err := os.ReadDir(read)
	if err != nil {
		return nil
	}
	var list []string
	for _, e := range entries {
		name := e.Name()
		if !strings.HasPrefix(name, base) || strings.HasPrefix(name, ".") && !strings.HasPrefix(base, ".") {
			continue
		}
		if e.IsDir() {
			name += string(filepath.Separator)
		}
		if list = append(list, dir+name); len(list) == mostPaths {
			break
		}
	}
	slices.Sort(list)
	return list
}

// CheckPath says what is wrong with the path of a file that is to be read, "" if nothing. A web address is none of its business.
func CheckPath(path string) string {
	if u, err := url.Parse(path); path == "" || err == nil && len(u.Scheme) > 1 && u.Host != "" {
		return ""
	}
	info, err := os.Stat(Home(path))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "there is no such file"
	case err != nil:
		return "the file cannot be looked at"
	case info.IsDir():
		return "this is a folder"
	case !info.Mode().IsRegular():
		return "this is no plain file"
	}
	return ""
}

// Home is a path with the home folder in the place of a "~" at its beginning.
func Home(path string) string {
	rest, ok := strings.CutPrefix(path, "~")
	if !ok || rest != "" && !os.IsPathSeparator(rest[0]) {
		return path
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return path
	}
	return home + rest
}
