package main

import (
	"fmt"
	"os"
	"sync"
	"time"

	"golang.org/x/term"

	"authdeck/connections"
)

// progress shows how far a run is: waits as lines on stderr, and on a terminal the stage with the time that has gone by, in one line
// that is gone at the end.
type progress struct {
	a     *app
	began time.Duration // mono
	live  bool

	mu   sync.Mutex
	step connections.RunProgress

	quit chan struct{}
	done sync.WaitGroup
}

// startProgress begins; end it with stop.
func (a *app) startProgress() *progress {
	p := &progress{a: a, began: a.clock.Mono(), quit: make(chan struct{})}
	f, ok := a.err.(*os.File)
	p.live = ok && !a.quiet && !a.json && !a.verbose && a.getenv("TERM") != "dumb" && term.IsTerminal(int(f.Fd()))
	if p.live {
		p.done.Go(p.draw)
	}
	return p
}

// told takes a step of the run.
func (p *progress) told(step connections.RunProgress) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.step = step
	if step.Stage == connections.StageWaiting {
		p.clear()
		wait := step.Until.Sub(p.a.clock.Wall()).Round(time.Second)
		p.a.note("the API asks to wait: trying again in %s, at %s", span(max(wait, 0)), step.Until.Local().Format(time.TimeOnly))
	}
}

// draw writes the line each second; a run that is over before the first shows none.
func (p *progress) draw() {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-p.quit:
			return
		case <-tick.C:
		}
		p.mu.Lock()
		page := ""
		if p.step.Page > 1 {
			page = fmt.Sprintf(", page %d", p.step.Page)
		}
		_, _ = fmt.Fprintf(p.a.err, "\r\x1b[K%s%s … %s", p.step.Stage, page, span(p.a.clock.Mono()-p.began))
		p.mu.Unlock()
	}
}

// clear takes the line away.
func (p *progress) clear() {
	if p.live {
		_, _ = fmt.Fprint(p.a.err, "\r\x1b[K")
	}
}

// stop waits until nothing is drawn any more.
func (p *progress) stop() {
	close(p.quit)
	p.done.Wait()
	p.clear()
}
