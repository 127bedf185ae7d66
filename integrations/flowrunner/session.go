package flowrunner

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os/exec"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"authdeck/integrations/flowrunner/annotation"
	"authdeck/integrations/flowrunner/wire"
	"authdeck/integrations/flowrunner/worker"
)

// session is one worker process and the conversation with it. It is used by one goroutine and ends with close.
type session struct {
	cmd    *exec.Cmd
	conn   *wire.Conn
	in     io.Closer
	errors *tail
	files  fs.FS
	seen   map[string]stamp // what the worker asked for, as it was then
	sums   map[string][sha256.Size]byte
	texts  map[string]string
	waited chan struct{}
	once   sync.Once
}

// start begins a worker over the service's folder. It has an empty environment and no file but its pipes.
func (h *Host) start(files fs.FS) (*session, error) {
	cmd := exec.Command(h.o.Program[0], h.o.Program[1:]...) //nolint:gosec,noctx // this program itself, ended by close
	cmd.Env, cmd.Dir = []string{}, "/"
	cmd.WaitDelay = time.Second // whoever else may hold its pipes then
	setProcess(cmd)
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("start a worker: %w", err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start a worker: %w", err)
	}
	s := &session{cmd: cmd, conn: wire.NewConn(out, in), in: in, errors: &tail{}, waited: make(chan struct{})}
	s.turn(files)
	cmd.Stderr = s.errors
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start a worker: %w", err)
	}
	return s, nil
}

// close ends the worker, whatever it does, and waits for it.
func (s *session) close() {
	s.once.Do(func() {
		_ = s.in.Close()
		s.kill()
		_ = s.cmd.Wait() // killed: its state tells nothing
		close(s.waited)
	})
}

// turn makes the session serve another folder.
func (s *session) turn(files fs.FS) {
	s.files, s.seen, s.sums, s.texts = files, map[string]stamp{}, map[string][sha256.Size]byte{}, map[string]string{}
}

func (s *session) kill() {
	if s.cmd.Process != nil {
		_ = s.cmd.Process.Kill() // it may have ended meanwhile
	}
}

// tail keeps the first 64 KiB of what a dying worker writes. It is never shown raw.
type tail struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if room := 64<<10 - t.buf.Len(); room > 0 {
		t.buf.Write(p[:min(room, len(p))])
	}
	return len(p), nil
}

// contains reports whether any of the texts is in it.
func (t *tail) contains(texts ...string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.ContainsFunc(texts, func(text string) bool { return bytes.Contains(t.buf.Bytes(), []byte(text)) })
}

// handler does what a worker asks for besides files; nil members refuse it.
type handler struct {
	send    func(ctx context.Context, m wire.Message) wire.Message
	upload  func(ctx context.Context, m wire.Message) wire.Message
	console func(level, line string)
}

// WorkerError is the end of a call that the worker did not survive, or did not end in time.
type WorkerError struct{ Reason string }

func (e *WorkerError) Error() string { return "the service was stopped: " + e.Reason }

// ask sends an order and serves the worker until the answer of one of the wanted kinds comes. The worker is killed when ctx ends.
func (s *session) ask(ctx context.Context, order wire.Message, h handler, wanted ...wire.Kind) (wire.Message, error) {
	stop := context.AfterFunc(ctx, s.kill)
	defer stop()
	if err := s.conn.Write(order); err != nil {
		return wire.Message{}, s.died(ctx)
	}
	work, cancel := context.WithCancel(ctx)
	var busy sync.WaitGroup
	defer busy.Wait()
	defer cancel()
	slots := make(chan struct{}, maxParallel)
	waiting := &atomic.Int64{} // bytes of bodies
	answer := func(m wire.Message, do func(context.Context, wire.Message) wire.Message, kind wire.Kind) {
		waiting.Add(int64(len(m.Body)))
		busy.Go(func() {
			defer waiting.Add(-int64(len(m.Body)))
			a := wire.Message{Kind: kind, ID: m.ID}
			select {
			case slots <- struct{}{}:
				defer func() { <-slots }()
			case <-work.Done():
				return
			}
			if do != nil {
				a = do(work, m)
				a.Kind, a.ID = kind, m.ID
				if ctx.Err() != nil {
					return // a worker that is being ended must not make an answer of what was cut off for that
				}
			} else {
				a.Text = "not allowed here"
				a.Response = &wire.Response{Code: "EACCES", Problem: "not allowed here"}
			}
			if err := s.conn.Write(a); err != nil && errors.Is(err, wire.ErrTooLong) {
				_ = s.conn.Write(wire.Message{Kind: kind, ID: m.ID, Response: &wire.Response{Code: "ERR_BODY_TOO_LARGE", Problem: "the answer is larger than 20 MB, the limit of a service"}})
			}
		})
	}
	var got counts
	for {
		m, err := s.conn.Read()
		switch {
		case errors.Is(err, wire.ErrTooLong), errors.Is(err, wire.ErrNoMessage):
			return wire.Message{}, &WorkerError{rulesWords}
		case err != nil:
			return wire.Message{}, s.died(ctx)
		}
		if err := got.add(m, waiting.Load()); err != nil {
			return wire.Message{}, err
		}
		switch m.Kind {
		case wire.Open:
			if err := s.conn.Write(s.file(m.Name)); err != nil {
				return wire.Message{}, s.died(ctx)
			}
		case wire.Console:
			if h.console != nil {
				h.console(m.Name, m.Text)
			}
		case wire.Send:
			answer(m, h.send, wire.Answer)
		case wire.Upload:
			answer(m, h.upload, wire.Stored)
		default:
			for _, k := range wanted {
				if m.Kind == k {
					return m, nil
				}
			}
			return wire.Message{}, &WorkerError{rulesWords}
		}
	}
}

