package find

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"authdeck/connections"
	"authdeck/internal/safetext"
	"authdeck/tui/keys"
	"authdeck/tui/screen"
	"authdeck/tui/ui"
)

// which asks on which connection an action is to run.
type which struct {
	env    *screen.Env
	action connections.FoundAction
	run    func(on string) tea.Cmd
	login  func() tea.Cmd
	table  ui.Table[int]
}

func newWhich(env *screen.Env, a connections.FoundAction, run func(on string) tea.Cmd, login func() tea.Cmd) screen.Dialog {
	w := &which{env: env, action: a, run: run, login: login}
	w.table.SetLen(len(a.Connections) + 1)
	return w
}

func (w *which) Init() tea.Cmd { return nil }
func (w *which) Close()        {}
func (w *which) Busy() string  { return "" }

func (w *which) Keys() []keys.Binding {
	return []keys.Binding{
		{ID: "which.take", Keys: []string{"enter"}, Label: "take", Help: "opens the form on this connection", Footer: true},
		{ID: "which.login", Keys: []string{"L"}, Label: "login", Help: "signs in with another account", Footer: true},
		{ID: "which.cancel", Keys: []string{"esc", "q"}, Label: "cancel", Help: "goes back to the list", Footer: true},
	}
}

func (w *which) Update(msg tea.Msg) tea.Cmd {
	k, ok := msg.(tea.KeyPressMsg)
	if !ok || w.table.Key(k.String()) || k.IsRepeat {
		return nil
	}
	sh := w.env.Shell
	switch k.String() {
	case "esc", "q":
		return sh.CloseDialog()
	case "L":
		return tea.Batch(sh.CloseDialog(), w.login())
	case "enter":
		closed := sh.CloseDialog()
		if i := w.table.Cursor(); i < len(w.action.Connections) {
			return tea.Batch(closed, w.run(w.action.Connections[i]))
		}
		return tea.Batch(closed, w.login())
	}
	return nil
}

func (w *which) View(width, height int) string {
	th := w.env.Theme
	inner := max(20, min(56, width-4))
	rows := min(len(w.action.Connections)+1, max(2, height-7))
	lines := w.table.View([]string{""}, rows, func(i int, selected bool) int {
		if selected {
			return -1 - i
		}
		return i
	}, func(i int, selected bool) string {
		mark, style := "   ", th.Text
		if selected {
			mark, style = " "+th.Accent.Render(th.Glyph.Cursor)+" ", th.Bold
		}
		if i == len(w.action.Connections) {
			return mark + th.Key.Render("L") + " " + style.Render("log in with another account")
		}
		return mark + style.Render(safetext.Line(w.action.Connections[i], 60))
	})
	lines = append(lines, "", "  "+th.Dim.Render(safetext.Line(w.action.Label, 40)+" runs on one of them"))
	return strings.Join(ui.Box(th, th.Title.Render("Which connection of "+safetext.Line(w.action.IntegrationName, 30)+"?"), "", lines, inner, 0), "\n")
}
