//go:build !unix

package term

import "os"

// EndSignals are the signals that end the program in order.
func EndSignals() []os.Signal { return []os.Signal{os.Interrupt} }

// Releaser gives the terminal back for a while.
type Releaser interface {
	ReleaseTerminal() error
	RestoreTerminal() error
}

// Suspend does nothing: there is no suspend here.
func Suspend() {}

// Suspends does nothing but wait: there is no suspend here.
func Suspends(_ Releaser, done <-chan struct{}, _ func()) { <-done }
