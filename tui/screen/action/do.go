package action

import (
	"context"
	"encoding/json"
	"strings"

	tea "charm.land/bubbletea/v2"

	"authdeck/connections"
	"authdeck/internal/jsondoc"
	"authdeck/internal/jsondoc/jq"
	"authdeck/tui/screen"
	"authdeck/tui/screen/choose"
	"authdeck/tui/ui"
)

// do does what a binding says.
func (s *Screen) do(id string) tea.Cmd {
	switch id {
	case idOpen:
		return s.open()
	case idFilter:
		s.filter.Start()
	case idClear:
		s.filter.Clear()
		s.narrow()
	case idRun, idRunAny, idAgain:
		return s.run("", 0)
	case idMore:
		return s.run(s.answer.res.Next, 0)
	case idAll:
		return s.run("", connections.AllPages)
	case idNext:
		return s.next()
	case idPrev:
		s.form.SetFocus(max(0, s.form.Focus()-1))
		return s.changed()
	case idBack:
		s.pane = picking
	case idEdit:
		s.pane = filling
		if s.form.Focus() < 0 {
			s.form.SetFocus(0)
		}
	case idChoose:
		return s.choose("")
	case idEditor:
		return s.editor()
	case idSaved:
		return s.env.Shell.Open(newSaved(s))
	case idScopes:
		return s.ask()
	case idWatch:
		return s.watch()
	case idUse:
		return s.use()
	}
	return s.see(id)
}

// see does what concerns the answer alone.
func (s *Screen) see(id string) tea.Cmd {
	a := s.answer
	if a == nil {
		return nil
	}
	switch id {
	case idTabs:
		a.turn(1)
	case idTabBack:
		a.turn(3)
	case idTable:
		a.asTable = !a.asTable
		s.asTable = a.asTable
	case idJQ:
		return s.askJQ()
	case idCopy:
		return s.copy()
	case idPath:
		return s.copied("path "+safe(a.path()), a.path())
	case idCurl:
		line, _ := a.res.Exchanges[max(0, a.requests.Cursor())].Curl()
		return s.copied("curl line", line)
	case idReveal:
		if a.revealed.IsZero() {
			s.now = s.env.Now()
			a.reveal(s.now.Add(revealTime))
		} else {
			a.hide()
		}
	case idSample:
		if a.sample == nil {
			return s.askSample()
		}
		a.bySample = !a.bySample
	case idSave:
		return s.askFile()
	}
	return nil
}

// next goes through the fields and from the last one to the answer, if there is one.
func (s *Screen) next() tea.Cmd {
	if at := s.form.Focus() + 1; at < s.form.Len() {
		s.form.SetFocus(at)
	} else if s.answer != nil {
		s.pane = response
		return nil
	} else {
		s.form.SetFocus(0)
	}
	return s.changed()
}

// turn goes to the next tab that has something, step at a time.
func (a *answer) turn(step tab) {
	for range 4 {
		a.tab = (a.tab + step) % 4
		if a.shown() != nil || a.tab == tabCompare || a.tab == tabResult {
			return
		}
	}
}

// path is that of the value under the cursor, "" where there is none.
func (a *answer) path() string {
	if p, ok := a.shown().(interface{ Path() string }); ok {
		return p.Path()
	}
	return ""
}

func (s *Screen) takeSample(m sampleMsg) tea.Cmd {
	if m.diff == nil {
		return s.env.Shell.Toast(screen.ToastWarn, m.why)
	}
	s.answer.sample, s.answer.bySample = m.diff, true
	return nil
}

// copy copies the value under the cursor of a result, of a request its URL, else the whole.
func (s *Screen) copy() tea.Cmd {
	a, of := s.answer, safe(s.picked.Label)
	switch w := a.shown().(type) {
	case interface {
		Value() string
		Node() jsondoc.Node
	}:
		if n := w.Node(); n.OK() && len(n.Raw()) > mostCopied {
			return s.tooLong()
		}
		return s.env.Shell.Copy("value of "+safe(a.path()), w.Value(), false)
	case nil:
		return nil
	}
	switch a.tab {
	case tabRequests:
		x := a.res.Exchanges[max(0, a.requests.Cursor())]
		return s.env.Shell.Copy("address", x.URL, false)
	case tabConsole:
		return s.copied("console of "+of, strings.Join(a.res.Console, "\n"))
	case tabCompare:
		return s.env.Shell.Copy("path "+safe(a.path()), a.path(), false)
	case tabResult:
	}
	if len(a.res.Result) > mostCopied {
		return s.tooLong()
	}
	return s.env.Shell.Copy("answer of "+of, string(a.whole()), false)
}

// mostCopied bounds what goes to the clipboard, in bytes: it passes through the terminal.
const mostCopied = 1 << 20

func (s *Screen) copied(what, text string) tea.Cmd {
	if len(text) > mostCopied {
		return s.tooLong()
	}
	return s.env.Shell.Copy(what, text, false)
}

