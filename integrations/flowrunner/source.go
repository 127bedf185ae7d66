package flowrunner

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"authdeck/integrations"
	"authdeck/integrations/flowrunner/annotation"
)

// Root is a folder that the user named: a service, or a folder of services.
type Root struct {
	Dir string
	// ID is the integration's id, "" for one made of the folder's name. A folder of services ignores it.
	ID string
	// Own: each service in the folder was put there by the user's word, and counts as named.
	Own bool

	named bool
}

// source lists the services of some folders.
type source struct {
	h     *Host
	roots func(context.Context) ([]Root, error)

	mu     sync.Mutex
	loaded bool
	known  map[string]*entry // by folder
}

// entry is what is known of one folder.
type entry struct {
	record
	live bool     // it was listed in this process
	good *Service // the last version that could be read and was listed in this process
}

// Services is the source of the services in these folders. They are read anew when a file of theirs changes, by one
// worker for all of them; what was read is kept in Options.Cache. A service that breaks keeps its last good version in force
// as long as this process lives, with the mistake in Info.Mistake.
func Services(h *Host, roots func(context.Context) ([]Root, error)) integrations.Source {
	return &source{h: h, roots: roots, known: map[string]*entry{}}
}

// Integrations lists what is there now.
func (s *source) Integrations(ctx context.Context) ([]integrations.Integration, error) {
	roots, err := s.roots(ctx)
	found, findErr := folders(roots)
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.loaded && len(found) > 0 {
		s.loaded = true
		for dir, r := range s.h.readIndex() {
			s.known[dir] = &entry{record: r}
		}
	}
	changed := s.read(ctx, found)
	list := make([]integrations.Integration, 0, len(found))
	for _, f := range found {
		if e := s.known[f.Dir]; e != nil {
			list = append(list, s.listed(f, e))
		}
	}
	for dir := range s.known {
		if err != nil || findErr != nil {
			break // what could not be listed may still be there
		}
		if !slices.ContainsFunc(found, func(f Root) bool { return f.Dir == dir }) {
			delete(s.known, dir)
			changed = true
		}
	}
	if changed {
		if err := s.h.writeIndex(s.known); err != nil {
			s.h.o.Log.Warn("what was read of services is not kept", "err", err)
		}
	}
	return list, errors.Join(err, findErr)
}

// Folders are where the services lie, and what their code reads ([integrations.Located]).
func (s *source) Folders(ctx context.Context) []string {
	var all []string
	roots, _ := s.roots(ctx)
	for _, r := range roots {
		all = append(all, r.Dir)
	}
	_, _ = s.Integrations(ctx) // what cannot be listed has no folders to tell of
	s.mu.Lock()
	defer s.mu.Unlock()
	for dir, e := range s.known {
		all = append(all, dir)
		for name := range e.Seen {
			all = append(all, filepath.Dir(filepath.Join(dir, filepath.FromSlash(name))))
		}
	}
	return all
}

// read brings known up to date and reports whether anything changed.
func (s *source) read(ctx context.Context, found []Root) (changed bool) {
	l := &lister{h: s.h}
	defer l.close()
	for _, f := range found {
		old := s.known[f.Dir]
		if old != nil && old.fresh(f.Dir, s.h.now().UnixNano()) {
			old.live = true
			if len(old.ItemsSeen) > 0 && !maps.Equal(stampsOf(f.Dir, old.ItemsSeen), old.ItemsSeen) {
				// What made them has changed, though not what the list was read of.
				old.Read.Items, old.Read.ItemsKnown, old.ItemsSeen = nil, false, nil
				changed = true
			}
			continue
		}
		if ctx.Err() != nil {
			return changed
		}
		e := &entry{record: l.list(ctx, f.Dir, old), live: true}
		if ctx.Err() != nil {
			return changed // what came of it says nothing of the folder
		}
		if e.Broken != "" && old != nil && old.live {
			e.good = s.lastGood(f, old)
		}
		s.known[f.Dir], changed = e, true
	}
	return changed
}

// lastGood is the version before a mistake, out of what is kept of it.
func (s *source) lastGood(f Root, old *entry) *Service {
	if old.Broken != "" {
		return old.good
	}
	kept, err := s.h.readDetail(old.Hash)
	if err != nil {
		return nil
	}
	files := overlay{texts: kept.Texts, below: rooted(f.Dir)}
	return s.h.service(&folder{path: f.Dir, id: f.ID, found: !f.named, files: files}, old.record)
}

// listed is the integration of a folder.
func (s *source) listed(f Root, e *entry) integrations.Integration {
	h := s.h
	at := &folder{path: f.Dir, id: f.ID, found: !f.named, files: rooted(f.Dir)}
	switch {
	case e.Broken == "":
		one := h.service(at, e.record)
		one.learned = func(r record) { s.keepItems(f.Dir, r) }
		return one
	case e.good != nil:
		one := *e.good
		one.info.Mistake = e.Broken
		return &one
	}
	one := h.service(at, record{Read: annotation.Service{Name: e.Read.Name, ItemsKnown: true}})
	one.info.Broken, one.info.Setup = e.Broken, nil
	return one
}

// keepItems notes the config items that the code of a version made.
func (s *source) keepItems(dir string, learned record) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.known[dir]
	if e == nil || e.Hash != learned.Hash {
		return
	}
	changed := *e
	changed.Read.Items, changed.Read.ItemsKnown, changed.ItemsSeen = learned.Read.Items, true, learned.ItemsSeen
	s.known[dir] = &changed
	if err := s.h.writeIndex(s.known); err != nil {
		s.h.o.Log.Warn("the config items of a service are not kept", "err", err)
	}
}

// folders finds the services in the roots.
func folders(roots []Root) ([]Root, error) {
	var found []Root
	var errs []error
	for _, r := range roots {
		if isService(r.Dir) {
			r.named = true
			found = append(found, r)
			continue
		}
		entries, err := os.ReadDir(r.Dir)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("list the services of %s: %w", r.Dir, err))
		}
		for _, e := range entries {
			if dir := filepath.Join(r.Dir, e.Name()); !strings.HasPrefix(e.Name(), ".") && isService(dir) {
				found = append(found, Root{Dir: dir, named: r.Own})
			}
		}
	}
	// Of one that is reached twice, the name that the user gave counts; those that were named come first.
	slices.SortFunc(found, func(a, b Root) int {
		return cmp.Or(cmp.Compare(a.Dir, b.Dir), namedFirst(a, b), -cmp.Compare(a.ID, b.ID))
	})
	found = slices.CompactFunc(found, func(a, b Root) bool { return a.Dir == b.Dir })
	slices.SortStableFunc(found, namedFirst)
	return found, errors.Join(errs...)
}

func namedFirst(a, b Root) int {
	switch {
	case a.named == b.named:
		return 0
	case a.named:
		return -1
	}
	return 1
}

// isService reports whether a folder has a service's entry.
func isService(dir string) bool {
	info, err := os.Stat(filepath.Join(dir, filepath.FromSlash(annotation.Entry)))
	return err == nil && info.Mode().IsRegular()
}

// ServicesIn counts the services that a folder is or holds.
func ServicesIn(dir string) (dirs []string, isOne bool) {
	found, _ := folders([]Root{{Dir: dir}})
	for _, f := range found {
		dirs = append(dirs, f.Dir)
	}
	return dirs, isService(dir)
}
