package oauthflow

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Answer is what came back, read leniently: JSON, form encoding, or JSON sent as text/plain. Members is nil if none of
// these fit. Body is at most 1 MiB ([Caller.SendAPI]: the limit asked for) and holds secrets: it is never shown, logged or
// put into an error.
type Answer struct {
	Status   int
	Header   http.Header
	Members  map[string]any // numbers are json.Number
	Value    any            // the whole JSON value, also when it is no object; of a form: Members
	Body     []byte
	Host     string
	Received time.Time // wall

	sent masker
	cut  bool // Body is the beginning of a JSON value and no more
}

// RetryAfter is what the Retry-After header asks for, in seconds or as a date (RFC 9110 §10.2.3): 0 if it is missing,
// past or unreadable, at most 1 h. A date is held against the answer's own Date, so that a wrong clock here does no harm.
func (a Answer) RetryAfter() time.Duration {
	now := a.Received
	if date, err := http.ParseTime(a.Header.Get("Date")); err == nil {
		now = date
	}
	return retryAfter(a.Header.Get("Retry-After"), now)
}

// skew is what the server's clock is ahead by the Date header, 0 without one.
func (a Answer) skew() time.Duration {
	date, err := http.ParseTime(a.Header.Get("Date"))
	if err != nil || a.Received.IsZero() {
		return 0
	}
	return date.Sub(a.Received).Round(time.Second)
}

// Parsed is the answer with Members and Value filled, of a call that left it unread.
func (a Answer) Parsed() Answer {
	if a.Value == nil {
		a.read()
	}
	return a
}

// read fills Members and Value from Body by its content; the content type only decides what could be both.
func (a *Answer) read() {
	body := bytes.TrimSpace(bytes.TrimPrefix(a.Body, []byte("\ufeff")))
	if len(body) == 0 {
		return
	}
	v, err := decodeJSON(body)
	if err == nil {
		a.Value = v
		a.Members, _ = v.(map[string]any)
		return
	}
	a.cut = errors.Is(err, io.ErrUnexpectedEOF)
	if members := readForm(string(body), a.contentType()); members != nil {
		a.Members, a.Value = members, members
	}
}

func (a *Answer) contentType() string {
	kind, _, err := mime.ParseMediaType(a.Header.Get("Content-Type"))
	if err != nil {
		return ""
	}
	return kind
}

// html reports whether a page came instead of an answer.
func (a *Answer) html() bool {
	if a.Value != nil {
		return false
	}
	if kind := a.contentType(); kind == "text/html" || kind == "application/xhtml+xml" {
		return true
	}
	start := bytes.TrimSpace(a.Body)
	start = bytes.ToLower(start[:min(len(start), 16)])
	return bytes.HasPrefix(start, []byte("<!doctype html")) || bytes.HasPrefix(start, []byte("<html"))
}

// decodeJSON reads exactly one value.
func decodeJSON(body []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more than one JSON value")
	}
	return v, nil
}

// readForm reads form encoding; nil if body is something else. Without a content type that says so, each pair has to look
// like a field.
func readForm(body, kind string) map[string]any {
	said := kind == "application/x-www-form-urlencoded"
	if !said && kind != "" && kind != "text/plain" && kind != "application/octet-stream" && !strings.Contains(kind, "json") {
		return nil
	}
	if !strings.Contains(body, "=") {
		return nil
	}
	values, err := url.ParseQuery(body)
	if err != nil || len(values) == 0 {
		return nil
	}
	members := make(map[string]any, len(values))
	for name, v := range values {
		if !fieldName(name) && !said {
			return nil
		}
		members[name] = v[0]
	}
	return members
}

func fieldName(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '_', c == '-', c == '.':
		default:
			return false
		}
	}
	return s != ""
}
