package activity

import (
	"strconv"
	"strings"
	"time"

	"charm.land/lipgloss/v2"

	tea "charm.land/bubbletea/v2"

	"authdeck/internal/safetext"
	"authdeck/tui/keys"
	"authdeck/tui/screen"
	"authdeck/tui/theme"
	"authdeck/tui/ui"
)

// boxed is the width from which on screens have frames.
const boxed = 100

// Screen is the tab.
type Screen struct {
	env    *screen.Env
	log    *Log
	table  ui.Table[int]
	filter ui.Filter
	shown  []Entry
	of     *Entry // the newest line when shown was made
	total  int
}

// New returns the tab over a log that the shell fills.
func New(env *screen.Env, log *Log) *Screen { return &Screen{env: env, log: log} }

// Title is the crumb.
func (s *Screen) Title() string { return "activity" }

// Init does nothing: the shell fills the log.
func (s *Screen) Init() tea.Cmd { return nil }

// Close does nothing.
func (s *Screen) Close() {}

// Count is how many lines are shown.
func (s *Screen) Count() string {
	s.refresh(false)
	n := strconv.Itoa(len(s.shown)) + " of " + strconv.Itoa(s.total)
	if s.filter.Text() != "" {
		return s.filter.Shown() + "  " + n
	}
	return n
}

// refresh takes the log's lines through the filter. A cursor on the newest line stays there, another on its line.
func (s *Screen) refresh(force bool) {
	all := s.log.Entries()
	var first *Entry
	if len(all) > 0 {
		first = &all[0]
	}
	if !force && first == s.of && s.total == len(all) {
		return
	}
	at := s.table.Cursor()
	var line Entry
	if at > 0 && at < len(s.shown) {
		line = s.shown[at]
	}
	s.of, s.total = first, len(all)
	s.shown = s.shown[:0]
	for _, e := range all {
		if s.filter.Text() == "" || s.filter.Match(strings.ToLower(string(e.Level)+"\n"+e.Name+"\n"+e.Text)) {
			s.shown = append(s.shown, e)
		}
	}
	s.table.SetLen(len(s.shown))
	if at > 0 {
		for i, e := range s.shown {
			if e == line {
				s.table.Move(i)
				return
			}
		}
	}
}

// Update takes keys.
func (s *Screen) Update(msg tea.Msg) (tea.Cmd, bool) {
	switch m := msg.(type) {
	case tea.PasteMsg:
		if s.filter.Typing() && s.filter.Paste(m.Content) {
			s.refresh(true)
		}
		return nil, true
	case tea.KeyPressMsg:
		return s.key(m)
	}
	return nil, false
}

func (s *Screen) key(k tea.KeyPressMsg) (tea.Cmd, bool) {
	s.refresh(false)
	if s.filter.Typing() {
		used, changed := s.filter.Key(k)
		if changed {
			s.refresh(true)
		}
		if !used {
			s.table.Key(k.String())
		}
		return nil, true
	}
	if s.table.Key(k.String()) {
		return nil, true
	}
	switch k.String() {
	case "/":
		s.filter.Start()
		return nil, true
	case "esc":
		if s.filter.Text() != "" {
			s.filter.Clear()
			s.refresh(true)
			return nil, true
		}
	case "enter":
		if i := s.table.Cursor(); i >= 0 {
			return s.env.Shell.Open(&record{env: s.env, entry: s.shown[i]}), true
		}
	}
	return nil, false
}

// Keys are the bindings in force now.
func (s *Screen) Keys() []keys.Binding {
	if s.filter.Typing() {
		return []keys.Binding{
			{ID: "activity.filter.keep", Keys: []string{"enter"}, Label: "keep", Help: "keeps the filter", Footer: true},
			{ID: "activity.filter.clear", Keys: []string{"esc"}, Label: "clear", Help: "takes the filter off", Footer: true},
		}
	}
	return []keys.Binding{
		{ID: "activity.open", Keys: []string{"enter"}, Label: "whole line", Help: "shows the whole line", Footer: true},
		{ID: "activity.filter", Keys: []string{"/"}, Label: "filter", Help: "narrows the log by level, name or text", Footer: true, Common: true},
		{ID: "activity.move", Keys: []string{"j", "k", "g", "G", "ctrl+d", "ctrl+u"}, Label: "move", Help: "moves the cursor"},
	}
}

