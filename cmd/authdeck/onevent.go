package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"authdeck/connections"
)

// hookOptions are the flags of --on-event.
type hookOptions struct {
	command string
	events  []string // empty: all
}

// keepEvents are the words that --events takes.
func keepEvents() []string {
	return []string{
		"refreshed", "recovered", "failing", "sign_in_needed", "configuration", "refresh_token_ending", "paused", "resumed", "clock", "store",
	}
}

func (o hookOptions) check() error {
	if len(o.events) > 0 && o.command == "" {
		return usage("--events says what --on-event is run for; there is no --on-event")
	}
	for _, e := range o.events {
		if !slices.Contains(keepEvents(), e) {
			return usage("--events: there is no event %q; there are %s", e, strings.Join(keepEvents(), ", "))
		}
	}
	return nil
}

const (
	hookTime = 30 * time.Second // of one run
	hookMost = 64               // events that wait
	hookSays = 8 << 10          // bytes of stderr shown of one run
)

// hook runs a command for each event, one at a time. A nil hook runs nothing.
type hook struct {
	a       *app
	o       hookOptions
	limit   time.Duration
	mu      sync.Mutex // closing against put: stdout may let go of an event late
	closed  bool
	ch      chan connections.KeepEvent
	dropped atomic.Int64
	life    context.Context //nolint:containedctx // ends what runs when the program may wait no longer
	end     context.CancelFunc
	done    chan struct{}
	last    string // what the last run failed with, said already
}

func (a *app) startHook(o hookOptions) *hook {
	if o.command == "" {
		return nil
	}
	h := &hook{a: a, o: o, limit: hookTime, ch: make(chan connections.KeepEvent, hookMost), done: make(chan struct{})}
	h.life, h.end = context.WithCancel(context.Background())
	go func() {
		defer close(h.done)
		for e := range h.ch {
			if h.life.Err() != nil {
				h.dropped.Add(1)
				continue
			}
			h.run(e)
			h.tellDropped()
		}
		h.tellDropped()
	}()
	return h
}

// put takes an event without ever waiting.
func (h *hook) put(e connections.KeepEvent) {
	if h == nil || len(h.o.events) > 0 && !slices.Contains(h.o.events, e.Event) {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return
	}
	select {
	case h.ch <- e:
	default:
		h.dropped.Add(1)
	}
}

// finish runs what still waits, for at most 5 s once ctx has ended; then it kills what runs. What is put after it is not run.
func (h *hook) finish(ctx context.Context) {
	if h == nil {
		return
	}
	h.mu.Lock()
	h.closed = true
	close(h.ch)
	h.mu.Unlock()
	select {
	case <-h.done:
	case <-ctx.Done():
		t := time.NewTimer(hooksEnd)
		defer t.Stop()
		select {
		case <-h.done:
		case <-t.C:
		}
	}
	h.end()
	<-h.done
}

func (h *hook) tellDropped() {
	if n := h.dropped.Swap(0); n > 0 {
		h.a.complain("--on-event: %d events were not passed on: the command is too slow", n)
	}
}

// run runs the command once and says how it failed, if that is news.
func (h *hook) run(e connections.KeepEvent) {
	failed := ""
	if err := h.command(e); err != nil {
		failed = err.Error()
	}
	if failed != "" && failed != h.last {
		h.a.complain("--on-event: %s", failed)
	}
	h.last = failed
}

func (h *hook) command(e connections.KeepEvent) error {
	object, err := json.Marshal(eventOf(e))
	if err != nil {
		return fmt.Errorf("write the event: %w", err)
	}
	ctx, cancel := context.WithTimeout(h.life, h.limit)
	defer cancel()
	cmd := shellCommand(ctx, h.o.command)
	cmd.Stdin = bytes.NewReader(append(object, '\n'))
	says := &hookOutput{a: h.a}
	cmd.Stderr = says
	cmd.Env = hookEnvironment(os.Environ())
	cmd.WaitDelay = time.Second
	err = cmd.Run()
	says.end()
	switch {
	case ctx.Err() != nil && h.life.Err() == nil:
		return fmt.Errorf("the command took longer than %s and was ended", span(h.limit))
	case ctx.Err() != nil:
		return errors.New("the command was ended, as authdeck is")
	case errors.Is(err, exec.ErrWaitDelay):
		return nil // it ended well, and what it left behind holds its stderr
	case err != nil:
		return fmt.Errorf("the command failed: %w", err)
	}
	return nil
}

// hookEnvironment is the environment without what belongs to the service manager's own child.
func hookEnvironment(env []string) []string {
	return slices.DeleteFunc(slices.Clone(env), func(kv string) bool {
		name, _, _ := strings.Cut(kv, "=")
		return name == "NOTIFY_SOCKET" || name == "WATCHDOG_USEC" || name == "WATCHDOG_PID"
	})
}
