package testserver

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strconv"
	"sync"
	"testing"
	"time"
)

// Mode is what a fault does to a request.
type Mode string

// The modes.
const (
	CommitThenDrop Mode = "commit_then_drop" // the server does its work, the answer is lost and the connection cut
	Drop           Mode = "drop"             // the connection is cut, the server hears nothing
	Delay          Mode = "delay"            // passed on after Fault.Delay
	Status         Mode = "status"           // Fault.Status with Fault.RetryAfter and Fault.Body, the server hears nothing
	Garbage        Mode = "garbage"          // a 200 whose JSON body is none, the server hears nothing
	Redirect       Mode = "redirect"         // Fault.Status (default 307) to Fault.Location, the server hears nothing
	SlowDrip       Mode = "slow_drip"        // the server's answer, one byte each Fault.Delay
	CutBody        Mode = "cut_body"         // half of the server's answer, then the connection is cut
)

// Fault says what happens to requests of a path.
type Fault struct {
	Path       string // "" is any
	Method     string // "" is any
	Mode       Mode
	Times      int // how many requests; 0 is all until Clear
	Delay      time.Duration
	Status     int
	RetryAfter string
	Body       string
	Location   string
	// Hit, if set, runs when a request meets the fault, before anything else happens to it.
	Hit func()
}

// Front stands before a server, keeps the Host header, so that issuer and DPoP htu stay right, counts, and injects faults.
type Front struct {
	URL string // http://127.0.0.1:PORT

	server *httptest.Server

	mu      sync.Mutex
	target  *url.URL
	faults  []*Fault
	arrived map[string]int
	passed  map[string]int
}

// StartFront starts a front without a server behind it, which ends with the test; see [Front.To].
func StartFront(t testing.TB) *Front {
	t.Helper()
	f := &Front{arrived: map[string]int{}, passed: map[string]int{}}
	f.server = httptest.NewServer(f)
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
	// Read first: only then does the server notice, and end the request's context, when the client leaves.
	body, err := io.ReadAll(r.Body)
	if err != nil {
		cut()
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	fault := f.arrive(r)
	if fault.Hit != nil {
		fault.Hit()
	}
	switch fault.Mode {
	case "":
		f.pass(w, r)
	case Drop:
		cut()
	case CommitThenDrop:
		f.pass(httptest.NewRecorder(), r.WithContext(context.WithoutCancel(r.Context()))) // committed, client or not
		cut()
	case Delay:
		if sleep(r, fault.Delay) {
			f.pass(w, r)
		}
	case Status:
		answer(w, fault.Status, fault)
	case Garbage:
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, "{\"access_token\": \x00\xff<html>")
	case Redirect:
		w.Header().Set("Location", fault.Location)
		if fault.Status == 0 {
			fault.Status = http.StatusTemporaryRedirect
		}
		answer(w, fault.Status, fault)
	case SlowDrip:
		f.drip(w, r, fault.Delay)
	case CutBody:
		head, body := f.recorded(w, r)
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		w.WriteHeader(head)
		_, _ = w.Write(body[:len(body)/2])
		_ = http.NewResponseController(w).Flush()
		cut()
	default:
		panic("unknown mode " + string(fault.Mode))
	}
}

// cut ends the connection without an answer.
func cut() { panic(http.ErrAbortHandler) }

// arrive counts a request and takes the fault it meets, the zero one if none.
func (f *Front) arrive(r *http.Request) Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.arrived[r.URL.Path]++
	for i, x := range f.faults {
		if x.Path != "" && x.Path != r.URL.Path || x.Method != "" && x.Method != r.Method {
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
	target := f.target
	f.passed[r.URL.Path]++
	f.mu.Unlock()
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

// recorded gets the server's whole answer, its header already in w.
func (f *Front) recorded(w http.ResponseWriter, r *http.Request) (status int, body []byte) {
	rec := httptest.NewRecorder()
	f.pass(rec, r)
	for name, values := range rec.Header() {
		w.Header()[name] = values
	}
	return rec.Code, rec.Body.Bytes()
}

func (f *Front) drip(w http.ResponseWriter, r *http.Request, each time.Duration) {
	status, body := f.recorded(w, r)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	rc := http.NewResponseController(w)
	for b := range bytes.SplitSeq(body, nil) {
		if _, err := w.Write(b); err != nil || rc.Flush() != nil || !sleep(r, each) {
			return
		}
	}
}

// answer sends a fault's status and body.
func answer(w http.ResponseWriter, status int, fault Fault) {
	if fault.RetryAfter != "" {
		w.Header().Set("Retry-After", fault.RetryAfter)
	}
	if fault.Body != "" && fault.Body[0] == '{' {
		w.Header().Set("Content-Type", "application/json")
	}
	w.WriteHeader(status)
	_, _ = io.WriteString(w, fault.Body)
}

// sleep waits, and reports false if the client left meanwhile.
func sleep(r *http.Request, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-r.Context().Done():
		return false
	}
}
