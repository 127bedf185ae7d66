package tui

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"authdeck/internal/safetext"
	"authdeck/tui/term"
)

// fps bounds how often the terminal is written to.
const fps = 30

type keeperOverMsg struct{ why string }

// Run shows the UI until the user quits or ctx ends. It leaves the terminal as it found it on q, ctrl+c, SIGTERM, SIGHUP,
// SIGQUIT and a panic in any goroutine of the UI or the keeper; after a signal its error is that of a canceled context.
// It waits for the keeper to end.
func Run(ctx context.Context, o Options) error {
	ctx, stop := signal.NotifyContext(ctx, term.EndSignals()...)
	defer stop()
	life, end := context.WithCancel(ctx) // ends with the program, for whatever reason
	defer end()
	if now := o.Now; now != nil {
		o.Now = func() time.Time { return now().Local() }
	}
	if o.Clipboard == nil {
		o.Clipboard = term.FindHelper(runtime.GOOS, os.Getenv)
	}
	m := newModel(life, o)
	p := tea.NewProgram(m, programOptions(ctx, o)...)
	guard := term.NewGuard(p.Kill)
	guard.Go("suspend", func() { term.Suspends(p, life.Done(), func() { p.Send(tea.ResumeMsg{}) }) })
	if o.Keep != nil {
		guard.Go("keeper", func() {
			if err := o.Keep(life); err != nil && life.Err() == nil {
				p.Send(keeperOverMsg{why: safetext.Line(err.Error(), 300)})
			}
		})
	}
	_, err := p.Run()
	end()
	m.close()
	stack, panicked := guard.Wait()
	if panicked != nil {
		return fmt.Errorf("%w\n\n%s", panicked, stack)
	}
	if errors.Is(err, tea.ErrProgramKilled) && ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return fmt.Errorf("terminal UI: %w", err)
	}
	return nil
}

// programOptions are those of every Bubble Tea program here. Signals are ours: Bubble Tea knows two of four.
func programOptions(ctx context.Context, o Options) []tea.ProgramOption {
	list := []tea.ProgramOption{tea.WithContext(ctx), tea.WithFPS(fps), tea.WithoutSignalHandler()}
	if o.Input != nil {
		list = append(list, tea.WithInput(o.Input))
	}
	if o.Output != nil {
		list = append(list, tea.WithOutput(o.Output))
	}
	if !o.Colour {
		list = append(list, tea.WithColorProfile(colorprofile.ASCII))
	}
	return append(list, tea.WithEnvironment(environment(os.Environ())))
}

// environment is the process's without NO_COLOR, which colorprofile reads as a boolean; [Options.Colour] decides.
func environment(env []string) []string {
	var out []string
	for _, kv := range env {
		if !strings.HasPrefix(kv, "NO_COLOR=") {
			out = append(out, kv)
		}
	}
	return out
}
