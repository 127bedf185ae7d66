package oauthflow_test

import (
	"net/http"
	"testing"
	"time"

	"authdeck/oauthflow"
)

// RFC 9110 §10.2.3, and what servers make of it.
func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 11, 25, 10, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name, value, date string
		want              time.Duration
	}{
		{"missing", "", "", 0},
		{"seconds", "120", "", 2 * time.Minute},
		{"blanks", " 5 ", "", 5 * time.Second},
		{"zero", "0", "", 0},
		{"negative", "-5", "", 0},
		{"fraction is rounded up", "1.2", "", 2 * time.Second},
		{"capped", "86400", "", time.Hour},
		{"just the cap", "3600", "", time.Hour},
		{"beyond int64", "99999999999999999999999", "", time.Hour},
		{"beyond float64", "1e999", "", time.Hour},
		{"word", "soon", "", 0},
		{"two values", "1, 2", "", 0},
		{"hex", "0x10", "", 0},
		{"date", "Wed, 25 Nov 2026 10:02:00 GMT", "", 2 * time.Minute},
		{"date past", "Wed, 25 Nov 2026 09:00:00 GMT", "", 0},
		{"date far", "Wed, 25 Nov 2126 10:02:00 GMT", "", time.Hour},
		{"date in year 9999", "Fri, 31 Dec 9999 23:59:59 GMT", "", time.Hour},
		{"RFC 850", "Wednesday, 25-Nov-26 10:00:30 GMT", "", 30 * time.Second},
		{"asctime", "Wed Nov 25 10:00:30 2026", "", 30 * time.Second},
		{"date by the server's own clock", "Wed, 25 Nov 2026 14:00:30 GMT", "Wed, 25 Nov 2026 14:00:00 GMT", 30 * time.Second},
		{"bad date", "Wed, 99 Nov 2026 10:00:00 GMT", "", 0},
	} {
		h := http.Header{}
		if c.value != "" {
			h.Set("Retry-After", c.value)
		}
		if c.date != "" {
			h.Set("Date", c.date)
		}
		if got := (oauthflow.Answer{Header: h, Received: now}).RetryAfter(); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}
