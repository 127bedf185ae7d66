package list

import (
	"strconv"
	"strings"
	"time"

	"authdeck/connections"
	"authdeck/internal/safetext"
	"authdeck/store"
	"authdeck/tui/screen"
	"authdeck/tui/ui"
)

// The columns, in cells.
const (
	colCursor      = 2
	colState       = 11
	colName        = 14
	colIntegration = 12
	colIdentity    = 17
	colLifetime    = 12
	colLifetimeBox = 10
	colExpires     = 11
	minLifetime    = 4
)

// columns are the widths for one layout; integration 0 leaves that column out.
type columns struct {
	name, integration, identity, lifetime int
	boxed                                 bool
}

// rowKey is all that the look of a row depends on.
type rowKey struct {
	id       string
	version  uint64
	state    connections.State
	secs     int64
	full     int
	cols     columns
	theme    int
	selected bool
	focus    bool
}

// fit lays the columns out in width cells.
func fit(width int, boxed bool) columns {
	c := columns{name: colName, identity: colIdentity, boxed: boxed}
	if boxed {
		c.lifetime = colLifetimeBox
	} else {
		c.integration, c.lifetime = colIntegration, colLifetime
	}
	spare := width - c.width() - 1
	if boxed {
		spare--
	}
	if spare < 0 && c.integration > 0 {
		spare += c.integration
		c.integration = 0
	}
	switch {
	case spare < 0:
		c.lifetime = max(minLifetime, c.lifetime+spare)
	case spare > 0:
		more := min(spare, 30)
		c.name += more / 3
		c.identity += more - more/3
		c.lifetime += min(20, (spare-more)/2)
	}
	return c
}

func (c columns) width() int {
	return colCursor + colState + c.name + c.integration + c.identity + c.lifetime + colExpires
}

// View draws exactly height lines of exactly width cells.
func (s *Screen) View(width, height int) string {
	th := s.env.Theme
	s.wide = width >= boxed
	switch {
	case s.problem != "":
		return ui.Screenful([]string{"", " " + th.Danger.Render(th.Glyph.Error+" "+s.problem)}, width, height)
	case !s.loaded:
		return ui.Screenful([]string{"", th.Dim.Render(" reading the connections " + th.Glyph.Ellipsis)}, width, height)
	case s.empty():
		return ui.Screenful(s.first(width, height), width, height)
	case s.wide:
		return s.viewWide(width, height)
	}
	below := 3
	if height < 8 {
		below = 0
	}
	lines := s.rows(width, height-below, false)
	if below > 0 {
		sum := s.pane.Summary(width)
		lines = append(lines, ui.Rule(th, width), sum[0], sum[1])
	}
	return ui.Screenful(lines, width, height)
}

// listWidth is the width of the list's frame where the detail stands beside it.
func listWidth(width int) int {
	if width <= 120 {
		return 62 + (width-100)*7/20
	}
	return 69 + (width-120)/2
}

func (s *Screen) viewWide(width, height int) string {
	th := s.env.Theme
	left := listWidth(width)
	right := width - left
	title := th.Title.Render("Connections")
	if s.inPane {
		title = th.Dim.Render("Connections")
	}
	a := ui.Box(th, title, th.Dim.Render(s.Count()), s.rows(left-2, height-2, true), left, height)
	head, age := s.pane.Heading()
	b := ui.Box(th, head, age, s.pane.Lines(right-2, height-2), right, height)
	return strings.Join(ui.Beside(a, b), "\n")
}

// rows are the heading and the rows in sight, in exactly height lines.
func (s *Screen) rows(width, height int, boxed bool) []string {
	th := s.env.Theme
	c := fit(width, boxed)
	lines := make([]string, 0, height)
	lines = append(lines, th.Header.Render(ui.FitTheme(th, heading(c), width)))
	room := height - 1
	if s.filter.Typing() {
		room--
	}
	if len(s.shown) == 0 {
		lines = append(lines, "", "  no match for "+th.Bold.Render(safetext.Line(s.filter.Text(), 30))+th.Dim.Render(", esc clears"))
	} else {
		lines = s.table.View(lines, room,
			func(i int, selected bool) rowKey { return s.keyOf(s.all[s.shown[i]], c, selected) },
			func(i int, selected bool) string { return s.row(s.all[s.shown[i]], c, selected, width) })
	}
	for len(lines) < 1+room {
		lines = append(lines, "")
	}
	if s.filter.Typing() {
		lines = append(lines, s.filter.View(th, strconv.Itoa(len(s.shown))+" of "+strconv.Itoa(len(s.all)), width))
	}
	return lines[:height]
}

