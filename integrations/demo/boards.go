package demo

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// board is what cards are put on. There are always the same ones.
type board struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	Owner string `json:"owner"`
}

const boardsPerPage = 20

// boards are 48, of all accounts.
func boards() []board {
	var list []board
	for _, place := range []string{"harbour", "garden", "kitchen", "library", "workshop", "station", "market", "bridge"} {
		for _, colour := range []string{"Blue", "Green", "Old", "Quiet", "Red", "White"} {
			owner := accounts()[len(list)%len(accounts())]
			list = append(list, board{ID: "b" + strconv.Itoa(len(list)+1), Title: colour + " " + place, Owner: owner.Name})
		}
	}
	return list
}

// serveBoards lists those whose title holds q, 20 a page; cursor is the number of those before.
func (s *Server) serveBoards(w http.ResponseWriter, r *http.Request, _ accessToken) {
	q := r.URL.Query()
	words := strings.ToLower(q.Get("q"))
	found := slices.DeleteFunc(boards(), func(b board) bool { return !strings.Contains(strings.ToLower(b.Title), words) })
	from := 0
	if c := q.Get("cursor"); c != "" {
		n, err := strconv.Atoi(strings.TrimPrefix(c, "after-"))
		if err != nil || n < 0 || n > len(found) {
			writeError(w, http.StatusBadRequest, "invalid_cursor", "this cursor was not made here")
			return
		}
		from = n
	}
	answer := map[string]any{"boards": found[from:min(from+boardsPerPage, len(found))], "next": nil}
	if from+boardsPerPage < len(found) {
		answer["next"] = "after-" + strconv.Itoa(from+boardsPerPage)
	}
	writeJSON(w, http.StatusOK, answer)
}

// onBoard lets a request for a board that is there through.
func (s *Server) onBoard(next func(w http.ResponseWriter, r *http.Request, b board)) http.HandlerFunc {
	return s.withToken(scopeNotes, func(w http.ResponseWriter, r *http.Request, _ accessToken) {
		all := boards()
		i := slices.IndexFunc(all, func(b board) bool { return b.ID == r.PathValue("board") })
		if i < 0 {
			writeError(w, http.StatusNotFound, "not_found", "there is no such board")
			return
		}
		next(w, r, all[i])
	})
}

// serveLists are the lists of one board.
func serveLists(w http.ResponseWriter, r *http.Request, b board) {
	type list struct {
		ID    string `json:"id"`
		Title string `json:"title"`
		Cards int    `json:"cards"`
	}
	words := strings.ToLower(r.URL.Query().Get("q"))
	found := []list{}
	for i, title := range []string{"To do", "Doing", "Done", "Ideas of " + b.Owner} {
		if strings.Contains(strings.ToLower(title), words) {
			found = append(found, list{fmt.Sprintf("%s-l%d", b.ID, i+1), title, i * 3})
		}
	}
	writeJSON(w, http.StatusOK, map[string]any{"lists": found})
}

// serveFields are the further fields of cards on one board, in the shape of a manifest's params; those of Eve's boards are more.
func serveFields(w http.ResponseWriter, _ *http.Request, b board) {
	fields := []map[string]any{
		{"name": "customer", "label": "Customer", "type": "String", "required": true},
		{"name": "budget", "label": "Budget", "type": "Number", "uiComponent": map[string]any{"type": "NUMERIC", "min": 0, "max": 100000}},
	}
	if b.Owner == "Eve" {
		fields = append(fields, map[string]any{
			"name": "stage", "label": "Stage", "type": "String",
			"uiComponent": map[string]any{"type": "DROPDOWN", "options": map[string]any{"values": []string{"offer", "order", "invoice"}}},
		})
	}
	writeJSON(w, http.StatusOK, map[string]any{"fields": fields})
}

// takeCard answers the card as it came, with an id. It is not kept.
func (s *Server) takeCard(w http.ResponseWriter, r *http.Request, _ accessToken) {
	var card map[string]any
	if err := json.NewDecoder(r.Body).Decode(&card); err != nil || card == nil {
		writeError(w, http.StatusBadRequest, "invalid_request", `send JSON: {"board": "b1", "title": "…"}`)
		return
	}
	if title, ok := card["title"].(string); !ok || title == "" {
		writeError(w, http.StatusUnprocessableEntity, "invalid_title", "title is missing")
		return
	}
	if !slices.ContainsFunc(boards(), func(b board) bool { return b.ID == card["board"] }) {
		writeError(w, http.StatusUnprocessableEntity, "invalid_board", "there is no such board")
		return
	}
	card["id"], card["created_at"] = "c1", s.storage.now().UTC().Truncate(time.Second)
	writeJSON(w, http.StatusCreated, card)
}

const (
	allEvents     = 230
	eventsPerPage = 50
)

// serveEvents is a list of 230 in pages of 50, newest first; after is the id of the last one seen.
func (s *Server) serveEvents(w http.ResponseWriter, r *http.Request, t accessToken) {
	type event struct {
		ID   int       `json:"id"`
		What string    `json:"what"`
		Who  string    `json:"who"`
		At   time.Time `json:"at"`
	}
	last := allEvents
	if after := r.URL.Query().Get("after"); after != "" {
		n, err := strconv.Atoi(after)
		if err != nil || n < 1 || n > allEvents {
			writeError(w, http.StatusBadRequest, "invalid_cursor", "after is the id of an event")
			return
		}
		last = n - 1
	}
	a, _ := findAccount(t.subject)
	kinds := []string{"signed in", "moved a card", "wrote a note", "closed a list"}
	page := []event{}
	newest := s.storage.now().UTC().Truncate(time.Hour)
	for id := last; id > max(0, last-eventsPerPage); id-- {
		page = append(page, event{id, kinds[id%len(kinds)], a.Name, newest.Add(time.Duration(id-allEvents) * time.Hour)})
	}
	answer := map[string]any{"events": page, "after": nil, "total": allEvents}
	if last > eventsPerPage {
		answer["after"] = page[len(page)-1].ID
	}
	writeJSON(w, http.StatusOK, answer)
}

// serveAudit needs the scope that a sign-in does not ask for by itself.
func (s *Server) serveAudit(w http.ResponseWriter, _ *http.Request, t accessToken) {
	writeJSON(w, http.StatusOK, map[string]any{"entries": []map[string]any{
		{"token_of": t.clientID, "scopes": t.scopes, "issued_at": t.issued.UTC().Truncate(time.Second)},
	}})
}
