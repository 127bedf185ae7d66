package settings

import (
	"context"
	"errors"
	"runtime"
	"runtime/debug"

	tea "charm.land/bubbletea/v2"

	"authdeck/connections"
	"authdeck/internal/safetext"
	"authdeck/store"
	"authdeck/tui/keys"
	"authdeck/tui/screen"
	"authdeck/tui/ui"
)

// boxed is the width from which on screens have frames.
const boxed = 100

// Screen is the tab.
type Screen struct {
	env    *screen.Env
	ctx    context.Context
	cancel context.CancelFunc
	viewer ui.Viewer
	saving bool // the choice of notices is being written

	loading bool
	again   bool // the store changed while its state was being read
	status  *store.Status
	idle    bool // unused refresh tokens are kept from idling out
	problem string
}

// New returns the tab.
func New(env *screen.Env) *Screen {
	s := &Screen{env: env}
	s.ctx, s.cancel = context.WithCancel(env.Ctx)
	return s
}

// Title is the crumb.
func (s *Screen) Title() string { return "settings" }

// Init reads the state of the store.
func (s *Screen) Init() tea.Cmd { return s.load() }

// Close ends the reading.
func (s *Screen) Close() { s.cancel() }

// Keys are that of the notices, and those of scrolling.
func (s *Screen) Keys() []keys.Binding {
	return []keys.Binding{
		{ID: "settings.notices", Keys: []string{"n"}, Label: "notices", Help: "changes how the terminal calls you: bell, OSC 777, OSC 9, off", Footer: true},
		{ID: "settings.idle", Keys: []string{"i"}, Label: "keep idle", Help: "lets the keeper use refresh tokens before they end for want of use, or not", Footer: true},
		{ID: "settings.scroll", Keys: []string{"j", "k"}, Label: "scroll", Help: "scrolls"},
	}
}

// statusMsg is the answer of load.
type statusMsg struct {
	to     *Screen
	status store.Status
	idle   bool
	err    error
}

func (s *Screen) load() tea.Cmd {
	if s.loading {
		s.again = true
		return nil
	}
	s.loading = true
	return func() tea.Msg {
		status, err := s.env.Deck.StoreStatus(s.ctx)
		idle, idleErr := s.env.Deck.KeepIdle(s.ctx)
		return statusMsg{s, status, idle, errors.Join(err, idleErr)}
	}
}

// loaded takes the answer of load, and asks again if the store changed meanwhile.
func (s *Screen) loaded(m statusMsg) tea.Cmd {
	s.loading, s.problem = false, ""
	if m.err != nil {
		s.problem = connections.Explain(m.err).Message
	} else {
		s.status, s.idle = &m.status, m.idle
	}
	if !s.again {
		return nil
	}
	s.again = false
	return s.load()
}

// Update changes the notices, scrolls, and follows the store.
func (s *Screen) Update(msg tea.Msg) (tea.Cmd, bool) {
	switch msg := msg.(type) {
	case savedMsg:
		return s.saved(msg), true
	case screen.StoreChanged:
		return s.load(), false
	case statusMsg:
		if msg.to != s {
			return nil, false
		}
		return s.loaded(msg), true
	case idleMsg:
		return s.idleSaved(msg), msg.to == s
	case tea.KeyPressMsg:
		switch notices, idle := s.Keys()[0].Is(msg), s.Keys()[1].Is(msg); {
		case !notices && !idle:
			return nil, s.viewer.Key(msg.String())
		case notices && !msg.IsRepeat:
			return s.nextNotice(), true
		case idle && !msg.IsRepeat:
			return s.turnIdle(), true
		}
		return nil, true
	}
	return nil, false
}

// View draws exactly height lines of exactly width cells.
func (s *Screen) View(width, height int) string {
	th := s.env.Theme
	inner, rows := width, height
	if width >= boxed {
		inner, rows = width-2, height-2
	}
	s.viewer.Set(s.lines(inner))
	lines := s.viewer.View(inner, rows)
	if width >= boxed {
		lines = ui.Box(th, th.Title.Render("Settings"), "", lines, width, height)
	}
	return ui.Screenful(lines, width, height)
}

func (s *Screen) lines(width int) []string {
	th := s.env.Theme
	const col = 15
	var lines []string
	head := func(text string) { lines = append(lines, "", " "+th.Bold.Render(text)) }
	add := func(label, value string) {
		for i, l := range ui.Wrap(safetext.Line(value, 0), max(20, width-col-2)) {
			if i > 0 {
				label = ""
			}
			lines = append(lines, "   "+th.Dim.Render(ui.Fit(label, col-3))+l)
		}
	}
	head("Store")
	s.storeLines(add)
	head("Being called")
	add("notices", noticeWords(s.env.Notices.Kind)+"; n changes it")
	add("for", "a sign-in that is needed, refused settings, a connection that fails, one that recovers")
	head("Refreshing")
	add("unused", either(s.idle, "refresh tokens are used before they end for want of use; i: off", "refresh tokens that nobody uses may end by their provider's rule; i: keep them"))
	head("Signing in")
	add("browser", browserWords(s.env.Browser))
	head("Screen")
	add("colours", colourWords(th.Colour, th.Dark))
	add("characters", either(th.ASCII, "ASCII only (--ascii)", "Unicode"))
	add("motion", either(s.env.Motion, "bars and seconds", "minutes as text (--reduce-motion)"))
	head("Versions")
	add("authdeck", version())
	add("Go", runtime.Version()+" on "+runtime.GOOS+"/"+runtime.GOARCH)
	return lines
}

func browserWords(choice string) string {
	switch choice {
	case "":
		return "the system's, or $BROWSER"
	case "none":
		return "none: the address is shown, and may be pasted back"
	}
	return choice
}

func colourWords(colour, dark bool) string {
	if !colour {
		return "none (NO_COLOR)"
	}
	return either(dark, "for a dark background", "for a light background")
}

func either(b bool, yes, no string) string {
	if b {
		return yes
	}
	return no
}

// version is what the Go build knows of this program.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "not known"
	}
	text := info.Main.Version
	if text == "" || text == "(devel)" {
		text = "built from a checkout"
	}
	for _, set := range info.Settings {
		if set.Key == "vcs.revision" && len(set.Value) >= 12 {
			text += ", commit " + set.Value[:12]
		}
	}
	return text
}
