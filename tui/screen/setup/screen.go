package setup

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"authdeck/integrations"
	"authdeck/internal/secret"
	"authdeck/tui/screen"
	"authdeck/tui/ui/form"
)

// Screen is the set-up of one integration.
type Screen struct {
	env  *screen.Env
	id   string
	then func() tea.Cmd

	ctx    context.Context
	cancel context.CancelFunc
	gen    int

	loaded   bool
	info     integrations.Info
	redirect string
	lines    []Line
	done     map[int]bool // by index of lines: the user did it here
	form     *form.Form
	saving   bool
	problem  string // what is wrong: of loading, of saving, or why the set-up is shown again

	top, page, most int // of what scrolls: the first line in sight, how many are, and how far it goes, as of the last View

	again Step // the step that the provider refused, StepNone if none
}

// New returns the set-up of an integration; then, if not nil, is called when its config items are stored.
func New(env *screen.Env, integrationID string, then func() tea.Cmd) screen.Screen {
	return At(env, integrationID, StepNone, "", then)
}

// At is New with a step that a provider refused, and its words.
func At(env *screen.Env, integrationID string, step Step, why string, then func() tea.Cmd) screen.Screen {
	s := &Screen{env: env, id: integrationID, then: then, again: step, problem: safe(why), done: map[int]bool{}}
	s.ctx, s.cancel = context.WithCancel(env.Ctx)
	return s
}

// Title is the crumb.
func (s *Screen) Title() string {
	if s.info.Name != "" {
		return "set up " + safe(s.info.Name)
	}
	return "set up " + safe(s.id)
}

// TakesText reports whether letters go into a field: the shell's own keys do nothing then.
func (s *Screen) TakesText() bool { return s.form != nil && s.form.Focus() >= 0 }

// Init reads what is to be set up.
func (s *Screen) Init() tea.Cmd { return s.load() }

// Close ends the screen's commands; an answer of theirs changes nothing any more.
func (s *Screen) Close() {
	s.gen++
	s.cancel()
}

// Update takes keys, pasted text and the answers of the screen's own commands.
func (s *Screen) Update(msg tea.Msg) (tea.Cmd, bool) {
	switch m := msg.(type) {
	case tea.KeyPressMsg:
		return s.key(m)
	case tea.PasteMsg:
		s.paste(m.Content)
		return nil, true
	case loadedMsg:
		if m.to == s && m.gen == s.gen {
			s.take(m)
		}
		return nil, m.to == s
	case openedMsg:
		if m.to == s && m.gen == s.gen && m.err != nil {
			return s.env.Shell.Toast(screen.ToastError, "the page did not open: "+plain(m.err)), true
		}
		return nil, m.to == s
	case savedMsg:
		if m.to != s || m.gen != s.gen {
			return nil, m.to == s
		}
		return s.saved(m), true
	}
	return nil, false
}

func (s *Screen) take(m loadedMsg) {
	if m.err != nil {
		s.problem = plain(m.err)
		return
	}
	s.info, s.redirect = m.info, m.redirect
	s.lines = Steps(m.info, m.redirect)
	if s.form == nil {
		s.form = form.New(fields(m.info, m.config))
	}
	first := !s.loaded
	s.loaded = true
	if first && s.again == StepClient && s.form.Len() > 0 {
		s.form.SetFocus(0)
	}
}

// fields are the integration's inputs with what is stored already; secrets stay where they are.
func fields(info integrations.Info, cfg integrations.Config) []form.Field {
	list := make([]form.Field, 0, len(info.Inputs))
	for _, in := range info.Inputs {
		f := form.Field{
			Name: in.Name, Label: label(in), Hint: hint(in), Required: in.Required, Secret: in.Secret,
			Prefix: safe(in.Prefix), Suffix: safe(in.Suffix), Pattern: in.Pattern,
		}
		stored, there := cfg[in.Name]
		there = there && !stored.IsZero()
		switch {
		case in.Secret:
			f.Kept = there
		case there:
			f.Value = stored.Reveal() // a client id or a host: no secret, though it is kept like one
		default:
			f.Value = in.Default
		}
		if len(in.Options) > 0 {
			f.Kind = form.Choice
			for _, o := range in.Options {
				f.Options = append(f.Options, form.Option{Value: o.Value, Label: safe(o.Label)})
			}
		}
		list = append(list, f)
	}
	return list
}

func hint(in integrations.Input) string {
	switch {
	case in.Hint != "":
		return safe(in.Hint)
	case in.Example != "":
		return "like " + safe(in.Example)
	}
	return ""
}

// changed are the items that differ from what is stored.
func (s *Screen) changed() integrations.Config {
	items := integrations.Config{}
	for i := range s.form.Len() {
		name := s.form.Name(i)
		v := s.form.Value(name)
		in := s.input(name)
		switch {
		case in.Secret && v == "":
		case s.form.Touched(name), v != "" && v != in.Default:
			items[name] = secret.New(v)
		}
	}
	return items
}

func (s *Screen) input(name string) integrations.Input {
	for _, in := range s.info.Inputs {
		if in.Name == name {
			return in
		}
	}
	return integrations.Input{}
}

// saved goes on to what the set-up was for.
func (s *Screen) saved(m savedMsg) tea.Cmd {
	if !m.whole {
		if m.err != nil {
			s.form.Problem(m.field, plain(m.err))
			return nil
		}
		s.form.Settle(m.field)
		return s.load()
	}
	s.saving = false
	if m.err != nil {
		s.problem = plain(m.err)
		return nil
	}
	sh := s.env.Shell
	cmds := []tea.Cmd{sh.Pop()}
	if s.form.Len() > 0 {
		cmds = append(cmds, sh.Toast(screen.ToastOK, safe(s.info.Name)+" is set up"))
	}
	if s.then != nil {
		cmds = append(cmds, s.then())
	}
	return tea.Batch(cmds...)
}
