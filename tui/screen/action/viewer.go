package action

import (
	"strconv"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"authdeck/tui/theme"
)

// viewer scrolls lines of safe text.
type viewer struct {
	lines []string
	wrap  bool
	width int      // that rows was made for
	rows  []string // lines as wrapped; the lines themselves without wrap
	top   int
	page  int
}

func (v *viewer) set(lines []string) {
	v.lines, v.rows, v.top = lines, nil, 0
}

func (v *viewer) toggleWrap() { v.wrap, v.rows, v.top = !v.wrap, nil, 0 }

func (v *viewer) scroll(by int) {
	v.top = max(0, min(v.top+by, len(v.rows)-v.page))
}

// view is height rows of at most width cells.
func (v *viewer) view(th *theme.Theme, width, height int) []string {
	if v.rows == nil || v.width != width {
		v.width, v.rows = width, v.lines
		if v.wrap {
			v.rows = nil
			for _, l := range v.lines {
				v.rows = append(v.rows, strings.Split(ansi.Hardwrap(l, max(4, width), true), "\n")...)
			}
		}
	}
	v.page = height
	v.scroll(0)
	var out []string
	for i := v.top; i < min(len(v.rows), v.top+height); i++ {
		out = append(out, colour(th, ansi.Truncate(v.rows[i], width, th.Glyph.Ellipsis)))
	}
	return out
}

// place says which rows are seen: "line 1-12 of 412".
func (v *viewer) place() string {
	n := len(v.rows)
	if n == 0 {
		return ""
	}
	return "line " + strconv.Itoa(v.top+1) + "-" + strconv.Itoa(min(n, v.top+v.page)) + " of " + strconv.Itoa(n)
}

// colour tells the names of an indented JSON object from its values.
func colour(th *theme.Theme, line string) string {
	body := strings.TrimLeft(line, " ")
	pad := line[:len(line)-len(body)]
	if strings.HasPrefix(body, `"`) {
		if i := strings.Index(body, `": `); i > 0 {
			return pad + th.Accent.Render(body[:i+1]) + th.Dim.Render(":") + " " + scalar(th, body[i+3:])
		}
	}
	return pad + scalar(th, body)
}

func scalar(th *theme.Theme, v string) string {
	switch {
	case v == "":
		return ""
	case v[0] == '"':
		return th.Text.Render(v)
	case v[0] == '-' || (v[0] >= '0' && v[0] <= '9') || strings.HasPrefix(v, "true") || strings.HasPrefix(v, "false") || strings.HasPrefix(v, "null"):
		return th.Info.Render(v)
	default:
		return th.Text.Render(v)
	}
}
