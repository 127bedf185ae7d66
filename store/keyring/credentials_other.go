//go:build !((dragonfly && cgo) || (freebsd && cgo) || linux || netbsd || openbsd || darwin)

package keyring

import (
	"errors"
	"fmt"

	ring "github.com/zalando/go-keyring"
)

func reachable() error { return nil }

// classify gives a failed call its place among this package's errors.
func classify(err error) error {
	if errors.Is(err, ring.ErrUnsupportedPlatform) {
		return fmt.Errorf("%w: %w", ErrAbsent, err)
	}
	return err
}