func (s *Screen) tooLong() tea.Cmd {
	return s.env.Shell.Toast(screen.ToastWarn, "more than 1 MB is not copied: S saves the result to a file")
}

// use takes the value under the cursor along to another action of the connection.
func (s *Screen) use() tea.Cmd {
	a := s.answer
	var raw []byte
	switch {
	case a.asTable && a.table != nil && a.part == nil:
		raw = a.table.Row().Raw()
	case a.shownTree() != nil:
		raw = a.shownTree().Node().Raw()
	}
	if len(raw) == 0 || len(raw) > 1<<20 {
		return s.env.Shell.Toast(screen.ToastWarn, "there is no value under the cursor that a form could take")
	}
	what := safe(a.path())
	if what == "." {
		what = "the result"
	}
	s.carried, s.pane = json.RawMessage(raw), picking
	s.filter.Clear()
	s.narrow()
	return s.env.Shell.Toast(screen.ToastInfo, "choose the action that takes "+what)
}

func (s *Screen) askJQ() tea.Cmd {
	a, sh := s.answer, s.env.Shell
	p := &ui.Prompt{
		Theme: s.env.Theme, Title: "Filter by jq", Verb: "filter", Empty: true, Leave: sh.CloseDialog, Field: ui.NewField(a.filter, 500),
		Lines: []string{"An expression such as .items[] | select(.done) | .name; an empty one shows everything again."},
	}
	p.Do = func(expr string) tea.Cmd {
		if expr == "" {
			a.unfilter()
			return sh.CloseDialog()
		}
		if err := jq.Check(expr); err != nil {
			p.Problem(plain(err))
			return nil
		}
		return tea.Batch(sh.CloseDialog(), s.filterCmd(expr))
	}
	return sh.Open(p)
}

func (s *Screen) askFile() tea.Cmd {
	sh := s.env.Shell
	return sh.Open(&ui.Prompt{
		Theme: s.env.Theme, Title: "Save the result", Label: "file", Verb: "save", Leave: sh.CloseDialog,
		Field: ui.NewField(strings.Map(inName, s.picked.Name)+s.answer.ending(), 400),
		Do:    func(path string) tea.Cmd { return tea.Batch(sh.CloseDialog(), s.saveCmd(path)) },
	})
}

func inName(r rune) rune {
	if r == '/' || r == '\\' || r < ' ' {
		return '_'
	}
	return r
}

// choose opens the choices of the field with the focus, those that match what was typed.
func (s *Screen) choose(typed string) tea.Cmd {
	p, ok := s.picks()
	if !ok {
		return nil
	}
	field := s.form.Name(s.form.Focus())
	if waits := s.form.Waits(field); len(waits) > 0 {
		return s.env.Shell.Toast(screen.ToastWarn, "choose "+safe(strings.Join(waits, ", "))+" first")
	}
	deck, conn, criteria, of := s.env.Deck, s.conn, s.criteria(field, p.DependsOn), s.picked.Name
	title := safe(p.Label)
	if title == "" {
		title = safe(p.Name)
	}
	f := fieldOf(p)
	o := choose.Options{
		Title: title, Search: typed,
		Load: func(ctx context.Context, search, cursor string) (connections.Choices, error) {
			return deck.Choices(ctx, connections.ChoicesRequest{Connection: conn, Dictionary: p.Dictionary, Search: search, Cursor: cursor, Criteria: criteria})
		},
		Take: func(c connections.Choice) tea.Cmd {
			if s.form == nil || s.picked.Name != of {
				return nil // it is gone meanwhile
			}
			s.form.SetPicked(field, picked(c.Value, c.Label))
			return s.changed()
		},
	}
	if f.Freeform {
		o.TakeText = func(text string) tea.Cmd {
			switch {
			case s.form == nil || s.picked.Name != of:
				return nil
			case f.Multiple:
				s.form.SetPicked(field, picked(text, ""))
			default:
				s.form.SetText(field, text) // a text that was typed has no type yet
			}
			return s.changed()
		}
	}
	return s.env.Shell.Open(choose.New(s.env, o))
}

// editor opens the field with the focus in the user's editor.
func (s *Screen) editor() tea.Cmd {
	at := s.form.Focus()
	if at < 0 {
		return nil
	}
	if s.env.Edit == nil {
		return s.env.Shell.Toast(screen.ToastWarn, "no editor is known: set EDITOR")
	}
	name, r := s.form.Name(at), s.ref()
	text, ext := s.form.Edit(name)
	cmd, result, err := s.env.Edit(text, ext)
	if err != nil {
		return s.env.Shell.Toast(screen.ToastError, "the editor: "+plain(err))
	}
	return tea.Exec(cmd, func(err error) tea.Msg { return editedMsg{ref: r, name: name, text: result, err: err} })
}

func (s *Screen) edited(m editedMsg) tea.Cmd {
	if m.err != nil {
		return s.env.Shell.Toast(screen.ToastError, "the editor: "+plain(m.err))
	}
	if s.form == nil || s.pane != filling {
		return nil
	}
	s.form.SetText(m.name, m.text())
	return s.changed()
}
