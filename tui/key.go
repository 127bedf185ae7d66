package tui

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/signal"
	"strings"

	tea "charm.land/bubbletea/v2"

	"authdeck/internal/safetext"
	"authdeck/tui/term"
	"authdeck/tui/theme"
	"authdeck/tui/ui"
)

// KeyChoice is what a user chose on the screen of [AskKey].
type KeyChoice int

// The choices.
const (
	KeyNone KeyChoice = iota
	KeyFile
	KeyPassphrase
)

// KeyOptions are what [AskKey] says and how.
type KeyOptions struct {
	Path    string // where the key file would be
	DataDir string // where the store is
	Why     string // a sentence: why the system's keyring does not keep the key
	Colour  bool
	ASCII   bool

	// Input and Output are the terminal's; nil: stdin and stdout.
	Input  io.Reader
	Output io.Writer
}

// AskKey asks on one screen, at the first start, what is to open the store: enter or y is a key file, p a passphrase; esc,
// q, n and ctrl+c are neither. It makes nothing itself.
func AskKey(ctx context.Context, o KeyOptions) (KeyChoice, error) {
	ctx, stop := signal.NotifyContext(ctx, term.EndSignals()...)
	defer stop()
	m := newAsk(o)
	p := tea.NewProgram(m, programOptions(ctx, Options{Input: o.Input, Output: o.Output, Colour: o.Colour})...)
	_, err := p.Run()
	if errors.Is(err, tea.ErrProgramKilled) && ctx.Err() != nil {
		return KeyNone, ctx.Err()
	}
	if err != nil {
		return KeyNone, fmt.Errorf("ask for a key: %w", err)
	}
	return m.choice, nil
}

// ask is the model of that one screen.
type ask struct {
	o             KeyOptions
	theme         *theme.Theme
	width, height int
	choice        KeyChoice
}

func newAsk(o KeyOptions) *ask {
	return &ask{o: o, theme: theme.New(theme.Options{Dark: true, Colour: o.Colour, ASCII: o.ASCII})}
}

func (a *ask) Init() tea.Cmd {
	if a.o.Colour {
		return tea.RequestBackgroundColor
	}
	return nil
}

func (a *ask) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch m := msg.(type) {
	case tea.WindowSizeMsg:
		a.width, a.height = m.Width, m.Height
	case tea.BackgroundColorMsg:
		a.theme.SetDark(m.IsDark())
	case tea.KeyPressMsg:
		if m.IsRepeat {
			return a, nil
		}
		switch m.String() {
		case "enter", "y":
			a.choice = KeyFile
			return a, tea.Quit
		case "p":
			a.choice = KeyPassphrase
			return a, tea.Quit
		case "esc", "q", "n", "ctrl+c":
			return a, tea.Quit
		case "ctrl+z":
			return a, tea.Suspend
		}
	}
	return a, nil
}

func (a *ask) View() tea.View {
	v := tea.NewView(a.draw())
	v.AltScreen, v.WindowTitle = true, "authdeck"
	v.KeyboardEnhancements.ReportEventTypes = true
	return v
}

func (a *ask) draw() string {
	w, h := a.width, a.height
	switch {
	case w <= 0 || h <= 0:
		return ""
	case w < minWidth || h < minHeight:
		return tooSmall(w, h)
	}
	th := a.theme
	text := min(w-6, 74)
	lines := []string{" " + th.Title.Render("authdeck"), ""}
	say := func(mark, s string) {
		for _, l := range ui.Wrap(s, text) {
			lines = append(lines, "   "+mark+l)
			mark = strings.Repeat(" ", ui.Width(mark))
		}
		if h > 20 {
			lines = append(lines, "")
		}
	}
	say("", th.Bold.Render("No key for the store yet."))
	say("", "Connections are kept sealed, and a key opens them. "+a.o.Why+" It can be a file of 32 random bytes that only you can read:")
	if h <= 20 {
		lines = append(lines, "")
	}
	lines = append(lines, "     "+th.Accent.Render(safetext.Line(a.o.Path, w-8)), "")
	say(th.OK.Render(th.Glyph.OK)+" ", "It protects a copy of the store without the file: a backup, a synced folder, a lost disk image of "+safetext.Line(a.o.DataDir, 0)+".")
	say(th.Danger.Render(th.Glyph.Error)+" ", "It does not protect from programs that run as you, or from who takes both: they can read the file too.")
	say(th.Warn.Render(th.Glyph.Warn)+" ", "Without the file the store cannot be opened by anyone, you included. Keep a copy elsewhere.")
	foot := []string{
		ui.Rule(th, w), " " + th.Key.Render("enter") + " make it    " + th.Key.Render("p") + " a passphrase instead    " + th.Key.Render("esc") + " neither",
		" " + th.Dim.Render("elsewhere: authdeck store key-file FILE, or AUTHDECK_KEY_FILE"),
	}
	for len(lines) < h-len(foot) {
		lines = append(lines, "")
	}
	return ui.Screenful(append(lines[:h-len(foot)], foot...), w, h)
}
