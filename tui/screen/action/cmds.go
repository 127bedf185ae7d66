package action

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"

	tea "charm.land/bubbletea/v2"

	"authdeck/connections"
	"authdeck/integrations"
	"authdeck/internal/jsondoc"
	"authdeck/internal/jsondoc/jq"
	"authdeck/tui/screen"
	"authdeck/tui/term"
	"authdeck/tui/ui"
	"authdeck/tui/ui/doc"
	"authdeck/tui/ui/form"
)

// ref says to which screen, and to which of its runs, an answer belongs.
type ref struct {
	to  *Screen
	gen int
}

func (r ref) screen() *Screen { return r.to }

// ofScreen is the answer of a command of one screen.
type ofScreen interface{ screen() *Screen }

// The answers of the screen's commands.
type (
	loadedMsg struct {
		ref
		actions     []integrations.Action
		integration string // id
		missing     string // the integration that the connection is of and that does not exist
		err         error
	}
	progressMsg struct {
		ref
		progress connections.RunProgress
		next     tea.Cmd
	}
	ranMsg struct {
		ref
		answer *answer
	}
	fieldsMsg struct {
		ref
		of             *form.Form
		path, criteria string
		params         []integrations.Param
		err            error
	}
	editedMsg struct {
		ref
		name string
		text func() string
		err  error
	}
	filteredMsg struct {
		ref
		of   *answer
		expr string
		json []byte
		tree *doc.Tree
		err  error
	}
	pathMsg struct {
		ref
		of     *form.Form
		answer form.Answer
	}
	sampleMsg struct {
		ref
		of   *answer
		diff *doc.Diff
		why  string // there is none
	}
	stampMsg struct {
		ref
		number int // of the stamps; the last one counts
		stamp  string
		first  bool // nothing was saved yet
		// mistake is why the last good version is in force and not what was saved, "" if it is.
		mistake string
	}
	workMsg struct{ ref }
)

func (s *Screen) ref() ref { return ref{to: s, gen: s.gen} }

func (s *Screen) load() tea.Cmd {
	s.gen++
	ctx, deck, conn, r := s.ctx, s.env.Deck, s.conn, s.ref()
	return func() tea.Msg {
		m := loadedMsg{ref: r, integration: conn}
		m.actions, m.err = deck.Actions(ctx, conn)
		if c, err := deck.Show(ctx, conn); err == nil {
			m.integration = c.Integration
			if errors.Is(m.err, integrations.ErrNotFound) {
				m.missing = c.Integration
			}
		}
		used := deck.LastUsed(ctx, m.integration)
		m.actions = slices.Clone(m.actions) // last used first
		slices.SortStableFunc(m.actions, func(a, b integrations.Action) int { return used[b.Name].Compare(used[a.Name]) })
		return m
	}
}

// stampCmd looks at the files of the integration. That may take long with many of them, so that nothing waits for it.
func (s *Screen) stampCmd(first bool) tea.Cmd {
	if s.env.Stamp == nil {
		return nil
	}
	s.stamps++
	ctx, deck, stamp, id, r := s.ctx, s.env.Deck, s.env.Stamp, s.conn, s.ref()
	m := stampMsg{ref: r, number: s.stamps, first: first}
	return func() tea.Msg {
		if c, err := deck.Show(ctx, id); err == nil {
			id = c.Integration
		}
		if v, err := deck.Integration(ctx, id); err == nil {
			m.stamp, m.mistake = stamp(v.Origin), v.Mistake
		}
		return m
	}
}

// askMembers asks for the fields of the group at path.
func (s *Screen) askMembers(path string, p integrations.Param, criteria map[string]any, key string) tea.Cmd {
	ctx, deck, r, of := s.ctx, s.env.Deck, s.ref(), s.form
	q := connections.LoadRequest{Connection: s.conn, Loader: p.Fields, Criteria: criteria}
	return func() tea.Msg {
		list, err := deck.Fields(ctx, q)
		return fieldsMsg{ref: r, of: of, path: path, criteria: key, params: list, err: err}
	}
}

// asks lets the form look at the paths that it asks for.
func (s *Screen) asks() (cmds []tea.Cmd) {
	for _, ask := range s.form.Asks() {
		r, of := s.ref(), s.form
		cmds = append(cmds, func() tea.Msg { return pathMsg{ref: r, of: of, answer: ask.Do()} })
	}
	return cmds
}

// askSample asks for the sample result that the action's own code makes, and compares with it.
func (s *Screen) askSample() tea.Cmd {
	ctx, deck, r, of := s.ctx, s.env.Deck, s.ref(), s.answer
	q := connections.LoadRequest{Connection: s.conn, Loader: s.picked.SampleFrom, Criteria: s.criteria("", s.picked.SampleNeeds)}
	return func() tea.Msg {
		m := sampleMsg{ref: r, of: of}
		raw, err := deck.Sample(ctx, q)
		if err != nil {
			m.why = "no sample result: " + plain(err)
			return m
		}
		m.diff, m.why = of.against(ctx, raw)
		return m
	}
}

// filterCmd runs a jq expression over the result.
func (s *Screen) filterCmd(expr string) tea.Cmd {
	ctx, r, of := s.ctx, s.ref(), s.answer
	text := of.res.Result
	return func() tea.Msg {
		m := filteredMsg{ref: r, of: of, expr: expr}
		out, err := jq.Filter(ctx, text, expr, jq.Limits{})
		if m.json, m.err = out.JSON, err; err != nil {
			return m
		}
		d, err := jsondoc.Open(out.JSON)
		if m.err = err; err == nil {
			m.tree = doc.NewTree(d)
		}
		return m
	}
}

// saveCmd writes the result to a file that is not there yet: as it came, readable by its owner.
func (s *Screen) saveCmd(path string) tea.Cmd {
	of := *s.answer // as it is now; of a long text, the whole takes its time
	path = term.Home(path)
	return func() tea.Msg {
		data := of.whole()
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err == nil {
			_, err = f.Write(data)
			err = errors.Join(err, f.Close())
		}
		if err != nil {
			why := err.Error()
			if errors.Is(err, os.ErrExist) {
				why = "there is such a file already"
			}
			return screen.Note{Kind: screen.ToastError, Text: "not saved: " + safe(why)}
		}
		if whole, err := filepath.Abs(path); err == nil {
			path = whole
		}
		return screen.Note{Kind: screen.ToastOK, Text: "saved " + ui.Size(int64(len(data))) + " in " + safe(path)}
	}
}

// work goes on with a search through a long document.
func (s *Screen) work() tea.Cmd {
	if s.answer == nil {
		return nil
	}
	t := s.answer.shownTree()
	if t == nil || !t.Busy() {
		return nil
	}
	t.Work(s.ctx)
	return s.working()
}

// working is the command that goes on with it, nil if there is nothing to go on with.
func (s *Screen) working() tea.Cmd {
	if s.answer == nil {
		return nil
	}
	if t := s.answer.shownTree(); t == nil || !t.Busy() {
		return nil
	}
	r := s.ref()
	return func() tea.Msg { return workMsg{r} }
}

// plain is an error in one safe line.
func plain(err error) string {
	if errors.Is(err, context.Canceled) {
		return "canceled"
	}
	return safe(err.Error())
}
