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

// Suspends does nothing: there is no suspend here.
func Suspends(_ Releaser, done <-chan struct{}) { <-done }
