package testserver

import (
	"bytes"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync"
	"testing"
)

// Front stands before a server, keeps the Host header, so that issuer and DPoP htu stay right, counts, and injects faults.
type Front struct {
	URL string // http://127.0.0.1:PORT

	server *httptest.Server

	mu      sync.Mutex
	target  *url.URL
	inner   http.Handler // in the place of target
	while   sync.Locker
	faults  []*Fault
	arrived map[string]int
	passed  map[string]int
	chance  *rand.Rand
}

// StartFront starts a front without a server behind it, which ends with the test; see [Front.To].
func StartFront(t testing.TB) *Front {
	t.Helper()
	f := &Front{arrived: map[string]int{}, passed: map[string]int{}, chance: rand.New(rand.NewPCG(1, 2))} //nolint:gosec // repeatable on purpose
	f.server = httptest.NewUnstartedServer(f)
	f.server.Config.ConnState = func(c net.Conn, state http.ConnState) {
		if state == http.StateNew && f.connected() {
			reset(c)
		}
	}
	f.server.Start()
	f.URL = f.server.URL
	t.Cleanup(func() {
		f.server.CloseClientConnections() // ends what drips
		f.server.Close()
	})
	return f
}

// To names the server behind, an address like http://127.0.0.1:PORT.
func (f *Front) To(target string) {
	u, err := url.Parse(target)
	if err != nil {
		panic(err) // a test's constant
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.target = u
}

// Before puts the front before a handler, at that handler's own address, and in the place of a server behind.
func (f *Front) Before(h http.Handler) http.Handler {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.inner = h
	return f
}

// While has the server work only with a lock held. A request whose client has left when the lock is free is dropped.
func (f *Front) While(l sync.Locker) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.while = l
}

// Inject adds a fault. Of several that fit, the one added first is used up first.
func (f *Front) Inject(fault Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.faults = append(f.faults, &fault)
}

// Clear takes all faults away.
func (f *Front) Clear() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.faults = nil
}

// Arrived is how many requests came for a path.
func (f *Front) Arrived(path string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.arrived[path]
}

// Passed is how many of them were passed on to the server.
func (f *Front) Passed(path string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.passed[path]
}

// ServeHTTP is the front's handler.
func (f *Front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	fault := f.arrive(r)
	if fault.Mode != ResetRequest {
		// Read first: only then does the server notice, and end the request's context, when the client leaves.
		body, err := io.ReadAll(r.Body)
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	if fault.Hit != nil {
		fault.Hit()
	}
	f.play(w, r, fault)
}

// arrive counts a request and takes the fault it meets, the zero one if none.
func (f *Front) arrive(r *http.Request) Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.arrived[r.URL.Path]++
	return f.take(func(x *Fault) bool {
		return x.Mode != ResetConnect && (x.Path == "" || x.Path == r.URL.Path) && (x.Method == "" || x.Method == r.Method)
	})
}

// connected reports whether a new connection meets a fault of its own.
func (f *Front) connected() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.take(func(x *Fault) bool { return x.Mode == ResetConnect }).Mode != ""
}

// take takes the first fault that fits and counts it, the zero one if there is none.
func (f *Front) take(fits func(*Fault) bool) Fault {
	for i, x := range f.faults {
		if !fits(x) || x.Share > 0 && f.chance.Float64() >= x.Share {
			continue
		}
		hit := *x
		if x.Times == 1 {
			f.faults = append(f.faults[:i:i], f.faults[i+1:]...)
		} else if x.Times > 1 {
			x.Times--
		}
		return hit
	}
	return Fault{}
}

// pass hands a request to the server.
func (f *Front) pass(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	while := f.while
	f.mu.Unlock()
	if while != nil {
		while.Lock()
		defer while.Unlock()
		if r.Context().Err() != nil {
			panic(http.ErrAbortHandler)
		}
	}
	f.mu.Lock()
	target, inner := f.target, f.inner
	f.passed[r.URL.Path]++
	f.mu.Unlock()
	if inner != nil {
		inner.ServeHTTP(w, r)
		return
	}
	if target == nil {
		http.Error(w, "no server behind the front yet", http.StatusBadGateway)
		return
	}
	transport := &http.Transport{DisableKeepAlives: true}
	proxy := &httputil.ReverseProxy{
		Transport: transport,
		Rewrite: func(p *httputil.ProxyRequest) {
			p.SetURL(target)
			p.Out.Host = p.In.Host
		},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, err error) {
			http.Error(w, err.Error(), http.StatusBadGateway)
		},
	}
	proxy.ServeHTTP(w, r)
}