// View draws exactly height lines of exactly width cells.
func (s *Screen) View(width, height int) string {
	th := s.env.Theme
	if width >= boxed {
		lines := ui.Box(th, th.Title.Render("Activity"), th.Dim.Render(s.Count()), s.lines(width-2, height-2), width, height)
		return ui.Screenful(lines, width, height)
	}
	return ui.Screenful(s.lines(width, height), width, height)
}

func (s *Screen) lines(width, height int) []string {
	th := s.env.Theme
	s.refresh(false)
	room := height
	if s.filter.Typing() {
		room--
	}
	var lines []string
	switch {
	case len(s.shown) == 0 && s.filter.Text() != "":
		lines = append(lines, "", "  no match for "+th.Bold.Render(safetext.Line(s.filter.Text(), 30))+th.Dim.Render(", esc clears"))
	case len(s.shown) == 0:
		lines = append(lines, "", th.Dim.Render("  nothing happened yet"))
	default:
		now := s.env.Now()
		s.table.Forget()
		lines = s.table.View(lines, room, func(i int, _ bool) int { return i }, func(i int, selected bool) string {
			return Line(th, s.shown[i], now, width, true, selected)
		})
	}
	for len(lines) < room {
		lines = append(lines, "")
	}
	if s.filter.Typing() {
		lines = append(lines, s.filter.View(th, strconv.Itoa(len(s.shown))+" of "+strconv.Itoa(s.total), width))
	}
	return lines
}

// Line draws one line of the log in exactly width cells, with room for a cursor if cursor.
func Line(th *theme.Theme, e Entry, now time.Time, width int, cursor, selected bool) string {
	style := func(x lipgloss.Style) lipgloss.Style {
		if selected {
			return th.On(x)
		}
		return x
	}
	at := e.Time.In(now.Location()).Format("15:04:05")
	if now.Sub(e.Time) > 20*time.Hour {
		at = e.Time.In(now.Location()).Format("01-02")
	}
	mark := style(th.Text).Render(" ")
	switch {
	case selected:
		mark = style(th.Accent).Render(th.Glyph.Cursor + " ")
	case cursor:
		mark = "  "
	}
	line := mark + style(th.Dim).Render(ui.Fit(at, 8)+"  ") + style(level(th, e.Level)).Render(ui.Fit(string(e.Level), 5)) + style(th.Text).Render("  ")
	text := e.Text
	if e.Name != "" {
		line += style(th.Bold).Render(ui.FitTheme(th, e.Name, 12)) + style(th.Text).Render(" ")
	}
	rest := max(0, width-ui.Width(line))
	return line + style(th.Text).Render(ui.FitTheme(th, text, rest))
}

func level(th *theme.Theme, l Level) lipgloss.Style {
	switch l {
	case OK:
		return th.OK
	case Warn:
		return th.Warn
	case Error:
		return th.Danger
	case Info:
	}
	return th.Info
}

// Strip is the newest lines in a frame of exactly width × height.
func Strip(th *theme.Theme, l *Log, now time.Time, width, height int) []string {
	var lines []string
	for i, e := range l.Entries() {
		if i >= height-2 {
			break
		}
		lines = append(lines, Line(th, e, now, width-2, false, false))
	}
	if len(lines) == 0 {
		lines = append(lines, th.Dim.Render(" nothing happened yet"))
	}
	return ui.Box(th, th.Dim.Render("Activity"), th.Dim.Render("newest first"), lines, width, height)
}
