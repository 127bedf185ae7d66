package oauthflow

import (
	"net/http"
	"strings"
	"time"
)

const maxRetryAfter = time.Hour

// retryAfter reads the header's value, rounded up to whole seconds.
func retryAfter(value string, now time.Time) time.Duration {
	value = strings.TrimSpace(value)
	var wait time.Duration
	if n, ok := number(value); ok {
		switch seconds := n; {
		case seconds > maxRetryAfter.Seconds():
			return maxRetryAfter
		case seconds > 0:
			wait = time.Duration(seconds * float64(time.Second))
		}
	} else if at, err := http.ParseTime(value); err == nil {
		if !at.After(now) {
			return 0
		}
		if at.Unix()-now.Unix() > int64(maxRetryAfter/time.Second) {
			return maxRetryAfter
		}
		wait = at.Sub(now)
	}
	if rest := wait % time.Second; rest > 0 {
		wait += time.Second - rest
	}
	return min(max(wait, 0), maxRetryAfter)
}