func heading(c columns) string {
	h := "  " + ui.Fit("STATE", colState) + ui.Fit("NAME", c.name)
	if c.integration > 0 {
		h += ui.Fit("INTEGRATION", c.integration)
	}
	life := "LIFETIME"
	if c.lifetime <= len(life) {
		life = "LIFE"[:min(4, c.lifetime-1)]
	}
	h += ui.Fit("IDENTITY", c.identity) + ui.Fit(life, c.lifetime)
	if c.boxed {
		return h + ui.Left("EXPIRES IN", colExpires)
	}
	return h + "EXPIRES IN"
}

// left is what remains of the access token, as whole seconds, or minutes where motion is not wanted; rounded up.
func (s *Screen) left(r screen.Row) time.Duration {
	d := r.ExpiresAt.Sub(s.now)
	step := time.Second
	if !s.env.Motion {
		step = time.Minute
	}
	if d > 0 {
		return (d + step - 1) / step * step
	}
	return d / step * step
}

func (s *Screen) keyOf(r screen.Row, c columns, selected bool) rowKey {
	k := rowKey{
		id: r.ID, version: r.Generation, state: r.State, cols: c, theme: s.env.Theme.Version, selected: selected, focus: selected && s.inPane,
	}
	if counting(r) {
		k.secs = int64(s.left(r) / time.Second)
		k.full = ui.Cells(r.ExpiresAt.Sub(s.now), r.ExpiresAt.Sub(r.ObtainedAt), c.lifetime)
	}
	return k
}

// row draws one row; names are foreign text.
func (s *Screen) row(r screen.Row, c columns, selected bool, width int) string {
	th, all := s.env.Theme, s.pensOf()
	p := all.row
	var b strings.Builder
	b.Grow(4 * width)
	switch {
	case selected && s.inPane:
		p = all.selected
		all.cursorInPane.Write(&b, th.Glyph.Arrow, " ")
	case selected:
		p = all.selected
		all.cursor.Write(&b, th.Glyph.Cursor, " ")
	default:
		b.WriteString("  ")
	}
	state := p.state[r.State]
	state.Write(&b, ui.Fit(th.Glyph.States[string(r.State)]+" "+word(r.State), colState))
	p.name.Write(&b, s.cell(r.Name, c.name))
	if c.integration > 0 {
		p.dim.Write(&b, s.cell(r.Integration, c.integration))
	}
	p.text.Write(&b, s.cell(r.Identity, c.identity))
	switch {
	case !counting(r):
		p.empty.Write(&b, strings.Repeat(th.Glyph.None, c.lifetime))
	case !s.env.Motion:
		p.dim.Write(&b, ui.Fit("of "+ui.Span(r.ExpiresAt.Sub(r.ObtainedAt)), c.lifetime))
	default:
		full := ui.Cells(r.ExpiresAt.Sub(s.now), r.ExpiresAt.Sub(r.ObtainedAt), c.lifetime)
		if full > 0 {
			state.Write(&b, strings.Repeat(th.Glyph.Full, full))
		}
		if full < c.lifetime {
			p.empty.Write(&b, strings.Repeat(th.Glyph.Empty, c.lifetime-full))
		}
	}
	expires := p.text
	if r.State == connections.StateExpired {
		expires = state
	}
	expires.Write(&b, ui.Left(s.expires(r), colExpires))
	p.text.Write(&b, ui.Spaces(width-c.width()))
	return b.String()
}

// cell is foreign text in exactly width cells, with a blank at its end.
func (s *Screen) cell(text string, width int) string {
	return ui.FitTheme(s.env.Theme, safetext.Line(text, 0), width-1) + " "
}

func (s *Screen) expires(r screen.Row) string {
	switch {
	case r.State == connections.StateRevoked:
		return s.env.Theme.Glyph.Dash
	case r.Lifetime == store.LifetimeNever:
		return "no expiry"
	case r.Lifetime != store.LifetimeKnown:
		return "not known"
	}
	left := s.left(r)
	switch {
	case s.env.Motion:
		return ui.Countdown(left)
	case left > 0:
		return ui.Span(left)
	}
	return ui.Span(-left) + " ago"
}
