package demo

import (
	"maps"
	"net/http"
	"sync"
)

// Stats counts what the token endpoint saw.
type Stats struct {
	TokenRequests map[string]int `json:"token_requests"` // by grant_type, refused ones included; "other" for unknown ones
	ReuseErrors   int            `json:"reuse_errors"`   // refresh tokens presented a second time
}

type counters struct {
	mu    sync.Mutex
	stats Stats
}

func (c *counters) request(grantType string) {
	switch grantType {
	case "authorization_code", "refresh_token":
	default:
		grantType = "other"
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stats.TokenRequests == nil {
		c.stats.TokenRequests = map[string]int{}
	}
	c.stats.TokenRequests[grantType]++
}

func (c *counters) reuse() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stats.ReuseErrors++
}

func (c *counters) read() Stats {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := Stats{TokenRequests: map[string]int{}, ReuseErrors: c.stats.ReuseErrors}
	maps.Copy(s.TokenRequests, c.stats.TokenRequests)
	return s
}

func (s *Server) serveStats(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, s.Stats())
}
