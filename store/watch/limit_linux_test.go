package watch

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// child tries to watch a file and says how that went.
func child(path string) int {
	ctx, cancel := context.WithCancel(context.Background())
	changes, err := File(ctx, path)
	cancel()
	if err != nil {
		fmt.Println("error:", err)
		return 0
	}
	for range changes { // its end
		continue
	}
	fmt.Println("watching")
	return 0
}

// A user namespace of its own has limits of its own, so that nobody else is disturbed.
func TestFile_LimitsOfTheSystemReached(t *testing.T) {
	for _, c := range []struct{ name, set, want string }{
		{"no limit", "true", "watching"},
		{"no more instances", "echo 0 >/proc/sys/user/max_inotify_instances", "too many open files"},
		{"no more watches", "echo 0 >/proc/sys/user/max_inotify_watches", "no space left on device"},
	} {
		t.Run(c.name, func(t *testing.T) {
			cmd := exec.CommandContext(t.Context(), "sh", "-c", c.set+` && exec "$0"`, os.Args[0])
			cmd.Env = append(os.Environ(), "WATCH_TEST_CHILD="+os.Args[0])
			cmd.SysProcAttr = &syscall.SysProcAttr{
				Cloneflags:  syscall.CLONE_NEWUSER,
				UidMappings: []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}},
				GidMappings: []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}},
			}
			out, err := cmd.CombinedOutput()
			if err != nil || !strings.Contains(string(out), c.want) {
				t.Errorf("%v: %s, want %q", err, out, c.want)
			}
		})
	}
}
