package loopback

import (
	"errors"
	"strconv"
)

// ErrPortBusy is wrapped in a [*BusyError].
var ErrPortBusy = errors.New("the port is in use")

// BusyError names who holds the port, as far as that can be seen.
type BusyError struct {
	Port   int
	Holder string // "chromium (pid 4711)", "a program of the user with id 0", or ""
}

func (e *BusyError) Error() string {
	s := "port " + strconv.Itoa(e.Port) + " is in use"
	if e.Holder != "" {
		s += " by " + e.Holder
	}
	return s
}

func (e *BusyError) Unwrap() error { return ErrPortBusy }