// What one call may ask of this process.
const (
	maxParallel = 16       // requests at once
	maxRequests = 500      // requests and uploads
	maxOpened   = 10_000   // files
	maxPrinted  = 1000     // console lines; a worker of ours stops far earlier
	maxSaid     = 1 << 20  // bytes of them
	maxWaiting  = 64 << 20 // bytes of bodies that wait for their turn
)

const rulesWords = "its worker broke the rules of the conversation"

// counts is what a worker has asked for.
type counts struct{ requests, opened, printed, said int }

func (c *counts) add(m wire.Message, waiting int64) error {
	switch m.Kind { //nolint:exhaustive // the others come once
	case wire.Open:
		c.opened++
	case wire.Console:
		c.printed++
		c.said += len(m.Text)
	case wire.Send, wire.Upload:
		c.requests++
	}
	switch {
	case c.requests > maxRequests:
		return &WorkerError{fmt.Sprintf("it made more than %d requests", maxRequests)}
	case c.opened > maxOpened, c.printed > maxPrinted, c.said > maxSaid:
		return &WorkerError{rulesWords}
	case waiting+int64(len(m.Body)) > maxWaiting:
		return &WorkerError{"the requests that it has under way are larger than 64 MB together"}
	}
	return nil
}

// died says why the conversation ended.
func (s *session) died(ctx context.Context) error {
	if ctx.Err() != nil {
		return context.Cause(ctx) // of a deadline that lets late answers be read (oauthflow.WithTimeout), Err tells less
	}
	s.close()
	switch {
	case s.errors.contains(
		"out of memory", "cannot allocate memory", "pthread_create failed", "failed to create new OS thread", "failed to reserve", "cannot map pages",
		"SIGSEGV: segmentation violation\nPC=", // Go's collector uses some of its own memory without a look whether it was had
	):
		return &WorkerError{"it used more memory than the 256 MB that it may"}
	case s.errors.contains("stack exceeds", "stack overflow"):
		return &WorkerError{"it nested deeper than a parser can go"}
	case outOfCPU(s.cmd.ProcessState):
		return &WorkerError{"it used more than the 2 seconds of processor time that a call may"}
	case s.cmd.ProcessState != nil && s.cmd.ProcessState.ExitCode() == worker.ExitStuck:
		return &WorkerError{busyWords}
	case s.errors.contains("cannot be locked in"):
		return &WorkerError{"this system does not let a worker lock itself in"}
	}
	return &WorkerError{"its worker ended without an answer"}
}

// file answers a worker's wish for a file, out of the service's folder only.
func (s *session) file(name string) wire.Message {
	m := wire.Message{Kind: wire.File, Name: name}
	if !fs.ValidPath(name) {
		return m
	}
	s.seen[name] = stampOf(s.files, name)
	info, err := fs.Stat(s.files, name)
	if err != nil {
		return m
	}
	switch {
	case info.IsDir():
		m.Stat = &wire.Stat{Folder: true}
	case info.Mode().IsRegular() && info.Size() <= maxFile:
		body, err := fs.ReadFile(s.files, name)
		if err != nil {
			return m
		}
		m.Stat, m.Body = &wire.Stat{Size: int64(len(body))}, body
		if s.texts != nil {
			s.sums[name], s.texts[name] = sha256.Sum256(body), string(body)
		}
	}
	return m
}

const maxFile = 8 << 20

// list reads the annotations of the folder.
func (s *session) list(ctx context.Context) (annotation.Service, error) {
	m, err := s.ask(ctx, wire.Message{Kind: wire.List}, handler{}, wire.Listed, wire.Failed)
	if err != nil {
		return annotation.Service{}, err
	}
	if m.Kind == wire.Failed {
		return annotation.Service{}, &BrokenError{Text: m.Text, NoService: m.Reason == wire.NoService}
	}
	var read annotation.Service
	if err := json.Unmarshal(m.Service, &read); err != nil {
		return annotation.Service{}, errors.New("read a service: the worker's answer is none")
	}
	return read, nil
}

// BrokenError is a service that cannot be read; Text names file and line where it can.
type BrokenError struct {
	Text      string
	NoService bool // the folder is no service at all
}

func (e *BrokenError) Error() string { return e.Text }

// loadLimit bounds starting a worker and loading a service, as a whole.
const loadLimit = 5 * time.Second
