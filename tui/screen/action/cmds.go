package action

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"authdeck/connections"
	"authdeck/integrations"
	"authdeck/internal/safetext"
)

// maxShown bounds what is drawn of an answer, in bytes; more is copied and saved by scripts, not read here.
const maxShown = 2 << 20

// ref says to which screen, and to which of its runs, an answer belongs.
type ref struct {
	to  *Screen
	gen int
}

// The answers of the screen's commands.
type (
	loadedMsg struct {
		ref
		actions []integrations.Action
		missing string // the integration that the connection is of and that does not exist
		err     error
	}
	ranMsg struct {
		ref
		answer *answer
	}
)

// answer is a run's outcome, made ready for the screen where the run was, so that Update and View only draw.
type answer struct {
	status   int
	took     time.Duration
	size     int64
	json     string   // indented, safe; what y copies
	body     []string // its lines
	requests []string
	message  string // why it failed, "" if it did not
	hint     string
	canceled bool
	dry      bool
}

func (s *Screen) ref() ref { return ref{to: s, gen: s.gen} }

func (s *Screen) load() tea.Cmd {
	ctx, deck, conn, r := s.ctx, s.env.Deck, s.conn, s.ref()
	return func() tea.Msg {
		m := loadedMsg{ref: r}
		m.actions, m.err = deck.Actions(ctx, conn)
		if errors.Is(m.err, integrations.ErrNotFound) {
			if c, err := deck.Show(ctx, conn); err == nil {
				m.missing = c.Integration
			}
		}
		return m
	}
}

func (s *Screen) runCmd(ctx context.Context, req connections.RunRequest) tea.Cmd {
	deck, r, now, started := s.env.Deck, s.ref(), s.env.Now, s.started
	return func() tea.Msg {
		res, err := deck.Run(ctx, req)
		if res.Duration == 0 {
			res.Duration = now().Sub(started)
		}
		a := answerOf(res, err, req.DryRun)
		a.canceled = errors.Is(err, context.Canceled) && ctx.Err() != nil
		return ranMsg{ref: r, answer: a}
	}
}

func answerOf(res connections.RunResult, err error, dry bool) *answer {
	a := &answer{status: res.Status, took: res.Duration, size: int64(len(res.Result)), dry: dry}
	if n := len(res.Exchanges); n > 0 && res.Exchanges[n-1].ResponseBytes > 0 {
		a.size = res.Exchanges[n-1].ResponseBytes
	}
	if err != nil {
		a.message = safe(err.Error())
		var e *connections.Error
		if errors.As(err, &e) {
			a.hint = safe(e.Hint)
		}
	}
	a.json = pretty(res.Result)
	if a.json != "" {
		a.body = strings.Split(a.json, "\n")
	}
	for i, x := range res.Exchanges {
		if i > 0 {
			a.requests = append(a.requests, "")
		}
		status := "not sent"
		if x.Status != 0 {
			status = strconv.Itoa(x.Status) + " " + http.StatusText(x.Status) + "  " + duration(x.Duration)
		}
		a.requests = append(a.requests, safe(x.Method)+" "+safetext.Line(x.URL, 0), status)
		a.requests = append(a.requests, headers("> ", x.RequestHeader)...)
		if dry && x.RequestBody != "" {
			a.requests = append(a.requests, "")
			a.requests = append(a.requests, strings.Split(safetext.Block(x.RequestBody, maxShown), "\n")...)
		}
		a.requests = append(a.requests, headers("< ", x.ResponseHeader)...)
		if x.Err != "" {
			a.requests = append(a.requests, safe(x.Err))
		}
	}
	if dry {
		a.body = a.requests
		a.json = strings.Join(a.requests, "\n")
	}
	return a
}

func headers(mark string, h http.Header) []string {
	names := make([]string, 0, len(h))
	for name := range h {
		names = append(names, name)
	}
	slices.Sort(names)
	var lines []string
	for _, name := range names {
		for _, v := range h[name] {
			lines = append(lines, mark+safe(name)+": "+safetext.Line(v, 0))
		}
	}
	return lines
}

// pretty is JSON indented and made safe; what is no JSON is shown as it is.
func pretty(raw json.RawMessage) string {
	if len(bytes.TrimSpace(raw)) == 0 {
		return ""
	}
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return safetext.Block(text, maxShown) // an answer that is text, or a page
	}
	var b bytes.Buffer
	if json.Indent(&b, raw, "", "  ") != nil {
		return safetext.Block(string(raw), maxShown)
	}
	return safetext.Block(b.String(), maxShown)
}

func duration(d time.Duration) string {
	switch {
	case d < time.Millisecond:
		return "<1 ms"
	case d < time.Second:
		return strconv.FormatInt(d.Milliseconds(), 10) + " ms"
	case d < time.Minute:
		return fmt.Sprintf("%.1f s", d.Seconds())
	default:
		return fmt.Sprintf("%d:%02d min", int(d.Minutes()), int(d.Seconds())%60)
	}
}

func bytesOf(n int64) string {
	switch {
	case n < 1000:
		return strconv.FormatInt(n, 10) + " B"
	case n < 1000*1000:
		return fmt.Sprintf("%.1f KB", float64(n)/1000)
	default:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	}
}

// plain is an error in one safe line.
func plain(err error) string {
	if errors.Is(err, context.Canceled) {
		return "canceled"
	}
	return safe(err.Error())
}
