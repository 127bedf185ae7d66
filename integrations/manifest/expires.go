package manifest

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"authdeck/integrations/manifest/template"
	"authdeck/internal/secret"
	"authdeck/oauthflow"
)

// expires makes the reading of a lifetime (§5.5); nil if the RFC's own will do. The first spelling that is present counts.
func (r *responseSpec) expires(list []expirySpec, usual string) func(any, time.Time) oauthflow.Lifetime {
	if len(list) == 0 {
		return nil
	}
	return func(members any, received time.Time) oauthflow.Lifetime {
		fallback := ""
		for _, e := range list {
			path := e.Path
			if path == "" {
				path = usual
			}
			if v, ok := oauthflow.Path(members, path); ok && v != nil {
				return readExpiry(v, e.As, received)
			}
			if fallback == "" {
				fallback = e.Else
			}
		}
		switch fallback {
		case "", "unknown":
			return oauthflow.Lifetime{Kind: oauthflow.LifetimeUnknown}
		case "never":
			return oauthflow.Lifetime{Kind: oauthflow.LifetimeNever}
		case "jwt":
			path := r.AccessToken
			if path == "" {
				path = "access_token"
			}
			v, _ := oauthflow.Path(members, path)
			return oauthflow.JWTLifetime(secret.New(template.Text(v)), received)
		}
		d, err := parseDuration(fallback)
		if err != nil {
			return oauthflow.Lifetime{Kind: oauthflow.LifetimeUnknown}
		}
		return oauthflow.Lifetime{Kind: oauthflow.LifetimeKnown, For: d}
	}
}

func readExpiry(v any, as string, received time.Time) oauthflow.Lifetime {
	until := func(t time.Time, ok bool) oauthflow.Lifetime {
		if !ok {
			return oauthflow.Lifetime{Kind: oauthflow.LifetimeUnknown}
		}
		return oauthflow.LifetimeUntil(t, received)
	}
	text := strings.TrimSpace(template.Text(v))
	switch as {
	case "milliseconds":
		return oauthflow.ReadLifetime(v, true, time.Millisecond)
	case "unix", "unix_ms":
		n, err := strconv.ParseFloat(text, 64)
		if as == "unix" {
			n *= 1000
		}
		if err != nil || n < 0 || n > 1e16 {
			return until(time.Time{}, false)
		}
		return until(time.UnixMilli(int64(n)), true)
	case "iso8601":
		for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05Z0700", "2006-01-02T15:04:05", "2006-01-02 15:04:05", time.DateOnly} {
			if t, err := time.Parse(layout, text); err == nil {
				return until(t, true)
			}
		}
		return until(time.Time{}, false)
	case "http_date":
		t, err := http.ParseTime(text)
		return until(t, err == nil)
	case "clock":
		return readClock(text)
	}
	return oauthflow.ReadLifetime(v, true, time.Second)
}

// readClock reads D:HH:MM.
func readClock(text string) oauthflow.Lifetime {
	parts := strings.Split(text, ":")
	var sum time.Duration
	for i, unit := range []time.Duration{24 * time.Hour, time.Hour, time.Minute} {
		if len(parts) != 3 {
			return oauthflow.Lifetime{Kind: oauthflow.LifetimeUnknown}
		}
		n, err := strconv.Atoi(parts[i])
		if err != nil || n < 0 || n > 3650 {
			return oauthflow.Lifetime{Kind: oauthflow.LifetimeUnknown}
		}
		sum += time.Duration(n) * unit
	}
	return oauthflow.Lifetime{Kind: oauthflow.LifetimeKnown, For: sum}
}
