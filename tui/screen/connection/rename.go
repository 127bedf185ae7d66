package connection

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"authdeck/tui/keys"
	"authdeck/tui/screen"
	"authdeck/tui/ui"
)

// nameRunes bounds what can be typed; the service checks the name itself.
const nameRunes = 80

// renameDialog asks for another name.
type renameDialog struct {
	env     *screen.Env
	old     string
	field   *ui.Field
	problem string
	working bool
}

type renamedMsg struct {
	to   *renameDialog
	name string
	err  error
}

func newRename(env *screen.Env, old string) screen.Dialog {
	return &renameDialog{env: env, old: old, field: ui.NewField(old, nameRunes)}
}

func (d *renameDialog) Init() tea.Cmd { return nil }
func (d *renameDialog) Close()        {}

func (d *renameDialog) Busy() string {
	if d.working {
		return "a renaming is under way"
	}
	return ""
}

func (d *renameDialog) Keys() []keys.Binding {
	return []keys.Binding{
		{ID: "rename.take", Keys: []string{"enter"}, Label: "rename", Help: "gives the connection this name", Footer: true},
		{ID: "rename.cancel", Keys: []string{"esc"}, Label: "cancel", Help: "keeps the old name", Footer: true},
	}
}

func (d *renameDialog) Update(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case tea.PasteMsg:
		if !d.working {
			d.field.Paste(strings.TrimSpace(m.Content))
			d.problem = ""
		}
	case tea.KeyPressMsg:
		return d.key(m)
	case renamedMsg:
		if m.to != d {
			return nil
		}
		d.working = false
		if m.err != nil {
			d.problem = Plain(m.err)
			return nil
		}
		sh := d.env.Shell
		return tea.Batch(sh.CloseDialog(), sh.Toast(screen.ToastOK, Name(d.old)+" is now "+Name(m.name)))
	}
	return nil
}

func (d *renameDialog) key(k tea.KeyPressMsg) tea.Cmd {
	if d.working {
		return nil
	}
	switch k.String() {
	case "esc":
		return d.env.Shell.CloseDialog()
	case "enter":
		name := strings.TrimSpace(d.field.Value())
		if k.IsRepeat {
			return nil
		}
		if name == d.old {
			return d.env.Shell.CloseDialog()
		}
		d.working, d.problem = true, ""
		ctx, deck, old := d.env.Ctx, d.env.Deck, d.old
		return func() tea.Msg { return renamedMsg{to: d, name: name, err: deck.Rename(ctx, old, name)} }
	}
	if d.field.Key(k) {
		d.problem = ""
	}
	return nil
}

func (d *renameDialog) View(width, _ int) string {
	th := d.env.Theme
	w := max(20, min(60, width-4))
	lines := []string{"", "  " + th.Dim.Render("name  ") + d.field.View(th, w-12), ""}
	switch {
	case d.problem != "":
		for _, l := range ui.Wrap(d.problem, w-8) {
			lines = append(lines, "  "+th.Danger.Render(th.Glyph.Error+" "+l))
		}
	case d.working:
		lines = append(lines, "  "+th.Dim.Render("renaming "+th.Glyph.Ellipsis))
	default:
		lines = append(lines, "  "+th.Key.Render("enter")+" rename   "+th.Key.Render("esc")+" cancel")
	}
	return strings.Join(ui.Box(th, th.Title.Render("Rename "+Name(d.old)), "", lines, w, 0), "\n")
}
