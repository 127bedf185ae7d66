package manifest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"authdeck/integrations"
	"authdeck/internal/safetext"
	"authdeck/oauthflow"
)

// folder is a user's manifests, read anew when they change.
type folder struct {
	c     *oauthflow.Caller
	dir   string
	links func(context.Context) ([]string, error)
	code  Code

	mu    sync.Mutex
	files map[string]*file // by path
}

// file is the last reading of one.
type file struct {
	size     int64
	modified time.Time
	shown    integrations.Integration // what is listed
	good     integrations.Integration // the last version that could be read; nil if there was none
}

// Folder is the source of a user's folder of *.yaml files; a missing folder is an empty one. Files are read anew when
// they change. links (may be nil) lists further files or folders that `integrations add` remembered. A file that broke
// keeps its last good version in force as long as this process lives, with the error in Info.Mistake; one that never
// could be read is listed with Info.Broken. code (may be nil) runs what pages leave to JavaScript.
func Folder(c *oauthflow.Caller, dir string, links func(context.Context) ([]string, error), code Code) integrations.Source {
	return &folder{c: c, dir: dir, links: links, code: code, files: map[string]*file{}}
}

// Integrations returns what lies there now.
func (f *folder) Integrations(ctx context.Context) ([]integrations.Integration, error) {
	paths, err := f.paths(ctx)
	f.mu.Lock()
	defer f.mu.Unlock()
	list := make([]integrations.Integration, 0, len(paths))
	for _, p := range paths {
		list = append(list, f.read(p))
	}
	for p := range f.files {
		if !slices.Contains(paths, p) {
			delete(f.files, p)
		}
	}
	return list, err
}

// Folders are where the files lie ([integrations.Located]).
func (f *folder) Folders(ctx context.Context) []string {
	all := []string{f.dir}
	paths, _ := f.paths(ctx)
	for _, p := range paths {
		all = append(all, filepath.Dir(p))
	}
	return all
}

// paths are the files of the folder, then the linked ones.
func (f *folder) paths(ctx context.Context) ([]string, error) {
	paths, err := yamlFiles(f.dir)
	if f.links == nil {
		return paths, err
	}
	linked, linkErr := f.links(ctx)
	if linkErr != nil {
		err = errors.Join(err, fmt.Errorf("list linked manifests: %w", linkErr))
	}
	for _, l := range linked {
		if info, statErr := os.Stat(l); statErr == nil && info.IsDir() {
			more, dirErr := yamlFiles(l)
			paths, err = append(paths, more...), errors.Join(err, dirErr)
			continue
		}
		paths = append(paths, l)
	}
	slices.Sort(paths)
	return slices.Compact(paths), err
}

func yamlFiles(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list the manifests of %s: %w", dir, err)
	}
	var paths []string
	for _, e := range entries {
		if ext := filepath.Ext(e.Name()); !e.IsDir() && (ext == ".yaml" || ext == ".yml") && !strings.HasPrefix(e.Name(), ".") {
			paths = append(paths, filepath.Join(dir, e.Name()))
		}
	}
	return paths, nil
}

// read returns the integration of a file, parsed anew if the file changed.
func (f *folder) read(path string) integrations.Integration {
	info, err := os.Stat(path)
	if err != nil {
		return f.broken(path, nil, readProblem(path, err))
	}
	old := f.files[path]
	if old != nil && old.size == info.Size() && old.modified.Equal(info.ModTime()) {
		return old.shown
	}
	now := &file{size: info.Size(), modified: info.ModTime()}
	if old != nil {
		now.good = old.good
	}
	f.files[path] = now
	text, err := readLimited(path)
	if err != nil {
		now.shown = f.broken(path, now.good, readProblem(path, err))
		return now.shown
	}
	i, err := Parse(f.c, Page{Name: filepath.Base(path), Kind: integrations.KindManifest, Origin: path, YAML: text, Code: f.code})
	var mistakes *Errors
	switch {
	case err == nil:
		now.good, now.shown = i, i
	case errors.As(err, &mistakes):
		now.shown = f.broken(path, now.good, mistakes.First())
	default:
		now.shown = f.broken(path, now.good, err.Error())
	}
	return now.shown
}

func readProblem(path string, err error) string {
	if errors.Is(err, fs.ErrNotExist) {
		return filepath.Base(path) + " is not there any more"
	}
	var p *fs.PathError
	if errors.As(err, &p) {
		err = p.Err
	}
	return filepath.Base(path) + " cannot be read: " + err.Error()
}

// readLimited reads one byte more than a page may have, so that Parse can say that it is too large.
func readLimited(path string) ([]byte, error) {
	in, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(in, maxPage+1))
	return text, errors.Join(err, in.Close())
}

// broken is a file that cannot be used: its last good version with the reason, or a name with the reason.
func (f *folder) broken(path string, good integrations.Integration, why string) integrations.Integration {
	why = safetext.Line(why, 300)
	if b, ok := good.(interface{ base() *integration }); ok {
		old := b.base()
		info := old.info
		info.Mistake = why
		return assemble(&integration{c: old.c, rand: old.rand, spec: old.spec, info: info, code: old.code, servers: map[string]*server{}})
	}
	id := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	return unusable{info: integrations.Info{ID: id, Name: id, Kind: integrations.KindManifest, Origin: path, Broken: why}}
}

// unusable is a page with a mistake: it is listed with its reason, and every operation answers with it.
type unusable struct{ info integrations.Info }

func (u unusable) Info() integrations.Info { return u.info }

func (u unusable) err() error {
	return fmt.Errorf("%w: %s", integrations.ErrNotConfigured, u.info.Broken)
}

func (u unusable) ConnectionURL(context.Context, integrations.ConnectionURLRequest) (integrations.ConnectionURL, error) {
	return integrations.ConnectionURL{}, u.err()
}

func (u unusable) ExecuteCallback(context.Context, integrations.CallbackRequest) (integrations.Grant, error) {
	return integrations.Grant{}, u.err()
}

func (u unusable) RefreshToken(context.Context, integrations.RefreshRequest) (integrations.Grant, error) {
	return integrations.Grant{}, u.err()
}
