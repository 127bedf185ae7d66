package term

import (
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
)

// ErrPanic is in the error of a guard whose goroutine panicked.
var ErrPanic = errors.New("a part of the program failed")

// Guard owns goroutines beside the program's own: a panic in one does not leave the terminal raw. It keeps the panic and
// its stack, and has the program killed, which restores the terminal; the caller reports it then.
type Guard struct {
	kill func()
	wg   sync.WaitGroup

	mu    sync.Mutex
	err   error
	stack []byte
}

// NewGuard makes one; kill ends the program and restores the terminal.
func NewGuard(kill func()) *Guard { return &Guard{kill: kill} }

// Go runs f in a goroutine of its own.
func (g *Guard) Go(name string, f func()) {
	g.wg.Go(func() {
		defer func() {
			r := recover()
			if r == nil {
				return
			}
			g.mu.Lock()
			if g.err == nil {
				g.err, g.stack = fmt.Errorf("%w: %s: %v", ErrPanic, name, r), debug.Stack()
			}
			g.mu.Unlock()
			g.kill()
		}()
		f()
	})
}

// Wait waits for all goroutines and returns the first panic as an error, with its stack.
func (g *Guard) Wait() (stack []byte, err error) {
	g.wg.Wait()
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.stack, g.err
}
