package catalogue

import (
	"context"
	"slices"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"authdeck/connections"
	"authdeck/internal/safetext"
	"authdeck/tui/screen"
)

// Screen is the list of integrations with the detail of the one under the cursor.
type Screen struct {
	env    *screen.Env
	ctx    context.Context
	cancel context.CancelFunc
	gen    int // of the last load

	loaded  bool
	problem string
	all     []connections.IntegrationView
	shown   []int // indexes into all, those that the filter lets through
	cursor  int   // index into shown
	top     int   // first visible of shown
	page    int   // rows visible at the last View

	filter string
	typing bool

	redirects map[string]string   // by id: the address to register, read when the cursor first stands on it
	names     map[string][]string // by integration: its connections
	pictures  map[string]*picture // by id
	asking    asking              // for a picture
}

// New returns the tab.
func New(env *screen.Env) screen.Screen {
	s := &Screen{env: env, redirects: map[string]string{}, names: map[string][]string{}, pictures: map[string]*picture{}, page: 10}
	s.ctx, s.cancel = context.WithCancel(env.Ctx)
	return s
}

// Title is the crumb; a filter is named in it.
func (s *Screen) Title() string {
	if s.filter == "" {
		return "integrations"
	}
	return "integrations /" + safetext.Line(s.filter, 20)
}

// TakesText reports whether letters go into the filter: the shell's own keys do nothing then.
func (s *Screen) TakesText() bool { return s.typing }

// Count is how many of how many are shown.
func (s *Screen) Count() string {
	return strconv.Itoa(len(s.shown)) + " of " + strconv.Itoa(len(s.all))
}

// Summary is the line of figures for the header.
func (s *Screen) Summary() string {
	used, ready := 0, 0
	for _, v := range s.all {
		if v.Connections > 0 {
			used++
		}
		if v.Configured {
			ready++
		}
	}
	return strconv.Itoa(used) + " in use  " + strconv.Itoa(ready) + " configured  " + strconv.Itoa(len(s.all)) + " in all"
}

// Init reads the integrations anew.
func (s *Screen) Init() tea.Cmd { return s.load() }

// Close ends the screen's commands.
func (s *Screen) Close() {
	s.gen++
	s.cancel()
}

// Update takes keys and the answers of the screen's own commands.
func (s *Screen) Update(msg tea.Msg) (tea.Cmd, bool) {
	switch m := msg.(type) {
	case screen.StoreChanged:
		return s.load(), false
	case tea.KeyPressMsg:
		return s.key(m)
	case tea.PasteMsg:
		if s.typing {
			s.setFilter(s.filter + strings.TrimSpace(safetext.Line(m.Content, 100)))
		}
		return nil, true
	case loadedMsg:
		if m.to != s || m.gen != s.gen {
			return nil, m.to == s
		}
		s.take(m)
		return s.ask(), true
	case redirectMsg:
		if m.to == s {
			s.redirects[m.id] = m.address
		}
		return nil, m.to == s
	case pictureMsg:
		if m.to == s {
			s.takePicture(m)
		}
		return nil, m.to == s
	case tea.ColorProfileMsg:
		return s.askPicture(), false
	case openedMsg:
		if m.to == s && m.err != nil {
			return s.env.Shell.Toast(screen.ToastError, "the page did not open: "+plain(m.err)), true
		}
		return nil, m.to == s
	}
	return nil, false
}

func (s *Screen) take(m loadedMsg) {
	s.problem = ""
	if m.err != nil {
		s.problem = plain(m.err)
	}
	if m.list == nil && m.err != nil {
		return
	}
	id := s.selectedID()
	s.all, s.names, s.loaded = m.list, m.names, true
	clear(s.redirects)
	s.forgetPictures()
	s.match(id)
}

// setFilter narrows the list; the cursor stays on its integration if that is still shown.
func (s *Screen) setFilter(text string) {
	id := s.selectedID()
	s.filter = text
	s.match(id)
}

func (s *Screen) match(keep string) {
	s.shown, s.cursor = s.shown[:0], 0
	words := strings.Fields(strings.ToLower(s.filter))
	for i, v := range s.all {
		hay := strings.ToLower(v.Name + " " + v.ID + " " + string(v.Kind) + " " + strings.Join(v.Categories, " "))
		if slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(hay, w) }) {
			continue
		}
		if v.ID == keep {
			s.cursor = len(s.shown)
		}
		s.shown = append(s.shown, i)
	}
	s.scroll()
}

// selected is the integration under the cursor, nil if there is none.
func (s *Screen) selected() *connections.IntegrationView {
	if s.cursor < 0 || s.cursor >= len(s.shown) {
		return nil
	}
	return &s.all[s.shown[s.cursor]]
}

func (s *Screen) selectedID() string {
	if v := s.selected(); v != nil {
		return v.ID
	}
	return ""
}

// move puts the cursor and keeps it in sight.
func (s *Screen) move(to int) tea.Cmd {
	s.cursor = max(0, min(to, len(s.shown)-1))
	s.scroll()
	return s.ask()
}

func (s *Screen) scroll() {
	s.top = max(0, min(s.top, len(s.shown)-s.page))
	if s.cursor < s.top {
		s.top = s.cursor
	}
	if s.cursor >= s.top+s.page {
		s.top = s.cursor - s.page + 1
	}
}
