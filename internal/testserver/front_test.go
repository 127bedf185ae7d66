package testserver

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// behind is a front before a stand-in that answers "hello" and knows which host was asked for.
func behind(t *testing.T) (*Front, *StandIn) {
	t.Helper()
	s := StartProviderStandIn(t, Route{Path: "/*", Answers: []Answer{{Body: "hello", Header: map[string]string{"X-From": "server"}}}})
	f := StartFront(t)
	f.To(s.URL)
	return f, s
}

// post returns the answer's status and body; what cannot be read whole is an error.
func post(ctx context.Context, address string) (status int, header http.Header, body string, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader("a=b"))
	if err != nil {
		return 0, nil, "", err
	}
	c := &http.Client{
		Transport:     &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	res, err := c.Do(req)
	if err != nil {
		return 0, nil, "", err
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	return res.StatusCode, res.Header, string(text), err
}

func TestFront_KeepsTheHost(t *testing.T) {
	f, s := behind(t)
	_, header, body, err := post(t.Context(), f.URL+"/x")
	if err != nil || body != "hello" || header.Get("X-From") != "server" {
		t.Fatalf("%q, %v, %v", body, header, err)
	}
	if got := s.One("/x"); "http://"+got.Host != f.URL || got.Body != "a=b" {
		t.Errorf("the server saw %+v", got)
	}
}

func TestFront_Modes(t *testing.T) {
	for _, c := range []struct {
		fault  Fault
		status int // 0: no answer
		body   string
		broken bool // the body is cut
		passed int
		header map[string]string
	}{
		{Fault{Mode: CommitThenDrop}, 0, "", false, 1, nil},
		{Fault{Mode: Drop}, 0, "", false, 0, nil},
		{Fault{Mode: Delay, Delay: time.Millisecond}, 200, "hello", false, 1, nil},
		{Fault{Mode: Status, Status: 503, RetryAfter: "7", Body: `{"error":"x"}`}, 503, `{"error":"x"}`, false, 0, map[string]string{"Retry-After": "7", "Content-Type": "application/json"}},
		{Fault{Mode: Garbage}, 200, "{\"access_token\": \x00\xff<html>", false, 0, map[string]string{"Content-Type": "application/json"}},
		{Fault{Mode: Redirect, Location: "http://127.0.0.1:1/"}, 307, "", false, 0, map[string]string{"Location": "http://127.0.0.1:1/"}},
		{Fault{Mode: Redirect, Status: 302, Location: "/y"}, 302, "", false, 0, map[string]string{"Location": "/y"}},
		{Fault{Mode: SlowDrip, Delay: time.Millisecond}, 200, "hello", false, 1, map[string]string{"X-From": "server"}},
		{Fault{Mode: CutBody}, 200, "he", true, 1, map[string]string{"Content-Length": "5"}},
		{Fault{Mode: CutBody, Reset: true}, 200, "he", true, 1, map[string]string{"Content-Length": "5"}},
		{Fault{Mode: CutUnmarked}, 200, "he", false, 1, map[string]string{"Content-Length": ""}},
		{Fault{Mode: CommitThenDrop, Reset: true}, 0, "", false, 1, nil},
		{Fault{Mode: Drop, Reset: true}, 0, "", false, 0, nil},
		{Fault{Mode: ResetRequest}, 0, "", false, 0, nil},
		{Fault{Mode: DelayAnswer, Delay: time.Millisecond}, 200, "hello", false, 1, map[string]string{"X-From": "server"}},
		{Fault{Mode: Status, Status: 400}, 400, "", false, 0, map[string]string{"Content-Type": ""}},
		{Fault{Mode: Status, Status: 200, Type: "text/plain", Body: "{}"}, 200, "{}", false, 0, map[string]string{"Content-Type": "text/plain"}},
	} {
		t.Run(string(c.fault.Mode), func(t *testing.T) {
			f, s := behind(t)
			var hits atomic.Int32
			c.fault.Path, c.fault.Times, c.fault.Hit = "/x", 1, func() { hits.Add(1) }
			f.Inject(c.fault)
			if _, _, body, err := post(t.Context(), f.URL+"/other"); err != nil || body != "hello" {
				t.Errorf("another path: %q, %v", body, err)
			}
			status, header, body, err := post(t.Context(), f.URL+"/x")
			if status != c.status || body != c.body || (err != nil) != (c.broken || c.status == 0) {
				t.Errorf("%d %q %v", status, body, err)
			}
			for name, want := range c.header {
				if got := header.Get(name); got != want {
					t.Errorf("%s = %q, want %q", name, got, want)
				}
			}
			if f.Arrived("/x") != 1 || f.Passed("/x") != c.passed || len(s.To("/x")) != c.passed || hits.Load() != 1 {
				t.Errorf("arrived %d, passed %d, served %d, hit %d", f.Arrived("/x"), f.Passed("/x"), len(s.To("/x")), hits.Load())
			}
			if _, _, body, err := post(t.Context(), f.URL+"/x"); err != nil || body != "hello" {
				t.Errorf("after the fault was used up: %q, %v", body, err)
			}
		})
	}
}

func TestFront_TimesOrderAndClear(t *testing.T) {
	f, _ := behind(t)
	f.Inject(Fault{Path: "/x", Mode: Status, Status: 500, Times: 2})
	f.Inject(Fault{Mode: Status, Status: 501})
	f.Inject(Fault{Method: "GET", Mode: Drop})
	for i, want := range []int{500, 500, 501, 501} {
		if status, _, _, err := post(t.Context(), f.URL+"/x"); err != nil || status != want {
			t.Errorf("request %d: %d, %v; want %d", i, status, err, want)
		}
	}
	f.Clear()
	if status, _, _, err := post(t.Context(), f.URL+"/x"); err != nil || status != 200 {
		t.Errorf("after Clear: %d, %v", status, err)
	}
}

func TestFront_LeavingClientsEndIt(t *testing.T) {
	f, s := behind(t)
	for _, mode := range []Mode{Delay, SlowDrip, Stall} {
		ctx, cancel := context.WithCancel(t.Context())
		f.Inject(Fault{Mode: mode, Delay: time.Hour, Times: 1, Hit: cancel})
		if _, _, _, err := post(ctx, f.URL+"/"+string(mode)); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", mode, err)
		}
	}
	if len(s.To("/delay"))+len(s.To("/stall")) != 0 {
		t.Error("a request whose client left was passed on")
	}
	// The clean-up would wait an hour.
}

