package keyring

import (
	"errors"
	"fmt"
	"os/exec"
)

func reachable() error { return nil }

// classify gives a failed call its place among this package's errors. The `security` tool ends with the last byte of the
// OSStatus.
func classify(err error) error {
	var exit *exec.ExitError
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return fmt.Errorf("%w: %w", ErrAbsent, err)
	case !errors.As(err, &exit):
		return err
	}
	switch exit.ExitCode() {
	case 36, 51, 128: // errSecInteractionNotAllowed, errSecAuthFailed, errSecUserCanceled
		return fmt.Errorf("%w: %w", ErrLocked, err)
	case 37, 50: // errSecNoDefaultKeychain, errSecNoSuchKeychain
		return fmt.Errorf("%w: %w", ErrAbsent, err)
	}
	return err
}
