package store

import (
	"errors"
	"fmt"
	"strings"
	"syscall"
)

// What a disk may do to a write. Reading goes on, and the tokens that are there stay usable.
var (
	ErrDiskFull = errors.New("the disk is full")
	ErrReadOnly = errors.New("the disk can only be read")
)

// diskError names what a disk did to a write; other errors come back as they are.
func diskError(err error) error {
	switch {
	case err == nil, errors.Is(err, ErrDiskFull), errors.Is(err, ErrReadOnly):
		return err
	case says(err, fullErrors[:]):
		return fmt.Errorf("%w: %w", ErrDiskFull, err)
	case says(err, readOnlyErrors[:]):
		return fmt.Errorf("%w: %w", ErrReadOnly, err)
	}
	return err
}

// says looks for one of the system's errors. It knows their texts too: bbolt makes text of the error of growing a file.
func says(err error, list []syscall.Errno) bool {
	for _, e := range list {
		if errors.Is(err, e) || strings.Contains(err.Error(), e.Error()) {
			return true
		}
	}
	return false
}
