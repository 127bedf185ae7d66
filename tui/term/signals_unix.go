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

// Suspend has this process stopped, as ctrl+z in a shell does; [Suspends] does it in order.
func Suspend() { _ = syscall.Kill(syscall.Getpid(), syscall.SIGTSTP) }

// Suspends stops the process in order on each SIGTSTP until done is closed: the terminal is given back first, and taken
// again when the process goes on; then resumed is called.
func Suspends(p Releaser, done <-chan struct{}, resumed func()) {
	sig, on := make(chan os.Signal, 1), make(chan os.Signal, 1)
	signal.Notify(sig, syscall.SIGTSTP)
	signal.Notify(on, syscall.SIGCONT)
	defer signal.Stop(sig)
	defer signal.Stop(on)
	for {
		select {
		case <-done:
			return
		case <-sig:
			if p.ReleaseTerminal() != nil {
				continue
			}
			select { // one of an earlier time
			case <-on:
			default:
			}
			_ = syscall.Kill(0, syscall.SIGSTOP)
			<-on // the stop may come after Kill has returned: another thread may be the one that takes the signal
			_ = p.RestoreTerminal()
			resumed()
		}
	}
}
