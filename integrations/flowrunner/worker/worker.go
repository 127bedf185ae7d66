package worker

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"time"

	"github.com/dlclark/regexp2/v2"

	"authdeck/integrations/flowrunner/annotation"
	"authdeck/integrations/flowrunner/engine"
	"authdeck/integrations/flowrunner/lint"
	"authdeck/integrations/flowrunner/wire"
)

// Arg is the argument by which the program knows that it is to be a worker.
const Arg = "__flowrunner-worker"

// The codes that a worker exits with where it ends itself: its processor time is used up, or a script cannot be interrupted.
const (
	ExitCPU   = 4
	ExitStuck = 5
)

// busyTime is how long a script may compute without a pause.
const busyTime = 2 * time.Second

// Main is the whole of a worker: it locks itself in, does what it is told over stdin, answers on stdout, and returns the
// exit code. The program must have done nothing before.
func Main() int {
	closeInherited()
	if err := lockIn(); err != nil {
		_, _ = os.Stderr.WriteString("the worker cannot be locked in: " + err.Error() + "\n")
		return 3
	}
	regexp2.DefaultMatchTimeout = 6 * busyTime // an expression sees no interrupt, but this; Stuck comes before, since the end of it counts as no match
	debug.SetGCPercent(400)                    // the start makes little garbage and ends soon
	w := &worker{conn: wire.NewConn(os.Stdin, os.Stdout), in: make(chan wire.Message), gone: func() { os.Exit(0) }}
	if err := w.run(); err != nil && !errors.Is(err, io.EOF) {
		_, _ = os.Stderr.WriteString(err.Error() + "\n")
		return 1
	}
	return 0
}

// worker is one conversation. Only its own goroutine runs JavaScript; another one reads.
type worker struct {
	conn   *wire.Conn
	engine *engine.Engine

	gone func() // called where the host is gone, whatever is computed just now

	in chan wire.Message // what the reader brought, but answers: File, Load, Invoke, List, Lint, Icon
}

// run answers until the call has been made, or the pipe is closed.
func (w *worker) run() error {
	failed := make(chan error, 1)
	pending := &pendingAnswers{}
	go func() { // ends with the process: a worker lives for one call
		for {
			m, err := w.conn.Read()
			if err != nil {
				if errors.Is(err, io.EOF) {
					w.gone()
				}
				failed <- err
				close(w.in)
				return
			}
			switch m.Kind {
			case wire.Answer, wire.Stored:
				pending.deliver(m)
			default:
				w.in <- m
			}
		}
	}()
	ask := func(m wire.Message, done func(wire.Message)) {
		m.ID = pending.add(done)
		if err := w.conn.Write(m); err != nil {
			pending.deliver(wire.Message{Kind: wire.Answer, ID: m.ID, Response: &wire.Response{Code: "ERR_BODY_TOO_LARGE", Problem: "the request is larger than 20 MB, the limit of a worker"}})
		}
	}
	for m := range w.in {
		var err error
		switch m.Kind { //nolint:exhaustive // anything else is not for now
		case wire.List:
			err = w.surviving(w.list)
		case wire.Lint:
			err = w.surviving(func() error { return w.lint(m.Methods) })
		case wire.Icon:
			err = w.surviving(func() error { return w.icon(m.Body) })
		case wire.Load:
			err = w.surviving(func() error { return w.load(ask) })
		case wire.Invoke:
			return w.surviving(func() error { return w.invoke(m) })
		}
		if err != nil {
			return err
		}
	}
	return <-failed
}

// surviving answers for work in which the engine or the parser panics. What Go itself ends the process for cannot be survived.
func (w *worker) surviving(work func() error) (err error) {
	defer func() {
		if fell := recover(); fell != nil {
			text := fmt.Sprintf("the JavaScript engine failed: %.200v", fell)
			err = w.conn.Write(wire.Message{Kind: wire.Failed, Reason: wire.Internal, Text: text})
		}
	}()
	return work()
}

// list reads the annotations of the folder whose files the host hands over.
func (w *worker) list() error {
	allowTime() // each folder has its own
	s, err := annotation.Read(w.folder())
	if err != nil {
		reason := wire.Internal
		var syntax *annotation.SyntaxError
		switch {
		case errors.As(err, &syntax):
			reason = wire.Syntax
		case errors.Is(err, annotation.ErrNoService):
			reason = wire.NoService
		}
		return w.conn.Write(wire.Message{Kind: wire.Failed, Reason: reason, Text: err.Error()})
	}
	raw, err := json.Marshal(s)
	if err != nil {
		return err
	}
	return w.conn.Write(wire.Message{Kind: wire.Listed, Service: raw})
}

// lint checks the source of the folder whose files the host hands over.
func (w *worker) lint(methods []string) error {
	allowTime()
	var found []lint.Finding
	if len(methods) > 0 {
		found = lint.Beside(w.folder(), methods)
	} else {
		found = lint.Folder(w.folder())
	}
	raw, err := json.Marshal(found)
	if err != nil {
		return err
	}
	return w.conn.Write(wire.Message{Kind: wire.Linted, Findings: raw})
}

