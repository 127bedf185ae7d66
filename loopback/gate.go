package loopback

import (
	"net"
	"net/http"
	"sync"
)

// gate keeps the number of connections bounded. When it is full, the connection that has been silent longest makes room:
// a peer that opens many and sends nothing cannot keep the browser out.
type gate struct {
	max int

	mu      sync.Mutex
	order   []net.Conn        // oldest first, without those that had to go
	busy    map[net.Conn]bool // a request is being answered
	live    map[net.Conn]bool // their goroutine runs
	waiting []waiter
}

// waiter is told when its condition holds.
type waiter struct {
	cond func(*gate) bool
	done chan struct{}
}

func newGate(limit int) *gate {
	return &gate{max: limit, busy: map[net.Conn]bool{}, live: map[net.Conn]bool{}}
}

// state is the server's ConnState hook; StateActive means that a request was read and is being answered.
func (g *gate) state(c net.Conn, s http.ConnState) {
	var out net.Conn
	g.mu.Lock()
	switch s {
	case http.StateNew:
		if len(g.order) >= g.max {
			out = g.silent(c)
		}
		g.live[c] = true
		if out != c {
			g.order = append(g.order, c)
		}
	case http.StateActive:
		g.busy[c] = true
	case http.StateIdle:
		delete(g.busy, c)
	case http.StateClosed, http.StateHijacked:
		delete(g.busy, c)
		delete(g.live, c)
		g.drop(c)
	}
	g.tell()
	g.mu.Unlock()
	if out != nil {
		_ = out.Close()
	}
}

// silent picks who must go: the oldest that has not sent a request yet, else the newcomer.
func (g *gate) silent(newcomer net.Conn) net.Conn {
	for _, c := range g.order {
		if !g.busy[c] {
			g.drop(c)
			return c
		}
	}
	return newcomer
}

func (g *gate) drop(c net.Conn) {
	for i, o := range g.order {
		if o == c {
			g.order = append(g.order[:i:i], g.order[i+1:]...)
			return
		}
	}
}

// quiet is closed when no request is being answered, empty when no connection is left.
func (g *gate) quiet() <-chan struct{} {
	return g.when(func(g *gate) bool { return len(g.busy) == 0 })
}

func (g *gate) empty() <-chan struct{} {
	return g.when(func(g *gate) bool { return len(g.live) == 0 })
}

func (g *gate) when(cond func(*gate) bool) <-chan struct{} {
	g.mu.Lock()
	defer g.mu.Unlock()
	w := waiter{cond, make(chan struct{})}
	g.waiting = append(g.waiting, w)
	g.tell()
	return w.done
}

func (g *gate) tell() {
	left := g.waiting[:0]
	for _, w := range g.waiting {
		if w.cond(g) {
			close(w.done)
			continue
		}
		left = append(left, w)
	}
	g.waiting = left
}
