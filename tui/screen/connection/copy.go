package connection

import (
	"context"
	"strings"

	tea "charm.land/bubbletea/v2"

	"authdeck/connections"
	"authdeck/internal/secret"
	"authdeck/tui/keys"
	"authdeck/tui/screen"
	"authdeck/tui/ui"
)

// copyDialog is the copy menu: one key copies one thing and closes it.
type copyDialog struct {
	env    *screen.Env
	ctx    context.Context
	cancel context.CancelFunc
	row    screen.Row
	cursor int
	loaded bool
	detail connections.Detail
	wanted string // a key that was pressed before the tokens were read
	broken string
}

type copyMsg struct {
	to     *copyDialog
	detail connections.Detail
	err    error
}

func newCopy(env *screen.Env, row screen.Row) screen.Dialog {
	d := &copyDialog{env: env, row: row}
	d.ctx, d.cancel = context.WithCancel(env.Ctx)
	return d
}

// item is one line of the menu.
type item struct {
	key, what, shown string
	text             string
	secret           bool
	off              string
}

func (d *copyDialog) items() []item {
	token := func(key, what string, s secret.String) item {
		it := item{key: key, what: what, shown: d.mask(s), text: s.Reveal(), secret: true}
		if d.loaded && s.IsZero() {
			it.off = "there is none"
		}
		return it
	}
	header := token("h", "header line", d.detail.Access)
	if header.off == "" {
		kind := d.detail.TokenType
		if kind == "" || strings.EqualFold(kind, "bearer") {
			kind = "Bearer"
		}
		header.shown = "Authorization: " + Name(kind) + " " + d.env.Theme.Glyph.Ellipsis
		header.text = "Authorization: " + kind + " " + header.text
	}
	identity := item{key: "i", what: "identity", shown: Name(d.row.Identity), text: d.row.Identity}
	if d.row.Identity == "" {
		identity.off = "the provider gave none"
	}
	return []item{
		token("y", "access token", d.detail.Access), header, token("t", "ID token", d.detail.IDToken), identity,
		{key: "n", what: "name", shown: Name(d.row.Name), text: d.row.Name},
	}
}

func (d *copyDialog) mask(s secret.String) string {
	hint := s.Hint()
	if d.env.Theme.ASCII {
		return strings.ReplaceAll(hint, "•", "*")
	}
	return hint
}

func (d *copyDialog) Init() tea.Cmd {
	ctx, deck, id := d.ctx, d.env.Deck, d.row.ID
	return func() tea.Msg {
		detail, err := deck.Show(ctx, id)
		return copyMsg{to: d, detail: detail, err: err}
	}
}

func (d *copyDialog) Close()       { d.cancel() }
func (d *copyDialog) Busy() string { return "" }

func (d *copyDialog) Keys() []keys.Binding {
	list := []keys.Binding{{ID: "copy.take", Keys: []string{"enter"}, Label: "copy", Help: "copies the line under the cursor", Footer: true}}
	for _, it := range d.items() {
		list = append(list, keys.Binding{
			ID: "copy." + it.key, Keys: []string{it.key}, Label: it.what, Help: "copies the " + it.what, Off: it.off, Footer: true,
		})
	}
	return append(list, keys.Binding{ID: "copy.cancel", Keys: []string{"esc", "q"}, Label: "cancel", Help: "copies nothing", Footer: true})
}

func (d *copyDialog) Update(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case copyMsg:
		if m.to != d {
			return nil
		}
		if m.err != nil {
			d.broken = Plain(m.err)
			return nil
		}
		d.loaded, d.detail = true, m.detail
		if d.wanted != "" {
			return d.take(d.wanted)
		}
	case tea.KeyPressMsg:
		if m.IsRepeat {
			return nil
		}
		return d.key(m.String())
	}
	return nil
}

func (d *copyDialog) key(k string) tea.Cmd {
	items := d.items()
	switch k {
	case "esc", "q":
		return d.env.Shell.CloseDialog()
	case "j", "down":
		d.cursor = min(d.cursor+1, len(items)-1)
	case "k", "up":
		d.cursor = max(0, d.cursor-1)
	case "enter":
		return d.take(items[d.cursor].key)
	default:
		return d.take(k)
	}
	return nil
}

func (d *copyDialog) take(key string) tea.Cmd {
	for _, it := range d.items() {
		switch {
		case it.key != key:
		case it.secret && !d.loaded:
			d.wanted = key
			return nil
		case it.off != "":
			return d.env.Shell.Toast(screen.ToastWarn, it.what+": "+it.off)
		default:
			what := it.what
			if it.secret {
				what += " of " + Name(d.row.Name)
			}
			return tea.Batch(d.env.Shell.CloseDialog(), d.env.Shell.Copy(what, it.text, it.secret))
		}
	}
	return nil
}

func (d *copyDialog) View(width, _ int) string {
	th := d.env.Theme
	w := max(20, min(56, width-4))
	lines := []string{""}
	for i, it := range d.items() {
		mark, style := "  ", th.Text
		if i == d.cursor {
			mark, style = th.Accent.Render(th.Glyph.Cursor)+" ", th.Bold
		}
		shown := it.shown
		if it.off != "" {
			style, shown = th.Dim, it.off
		}
		lines = append(lines, " "+mark+th.Key.Render(it.key)+"  "+style.Render(ui.Fit(it.what, 14))+th.Dim.Render(shown))
	}
	lines = append(lines, "")
	if d.broken != "" {
		lines = append(lines, "  "+th.Danger.Render(th.Glyph.Error+" "+d.broken))
	} else {
		lines = append(lines, "  "+th.Dim.Render("a token leaves the clipboard after 60 s, or on quit"))
	}
	return strings.Join(ui.Box(th, th.Title.Render("Copy from "+Name(d.row.Name)), "", lines, w, 0), "\n")
}
