package flowrunner

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"time"

	"authdeck/integrations/flowrunner/wire"
)

// warm is a worker that has loaded one service, holds no secret, and waits for its one call.
type warm struct {
	s     *session
	items json.RawMessage
	stubs []string
	since time.Duration // mono: when it was ready
}

// fresh reports whether all that the worker read, or looked for, is in these files as it was.
func (w *warm) fresh(files fs.FS) bool {
	for name, then := range w.s.seen {
		if stampOf(files, name) != then {
			return false
		}
	}
	return true
}

// KeepReady says whether a worker that has loaded the service is made ready after each call, for the next one. It is at first;
// a program that makes one call and ends has no use for it.
func (h *Host) KeepReady(on bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ready = on
}

// take returns a worker that has loaded the service: the one that waits, or a new one.
func (h *Host) take(ctx context.Context, folder *folder) (*warm, error) {
	h.mu.Lock()
	w := h.warm[folder.path]
	delete(h.warm, folder.path)
	h.mu.Unlock()
	if w != nil && w.fresh(folder.files) && !exited(w.s.cmd.Process) {
		return w, nil
	}
	if w != nil {
		w.s.close()
	}
	return h.load(ctx, folder)
}

// dismiss ends a worker; nobody waits until the system has taken it down, but Close.
func (h *Host) dismiss(s *session) {
	s.kill()
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		s.close()
		return
	}
	h.making.Go(s.close)
}

// prepare makes the next worker of a service ready in the background.
func (h *Host) prepare(folder *folder) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed || !h.ready || h.warm[folder.path] != nil {
		return
	}
	h.making.Go(func() {
		ctx, cancel := context.WithTimeout(h.life, loadLimit)
		defer cancel()
		w, err := h.load(ctx, folder)
		if err != nil {
			return // the next call meets the same and tells of it
		}
		h.mu.Lock()
		defer h.mu.Unlock()
		if h.closed || h.warm[folder.path] != nil {
			w.s.close()
			return
		}
		for len(h.warm) >= mostReady {
			h.dropOldest()
		}
		w.since = h.o.Clock.Mono()
		h.warm[folder.path] = w
	})
}

// mostReady is how many workers wait: each is a process of 20 MB.
const mostReady = 4

// dropOldest ends the worker that waits longest. h.mu is held.
func (h *Host) dropOldest() {
	oldest := ""
	for path, w := range h.warm {
		if oldest == "" || w.since < h.warm[oldest].since {
			oldest = path
		}
	}
	s := h.warm[oldest].s
	delete(h.warm, oldest)
	s.kill()
	h.making.Go(s.close)
}

// load starts a worker and loads the service.
func (h *Host) load(ctx context.Context, folder *folder) (*warm, error) {
	ctx, cancel := context.WithTimeout(ctx, loadLimit)
	defer cancel()
	s, err := h.start(folder.files)
	if err != nil {
		return nil, err
	}
	s.texts = nil // only a listing needs them
	m, err := s.ask(ctx, wire.Message{Kind: wire.Load}, handler{}, wire.Loaded, wire.Failed)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		err = &WorkerError{"it did not load in time"}
	case err == nil && m.Kind == wire.Failed:
		err = failure(m)
	}
	if err != nil {
		s.close()
		return nil, err
	}
	return &warm{s: s, items: json.RawMessage(m.Items), stubs: m.Stubs}, nil
}
