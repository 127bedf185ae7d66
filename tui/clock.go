package tui

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"authdeck/tui/screen"
)

// pacemaker is the one clock: one timer is under way at most, aligned to the wall.
type pacemaker struct {
	gen   int
	every time.Duration // of the timer under way; 0: none is
}

// tickMsg is a beat; one of an older generation is dropped.
type tickMsg struct{ gen int }

// keepTime starts the timer that the top screen and the dialogs ask for, if it is not under way; none while the terminal
// does not have the focus.
func (m *model) keepTime() tea.Cmd {
	want := m.pace()
	switch {
	case want == m.clock.every:
		return nil
	case want == 0 || want > m.clock.every && m.clock.every > 0:
		return nil // the one under way ends by itself, and the next is as slow as wanted
	}
	m.clock.gen++
	m.clock.every = want
	return beat(m.env.Ctx, m.env.Now(), want, m.clock.gen)
}

// pace is the shortest interval that is asked for, 0 for none.
func (m *model) pace() time.Duration {
	if m.blurred || m.tooSmall() {
		return 0
	}
	pace := every(m.top())
	for _, d := range m.dialogs {
		if p := every(d); p > 0 && (pace == 0 || p < pace) {
			pace = p
		}
	}
	return pace
}

func every(x any) time.Duration {
	if a, ok := x.(screen.Animated); ok {
		return a.Every()
	}
	return 0
}

// beat waits for the next multiple of the interval on the wall.
func beat(ctx context.Context, now time.Time, interval time.Duration, gen int) tea.Cmd {
	return after(ctx, now.Truncate(interval).Add(interval).Sub(now), tickMsg{gen})
}

// tick gives the time to what is shown.
func (m *model) tick(msg tickMsg) (cmd tea.Cmd, seen bool) {
	if msg.gen != m.clock.gen {
		return nil, false
	}
	m.clock.every = 0
	if m.pace() == 0 {
		return nil, false
	}
	return m.now(), true
}

// now gives the time to what is shown, at once.
func (m *model) now() tea.Cmd {
	t := screen.Tick{Now: m.env.Now()}
	var cmds []tea.Cmd
	for _, d := range m.dialogs {
		cmds = append(cmds, m.toDialog(d, t))
	}
	cmd, _ := m.toScreen(m.top(), t)
	return tea.Batch(append(cmds, cmd)...)
}
