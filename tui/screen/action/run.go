package action

import (
	"context"
	"errors"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"authdeck/connections"
	"authdeck/tui/screen"
	"authdeck/tui/screen/login"
)

// patience is how long a host that answers 429 is waited for; the screen shows it, and esc ends it.
const patience = 2 * time.Minute

// run checks the form and starts the action: its first page, or the one that page names, or all of them.
func (s *Screen) run(page string, pages int) tea.Cmd {
	if s.running || s.form == nil {
		return nil
	}
	if !s.form.CheckAll() {
		s.pane = filling
		return nil
	}
	params, texts, wrong := s.handed()
	if wrong = append(wrong, connections.Check(s.picked, texts, params)...); len(wrong) > 0 {
		s.refused(wrong)
		return nil
	}
	s.gen++
	before := s.answer
	s.running, s.halted, s.answer, s.pane = true, false, nil, response
	s.started = s.env.Now()
	s.now, s.progress = s.started, connections.RunProgress{}
	ctx, stop := context.WithCancel(s.ctx)
	s.stop = stop
	steps := make(chan connections.RunProgress, 16)
	r := connections.RunRequest{
		Connection: s.conn, Action: s.picked.Name, Params: params, Texts: texts, DryRun: s.form.Value(dryRun) == "true", Page: page, Pages: pages, Wait: patience,
		Progress: func(p connections.RunProgress) {
			select {
			case steps <- p:
			default: // the screen is behind; the next one tells as much
			}
		},
	}
	return tea.Batch(s.runCmd(ctx, r, before, steps), listen(s.ref(), steps))
}

// halt ends a run that is under way; its answer says so. It is false if that was done already: a run that does not hear of it keeps
// nobody on the screen.
func (s *Screen) halt() bool {
	first := !s.halted
	s.halted = true
	s.stop()
	return first
}

func (s *Screen) ran(a *answer) tea.Cmd {
	s.running, s.answer, s.pane = false, a, response
	s.stop()
	a.asTable = s.asTable
	if s.bySave && a.changes != nil {
		a.tab = tabCompare
	}
	s.bySave = false
	if len(a.fields) > 0 {
		s.refused(a.fields)
	}
	if s.late {
		return s.saved()
	}
	return nil
}

// refused says at each field what is wrong with it, and goes to the first.
func (s *Screen) refused(wrong []connections.FieldError) {
	for _, w := range slices.Backward(wrong) {
		s.form.Problem(w.Name, w.Rule)
		s.form.FocusOn(w.Name)
	}
	s.pane = filling
}

// saved reads the actions anew after files were saved; while watching, the action is then run again. What is saved during a run
// counts after it.
func (s *Screen) saved() tea.Cmd {
	s.late = s.running
	if !s.loaded || s.running {
		return nil
	}
	s.again, s.reading, s.unusable = false, true, false
	return tea.Batch(s.load(), s.stampCmd(false))
}

// stamped runs the action again if it is watched and a file of its own integration was saved, once the actions are read.
func (s *Screen) stamped(m stampMsg) tea.Cmd {
	switch {
	case m.number != s.stamps:
		return nil
	case s.running && !m.first:
		s.late = true // it counts after the run
		return nil
	}
	changed := m.stamp != s.stamp
	s.stamp = m.stamp
	switch {
	case m.first || !changed || !s.watching || s.answer == nil || s.unusable:
		return nil
	case m.mistake != "": // the version before would say nothing of what was saved
		return s.env.Shell.Toast(screen.ToastError, "not run: "+safe(m.mistake))
	case s.reading:
		s.again = true
		return nil
	}
	return s.runSaved()
}

// runSaved runs the action for a file that was saved: what changed is shown first.
func (s *Screen) runSaved() tea.Cmd {
	run := s.run("", 0)
	s.bySave = s.running
	return run
}

// watch turns the running after each save on or off.
func (s *Screen) watch() tea.Cmd {
	s.watching = !s.watching
	text := "runs again when a file of " + safe(s.integration) + " is saved"
	if !s.watching {
		text = "saved files are not followed any more"
	}
	return s.env.Shell.Toast(screen.ToastInfo, text)
}

// ask signs in again for the scopes that a 403 was about, then runs once more. The grant stays if the user says no.
func (s *Screen) ask() tea.Cmd {
	scopes := s.answer.scopes
	return s.env.Shell.Open(login.Then(s.env, connections.LoginRequest{Connection: s.conn, Scopes: scopes}, func(connections.Detail) tea.Cmd {
		return s.run("", 0)
	}))
}

// listen waits for the next step of a run.
func listen(r ref, steps <-chan connections.RunProgress) tea.Cmd {
	return func() tea.Msg {
		p, ok := <-steps
		if !ok {
			return nil
		}
		return progressMsg{ref: r, progress: p, next: listen(r, steps)}
	}
}

func (s *Screen) runCmd(ctx context.Context, r connections.RunRequest, before *answer, steps chan connections.RunProgress) tea.Cmd {
	deck, to, now, started := s.env.Deck, s.ref(), s.env.Now, s.started
	action, integration := s.picked, s.integration
	return func() tea.Msg {
		old := before.result()
		if old == nil && !r.DryRun {
			old, _ = deck.LastResult(ctx, integration, action.Name, r.Connection) // nothing to compare with is no fault of the run
		}
		res, err := deck.Run(ctx, r)
		close(steps)
		if res.Duration == 0 {
			res.Duration = now().Sub(started)
		}
		a := answerOf(ctx, action, res, err, old, r.DryRun)
		a.canceled = errors.Is(err, context.Canceled) && ctx.Err() != nil
		return ranMsg{ref: to, answer: a}
	}
}
