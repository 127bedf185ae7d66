package browser

import (
	"net/netip"
	"strconv"
	"strings"
)

// headless says why no browser window would be seen by the user, "" if one would.
func headless(e Environment) string {
	far := overSSH(e)
	switch e.GOOS {
	case "darwin", "windows":
		if far {
			return "this is an ssh session"
		}
		return ""
	}
	display := e.Getenv("DISPLAY")
	switch {
	case far && !forwarded(display):
		return "this is an ssh session without a forwarded display"
	case display != "" || e.Getenv("WAYLAND_DISPLAY") != "" || wsl(e):
		return ""
	case e.Exists("/.dockerenv") || e.Exists("/run/.containerenv"):
		return "this is a container without a display"
	}
	return "there is no display (neither DISPLAY nor WAYLAND_DISPLAY is set)"
}

func overSSH(e Environment) bool {
	return e.Getenv("SSH_CONNECTION") != "" || e.Getenv("SSH_TTY") != ""
}

// forwarded reports whether an X display is reached through a connection ("localhost:10.0"); ":0" is the screen of the
// machine itself, which nobody sees over ssh.
func forwarded(display string) bool {
	host, _, ok := strings.Cut(display, ":")
	return ok && host != "" && !strings.HasPrefix(host, "/") && host != "unix"
}

// wsl reports whether this is Linux inside Windows, whose browser can be started.
func wsl(e Environment) bool {
	return e.GOOS == "linux" && (e.Getenv("WSL_DISTRO_NAME") != "" || e.Getenv("WSL_INTEROP") != "" ||
		e.Exists("/proc/sys/fs/binfmt_misc/WSLInterop"))
}

// systemCommands are the programs that open an address, best first; nil where pkg/browser's call is the way (it returns
// at once there). Elsewhere pkg/browser would keep the browser in our session, where ctrl+c ends it, and might start one
// that draws in our terminal.
func systemCommands(e Environment) []string {
	switch e.GOOS {
	case "darwin", "windows":
		return nil
	}
	list := []string{"xdg-open", "x-www-browser"}
	if wsl(e) {
		list = append([]string{"wslview", "rundll32.exe url.dll,FileProtocolHandler"}, list...)
	}
	return list
}

// SSHLine returns the ready line that forwards a callback port to this machine, "" if this is no ssh session:
// ssh -L PORT:127.0.0.1:PORT user@host. What the session does not tell stands as USER or HOST.
func SSHLine(e Environment, port int) string {
	if !overSSH(e) {
		return ""
	}
	p := strconv.Itoa(port)
	line := "ssh -L " + p + ":127.0.0.1:" + p
	host := "HOST"
	// client address, client port, server address, server port
	if f := strings.Fields(e.Getenv("SSH_CONNECTION")); len(f) == 4 {
		if a, err := netip.ParseAddr(f[2]); err == nil {
			host = a.String()
		}
		if n, err := strconv.ParseUint(f[3], 10, 16); err == nil && n != 22 {
			line += " -p " + strconv.FormatUint(n, 10)
		}
	}
	return line + " " + user(e) + "@" + host
}

func user(e Environment) string {
	for _, name := range []string{e.Getenv("USER"), e.Getenv("LOGNAME")} {
		if name != "" && name[0] != '-' && strings.Trim(name, nameChars) == "" {
			return name
		}
	}
	return "USER"
}
