package choose

import (
	"context"
	"errors"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"authdeck/connections"
	"authdeck/internal/safetext"
	"authdeck/tui/screen"
	"authdeck/tui/ui"
)

// quiet is how long the typing has to pause before the dictionary is asked: each question is a call of the provider.
const quiet = 250 * time.Millisecond

// Options say what is chosen from, and what becomes of it.
type Options struct {
	Title  string // of the field, safe
	Search string // what was typed already
	// Load asks for one page: of what matches search, after cursor ("" is the first).
	Load func(ctx context.Context, search, cursor string) (connections.Choices, error)
	// Take is called once, after the dialog has closed itself.
	Take func(c connections.Choice) tea.Cmd
	// TakeText is called in its place with what was typed, where that may be taken as it is; nil: it may not.
	TakeText func(text string) tea.Cmd
}

// Dialog is a line to type into and the choices that fit it.
type Dialog struct {
	env    *screen.Env
	o      Options
	ctx    context.Context
	cancel context.CancelFunc

	field   *ui.Field
	gen     int                // of the question whose answer is shown or awaited
	stop    context.CancelFunc // of that question
	asking  bool
	stale   bool // the list is not of what is typed
	items   []connections.Choice
	cursor  string // of the page after the last one, "" if there is none
	asked   bool   // at least one answer came
	problem string
	hint    string
	table   ui.Table[int]
}

// New returns the dialog; Init asks for the first page.
func New(env *screen.Env, o Options) *Dialog {
	d := &Dialog{env: env, o: o, field: ui.NewField(o.Search, 200)}
	d.ctx, d.cancel = context.WithCancel(env.Ctx)
	return d
}

type (
	quietMsg struct {
		to  *Dialog
		gen int
	}
	pageMsg struct {
		to    *Dialog
		gen   int
		after string // the cursor that was asked with
		page  connections.Choices
		err   error
	}
)

// Init asks for what there is.
func (d *Dialog) Init() tea.Cmd { return d.ask("") }

// Close ends a question under way.
func (d *Dialog) Close() {
	d.gen++
	d.cancel()
}

// Busy is empty: nothing is lost.
func (d *Dialog) Busy() string { return "" }

// ask asks for one page; an earlier question is dropped.
func (d *Dialog) ask(after string) tea.Cmd {
	d.drop()
	d.asking = true
	ctx, stop := context.WithCancel(d.ctx)
	d.stop = stop
	gen, search, load := d.gen, strings.TrimSpace(d.field.Value()), d.o.Load
	return func() tea.Msg {
		page, err := load(ctx, search, after)
		return pageMsg{d, gen, after, page, err}
	}
}

// drop forgets the question under way, if there is one.
func (d *Dialog) drop() {
	d.gen++
	d.asking = false
	if d.stop != nil {
		d.stop()
		d.stop = nil
	}
}

// Update takes keys, pasted text and the answers.
func (d *Dialog) Update(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case quietMsg:
		if m.to == d && m.gen == d.gen {
			return d.ask("")
		}
	case pageMsg:
		if m.to == d && m.gen == d.gen {
			d.take(m)
		}
	case tea.PasteMsg:
		d.field.Paste(safetext.Line(m.Content, 200))
		return d.typed()
	case tea.KeyPressMsg:
		return d.key(m)
	}
	return nil
}

func (d *Dialog) take(m pageMsg) {
	d.drop()
	if m.err != nil {
		if errors.Is(m.err, context.Canceled) {
			return
		}
		d.problem = safetext.Line(m.err.Error(), 300)
		var e *connections.Error
		if errors.As(m.err, &e) {
			d.hint = safetext.Line(e.Hint, 200)
		}
		return
	}
	if m.after == "" {
		d.items = nil
		d.table.Move(0)
	}
	d.asked, d.stale, d.problem, d.hint = true, false, "", ""
	d.items = append(d.items, m.page.Items...)
	d.cursor = m.page.Cursor
	if d.cursor == m.after {
		d.cursor = "" // one that does not move would be asked for ever
	}
	d.table.Forget()
	d.table.SetLen(len(d.items))
}

// typed waits for a pause in the typing.
func (d *Dialog) typed() tea.Cmd {
	d.drop()
	d.asking, d.stale = true, true
	gen, ctx := d.gen, d.ctx
	return func() tea.Msg {
		t := time.NewTimer(quiet)
		defer t.Stop()
		select {
		case <-ctx.Done():
			return nil
		case <-t.C:
			return quietMsg{d, gen}
		}
	}
}

func (d *Dialog) key(k tea.KeyPressMsg) tea.Cmd {
	switch k.String() {
	case "esc":
		return d.env.Shell.CloseDialog()
	case "enter":
		if k.IsRepeat {
			return nil
		}
		return d.pick()
	case "ctrl+enter", "ctrl+j":
		return d.pickTyped()
	case "ctrl+r":
		return d.ask("")
	case "up", "down", "pgup", "pgdown":
		return d.move(k.String())
	}
	if d.field.Key(k) {
		return d.typed()
	}
	return nil
}

// move goes through the choices; at the last one the next page is asked for.
func (d *Dialog) move(k string) tea.Cmd {
	d.table.Key(k)
	if !d.asking && d.cursor != "" && d.table.Cursor() >= len(d.items)-1 {
		return d.ask(d.cursor)
	}
	return nil
}

// pick takes the choice under the cursor, unless the list is not of what is typed yet.
func (d *Dialog) pick() tea.Cmd {
	switch i := d.table.Cursor(); {
	case d.stale && d.problem == "":
	case len(d.items) > 0 && i >= 0 && d.problem == "":
		return d.give(d.items[i])
	case d.o.TakeText != nil:
		return d.pickTyped()
	}
	return nil
}

func (d *Dialog) pickTyped() tea.Cmd {
	text := strings.TrimSpace(d.field.Value())
	if d.o.TakeText == nil || text == "" {
		return nil
	}
	closed := d.env.Shell.CloseDialog()
	return tea.Batch(closed, d.o.TakeText(text))
}

func (d *Dialog) give(c connections.Choice) tea.Cmd {
	closed := d.env.Shell.CloseDialog()
	return tea.Batch(closed, d.o.Take(c))
}
