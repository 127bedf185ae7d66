package oauthflow

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"
)

// probeTimeout and probeBody bound a question without credentials.
const (
	probeTimeout = 10 * time.Second
	probeBody    = 64 << 10
)

// Probe asks whether the server at address answers as itself: a GET without any credential, following no redirect, of at
// most 10 s. nil says it does, whatever the status; else the error is a [*Error]: not reached, or [ClassPortal] where
// something between here and the server answered. A page or a redirect in place of a well-known document is such a sign;
// at another https address, which may well have a page of its own, only the certificate and a 511 count.
func (c *Caller) Probe(ctx context.Context, address string) error {
	if err := CheckEndpoint(address); err != nil {
		return &Error{Class: ClassConfiguration, Host: hostOf(address), Err: err}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return &Error{Class: ClassConfiguration, Host: hostOf(address), Err: errNoAddress}
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", userAgent)
	a, err := c.do(call{req: req, limit: probeBody, timeout: probeTimeout, redirect: stay})
	var e *Error
	switch {
	case errors.As(err, &e) && e.Status != 0 && e.Class != ClassPortal:
		return nil // it answered; the rest of a long page is of no interest
	case err != nil:
		return err
	case a.Status == http.StatusNetworkAuthenticationRequired:
	case req.URL.Scheme == "https" && !strings.Contains(req.URL.Path, "/.well-known/"):
		return nil
	case a.Status/100 == 3, a.Status/100 == 2 && a.html():
	default:
		return nil
	}
	return &Error{Class: ClassPortal, Host: a.Host, Status: a.Status, Sent: true}
}
