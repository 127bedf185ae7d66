package demo

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"
)

//go:embed pages
var pageFiles embed.FS

type signInPage struct {
	Request, Client string
	Accounts        []account
	Hinted          string // address of the account that is marked, "" if none
	Unknown         bool   // the hint names no account
	Hint            string
}

type consentPage struct {
	Request, Client string
	Account         account
	Scopes          []consentScope
	Target          string // where the browser goes next
	Switch          string // page where another account can be chosen
}

type consentScope struct{ Name, Meaning string }

type startPage struct {
	Issuer, ClientID string
	Accounts         []account
}

type errorPage struct{ Title, Text string }

// contentPolicy lets a page load its style sheet and send its forms here and, after a redirect, to formTarget.
func contentPolicy(formTarget string) string {
	if formTarget != "" {
		formTarget = " " + formTarget
	}
	return "default-src 'none'; style-src 'self'; form-action 'self'" + formTarget + "; frame-ancestors 'none'; base-uri 'none'"
}

func (s *Server) show(w http.ResponseWriter, status int, name string, data any) {
	t, err := template.ParseFS(pageFiles, "pages/frame.html", "pages/"+name)
	var page bytes.Buffer
	if err == nil {
		err = t.ExecuteTemplate(&page, "frame.html", data)
	}
	if err != nil {
		http.Error(w, "the page cannot be made", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	if h.Get("Content-Security-Policy") == "" {
		h.Set("Content-Security-Policy", contentPolicy(""))
	}
	w.WriteHeader(status)
	_, _ = page.WriteTo(w) // the browser is gone
}

func (s *Server) showError(w http.ResponseWriter, status int, title, text string) {
	s.show(w, status, "error.html", errorPage{title, text})
}

func (s *Server) showEnded(w http.ResponseWriter) {
	s.showError(w, http.StatusGone, "This sign-in has ended", "It was finished, or took longer than 10 minutes. Start it again where you came from.")
}

func (s *Server) serveStart(w http.ResponseWriter, _ *http.Request) {
	s.show(w, http.StatusOK, "start.html", startPage{s.issuer, ClientID, accounts()})
}

func serveStyle(w http.ResponseWriter, r *http.Request) {
	http.ServeFileFS(w, r, pageFiles, "pages/style.css")
}
