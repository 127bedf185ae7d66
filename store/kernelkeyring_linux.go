package store

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// The keys lie in the user keyring (@u): one in the session's own would be out of reach of the next process of a user who
// never logged in. Their permissions let every process of the user find, read and remove them.
const kernelKeyPerm = 0x3f3f0000 // all to the possessor and to the user, nothing to others

func kernelError(err error) error {
	switch {
	case errors.Is(err, unix.ENOKEY), errors.Is(err, unix.EKEYEXPIRED), errors.Is(err, unix.EKEYREVOKED), errors.Is(err, unix.ENOENT):
		return ErrNoKey
	case errors.Is(err, unix.ENOSYS), errors.Is(err, unix.EPERM), errors.Is(err, unix.EACCES), errors.Is(err, unix.EOPNOTSUPP):
		return fmt.Errorf("%w: %w", ErrNoKernelKeyring, err)
	}
	return err
}

func writeKernelKey(name string, value []byte, seconds int) error {
	id, err := unix.AddKey("user", name, value, unix.KEY_SPEC_USER_KEYRING)
	if err != nil {
		return kernelError(err)
	}
	_, err = unix.KeyctlInt(unix.KEYCTL_SET_TIMEOUT, id, seconds, 0, 0)
	if err == nil {
		err = unix.KeyctlSetperm(id, kernelKeyPerm)
	}
	if err != nil {
		_, _ = unix.KeyctlInt(unix.KEYCTL_INVALIDATE, id, 0, 0, 0) // without its time it must not stay
		return kernelError(err)
	}
	return nil
}

func readKernelKey(name string) ([]byte, error) {
	id, err := unix.KeyctlSearch(unix.KEY_SPEC_USER_KEYRING, "user", name, 0)
	if err != nil {
		return nil, kernelError(err)
	}
	value := make([]byte, 256)
	n, err := unix.KeyctlBuffer(unix.KEYCTL_READ, id, value, 0)
	if err != nil {
		return nil, kernelError(err)
	}
	if n > len(value) {
		return nil, ErrNoKey
	}
	return value[:n], nil
}

func removeKernelKey(name string) (was bool, err error) {
	id, err := unix.KeyctlSearch(unix.KEY_SPEC_USER_KEYRING, "user", name, 0)
	if err != nil {
		if err = kernelError(err); errors.Is(err, ErrNoKey) {
			return false, nil
		}
		return false, err
	}
	if _, err := unix.KeyctlInt(unix.KEYCTL_UNLINK, id, unix.KEY_SPEC_USER_KEYRING, 0, 0); err != nil {
		return true, kernelError(err)
	}
	return true, nil
}
