package loopback

import (
	"context"
	"crypto/subtle"
	"errors"
	"net/url"
	"sync"
	"time"
)

// Expect is what an answer must carry to be this login's.
type Expect struct {
	State       string
	Issuer      string // compared exactly with iss if iss is there; "": an iss is not looked at
	IssRequired bool   // iss must be there (RFC 9207)
}

// ErrIssuer ends a login: the answer had the right state, but another iss than expected, or none although one is promised
// (RFC 9207 §2.4; D1, D2, D3). No request may follow.
var ErrIssuer = errors.New("the answer came from another issuer")

// Reasons why an answer is not this login's. They are constant: what came is not repeated.
var (
	errState    = errors.New("its state is missing or another login's")
	errRepeated = errors.New("it carries a parameter twice")
	errContent  = errors.New("it carries neither a code nor an error, or both")
	errSyntax   = errors.New("it cannot be read")
	errPath     = errors.New("it leads elsewhere")
)

// single are the parameters that may stand once only (Q1).
var single = [...]string{"state", "code", "error", "iss"}

// check says whether parameters are this login's answer: nil or [ErrIssuer] if they are, else why not.
func (e Expect) check(q url.Values) error {
	for _, name := range single {
		if len(q[name]) > 1 {
			return errRepeated
		}
	}
	if e.State == "" || subtle.ConstantTimeCompare([]byte(q.Get("state")), []byte(e.State)) != 1 {
		return errState
	}
	if (q.Get("code") == "") == (q.Get("error") == "") {
		return errContent
	}
	looked := q.Has("iss") && e.Issuer != ""
	if (looked || e.IssRequired) && q.Get("iss") != e.Issuer {
		return ErrIssuer
	}
	return nil
}

// stage is how far the login's answer is.
type stage int

const (
	early stage = iota // Wait was not called yet
	open               // an answer is waited for
	taken              // one came: the state is used up
	over               // Wait gave up
)

// answering takes exactly one answer.
type answering struct {
	mu     sync.Mutex
	stage  stage
	expect Expect
	due    bool // the browser will fetch the page

	ready  chan struct{} // closed by Wait
	answer chan answer   // holds the one answer
	page   sync.Once
	paged  chan struct{} // closed when the page was written
}

type answer struct {
	values url.Values
	err    error
}

func (a *answering) init() {
	a.ready, a.answer, a.paged = make(chan struct{}), make(chan answer, 1), make(chan struct{})
}

// Wait returns the redirect's parameters once an answer with the right state came, by HTTP or by Paste, whichever is
// first. Other requests get 400 and change nothing. An answer with a wrong or a missing, promised iss is [ErrIssuer]. An
// answer that carries `error` is returned like any other: the caller reads it. When ctx ends, the state is void. Wait is
// called once; answers that come before wait for it.
func (l *Listener) Wait(ctx context.Context, e Expect) (url.Values, error) {
	if err := l.begin(e); err != nil {
		return nil, err
	}
	select {
	case a := <-l.answer:
		return a.values, a.err
	case <-ctx.Done():
		return l.giveUp(ctx.Err())
	case <-l.closing:
		return l.giveUp(ErrClosed)
	}
}

func (a *answering) begin(e Expect) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case e.State == "":
		return errors.New("wait for the callback: no state to expect")
	case a.stage != early:
		return errors.New("wait for the callback: called twice")
	}
	a.stage, a.expect = open, e
	close(a.ready)
	return nil
}

// giveUp voids the state, unless an answer was taken at the same moment.
func (a *answering) giveUp(why error) (url.Values, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.stage == taken {
		got := <-a.answer
		return got.values, got.err
	}
	a.stage = over
	return nil, why
}

// take hands an answer to Wait if it is this login's and the first; byHTTP says that a browser will fetch the page.
func (a *answering) take(q url.Values, byHTTP bool) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.stage != open {
		return ErrAnswered
	}
	err := a.expect.check(q)
	switch {
	case err == nil:
		a.answer <- answer{values: q}
	case errors.Is(err, ErrIssuer):
		a.answer <- answer{err: err}
	default:
		return err
	}
	a.stage, a.due = taken, byHTTP
	return err
}

// pageDue reports whether a browser was sent to the page.
func (a *answering) pageDue() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.due
}

// awaited waits for Wait to say what to expect, since a quick provider answers before.
func (l *Listener) awaited() error {
	t := time.NewTimer(l.limits.io * 4 / 5)
	defer t.Stop()
	select {
	case <-l.ready:
		return nil
	case <-l.closing:
		return ErrClosed
	case <-t.C:
		return ErrAnswered
	}
}
