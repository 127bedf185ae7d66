package demo

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/png"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// trials are the answers that a client has to cope with.
type trials struct {
	mu      sync.Mutex
	waiting map[string]bool   // grants that were told to wait
	refused map[string]string // by grant: the token that was refused
}

func newTrials() *trials {
	return &trials{waiting: map[string]bool{}, refused: map[string]string{}}
}

// wait reports whether a grant has to wait: each first time of two.
func (t *trials) wait(grant string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.waiting[grant] {
		delete(t.waiting, grant)
		return false
	}
	t.waiting[grant] = true
	return true
}

// refuse reports whether a token is refused although it is good: until the grant comes with another one.
func (t *trials) refuse(grant, token string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if first := t.refused[grant]; first != "" && first != token {
		delete(t.refused, grant)
		return false
	}
	t.refused[grant] = token
	return true
}

// serveBusy answers 429 and works at the next call.
func (s *Server) serveBusy(w http.ResponseWriter, _ *http.Request, t accessToken) {
	if s.trials.wait(t.grant.id) {
		w.Header().Set("Retry-After", "1")
		writeError(w, http.StatusTooManyRequests, "slow_down", "too many calls; wait a second")
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{"served": true, "after": "waiting"})
}

// serveRefused answers 401 to a good token, and works with the next one of the same sign-in.
func (s *Server) serveRefused(w http.ResponseWriter, _ *http.Request, t accessToken) {
	if s.trials.refuse(t.grant.id, t.id) {
		w.Header().Set("WWW-Authenticate", `Bearer realm="demo", error="invalid_token", error_description="refused on purpose"`)
		writeError(w, http.StatusUnauthorized, "invalid_token", "refused on purpose; come with another token")
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{"served": true, "after": "a refresh"})
}

var errOutOfRange = errors.New("out of range")

// numberIn reads a whole number of the query.
func numberIn(r *http.Request, name string, least, most int) (int, error) {
	n, err := strconv.Atoi(r.URL.Query().Get(name))
	if err == nil && (n < least || n > most) {
		err = errOutOfRange
	}
	return n, err
}

const maxBig = 60 // MB

// serveBig is JSON of at least as many million bytes as asked for, and less than a kilobyte more.
func (s *Server) serveBig(w http.ResponseWriter, r *http.Request, _ accessToken) {
	mb, err := numberIn(r, "mb", 1, maxBig)
	if err != nil {
		writeError(w, http.StatusBadRequest, "invalid_request", "mb is 1 to "+strconv.Itoa(maxBig))
		return
	}
	w.Header().Set("Content-Type", "application/json")
	piece := append(make([]byte, 0, 70<<10), `{"items":[`...)
	sent, id := 0, 0
	for wanted := mb*1_000_000 - len(`]}`); sent+len(piece) < wanted; {
		if id++; id > 1 {
			piece = append(piece, ',')
		}
		piece = append(piece, `{"id":`...)
		piece = strconv.AppendInt(piece, int64(id), 10)
		piece = append(piece, `,"title":"Item `...)
		piece = strconv.AppendInt(piece, int64(id), 10)
		piece = append(piece, `","done":`...)
		piece = strconv.AppendBool(piece, id%3 == 0)
		piece = append(piece, `,"tags":["alpha","beta","gamma"],"owner":{"name":"Ada","email":"ada@example.com"},"note":"the quick brown fox jumps over the lazy dog"}`...)
		if len(piece) > 64<<10 {
			if _, err := w.Write(piece); err != nil {
				return
			}
			sent += len(piece)
			piece = piece[:0]
		}
	}
	_, _ = w.Write(append(piece, `]}`...)) // the client is gone
}

// servePicture is a PNG.
func servePicture(w http.ResponseWriter, _ *http.Request, _ accessToken) {
	const side = 96
	img := image.NewNRGBA(image.Rect(0, 0, side, side))
	for y := range side {
		for x := range side {
			if dx, dy := x-side/2, y-side/2; dx*dx+dy*dy < side*side/4 {
				img.SetNRGBA(x, y, color.NRGBA{R: uint8(x * 2), G: uint8(y * 2), B: 255, A: 255}) //nolint:gosec // below 192
			}
		}
	}
	var b bytes.Buffer
	_ = png.Encode(&b, img) // the picture and the writer are ours: it cannot fail
	w.Header().Set("Content-Type", "image/png")
	w.Header().Set("Content-Disposition", `attachment; filename="demo.png"`)
	_, _ = b.WriteTo(w)
}

const maxDrip = 120 // s

// serveDrip sends a list one number each fifth of a second.
func (s *Server) serveDrip(w http.ResponseWriter, r *http.Request, _ accessToken) {
	seconds, err := numberIn(r, "seconds", 1, maxDrip)
	if err != nil {
		writeError(w, http.StatusBadRequest, "invalid_request", "seconds is 1 to "+strconv.Itoa(maxDrip))
		return
	}
	w.Header().Set("Content-Type", "application/json")
	flush := http.NewResponseController(w)
	tick := time.NewTicker(time.Second / 5)
	defer tick.Stop()
	text := `{"drops":[0`
	for i := range seconds * 5 {
		if _, err := io.WriteString(w, text); err != nil || flush.Flush() != nil {
			return
		}
		text = "," + strconv.Itoa(i+1)
		select {
		case <-tick.C:
		case <-r.Context().Done():
			return
		}
	}
	_, _ = io.WriteString(w, text+"]}")
}
