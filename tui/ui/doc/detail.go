package doc

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"authdeck/internal/jsondoc"
	"authdeck/internal/safetext"
	"authdeck/tui/theme"
	"authdeck/tui/ui"
)

const (
	prettyBody = 1 << 20  // bytes up to which a JSON body is indented
	shownBody  = 64 << 10 // bytes of a body that are shown
)

// note is one line of a detail: a name and a text, both safe.
type note struct {
	name, text string
	kind       kind
}

type kind uint8

const (
	plain kind = iota
	title
	good
	bad
	dim
	code // JSON
)

// detail is one exchange in lines.
type detail struct {
	notes []note
	rows  []note // as they are wrapped
	width int
	wrap  bool
	scrolled
}

// scrolled is a place in lines without a cursor.
type scrolled struct{ top, page, n int }

func newDetail(x *Exchange) *detail {
	d := &detail{}
	d.add(title, "", safetext.Line(x.Method, 40)+" "+safetext.Line(x.URL, 0))
	k, outcome := x.outcome()
	d.add(k, "", outcome)
	d.add(plain, "", "")
	d.add(title, "", "Request")
	d.headers(x.RequestHeader)
	d.body(x.RequestBody, max(x.RequestBytes, int64(len(x.RequestBody))))
	if x.Status != 0 {
		d.add(plain, "", "")
		d.add(title, "", "Response")
		d.headers(x.ResponseHeader)
		d.body(x.ResponseBody, max(x.ResponseBytes, int64(len(x.ResponseBody))))
	}
	return d
}

func (x *Exchange) outcome() (kind, string) {
	switch {
	case x.Err != "":
		return bad, "failed after " + ui.Took(x.Duration) + ": " + safetext.Line(x.Err, 0)
	case x.Status == 0:
		return dim, "not sent"
	}
	text := strconv.Itoa(x.Status)
	if t := http.StatusText(x.Status); t != "" {
		text += " " + t
	}
	text += " in " + ui.Took(x.Duration)
	if !x.Started.IsZero() {
		text += ", at " + x.Started.Format("15:04:05.000")
	}
	if x.Status >= 400 {
		return bad, text
	}
	return good, text
}

func (d *detail) add(k kind, name, text string) {
	d.notes = append(d.notes, note{name: name, text: text, kind: k})
}

func (d *detail) headers(h http.Header) {
	for _, name := range slices.Sorted(maps.Keys(h)) {
		for _, v := range h[name] {
			d.add(plain, safetext.Line(name, 60), safetext.Line(v, 0))
		}
	}
}

func (d *detail) body(body []byte, whole int64) {
	switch {
	case whole == 0:
		d.add(dim, "", "no body")
		return
	case len(body) == 0:
		d.add(dim, "", "a body of "+ui.Size(whole)+", which was not kept")
		return
	}
	d.add(plain, "", "")
	k, text := plain, body
	if len(body) <= prettyBody {
		if _, err := jsondoc.Open(body); err == nil {
			var b bytes.Buffer
			if json.Indent(&b, body, "", "  ") == nil {
				k, text = code, b.Bytes()
			}
		}
	}
	if k == plain && !isText(body) {
		d.add(dim, "", ui.Size(whole)+" that are no text")
		return
	}
	cut := len(text) > shownBody || int64(len(body)) < whole
	if len(text) > shownBody {
		end := shownBody
		for end > 0 && !utf8.RuneStart(text[end]) {
			end--
		}
		text = text[:end]
	}
	for line := range strings.SplitSeq(strings.TrimRight(safetext.Block(string(text), 0), "\n"), "\n") {
		d.add(k, "", line)
	}
	if cut {
		d.add(dim, "", "the beginning of "+ui.Size(whole))
	}
}

// isText reports whether the head of a body reads as text.
func isText(body []byte) bool {
	head := body[:min(len(body), 4096)]
	for len(head) > 0 && len(head) < len(body) && !utf8.RuneStart(body[len(head)]) {
		head = head[:len(head)-1]
	}
	return utf8.Valid(head) && bytes.IndexByte(head, 0) < 0
}

func (s *scrolled) key(k string) (used bool) {
	if k == "space" {
		k = "pgdown"
	}
	to, used := ui.Move(k, s.top, s.page, s.n)
	if used {
		s.top = to
		s.clamp()
	}
	return used
}

func (s *scrolled) clamp() { s.top = max(0, min(s.top, s.n-max(1, s.page))) }

func (s *scrolled) place() string {
	if s.n == 0 || s.page <= 0 {
		return ""
	}
	return placed("line", s.top+1, min(s.n, s.top+s.page), s.n)
}

func (d *detail) view(th *theme.Theme, width, height int, wrap bool) []string {
	if d.rows == nil || d.width != width || d.wrap != wrap {
		d.width, d.wrap, d.rows = width, wrap, d.notes
		if wrap {
			d.rows = wrapNotes(d.notes, width)
		}
	}
	d.n, d.page = len(d.rows), height
	d.clamp()
	var lines []string
	for _, n := range d.rows[d.top:min(d.n, d.top+height)] {
		lines = append(lines, n.draw(th, width))
	}
	return pad(lines, width, height)
}

// wrapNotes breaks what is longer than a line; what follows is indented as the value of a header, or as the line of JSON.
func wrapNotes(notes []note, width int) []note {
	var out []note
	for _, n := range notes {
		room := width
		if n.name != "" {
			room -= safetext.Width(n.name) + 2
		}
		if safetext.Width(n.text) <= room {
			out = append(out, n)
			continue
		}
		if n.name != "" {
			head := ansi.Truncate(n.text, max(0, room), "")
			out = append(out, note{name: n.name, text: head, kind: n.kind})
			tail := strings.TrimPrefix(n.text, head)
			for l := range strings.SplitSeq(ansi.Hardwrap(tail, max(4, width-2), true), "\n") {
				out = append(out, note{text: "  " + l, kind: n.kind})
			}
			continue
		}
		body := strings.TrimLeft(n.text, " ")
		indent := ""
		if n.kind == code {
			indent = strings.Repeat(" ", min(len(n.text)-len(body), width/2))
		}
		for l := range strings.SplitSeq(ansi.Wrap(body, max(4, width-len(indent)-2), " /&?=,"), "\n") {
			out = append(out, note{text: indent + l, kind: n.kind})
		}
	}
	return out
}

func (n note) draw(th *theme.Theme, width int) string {
	text := safe(th, n.text)
	var style lipgloss.Style
	switch n.kind {
	case title:
		style = th.Title
	case good:
		style = th.OK
	case bad:
		style = th.Danger
	case dim:
		style = th.Dim
	case code:
		return draw(th, width, false, jsonLine(th, text)...)
	default:
		style = th.Text
	}
	if n.name != "" {
		return draw(th, width, false, span{safe(th, n.name), th.Accent}, span{": ", th.Dim}, span{text, style})
	}
	return draw(th, width, false, span{text, style})
}

// jsonLine tells the key of an indented JSON text from its value.
func jsonLine(th *theme.Theme, line string) []span {
	body := strings.TrimLeft(line, " ")
	spans := []span{{line[:len(line)-len(body)], th.Text}}
	if strings.HasPrefix(body, `"`) {
		if i := strings.Index(body, `": `); i > 0 {
			spans = append(spans, span{body[:i+1], th.Accent}, span{": ", th.Dim})
			body = body[i+3:]
		}
	}
	style := th.Text
	if body != "" && strings.IndexByte("-0123456789tfn", body[0]) >= 0 {
		style = th.Info
	}
	return append(spans, span{body, style})
}
