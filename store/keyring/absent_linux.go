package keyring

import (
	"os"
	"strconv"
)

// absent says why there can be no keyring, "" if there may be one. Without an address the library would start a bus of its own.
func absent() string {
	switch os.Getenv("DBUS_SESSION_BUS_ADDRESS") {
	case "disabled:":
		return "DBUS_SESSION_BUS_ADDRESS says disabled"
	case "", "autolaunch:":
	default:
		return ""
	}
	runtime := os.Getenv("XDG_RUNTIME_DIR")
	if runtime == "" {
		runtime = "/run/user/" + strconv.Itoa(os.Getuid())
	}
	if _, err := os.Stat(runtime + "/bus"); err != nil {
		return "there is no session bus"
	}
	return ""
}
