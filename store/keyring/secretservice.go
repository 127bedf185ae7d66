//go:build (dragonfly && cgo) || (freebsd && cgo) || linux || netbsd || openbsd

package keyring

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"github.com/godbus/dbus/v5"
)

// reachable says that there is no session bus, by the rules by which the library looks for one. Without it the library
// would run dbus-launch, which leaves a bus behind that nobody ends.
func reachable() error {
	switch os.Getenv("DBUS_SESSION_BUS_ADDRESS") {
	case "", "autolaunch:":
	case "disabled:":
		return fmt.Errorf("%w: DBUS_SESSION_BUS_ADDRESS says disabled", ErrAbsent)
	default:
		return nil
	}
	for _, name := range []string{"bus", "dbus-session"} {
		if _, err := os.Stat(filepath.Join("/run/user", strconv.Itoa(os.Getuid()), name)); err == nil {
			return nil
		}
	}
	return fmt.Errorf("%w: there is no session bus", ErrAbsent)
}

// lockedWords is how the library says that a collection stayed locked: the prompt was dismissed, or there was nobody to
// show it to.
const lockedWords = "failed to unlock correct collection"

// classify gives a failed call its place among this package's errors.
func classify(err error) error {
	var e dbus.Error
	if errors.As(err, &e) {
		switch e.Name {
		case "org.freedesktop.DBus.Error.ServiceUnknown", "org.freedesktop.DBus.Error.NameHasNoOwner",
			"org.freedesktop.DBus.Error.Spawn.ServiceNotFound", "org.freedesktop.DBus.Error.Spawn.ExecFailed",
			"org.freedesktop.DBus.Error.Spawn.ChildExited", "org.freedesktop.DBus.Error.Disconnected":
			return fmt.Errorf("%w: %w", ErrAbsent, err)
		case "org.freedesktop.DBus.Error.NoReply", "org.freedesktop.DBus.Error.Timeout":
			return fmt.Errorf("%w: %w", ErrTimeout, err)
		case "org.freedesktop.Secret.Error.IsLocked":
			return fmt.Errorf("%w: %w", ErrLocked, err)
		}
		return err
	}
	switch {
	case strings.Contains(err.Error(), lockedWords):
		return fmt.Errorf("%w: %w", ErrLocked, err)
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, dbus.ErrClosed):
		return fmt.Errorf("%w: %w", ErrAbsent, err) // the bus that the environment names is gone
	}
	return err
}
