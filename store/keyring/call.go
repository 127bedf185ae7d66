package keyring

import (
	"context"
	"errors"
	"fmt"
	"time"

	ring "github.com/zalando/go-keyring"
)

type answer struct {
	value string
	err   error
}

// call runs fn in the goroutine that the Source owns, within the timeout and ctx. Its errors are classified.
func (s *Source) call(ctx context.Context, fn func() (string, error)) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	if err := s.ring.ready(); err != nil {
		return "", err
	}
	timer := time.NewTimer(s.timeout)
	defer timer.Stop()
	select {
	case s.turn <- struct{}{}:
	case <-timer.C:
		return "", fmt.Errorf("%w (an earlier call still waits after %s)", ErrTimeout, s.timeout)
	case <-ctx.Done():
		return "", ctx.Err()
	}
	answers := make(chan answer, 1)
	go func() {
		a := guarded(fn)
		<-s.turn
		answers <- a
	}()
	select {
	case a := <-answers:
		if a.err == nil || errors.Is(a.err, ring.ErrNotFound) {
			return a.value, a.err
		}
		return "", classify(a.err)
	case <-timer.C:
		return "", fmt.Errorf("%w (waited %s)", ErrTimeout, s.timeout)
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// guarded makes an error of a panic: the library trusts the types of what a service on the bus answers.
func guarded(fn func() (string, error)) (a answer) {
	defer func() {
		if r := recover(); r != nil {
			a = answer{err: fmt.Errorf("the keyring's answer makes no sense: %v", r)}
		}
	}()
	a.value, a.err = fn()
	return a
}
