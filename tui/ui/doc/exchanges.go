package doc

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"charm.land/lipgloss/v2"

	"authdeck/tui/theme"
	"authdeck/tui/ui"
)

// Exchange is what is shown of one HTTP exchange, with its secrets masked or not, as it is given.
type Exchange struct {
	Method, URL    string
	Status         int // 0 if no answer came, or nothing was sent
	Started        time.Time
	Duration       time.Duration
	RequestHeader  http.Header
	ResponseHeader http.Header
	RequestBody    []byte
	ResponseBody   []byte
	RequestBytes   int64 // of the whole body; RequestBody may have less
	ResponseBytes  int64
	Err            string // why it failed, "" if it did not
}

// Exchanges lists the HTTP exchanges of a run, each with a bar on a time axis of them all, and shows one in detail.
//
// Keys of the list: those of a list; enter, l, right open the detail. Of the detail: those of a list scroll, space too; esc,
// h, left go back to the list; ], tab and [ go to the next and the exchange before; w wraps.
type Exchanges struct {
	list []Exchange
	scroll
	detail *detail // nil: the list
	wrap   bool
}

// NewExchanges shows exchanges in the order in which they were made.
func NewExchanges(list []Exchange) *Exchanges {
	e := &Exchanges{wrap: true}
	e.Set(list)
	return e
}

// Set shows these in place of the others, as after revealing secrets or with one more: cursor and detail stay.
func (e *Exchanges) Set(list []Exchange) {
	e.list, e.n = list, len(list)
	e.move(e.cursor)
	if e.detail != nil {
		if top := e.detail.top; e.n == 0 {
			e.detail = nil
		} else {
			e.detail = newDetail(&e.list[e.cursor])
			e.detail.top = top
		}
	}
}

// Cursor is the index of the exchange under the cursor, or in detail; -1 if there are none.
func (e *Exchanges) Cursor() int {
	if e.n == 0 {
		return -1
	}
	return e.cursor
}

// InDetail reports whether one exchange is shown, so that esc is the widget's.
func (e *Exchanges) InDetail() bool { return e.detail != nil }

// Place is "request 1-3 of 3", or that of the lines in the detail.
func (e *Exchanges) Place() string {
	if e.detail != nil {
		return e.detail.place()
	}
	return e.place("request")
}

// Key takes a key by its name; used reports whether it was one of the widget's.
func (e *Exchanges) Key(k string) (used bool) {
	if e.detail == nil {
		switch k {
		case "enter", "l", "right":
			if e.n > 0 {
				e.detail = newDetail(&e.list[e.cursor])
			}
			return true
		}
		return e.key(k)
	}
	switch k {
	case "esc", "h", "left":
		e.detail = nil
	case "]", "tab":
		e.beside(1)
	case "[", "shift+tab":
		e.beside(-1)
	case "w":
		e.wrap = !e.wrap
	default:
		return e.detail.key(k)
	}
	return true
}

func (e *Exchanges) beside(by int) {
	if to := e.cursor + by; to >= 0 && to < e.n {
		e.cursor = to
		e.detail = newDetail(&e.list[to])
	}
}

// View draws the list or the detail.
func (e *Exchanges) View(th *theme.Theme, width, height int) []string {
	switch {
	case width <= 0 || height <= 0:
		return pad(nil, max(0, width), height)
	case e.detail != nil:
		return e.detail.view(th, width, height, e.wrap)
	case e.n == 0:
		return pad([]string{draw(th, width, false, span{"  no requests were made", th.Dim})}, width, height)
	}
	cols := columnsFor(width)
	rows := height
	if height > 3 {
		rows -= 2
	}
	e.view(rows, e.n)
	axis := axisOf(e.list)
	var lines []string
	if rows < height {
		lines = append(lines, header(th, cols, width))
	}
	for i := e.top; i < min(e.n, e.top+rows); i++ {
		lines = append(lines, e.line(th, i, cols, axis, width))
	}
	lines = pad(lines, width, height)
	if rows < height {
		lines[height-1] = e.sum(th, axis, width)
	}
	return lines
}

// cols are the widths of the columns; 0: it is left out.
type cols struct{ method, status, took, sent, got, url, bar int }

func columnsFor(width int) cols {
	c := cols{method: 6, status: 4, took: 7, bar: 10}
	switch {
	case width >= 84:
		c.sent, c.got, c.bar, c.took = 9, 9, 20, 8
	case width >= 60:
		c.got, c.bar = 9, 12
	case width < 40:
		c.bar = 0
	}
	used := 2
	for _, w := range []int{c.method, c.status, c.took, c.sent, c.got, c.bar} {
		if w > 0 {
			used += w + 1
		}
	}
	c.url = max(1, width-used)
	return c
}

