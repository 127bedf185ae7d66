package store

import (
	"errors"
	"fmt"
)

// What a disk may do to a write. Reading goes on, and the tokens that are there stay usable.
var (
	ErrDiskFull = errors.New("the disk is full")
	ErrReadOnly = errors.New("the disk can only be read")
)

// writeError names what a disk did.
func writeError(err error) error {
	switch {
	case err == nil, errors.Is(err, ErrDiskFull), errors.Is(err, ErrReadOnly):
		return err
	case isDiskFull(err):
		return fmt.Errorf("%w: %w", ErrDiskFull, err)
	case isReadOnly(err):
		return fmt.Errorf("%w: %w", ErrReadOnly, err)
	}
	return err
}
