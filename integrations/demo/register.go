package demo

import (
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strings"
)

// registration is the metadata of a client, RFC 7591 §2; the answer has all of it.
type registration struct {
	ClientID      string   `json:"client_id,omitempty"`
	IssuedAt      int64    `json:"client_id_issued_at,omitempty"` // unix seconds
	Name          string   `json:"client_name,omitempty"`
	RedirectURIs  []string `json:"redirect_uris"`
	AuthMethod    string   `json:"token_endpoint_auth_method,omitempty"`
	GrantTypes    []string `json:"grant_types,omitempty"`
	ResponseTypes []string `json:"response_types,omitempty"`
	Application   string   `json:"application_type,omitempty"`
	Scope         string   `json:"scope,omitempty"`
}

const maxRedirects = 10

// serveRegister makes a public native client, RFC 7591 §3.
func (s *Server) serveRegister(w http.ResponseWriter, r *http.Request) {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		writeError(w, http.StatusBadRequest, "invalid_client_metadata", "send JSON (application/json)")
		return
	}
	var reg registration
	if err := json.NewDecoder(r.Body).Decode(&reg); err != nil {
		writeError(w, http.StatusBadRequest, "invalid_client_metadata", "the JSON cannot be read")
		return
	}
	if code, text := reg.check(); code != "" {
		writeError(w, http.StatusBadRequest, code, text)
		return
	}
	if reg.Name == "" {
		reg.Name = "a registered client"
	}
	c, err := s.storage.register(client{name: reg.Name, redirects: reg.RedirectURIs})
	if err != nil {
		writeError(w, http.StatusServiceUnavailable, "temporarily_unavailable", err.Error())
		return
	}
	reg.ClientID, reg.IssuedAt = c.id, s.storage.now().Unix()
	reg.AuthMethod, reg.Application = "none", "native"
	reg.GrantTypes, reg.ResponseTypes = []string{"authorization_code", "refresh_token"}, []string{"code"}
	reg.Scope = strings.Join(scopes(), " ")
	writeJSON(w, http.StatusCreated, reg)
}

// check returns the code and text of RFC 7591 §3.2.2, or nothing.
func (reg registration) check() (code, text string) {
	if n := len(reg.RedirectURIs); n == 0 || n > maxRedirects {
		return "invalid_redirect_uri", fmt.Sprintf("redirect_uris: 1 to %d of them", maxRedirects)
	}
	for _, u := range reg.RedirectURIs {
		if !loopbackRedirect(u) {
			return "invalid_redirect_uri", "redirect_uris can be http addresses on 127.0.0.1, [::1] or localhost only"
		}
	}
	switch {
	case reg.AuthMethod != "" && reg.AuthMethod != "none":
		return "invalid_client_metadata", "token_endpoint_auth_method can be none only"
	case reg.Application != "" && reg.Application != "native":
		return "invalid_client_metadata", "application_type can be native only"
	case slices.ContainsFunc(reg.GrantTypes, func(g string) bool { return g != "authorization_code" && g != "refresh_token" }):
		return "invalid_client_metadata", "grant_types can be authorization_code and refresh_token only"
	case slices.ContainsFunc(reg.ResponseTypes, func(t string) bool { return t != "code" }):
		return "invalid_client_metadata", "response_types can be code only"
	case len(reg.Name) > 200:
		return "invalid_client_metadata", "client_name is too long"
	}
	return "", ""
}
