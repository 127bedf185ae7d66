// Package clock gives the two readings of time that the product needs: the wall, which expiries are compared with, and
// the monotonic one, which tells suspend and clock steps apart from time that passed (golang/go#24595: Go's timers stop
// in suspend on Linux).
//
// It is a leaf that any floor may import, since four floors need the same two readings and none of them is below the
// others. Timers and tickers stay those of package time, so that testing/synctest moves them.
package clock