func TestFront_CommitsForAClientThatLeft(t *testing.T) {
	served := make(chan struct{})
	s := StartProviderStandIn(t, Route{Path: "/x", Handle: func(Seen) Answer {
		close(served)
		return Answer{}
	}})
	f := StartFront(t)
	f.To(s.URL)
	ctx, cancel := context.WithCancel(t.Context())
	left := make(chan struct{})
	f.Inject(Fault{Mode: CommitThenDrop, Times: 1, Hit: func() {
		cancel()
		<-left
	}})
	if _, _, _, err := post(ctx, f.URL+"/x"); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	close(left)
	select {
	case <-served:
	case <-time.After(10 * time.Second):
		t.Error("the server heard nothing")
	}
}

// TestFront_TheServerWorksAndTheClientWaits: what the server did is done before the client gives up.
func TestFront_TheServerWorksAndTheClientWaits(t *testing.T) {
	for _, mode := range []Mode{CommitThenStall, StallBody, DelayAnswer} {
		f, s := behind(t)
		ctx, cancel := context.WithCancel(t.Context())
		f.Inject(Fault{Mode: mode, Delay: time.Hour, Done: cancel})
		if _, _, _, err := post(ctx, f.URL+"/x"); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", mode, err)
		}
		if len(s.To("/x")) != 1 {
			t.Errorf("%s: the server heard %d requests", mode, len(s.To("/x")))
		}
	}
}

func TestFront_ResetConnect(t *testing.T) {
	f, s := behind(t)
	f.Inject(Fault{Mode: ResetConnect, Times: 1})
	if _, _, _, err := post(t.Context(), f.URL+"/x"); err == nil || f.Arrived("/x") != 0 {
		t.Errorf("%v, %d arrived", err, f.Arrived("/x"))
	}
	if _, _, body, err := post(t.Context(), f.URL+"/x"); err != nil || body != "hello" || len(s.To("/x")) != 1 {
		t.Errorf("after the fault was used up: %q, %v", body, err)
	}
}

// TestFront_Share: a fifth of the requests, the same ones in each run.
func TestFront_Share(t *testing.T) {
	f, _ := behind(t)
	f.Inject(Fault{Mode: Status, Status: 500, Share: 0.2})
	hit := 0
	for range 200 {
		if status, _, _, err := post(t.Context(), f.URL+"/x"); err == nil && status == 500 {
			hit++
		}
	}
	if hit < 25 || hit > 55 {
		t.Errorf("%d of 200 requests met the fault, want about 40", hit)
	}
}

func TestFront_BeforeAHandler(t *testing.T) {
	f := StartFront(t)
	server := httptest.NewServer(f.Before(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.Host) })))
	t.Cleanup(server.Close)
	f.Inject(Fault{Mode: Status, Status: 503, Times: 1})
	if status, _, _, err := post(t.Context(), server.URL+"/x"); err != nil || status != 503 {
		t.Errorf("the fault: %d, %v", status, err)
	}
	if _, _, body, err := post(t.Context(), server.URL+"/x"); err != nil || "http://"+body != server.URL {
		t.Errorf("the handler: %q, %v", body, err)
	}
}

// TestFront_While: nothing reaches the server while somebody else holds the lock, nor later if its client has gone.
func TestFront_While(t *testing.T) {
	f, s := behind(t)
	var gate sync.RWMutex
	f.While(gate.RLocker())
	gate.Lock()
	ctx, cancel := context.WithCancel(t.Context())
	f.Inject(Fault{Mode: Delay, Times: 1, Hit: cancel})
	if _, _, _, err := post(ctx, f.URL+"/left"); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	answered := make(chan error)
	go func() {
		_, _, _, err := post(t.Context(), f.URL+"/stayed")
		answered <- err
	}()
	for f.Arrived("/stayed") == 0 {
		time.Sleep(time.Millisecond)
	}
	if n := len(s.Requests()); n != 0 {
		t.Errorf("%d requests reached the server behind the gate", n)
	}
	gate.Unlock()
	if err := <-answered; err != nil || len(s.To("/stayed")) != 1 || len(s.To("/left")) != 0 {
		t.Errorf("%v, %v", err, s.lines())
	}
}
