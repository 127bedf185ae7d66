//go:build unix

package browser

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// record is a program that writes its arguments, one a line, then its session, and says so when it is done.
const record = `#!/bin/sh
out=$(dirname "$0")/ran
printf '%s\n' "$#" "$@" > "$out.tmp"
echo noise; echo noise >&2
cut -d' ' -f6 /proc/$$/stat 2>/dev/null > "$out.session"
mv "$out.tmp" "$out"
`

// program puts a script into a folder of its own.
func program(t *testing.T, name, text string) (folder string) {
	t.Helper()
	folder = t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
	return folder
}

// ran waits for what the script wrote.
func ran(t *testing.T, folder string) []string {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		text, err := os.ReadFile(filepath.Join(folder, "ran"))
		if err == nil {
			return strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
		}
		if !errors.Is(err, fs.ErrNotExist) || time.Now().After(end) {
			t.Fatal("the program did not run: ", err)
		}
	}
}

// desktop is this machine as if it had a screen, with only these programs on its path.
func desktop(t *testing.T, path string) Environment {
	t.Helper()
	t.Setenv("PATH", path+string(os.PathListSeparator)+os.Getenv("PATH"))
	e := Host()
	e.GOOS = "linux"
	e.Exists = func(string) bool { return false }
	e.Getenv = func(k string) string { return map[string]string{"DISPLAY": ":0"}[k] }
	return e
}

// TestN10_ArgumentsOfARealProgram: the address reaches the program as one argument, or the program is not started.
func TestN10_ArgumentsOfARealProgram(t *testing.T) {
	folder := program(t, "xdg-open", record)
	o := New(desktop(t, folder))
	for _, c := range urls {
		err := o.Open(t.Context(), c.in, "")
		if c.want == "" {
			if !errors.Is(err, ErrURL) {
				t.Errorf("Open(%.60q) = %v, want ErrURL", c.in, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("Open(%.60q): %v", c.in, err)
			continue
		}
		if got := ran(t, folder); len(got) != 2 || got[0] != "1" || got[1] != c.want {
			t.Errorf("Open(%.60q) ran with %q, want %q alone", c.in, got, c.want)
		}
		if err := os.Remove(filepath.Join(folder, "ran")); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := os.Stat(filepath.Join(folder, "ran")); err == nil {
		t.Error("the program ran for an address that was refused")
	}
}

func TestN10_OwnSession(t *testing.T) {
	if _, err := os.Stat("/proc/self/stat"); err != nil {
		t.Log("no /proc: the session is compared on Linux only")
		return
	}
	folder := program(t, "mybrowser", record)
	if err := New(Host()).Open(t.Context(), "https://as.example/", filepath.Join(folder, "mybrowser")+" --fixed"); err != nil {
		t.Fatal(err)
	}
	if got := ran(t, folder); strings.Join(got, " ") != "2 --fixed https://as.example/" {
		t.Errorf("ran with %q", got)
	}
	text, err := os.ReadFile(filepath.Join(folder, "ran.session"))
	if err != nil {
		t.Fatal(err)
	}
	session, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	_, _, errno := syscall.RawSyscall(syscall.SYS_GETSID, 0, 0, 0)
	if ours, _, _ := syscall.RawSyscall(syscall.SYS_GETSID, 0, 0, 0); errno != 0 || session == int(ours) {
		t.Errorf("the browser runs in our session %d", session)
	}
}

func TestOpen_DoesNotWaitForTheBrowser(t *testing.T) {
	folder := program(t, "mybrowser", "#!/bin/sh\necho $$ > $(dirname $0)/pid\nexec sleep 600\n")
	if err := New(Host()).Open(t.Context(), "https://as.example/", filepath.Join(folder, "mybrowser")); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(folder, "pid"))
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Errorf("the browser has ended: %v", err)
	}
	for end := time.Now().Add(10 * time.Second); syscall.Kill(pid, 0) == nil; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the browser was not reaped")
		}
	}
}

func TestOpen_Failures(t *testing.T) {
	folder := program(t, "mybrowser", "#!/bin/sh\necho no display, secret words >&2\nexit 3\n")
	choice := filepath.Join(folder, "mybrowser")
	err := New(Host()).Open(t.Context(), "https://as.example/", choice)
	if !errors.Is(err, errFailed) || strings.Contains(err.Error(), "secret") {
		t.Errorf("a program that fails: %v", err)
	}
	if err := os.Chmod(choice, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := New(Host()).Open(t.Context(), "https://as.example/", choice); !errors.Is(err, exec.ErrNotFound) {
		t.Errorf("a file that is no program: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := start(ctx, "true"); !errors.Is(err, context.Canceled) {
		t.Errorf("a context that has ended: %v", err)
	}
	if err := openSystem(ctx, "https://as.example/"); !errors.Is(err, context.Canceled) {
		t.Errorf("a context that has ended: %v", err)
	}
}

// TestSystem_OutputOfTheLibraryIsDiscarded runs pkg/browser's own way in another process and looks at its terminal.
func TestSystem_OutputOfTheLibraryIsDiscarded(t *testing.T) {
	if os.Getenv("BROWSER_TEST_SYSTEM") != "" {
		if err := openSystem(t.Context(), "https://as.example/?a=b"); err != nil {
			fmt.Println("failed:", err)
		}
		return
	}
	name := map[bool]string{true: "open", false: "xdg-open"}[Host().GOOS == "darwin"]
	folder := program(t, name, record)
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestSystem_OutputOfTheLibraryIsDiscarded$")
	cmd.Env = append(os.Environ(), "BROWSER_TEST_SYSTEM=1", "PATH="+folder+string(os.PathListSeparator)+os.Getenv("PATH"))
	out, err := cmd.CombinedOutput()
	if err != nil || strings.Contains(string(out), "noise") || strings.Contains(string(out), "failed") {
		t.Errorf("%v: %s", err, out)
	}
	if got := ran(t, folder); len(got) != 2 || got[1] != "https://as.example/?a=b" {
		t.Errorf("ran with %q", got)
	}
}
