package flowrunner

import (
	"context"
	"net/http"
	"path/filepath"
	"slices"

	"authdeck/integrations"
	"authdeck/integrations/flowrunner/annotation"
)

// Open reads the service in a folder: its annotations in a worker, and its config items by running it once where the text
// alone does not tell them. Errors: [*BrokenError], [*WorkerError], or a [*ThrownError] of its code.
func (h *Host) Open(ctx context.Context, dir string) (*Service, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	f := &folder{path: dir, files: rooted(dir)}
	s, err := h.start(f.files)
	if err != nil {
		return nil, err
	}
	defer s.close()
	ctx, cancel := context.WithTimeout(ctx, loadLimit)
	defer cancel()
	read, err := s.list(ctx)
	if err != nil {
		return nil, err
	}
	service := h.service(f, read)
	if !read.ItemsKnown {
		return service, service.learnItems(ctx)
	}
	return service, nil
}

func (h *Host) service(f *folder, read annotation.Service) *Service {
	return &Service{h: h, folder: f, read: read, info: describe(f.path, read)}
}

// learnItems runs the service's load for its config items.
func (s *Service) learnItems(ctx context.Context) error {
	w, err := s.h.take(ctx, s.folder)
	if err != nil {
		return err
	}
	defer s.h.prepare(s.folder)
	defer w.s.close()
	items, ok := annotation.ItemsOf(w.items)
	if !ok {
		return &BrokenError{Text: "the config items that addService gets are no list of objects with names"}
	}
	s.read.Items, s.read.ItemsKnown = items, true
	s.info = describe(s.folder.path, s.read)
	return nil
}

// Played returns the same service, all of whose requests are answered by provider: nothing leaves the machine.
func (s *Service) Played(provider http.Handler) *Service {
	with := *s
	with.transport = played{provider}
	return &with
}

// Problems are what reading the annotations met.
func (s *Service) Problems() []annotation.Problem { return slices.Clone(s.read.Problems) }

// Read is what the service's text says.
func (s *Service) Read() annotation.Service { return s.read }

var _ integrations.Integration = (*Service)(nil)
