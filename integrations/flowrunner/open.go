package flowrunner

import (
	"context"
	"maps"
	"net/http"
	"path/filepath"

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
	l := &lister{h: h}
	defer l.close()
	r := record{At: h.now().UnixNano()}
	read, _, err := l.read(ctx, rooted(dir), &r)
	if err != nil {
		return nil, err
	}
	r.fill(read)
	s := h.service(&folder{path: dir, files: rooted(dir)}, r)
	s.whole = func() (annotation.Service, error) { return read, nil }
	return s, s.learnItems(ctx)
}

// Open runs the load once where config items are made by code (integrations.Opener). What it meets stands in Info.Broken.
func (s *Service) Open(ctx context.Context) integrations.Integration {
	if s.record.Read.ItemsKnown || s.info.Broken != "" {
		return s
	}
	opened := *s
	if err := opened.learnItems(ctx); err != nil {
		if ctx.Err() != nil {
			return s
		}
		opened.info.Broken = why(err)
		return &opened
	}
	if s.learned != nil {
		s.learned(opened.record)
	}
	return &opened
}

// learnItems runs the service's load for its config items where its text does not tell them.
func (s *Service) learnItems(ctx context.Context) error {
	if s.record.Read.ItemsKnown {
		return nil
	}
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
	s.record.Read.Items, s.record.Read.ItemsKnown, s.record.ItemsSeen = items, true, maps.Clone(w.s.seen)
	mistake := s.info.Mistake
	s.info = describe(s.folder, s.record)
	s.info.Mistake = mistake
	return nil
}

// Played returns the same service, all of whose requests are answered by provider: nothing leaves the machine.
func (s *Service) Played(provider http.Handler) *Service {
	with := *s
	with.transport = played{provider}
	return &with
}

// Text is all that the service's text says.
func (s *Service) Text() (annotation.Service, error) { return s.whole() }

var _ integrations.Integration = (*Service)(nil)
