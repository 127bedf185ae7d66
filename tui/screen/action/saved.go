package action

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"authdeck/connections"
	"authdeck/integrations"
	"authdeck/tui/keys"
	"authdeck/tui/screen"
	"authdeck/tui/ui"
)

// saved is the dialog of an action's presets and past runs.
type saved struct {
	s      *Screen
	ctx    context.Context
	cancel context.CancelFunc

	loaded  bool
	problem string
	presets []connections.Preset
	runs    []connections.PastRun
	table   ui.Table[int]
}

type (
	savedMsg struct {
		to      *saved
		presets []connections.Preset
		runs    []connections.PastRun
		err     error
	}
	changedMsg struct {
		to  *saved
		err error
	}
)

func newSaved(s *Screen) screen.Dialog {
	d := &saved{s: s}
	d.ctx, d.cancel = context.WithCancel(s.ctx)
	return d
}

func (d *saved) Init() tea.Cmd {
	ctx, deck, integration, action := d.ctx, d.s.env.Deck, d.s.integration, d.s.picked.Name
	return func() tea.Msg {
		m := savedMsg{to: d}
		if m.presets, m.err = deck.Presets(ctx, integration, action); m.err == nil {
			m.runs, m.err = deck.PastRuns(ctx, integration, action)
		}
		return m
	}
}

func (d *saved) Close()       { d.cancel() }
func (d *saved) Busy() string { return "" }

func (d *saved) Keys() []keys.Binding {
	none := ""
	if len(d.presets)+len(d.runs) == 0 {
		none = "nothing was kept and nothing was run yet"
	}
	list := []keys.Binding{
		off(bind("saved.fill", "fill", "fills the form with these values; nothing is sent yet", true, "enter"), none),
		off(bind("saved.run", "run", "fills the form and runs it", true, "r"), none),
		bind("saved.keep", "keep these values", "keeps the present values of the form under a name", true, "s"),
	}
	what := ""
	if i := d.table.Cursor(); i >= len(d.presets) {
		what = "only a preset can be removed; X forgets all past runs"
	}
	noRuns := ""
	if len(d.runs) == 0 {
		noRuns = "there are none"
	}
	list = append(list, off(bind("saved.forget", "forget runs", "forgets the past runs of the action and their results", false, "X"), noRuns))
	return append(list, off(bind("saved.remove", "remove", "removes the preset", true, "x"), what), bind("saved.close", "close", "closes", true, "esc", "q"))
}

func (d *saved) Update(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case savedMsg:
		if m.to != d {
			return nil
		}
		if m.err != nil {
			d.problem = plain(m.err)
			return nil
		}
		d.loaded, d.presets, d.runs = true, m.presets, m.runs
		d.table.Forget()
		d.table.SetLen(len(m.presets) + len(m.runs))
	case changedMsg:
		if m.to != d {
			return nil
		}
		if m.err != nil {
			return d.s.env.Shell.Toast(screen.ToastError, plain(m.err))
		}
		return d.Init()
	case tea.KeyPressMsg:
		return d.key(m)
	}
	return nil
}

func (d *saved) key(k tea.KeyPressMsg) tea.Cmd {
	sh := d.s.env.Shell
	if d.table.Key(k.String()) || k.IsRepeat {
		return nil
	}
	switch k.String() {
	case "esc", "q":
		return sh.CloseDialog()
	case "s":
		return d.keep()
	case "X":
		return d.forget()
	}
	i := d.table.Cursor()
	if !d.loaded || i < 0 {
		return nil
	}
	switch k.String() {
	case "enter":
		return tea.Batch(sh.CloseDialog(), d.fill(i))
	case "r":
		return tea.Batch(sh.CloseDialog(), d.fill(i), d.s.run("", 0))
	case "x":
		if i >= len(d.presets) {
			return sh.Toast(screen.ToastWarn, d.off("saved.remove"))
		}
		return d.remove(d.presets[i].Name)
	}
	return nil
}

// off is why a binding cannot be used now, "" if it can.
func (d *saved) off(id string) string {
	list := d.Keys()
	return list[slices.IndexFunc(list, func(b keys.Binding) bool { return b.ID == id })].Off
}

// forget forgets the past runs: they take part in no comparison any more.
func (d *saved) forget() tea.Cmd {
	if why := d.off("saved.forget"); why != "" {
		return d.s.env.Shell.Toast(screen.ToastWarn, "forget runs: "+why)
	}
	ctx, deck, integration, action := d.s.ctx, d.s.env.Deck, d.s.integration, d.s.picked.Name
	return func() tea.Msg { return changedMsg{d, deck.ForgetRuns(ctx, integration, action)} }
}

