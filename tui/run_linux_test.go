package tui

import (
	"fmt"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

func modes(tty *os.File) (*unix.Termios, error) {
	return unix.IoctlGetTermios(int(tty.Fd()), unix.TCGETS)
}

// stopped waits until the process is stopped.
func (p *played) stopped() {
	p.t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for time.Now().Before(deadline) {
		b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
		if err != nil {
			p.t.Fatal(err)
		}
		if _, rest, ok := strings.Cut(string(b), ") "); ok && strings.HasPrefix(rest, "T") {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	p.t.Fatalf("the process did not stop; the output ends in %q", tail(p.output()))
}
