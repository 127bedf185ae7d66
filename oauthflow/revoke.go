package oauthflow

import (
	"net/http"
	"slices"
)

// RevocationOutcome is what the provider confirmed.
type RevocationOutcome string

// The outcomes, as in `revoke --json`.
const (
	RevokeConfirmed   RevocationOutcome = "confirmed"
	RevokeUnsupported RevocationOutcome = "unsupported"
	RevokePending     RevocationOutcome = "pending"
	RevokeFailed      RevocationOutcome = "failed"
	RevokeNone        RevocationOutcome = "none" // there was no such token
)

// ReadRevocation reads an answer by RFC 7009 §2.2: 200 (also for an unknown token) and 204 confirm, 503 is pending, 404/405/501 or
// unsupported_token_type unsupported. ok lists further confirming statuses. A page or an error in a 200 confirms nothing.
// Besides pending and failed comes a [*Error], with RetryAfter if the server said when to try again.
func ReadRevocation(a Answer, ok ...int) (RevocationOutcome, error) {
	code, _ := providerError(a, Shape{})
	e := classify(a, Shape{})
	switch {
	case code == "invalid_token" && a.Status/100 == 4:
		return RevokeConfirmed, nil // not what RFC 7009 has for an unknown token, but the same news
	case code == "unsupported_token_type":
		return RevokeUnsupported, nil
	case slices.Contains(ok, a.Status), (a.Status == http.StatusOK || a.Status == http.StatusNoContent) && code == "" && !a.html():
		return RevokeConfirmed, nil
	case a.Status == http.StatusNotFound || a.Status == http.StatusMethodNotAllowed || a.Status == http.StatusNotImplemented:
		return RevokeUnsupported, nil
	case e.Class == ClassTransient || e.Class == ClassPortal:
		return RevokePending, e
	}
	return RevokeFailed, e
}