func (d *saved) fill(i int) tea.Cmd {
	if i < len(d.presets) {
		return d.s.fill(d.presets[i].Params, d.presets[i].Texts)
	}
	r := d.runs[i-len(d.presets)]
	return d.s.fill(r.Params, r.Texts)
}

func (d *saved) keep() tea.Cmd {
	sh, s := d.s.env.Shell, d.s
	ctx, deck, integration, action := s.ctx, s.env.Deck, s.integration, s.picked.Name
	params, texts, _ := s.handed()
	return sh.Open(&ui.Prompt{
		Theme: s.env.Theme, Title: "Keep these values", Label: "name", Verb: "keep", Leave: sh.CloseDialog, Field: ui.NewField("", 60),
		Lines: []string{"They are sealed like tokens. A preset of the same name is replaced."},
		Do: func(name string) tea.Cmd {
			write := func() tea.Msg {
				return changedMsg{d, deck.SavePreset(ctx, integration, action, connections.Preset{Name: name, Params: params, Texts: texts})}
			}
			return tea.Batch(sh.CloseDialog(), write)
		},
	})
}

func (d *saved) remove(name string) tea.Cmd {
	ctx, deck, integration, action := d.s.ctx, d.s.env.Deck, d.s.integration, d.s.picked.Name
	return func() tea.Msg { return changedMsg{d, deck.RemovePreset(ctx, integration, action, name)} }
}

func (d *saved) View(width, height int) string {
	th := d.s.env.Theme
	w := max(24, min(74, width-4))
	rows := max(2, min(14, height-7))
	lines := []string{""}
	switch {
	case d.problem != "":
		for _, l := range ui.Wrap(d.problem, w-6) {
			lines = append(lines, "  "+th.Danger.Render(th.Glyph.Error+" "+l))
		}
	case !d.loaded:
		lines = append(lines, "  "+th.Dim.Render("reading "+th.Glyph.Ellipsis))
	case len(d.presets)+len(d.runs) == 0:
		lines = append(lines, "  "+th.Dim.Render("nothing was kept and nothing was run yet"))
	default:
		lines = d.table.View(lines, min(rows, len(d.presets)+len(d.runs)), func(i int, selected bool) int {
			if selected {
				return -1 - (i<<12 + w)
			}
			return i<<12 + w
		}, func(i int, selected bool) string { return d.row(i, selected, w-2) })
	}
	foot := "  "
	if len(d.presets)+len(d.runs) > 0 {
		foot += d.s.hotkey("enter", "fill") + "   " + d.s.hotkey("r", "run") + "   "
	}
	lines = append(lines, "", foot+d.s.hotkey("s", "keep these values")+"   "+d.s.hotkey("esc", "close"))
	return strings.Join(ui.Box(th, th.Title.Render("Presets and runs of "+ui.Fit(name(d.s.picked), min(30, ui.Width(name(d.s.picked))))), "", lines, w, 0), "\n")
}

func (d *saved) row(i int, selected bool, width int) string {
	th := d.s.env.Theme
	mark, style := "  ", th.Text
	if selected {
		mark, style = th.Accent.Render(th.Glyph.Cursor)+" ", th.Bold
	}
	if i < len(d.presets) {
		p := d.presets[i]
		return ui.FitTheme(th, mark+style.Render(ui.FitTheme(th, "preset  "+safe(p.Name), 30))+" "+th.Dim.Render(values(p.Params, p.Texts)), width)
	}
	r := d.runs[i-len(d.presets)]
	what, look := strconv.Itoa(r.Status), th.OK
	switch {
	case r.Message != "" && r.Status == 0:
		what, look = th.Glyph.Error, th.Danger
	case r.Message != "" || r.Status >= 400:
		look = th.Danger
	case r.Status == 0:
		what = th.Glyph.OK
	}
	when := r.Time.Local().Format("15:04:05")
	if now := d.s.env.Now(); now.Sub(r.Time) > 20*time.Hour {
		when = r.Time.Local().Format("Jan 02")
	}
	return ui.FitTheme(th, mark+style.Render(ui.Fit(when, 8))+"  "+look.Render(ui.Fit(what, 4))+" "+ui.Left(ui.Took(r.Duration), 7)+"  "+th.Dim.Render(values(r.Params, r.Texts)), width)
}

// values are the values of a run in one line.
func values(params map[string]any, texts map[string]string) string {
	var parts []string
	add := func(name, text string) {
		if text != "" {
			parts = append(parts, name+"="+text)
		}
	}
	for _, n := range sortedKeys(params) {
		add(n, integrations.TextOf(params[n]))
	}
	for _, n := range sortedKeys(texts) {
		add(n, texts[n])
	}
	return safe(strings.Join(parts, "  "))
}
