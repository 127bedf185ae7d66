package store

import (
	"errors"
	"fmt"
	"runtime"

	"golang.org/x/sys/unix"
)

// The keys lie in the user keyring (@u): one in the session's own would be out of reach of the next process of a user who
// never logged in. Such a process has them by being the user's alone: it may find and read them, and no more. To take one
// away is a right to the keyring and not to the key.
const kernelKeyPerm = 0x3f0b0000 // possessor: all; user: view, read, search; nothing to others

func kernelError(err error) error {
	switch {
	case errors.Is(err, unix.ENOKEY), errors.Is(err, unix.EKEYEXPIRED), errors.Is(err, unix.EKEYREVOKED), errors.Is(err, unix.ENOENT):
		return ErrNoKey
	case errors.Is(err, unix.ENOSYS), errors.Is(err, unix.EPERM), errors.Is(err, unix.EACCES), errors.Is(err, unix.EOPNOTSUPP):
		return fmt.Errorf("%w: %w", ErrNoKernelKeyring, err)
	}
	return err
}

// writeKernelKey makes the key ready out of sight, in a keyring of this thread, and only then puts it into the user's, in the
// place of one of the same name: whoever is killed on the way leaves no key there that never ends.
func writeKernelKey(name string, value []byte, seconds int) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	id, err := unix.AddKey("user", name, value, unix.KEY_SPEC_THREAD_KEYRING)
	if err != nil {
		return kernelError(err)
	}
	_, err = unix.KeyctlInt(unix.KEYCTL_SET_TIMEOUT, id, seconds, 0, 0)
	if err == nil {
		err = unix.KeyctlSetperm(id, kernelKeyPerm)
	}
	if err == nil {
		_, err = unix.KeyctlInt(unix.KEYCTL_LINK, id, unix.KEY_SPEC_USER_KEYRING, 0, 0)
	}
	// Else it goes with the thread.
	_, unlinkErr := unix.KeyctlInt(unix.KEYCTL_UNLINK, id, unix.KEY_SPEC_THREAD_KEYRING, 0, 0)
	if err = errors.Join(err, unlinkErr); err != nil {
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
	if n > len(value) { // none of ours
		clear(value)
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