// loadTime bounds the evaluation of a service's files: nothing in it may wait.
const loadTime = 2500 * time.Millisecond

func (w *worker) load(ask func(wire.Message, func(wire.Message))) error {
	ctx, cancel := context.WithTimeout(context.Background(), loadTime)
	defer cancel()
	loading := true
	e, err := engine.New(engine.Options{
		Folder: w.folder(), Rand: rand.Reader, Now: time.Now,
		Send: func(r engine.Request, done func(engine.Response)) {
			if loading {
				done(engine.Response{Problem: &engine.Problem{Code: "EACCES", Message: "no HTTP while the service is loaded"}})
				return
			}
			if len(r.Body) > wire.MaxBody {
				done(engine.Response{Problem: &engine.Problem{Code: "ERR_BODY_TOO_LARGE", Message: "the request's body is larger than 20 MB, the limit of a worker"}})
				return
			}
			m := wire.Message{Kind: wire.Send, Body: r.Body, Request: &wire.Request{
				Method: r.Method, URL: r.URL, Headers: r.Headers, HasBody: r.HasBody, Follow: r.Follow, Decompress: r.Decompress, IdleMillis: r.Idle.Milliseconds(),
			}}
			ask(m, func(a wire.Message) { done(response(a)) })
		},
		Upload: func(f engine.Upload, done func(string, string)) {
			ask(wire.Message{Kind: wire.Upload, Body: f.Data, Name: f.Options}, func(a wire.Message) { done(a.Address, a.Text) })
		},
		Console: w.console(), Busy: busyTime, Stuck: func() { os.Exit(ExitStuck) }, Used: processorTime(),
	})
	if err != nil {
		return err
	}
	w.engine = e
	if err := e.Load(ctx); err != nil {
		return w.failed(err)
	}
	loading = false
	items, err := e.Items(ctx)
	if err != nil {
		return w.failed(err)
	}
	return w.conn.Write(wire.Message{Kind: wire.Loaded, Items: items, Stubs: e.Stubs()})
}

func response(a wire.Message) engine.Response {
	r := a.Response
	switch {
	case r == nil:
		return engine.Response{Problem: &engine.Problem{Code: "EPROTO", Message: "no answer came"}}
	case r.Code != "":
		return engine.Response{Problem: &engine.Problem{Code: r.Code, Message: r.Problem}}
	}
	return engine.Response{Status: r.Status, StatusText: r.StatusText, Headers: r.Headers, Body: a.Body, URL: r.URL}
}

// The bounds of what a call may print (§6.2).
const (
	consoleLines = 200
	consoleBytes = 64 << 10
)

func (w *worker) console() func(level, line string) bool {
	lines, size := 0, 0
	return func(level, line string) bool {
		lines++
		line = line[:min(len(line), consoleBytes-size)]
		size += len(line)
		_ = w.conn.Write(wire.Message{Kind: wire.Console, Name: level, Text: line}) // a closed pipe ends the process anyway
		return lines < consoleLines && size < consoleBytes
	}
}

// invoke makes the one call.
func (w *worker) invoke(m wire.Message) error {
	if w.engine == nil {
		return w.conn.Write(wire.Message{Kind: wire.Failed, Reason: wire.Internal, Text: "no service was loaded"})
	}
	var c engine.Call
	if err := json.Unmarshal(m.Call, &c); err != nil {
		return w.conn.Write(wire.Message{Kind: wire.Failed, Reason: wire.Internal, Text: "the call is no call"})
	}
	allowTime()
	debug.SetGCPercent(100)
	text, err := w.engine.Call(context.Background(), c)
	if err != nil {
		return w.failed(err)
	}
	if len(text) <= wire.MaxBody {
		err = w.conn.Write(wire.Message{Kind: wire.Result, Text: text, Stubs: w.engine.Stubs()})
	}
	if len(text) > wire.MaxBody || errors.Is(err, wire.ErrTooLong) {
		return w.conn.Write(wire.Message{Kind: wire.Failed, Reason: wire.TooLongResult, Text: "the result is larger than 20 MB, the limit of a worker"})
	}
	return err
}

func (w *worker) failed(err error) error {
	m := wire.Message{Kind: wire.Failed, Reason: wire.Internal, Text: err.Error(), Stubs: w.engine.Stubs()}
	var f *engine.Failure
	switch {
	case errors.As(err, &f):
		m.Reason, m.Text = wire.Threw, ""
		if f.Constructor {
			m.Reason = wire.Constructing
		}
		raw, err := json.Marshal(f)
		if err != nil {
			return err
		}
		m.Failure = raw
	case errors.Is(err, context.DeadlineExceeded):
		m.Reason = wire.OutOfTime
	case errors.Is(err, engine.ErrNotRegistered):
		m.Reason = wire.Unregistered
	case errors.Is(err, engine.ErrNoMethod):
		m.Reason = wire.NoMethod
	case errors.Is(err, engine.ErrBusy):
		m.Reason = wire.Busy
	case errors.Is(err, engine.ErrUnsettled):
		m.Reason = wire.Unsettled
	}
	return w.conn.Write(m)
}
