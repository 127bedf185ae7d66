package oauthflow

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
	"syscall"
)

// reached follows how far a call got.
type reached struct{ asked, connected atomic.Bool }

func (r *reached) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GetConn: func(string) { r.asked.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { r.connected.Store(true) },
	}
}

// sent reports whether the request may have reached the server. Once there was a connection it counts as sent: what the
// kernel has taken cannot be told from what has arrived. A transport that reports nothing is judged by its error.
func (r *reached) sent(err error) bool {
	if r.asked.Load() {
		return r.connected.Load()
	}
	var dns *net.DNSError
	var op *net.OpError
	var cert *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	return !errors.As(err, &dns) && (!errors.As(err, &op) || op.Op != "dial") && !errors.As(err, &cert) && !errors.As(err, &record)
}

// cause is what went wrong on the way, in words that are safe to print.
type cause struct {
	text string
	err  error
}

func (c *cause) Error() string { return c.text }
func (c *cause) Unwrap() error { return c.err }

// networkError makes the error of a call that brought no whole answer.
func networkError(host string, err error, sent bool, k call) *Error {
	// url.Error repeats the address, query and all.
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	e := &Error{Class: ClassTransient, Host: host, Sent: sent}
	words, portal := explain(err)
	if words == "" {
		words = k.secrets.line(err.Error(), descriptionCells)
	}
	if portal {
		e.Class = ClassPortal
	}
	e.Err = &cause{text: words, err: err}
	return e
}

// explain finds words for an error of the transport, "" if it has none, and tells whether it is the sign of a captive
// portal.
func explain(err error) (words string, portal bool) {
	var dns *net.DNSError
	var unknown x509.UnknownAuthorityError
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	var record tls.RecordHeaderError
	var timeout net.Error
	switch {
	case errors.Is(err, context.Canceled):
		return "canceled", false
	case errors.Is(err, context.DeadlineExceeded):
		return "no answer in time", false
	case errors.As(err, &unknown):
		return "the certificate is from an authority that is not trusted here", true
	case errors.As(err, &name):
		return "the certificate is for another host", true
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "the certificate is out of date, or the clock here is wrong", false
	case errors.As(err, &record), errors.Is(err, http.ErrSchemeMismatch):
		return "the answer is not encrypted", true
	case errors.As(err, &dns) && dns.IsNotFound:
		return "there is no host of that name, or no network", false
	case errors.As(err, &dns):
		return "the name of the host cannot be looked up", false
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused", false
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return "the connection was reset", false
	case errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EHOSTUNREACH):
		return "no network", false
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return "the connection was closed in the middle", false
	case errors.As(err, &timeout) && timeout.Timeout():
		return "no answer in time", false
	}
	return "", false
}
