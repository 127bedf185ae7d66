//go:build unix

package term

import (
	"os"
	"os/signal"
	"syscall"
)

// EndSignals are the signals that end the program in order.
func EndSignals() []os.Signal {
	return []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT}
}

// Releaser gives the terminal back for a while.
type Releaser interface {
	ReleaseTerminal() error
	RestoreTerminal() error
}

// Suspends stops the process properly on a SIGTSTP from outside until done is closed; the key ctrl+z is the program's.
// Stopping from within the program's own suspend would leave the alternate screen on.
func Suspends(p Releaser, done <-chan struct{}) {
	sig := make(chan os.Signal, 1)
	signal.Notify(sig, syscall.SIGTSTP)
	defer signal.Stop(sig)
	for {
		select {
		case <-done:
			return
		case <-sig:
			if p.ReleaseTerminal() != nil {
				continue
			}
			_ = syscall.Kill(0, syscall.SIGSTOP)
			_ = p.RestoreTerminal()
		}
	}
}
