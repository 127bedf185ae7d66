package loopback

import (
	"errors"
	"net/http"
	"net/url"
	"time"
)

// handle answers every request: the callback with a 303 to the page, the page, and anything else with the same 400. What
// a request says is never part of an answer.
func (l *Listener) handle(w http.ResponseWriter, r *http.Request) {
	if !l.addressed(r) {
		refuse(w)
		return
	}
	switch r.URL.EscapedPath() {
	case l.uri.EscapedPath():
		l.callback(w, r)
	case donePath:
		l.done(w, r)
	default:
		refuse(w)
	}
}

// addressed is rule N6: a GET that a browser sends when it goes to exactly our address by itself, not one that a page
// makes it send.
func (l *Listener) addressed(r *http.Request) bool {
	if r.Method != http.MethodGet || r.URL.IsAbs() || r.URL.Host != "" {
		return false
	}
	if r.Host != l.uri.Host && (l.uri.Port() != "80" || r.Host+":80" != l.uri.Host) {
		return false
	}
	if len(r.Header.Values("Origin")) > 0 {
		return false
	}
	for _, mode := range r.Header.Values("Sec-Fetch-Mode") {
		if mode != "navigate" {
			return false
		}
	}
	return true
}

func (l *Listener) callback(w http.ResponseWriter, r *http.Request) {
	q, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil || l.awaited() != nil {
		refuse(w)
		return
	}
	// An answer of another issuer ends the login too, and its page says so.
	if err := l.take(q, true); err != nil && !errors.Is(err, ErrIssuer) {
		refuse(w)
		return
	}
	harden(w.Header())
	w.Header().Set("Location", donePath)
	w.WriteHeader(http.StatusSeeOther)
}

// done shows how the login ended once that is known. Before an answer was taken there is nothing to show.
func (l *Listener) done(w http.ResponseWriter, r *http.Request) {
	if !l.pageDue() || r.URL.RawQuery != "" || r.URL.ForceQuery {
		refuse(w)
		return
	}
	until := time.Now().Add(l.limits.page + l.limits.io)
	rc := http.NewResponseController(w)
	if rc.SetWriteDeadline(until) != nil {
		refuse(w)
		return
	}
	t := time.NewTimer(l.limits.page)
	defer t.Stop()
	text := failedPage
	select {
	case <-l.finished:
		if l.ok {
			text = connectedPage
		}
	case <-t.C:
	case <-r.Context().Done(): // the browser went away
		refuse(w)
		return
	}
	show(w, http.StatusOK, text)
	if rc.Flush() == nil {
		l.page.Do(func() { close(l.paged) })
	}
}
