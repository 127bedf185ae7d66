package testserver

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"time"
)

// Mode is what a fault does to a request.
type Mode string

// The modes. Those that cut the connection close it in good order, and by a TCP reset with Fault.Reset.
const (
	CommitThenDrop  Mode = "commit_then_drop"  // the server does its work, the answer is lost and the connection cut
	CommitThenStall Mode = "commit_then_stall" // the server does its work, then nothing comes until the client leaves
	Drop            Mode = "drop"              // the connection is cut, the server hears nothing
	Delay           Mode = "delay"             // passed on after Fault.Delay
	DelayAnswer     Mode = "delay_answer"      // passed on at once, the answer comes Fault.Delay later
	Stall           Mode = "stall"             // nothing comes until the client leaves, the server hears nothing
	Status          Mode = "status"            // Fault.Status with Fault.RetryAfter and Fault.Body, the server hears nothing
	Garbage         Mode = "garbage"           // a 200 whose JSON body is none, the server hears nothing
	Redirect        Mode = "redirect"          // Fault.Status (default 307) to Fault.Location, the server hears nothing
	SlowDrip        Mode = "slow_drip"         // the server's answer, one byte each Fault.Delay
	CutBody         Mode = "cut_body"          // half of the server's answer, then the connection is cut
	CutUnmarked     Mode = "cut_unmarked"      // the same without a length, so that only the text tells that it was cut
	StallBody       Mode = "stall_body"        // half of the server's answer, then nothing until the client leaves
	ResetConnect    Mode = "reset_connect"     // a TCP reset for each new connection, whatever it is to carry
	ResetRequest    Mode = "reset_request"     // a TCP reset before the request's body is read
)

// Fault says what happens to requests of a path.
type Fault struct {
	Path       string // "" is any
	Method     string // "" is any
	Mode       Mode
	Times      int     // how many requests; 0 is all until Clear
	Share      float64 // of the requests that fit, drawn repeatably; 0 is all
	Delay      time.Duration
	Status     int
	RetryAfter string
	Type       string // content type of Body; "" is JSON for what begins with a brace, else what net/http makes of it
	Body       string
	Location   string
	Reset      bool // cut by a TCP reset
	// Hit, if set, runs when a request meets the fault, before anything else happens to it.
	Hit func()
	// Done, if set, runs when the server has done its work and nothing of the answer is on its way yet.
	Done func()
}

// play does what a fault says.
func (f *Front) play(w http.ResponseWriter, r *http.Request, fault Fault) {
	lasting := r.WithContext(context.WithoutCancel(r.Context())) // committed, client or not
	switch fault.Mode {
	case "":
		f.pass(w, r)
	case Drop:
		fault.cut(w)
	case CommitThenDrop:
		f.recorded(nil, lasting, fault)
		fault.cut(w)
	case CommitThenStall:
		f.recorded(nil, lasting, fault)
		<-r.Context().Done()
	case Delay:
		if sleep(r, fault.Delay) {
			f.pass(w, r)
		}
	case DelayAnswer:
		status, body := f.recorded(w.Header(), lasting, fault)
		if sleep(r, fault.Delay) {
			w.WriteHeader(status)
			_, _ = w.Write(body)
		}
	case Stall:
		<-r.Context().Done()
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
		f.drip(w, r, fault)
	case CutBody, StallBody:
		status, body := f.recorded(w.Header(), lasting, fault)
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		w.WriteHeader(status)
		_, _ = w.Write(body[:len(body)/2])
		_ = http.NewResponseController(w).Flush()
		if fault.Mode == StallBody {
			<-r.Context().Done()
		}
		fault.cut(w)
	case CutUnmarked:
		status, body := f.recorded(w.Header(), lasting, fault)
		c, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err) // net/http's own server can
		}
		_, _ = fmt.Fprintf(c, "HTTP/1.1 %d %s\r\nContent-Type: %s\r\nConnection: close\r\n\r\n%s",
			status, http.StatusText(status), w.Header().Get("Content-Type"), body[:len(body)/2])
		_ = c.Close()
	case ResetRequest:
		fault.Reset = true
		fault.cut(w)
	default:
		panic("unknown mode " + string(fault.Mode))
	}
}

// cut ends the connection without an answer, or in the middle of one.
func (x Fault) cut(w http.ResponseWriter) {
	if x.Reset {
		if c, _, err := http.NewResponseController(w).Hijack(); err == nil {
			reset(c)
		}
	}
	panic(http.ErrAbortHandler)
}

// reset closes a connection by a TCP reset.
func reset(c net.Conn) {
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = c.Close()
}

// recorded has the server work and gets its whole answer; its header goes into header, if that is not nil.
func (f *Front) recorded(header http.Header, r *http.Request, fault Fault) (status int, body []byte) {
	rec := httptest.NewRecorder()
	f.pass(rec, r)
	for name, values := range rec.Header() {
		if header != nil {
			header[name] = values
		}
	}
	if fault.Done != nil {
		fault.Done()
	}
	return rec.Code, rec.Body.Bytes()
}

func (f *Front) drip(w http.ResponseWriter, r *http.Request, fault Fault) {
	status, body := f.recorded(w.Header(), r, fault)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	rc := http.NewResponseController(w)
	for b := range bytes.SplitSeq(body, nil) {
		if _, err := w.Write(b); err != nil || rc.Flush() != nil || !sleep(r, fault.Delay) {
			return
		}
	}
}

// answer sends a fault's status and body.
func answer(w http.ResponseWriter, status int, fault Fault) {
	if fault.RetryAfter != "" {
		w.Header().Set("Retry-After", fault.RetryAfter)
	}
	switch {
	case fault.Type != "":
		w.Header().Set("Content-Type", fault.Type)
	case fault.Body == "":
		w.Header()["Content-Type"] = nil
	case fault.Body[0] == '{':
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
