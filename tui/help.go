package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"authdeck/tui/keys"
	"authdeck/tui/screen"
	"authdeck/tui/theme"
	"authdeck/tui/ui"
)

// help lists the keys of the screen it was opened from, made from the one keymap.
type help struct {
	shell  screen.Shell
	theme  *theme.Theme
	title  string
	own    []keys.Binding
	always []keys.Binding
	view   ui.Viewer
}

func newHelp(m *model) *help {
	return &help{shell: m, theme: m.theme, title: m.top().Title(), own: m.top().Keys(), always: m.shellKeys()}
}

func (h *help) Init() tea.Cmd { return nil }
func (h *help) Close()        {}
func (h *help) Busy() string  { return "" }

func (h *help) Keys() []keys.Binding {
	return []keys.Binding{
		{ID: "help.close", Keys: []string{"esc", "q", "?", "enter", "f1"}, Label: "close", Help: "closes help", Footer: true},
		{ID: "help.scroll", Keys: []string{"j", "k"}, Label: "scroll", Help: "scrolls", Footer: true},
	}
}

func (h *help) Update(msg tea.Msg) tea.Cmd {
	k, ok := msg.(tea.KeyPressMsg)
	switch {
	case !ok, k.IsRepeat && !h.view.Key(k.String()):
	case h.Keys()[0].Is(k):
		return h.shell.CloseDialog()
	default:
		h.view.Key(k.String())
	}
	return nil
}

func (h *help) View(width, height int) string {
	th := h.theme
	w := min(76, width-4)
	const col = 9
	lines := h.section(nil, h.own, col, w-6)
	lines = append(lines, "", "  "+th.Bold.Render("everywhere"))
	lines = h.section(lines, h.always, col, w-6)
	h.view.Set(lines)
	rows := min(len(lines), height-4)
	shown := h.view.View(w-2, rows)
	place := h.view.Place()
	if place != "" {
		place = th.Dim.Render(place)
	}
	body := append(append([]string{""}, shown...), "")
	return strings.Join(ui.Box(th, th.Title.Render("Keys: "+h.title), place, body, w, 0), "\n")
}

func (h *help) section(lines []string, list []keys.Binding, col, width int) []string {
	th := h.theme
	for _, b := range list {
		head := "  " + th.Key.Render(ui.Fit(b.Names(), col)) + "  "
		if ui.Width(b.Names()) > col { // many keys have a line of their own
			lines = append(lines, "  "+th.Key.Render(b.Names()))
			head = ui.Spaces(col + 4)
		}
		text := b.Help
		if b.Off != "" {
			text = "off: " + b.Off
		}
		for i, part := range ui.Wrap(text, max(16, width-col)) {
			if i > 0 {
				head = ui.Spaces(col + 4)
			}
			if b.Off != "" {
				part = th.Dim.Render(part)
			}
			lines = append(lines, head+part)
		}
	}
	return lines
}
