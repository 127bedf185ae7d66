package activity

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"authdeck/tui/keys"
	"authdeck/tui/screen"
	"authdeck/tui/ui"
)

// record is the dialog with one whole line.
type record struct {
	env   *screen.Env
	entry Entry
}

func (r *record) Init() tea.Cmd { return nil }
func (r *record) Close()        {}
func (r *record) Busy() string  { return "" }

func (r *record) Keys() []keys.Binding {
	return []keys.Binding{{ID: "record.close", Keys: []string{"esc", "enter", "q"}, Label: "close", Help: "closes the box", Footer: true}}
}

func (r *record) Update(msg tea.Msg) tea.Cmd {
	if k, ok := msg.(tea.KeyPressMsg); ok && !k.IsRepeat && r.Keys()[0].Is(k) {
		return r.env.Shell.CloseDialog()
	}
	return nil
}

func (r *record) View(width, height int) string {
	th := r.env.Theme
	w := max(20, min(76, width-4))
	e := r.entry
	lines := []string{
		"", "  " + th.Dim.Render("time    ") + e.Time.In(r.env.Now().Location()).Format("2006-01-02 15:04:05"),
		"  " + th.Dim.Render("level   ") + level(th, e.Level).Render(string(e.Level)),
	}
	if e.Name != "" {
		lines = append(lines, "  "+th.Dim.Render("name    ")+e.Name)
	}
	lines = append(lines, "")
	for _, l := range ui.Wrap(e.Text, w-6) {
		lines = append(lines, "  "+l)
	}
	if most := height - 3; len(lines) > most && most > 0 {
		lines = lines[:most]
	}
	return strings.Join(ui.Box(th, th.Title.Render("Activity"), "", append(lines, ""), w, 0), "\n")
}