func header(th *theme.Theme, c cols, width int) string {
	text := "  " + ui.Fit("METHOD", c.method) + " " + ui.Fit("URL", c.url) + " " + ui.Left("CODE", c.status) + " " + ui.Left("TIME", c.took)
	if c.sent > 0 {
		text += " " + ui.Left("SENT", c.sent)
	}
	if c.got > 0 {
		text += " " + ui.Left("GOT", c.got)
	}
	if c.bar > 0 {
		text += " " + ui.Fit("WHEN", c.bar)
	}
	return draw(th, width, false, span{text, th.Header})
}

func (e *Exchanges) line(th *theme.Theme, i int, c cols, axis axis, width int) string {
	x, selected := &e.list[i], i == e.cursor
	address := safe(th, x.URL)
	if _, rest, ok := strings.Cut(address, "://"); ok {
		address = rest
		if host, _, ok := strings.Cut(rest, "/"); ok && c.url < 24 {
			address = rest[len(host):] // the path tells more where there is no room for both
		}
	}
	status, style := statusOf(th, x)
	spans := []span{
		gutter(th, selected),
		{ui.FitTheme(th, safe(th, x.Method), c.method) + " ", th.Bold},
		{ui.FitTheme(th, shorter(th, address, c.url), c.url) + " ", th.Text},
		{ui.Left(status, c.status) + " ", style},
		{ui.Left(took(x), c.took), th.Text},
	}
	if c.sent > 0 {
		spans = append(spans, span{" " + ui.Left(bytesOf(x.RequestBytes, x.RequestBody), c.sent), th.Dim})
	}
	if c.got > 0 {
		spans = append(spans, span{" " + ui.Left(bytesOf(x.ResponseBytes, x.ResponseBody), c.got), th.Text})
	}
	if c.bar > 0 {
		before, full := 0, 0
		if x.sent() {
			before, full = axis.cells(i, c.bar)
		}
		spans = append(
			spans, span{" " + strings.Repeat(th.Glyph.None, before), th.BarEmpty},
			span{strings.Repeat(th.Glyph.Full, full), style}, span{strings.Repeat(th.Glyph.None, c.bar-before-full), th.BarEmpty},
		)
	}
	return draw(th, width, selected, spans...)
}

// sent reports whether there is a time to show.
func (x *Exchange) sent() bool { return x.Status != 0 || x.Err != "" }

func took(x *Exchange) string {
	if !x.sent() {
		return ""
	}
	return ui.Took(x.Duration)
}

func bytesOf(n int64, body []byte) string {
	if n = max(n, int64(len(body))); n == 0 {
		return ""
	}
	return ui.Size(n)
}

// statusOf is the status in four cells at most.
func statusOf(th *theme.Theme, x *Exchange) (string, lipgloss.Style) {
	switch {
	case x.Status == 0 && x.Err != "":
		return th.Glyph.Error, th.Danger
	case x.Status == 0:
		return th.Glyph.Dash, th.Dim
	case x.Status >= 400:
		return strconv.Itoa(x.Status), th.Danger
	case x.Status >= 300:
		return strconv.Itoa(x.Status), th.Warn
	}
	return strconv.Itoa(x.Status), th.OK
}

func (e *Exchanges) sum(th *theme.Theme, a axis, width int) string {
	var sent, got int64
	for i := range e.list {
		x := &e.list[i]
		sent += max(x.RequestBytes, int64(len(x.RequestBody)))
		got += max(x.ResponseBytes, int64(len(x.ResponseBody)))
	}
	what := " requests, "
	if e.n == 1 {
		what = " request, "
	}
	text := "  " + strconv.Itoa(e.n) + what + ui.Took(a.whole) + ", " + ui.Size(sent) + " sent, " + ui.Size(got) + " got"
	return draw(th, width, false, span{text, th.Dim})
}

// axis is the time from the start of the first exchange to the end of the last.
type axis struct {
	starts []time.Duration // of each, since the first
	took   []time.Duration
	whole  time.Duration
}

// axisOf places exchanges; those whose start is not known follow the one before.
func axisOf(list []Exchange) axis {
	a := axis{starts: make([]time.Duration, len(list)), took: make([]time.Duration, len(list))}
	var first time.Time
	for i := range list {
		if s := list[i].Started; !s.IsZero() && (first.IsZero() || s.Before(first)) {
			first = s
		}
	}
	var end time.Duration
	for i := range list {
		x := &list[i]
		a.took[i] = max(0, x.Duration)
		a.starts[i] = end
		if !x.Started.IsZero() {
			a.starts[i] = x.Started.Sub(first)
		}
		end = a.starts[i] + a.took[i]
		a.whole = max(a.whole, end)
	}
	return a
}

// cells is where the bar of exchange i lies in width cells; it has one at least.
func (a axis) cells(i, width int) (before, full int) {
	if a.whole <= 0 {
		return 0, 0
	}
	at := func(d time.Duration) int { return int(float64(d) / float64(a.whole) * float64(width)) }
	before = min(at(a.starts[i]), width-1)
	full = max(1, min(at(a.starts[i]+a.took[i]), width)-before)
	return before, full
}
