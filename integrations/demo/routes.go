package demo

import (
	"encoding/json"
	"net"
	"net/http"

	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

const maxBody = 64 << 10

// handler is the whole server. op's handlers are composed here from their parts instead of taken as a router: op's own
// token and authorization handlers log to the process's default logger and let other origins read the answers.
func (s *Server) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.serveStart)
	mux.HandleFunc("GET /style.css", serveStyle)
	mux.HandleFunc("GET /authorize", s.serveAuthorize)
	mux.HandleFunc("POST /authorize", s.serveAuthorize)
	mux.HandleFunc("GET /authorize/callback", s.serveCode)

	// The pages' forms are taken from the pages alone.
	own := http.NewCrossOriginProtection()
	mux.HandleFunc("GET /signin", s.serveSignIn)
	mux.Handle("POST /signin", own.Handler(http.HandlerFunc(s.takeSignIn)))
	mux.HandleFunc("GET /consent", s.serveConsent)
	mux.Handle("POST /consent", own.Handler(http.HandlerFunc(s.takeConsent)))

	mux.HandleFunc("GET "+oidc.DiscoveryEndpoint, s.serveMetadata)
	mux.HandleFunc("GET /.well-known/oauth-authorization-server", s.serveMetadata)
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, r *http.Request) { op.Keys(w, r, s.storage) })
	mux.HandleFunc("POST /oauth/token", s.serveToken)
	mux.HandleFunc("POST /oauth/introspect", s.serveIntrospect)
	mux.HandleFunc("POST /revoke", s.serveRevoke)
	mux.HandleFunc("POST /register", s.serveRegister)
	mux.HandleFunc("GET /userinfo", s.serveUserinfo)
	mux.HandleFunc("POST /userinfo", s.serveUserinfo)
	mux.HandleFunc("GET /stats", s.serveStats)

	mux.HandleFunc("GET /api/me", s.withToken("", s.serveMe))
	mux.HandleFunc("GET /api/notes", s.withToken(scopeNotes, s.serveNotes))
	mux.HandleFunc("POST /api/notes", s.withToken(scopeNotes, s.takeNote))
	mux.HandleFunc("GET /api/boards", s.withToken(scopeNotes, s.serveBoards))
	mux.HandleFunc("GET /api/boards/{board}/lists", s.onBoard(serveLists))
	mux.HandleFunc("GET /api/boards/{board}/fields", s.onBoard(serveFields))
	mux.HandleFunc("POST /api/cards", s.withToken(scopeNotes, s.takeCard))
	mux.HandleFunc("GET /api/events", s.withToken("", s.serveEvents))
	mux.HandleFunc("GET /api/audit", s.withToken(scopeAudit, s.serveAudit))
	mux.HandleFunc("GET /api/trials/busy", s.withToken("", s.serveBusy))
	mux.HandleFunc("GET /api/trials/refused", s.withToken("", s.serveRefused))
	mux.HandleFunc("GET /api/trials/big", s.withToken("", s.serveBig))
	mux.HandleFunc("GET /api/trials/picture", s.withToken("", servePicture))
	mux.HandleFunc("GET /api/trials/drip", s.withToken("", s.serveDrip))
	mux.HandleFunc("/api/", func(w http.ResponseWriter, _ *http.Request) {
		writeError(w, http.StatusNotFound, "not_found", "the API has /me, /notes, /boards, /cards, /events, /audit and /trials")
	})
	return s.guard(mux)
}

// guard stands before every route: a page of another name that points at loopback (DNS rebinding) gets nothing, bodies are
// bounded, and nothing is cached or leaks an address.
func (s *Server) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := r.Host
		if h, _, err := net.SplitHostPort(host); err == nil {
			host = h
		}
		if host != "[::1]" && !loopbackHost(host) {
			http.Error(w, "this server answers to loopback names only", http.StatusMisdirectedRequest)
			return
		}
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Content-Type-Options", "nosniff")
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		next.ServeHTTP(w, r.WithContext(op.ContextWithIssuer(r.Context(), s.issuer)))
	})
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the client is gone
}

// writeError answers with the members of RFC 6749 §5.2.
func writeError(w http.ResponseWriter, status int, code, text string) {
	writeJSON(w, status, map[string]string{"error": code, "error_description": text})
}
