package oauthflow

import (
	"io"
	"net/http"
	"slices"
	"strconv"
)

// This file is the table of reference/security.md §5.3 for answers; network.go has it for calls without one.

const (
	codeCells        = 64
	descriptionCells = 200
)

// classOfCode is what an error code means, whatever 2xx or 4xx it comes with; "" for one that is judged by its status.
func classOfCode(code string) Class {
	switch code {
	case "invalid_grant", "bad_refresh_token", "bad_verification_code":
		return ClassDead
	case "invalid_client", "unauthorized_client", "unsupported_grant_type", "invalid_target", "invalid_scope",
		"incorrect_client_credentials", "redirect_uri_mismatch", // the same in other words, with a 200
		"invalid_redirect_uri", "invalid_client_metadata": // RFC 7591 §3.2.2
		return ClassConfiguration
	case "temporarily_unavailable", "server_error", "slow_down":
		return ClassTransient
	}
	return ""
}

// classify makes the error of an answer that is no success.
func classify(a Answer, s Shape) *Error {
	code, description := providerError(a, s)
	e := &Error{
		Host: a.Host, Status: a.Status, Sent: true,
		Code: a.sent.line(code, codeCells), Description: a.sent.line(description, descriptionCells),
		RetryAfter: a.RetryAfter(),
	}
	e.Class = classOf(a, code, s.DeadCodes)
	if e.Class == ClassTransient && a.cutOff() {
		e.Err = &cause{text: "the answer ends in the middle", err: io.ErrUnexpectedEOF}
	}
	return e
}

// cutOff reports whether the answer was cut off on the way. Where it says neither its length nor its chunks, its end is
// the connection's end, and only the JSON tells.
func (a *Answer) cutOff() bool { return a.cut && a.Value == nil }

func classOf(a Answer, code string, dead []string) Class {
	switch {
	case a.Status/100 == 3 || a.Status == http.StatusNetworkAuthenticationRequired:
		return ClassPortal
	case a.Status == http.StatusTooManyRequests || a.Status >= 500:
		return ClassTransient
	}
	if slices.Contains(dead, code) && code != "" {
		return ClassDead
	}
	if c := classOfCode(code); c != "" {
		return c
	}
	if a.cutOff() {
		return ClassTransient
	}
	refused := a.Status == http.StatusBadRequest || a.Status == http.StatusUnauthorized
	switch {
	case a.Status == http.StatusBadRequest && code == "invalid_request":
		return ClassDeadIfAgain
	case refused && a.Value == nil:
		return ClassDeadAfter3 // empty, or something that is neither JSON nor a form
	case a.Status/100 == 2 && a.html():
		return ClassPortal
	}
	return ClassTransientLong
}

// providerError finds the code and the words of an error. Where error is an object, as some APIs have it, its own code and
// message count.
func providerError(a Answer, s Shape) (code, description string) {
	root, below := Path(a.Value, s.Root)
	find := func(path, name string) any {
		if path == "" {
			path = name
		}
		if v, ok := Path(root, path); below && ok && v != nil {
			return v
		}
		v, _ := Path(a.Value, path)
		return v
	}
	errorMember := find(s.ErrorCode, "error")
	code, description = plainText(errorMember), plainText(find(s.ErrorText, "error_description"))
	inner, ok := errorMember.(map[string]any)
	if !ok {
		return code, description
	}
	for _, name := range []string{"code", "type", "status"} {
		if code == "" {
			code = plainText(inner[name])
		}
	}
	if description == "" {
		description = plainText(inner["message"])
	}
	return code, description
}

// status is an HTTP status for a message, "" for none.
func status(code int) string {
	if code == 0 {
		return ""
	}
	return " (HTTP " + strconv.Itoa(code) + ")"
}
