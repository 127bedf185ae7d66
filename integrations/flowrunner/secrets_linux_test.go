package flowrunner

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"

	"authdeck/integrations"
	"authdeck/internal/secret"
)

// sentinel stands in no source but this; it is what a worker must not know before its call.
const sentinel = "sentinel-7f3a9c51e2"

// TestWorkerProcess: what another program could see of a worker that waits for its call, and what that worker could reach.
func TestWorkerProcess(t *testing.T) {
	t.Setenv("AUTHDECK_TEST_SECRET", sentinel+"-env")
	left := inherited(t)
	h := newLimitedHost(t)
	s := open(t, h, "testdata/services/plain").Played(provider(map[string]string{
		"POST https://plain.example/token": `{"access_token":"` + sentinel + `-A2","expires_in":60}`,
	}))
	cfg := integrations.Config{"clientId": secret.New("id"), "clientSecret": secret.New(sentinel + "-config")}
	kept := integrations.Kept{AccessToken: secret.New(sentinel + "-A1"), RefreshToken: secret.New(sentinel + "-R1")}
	if _, err := s.RefreshToken(t.Context(), integrations.RefreshRequest{Config: cfg, Kept: kept}); err != nil {
		t.Fatal(err)
	}
	w, err := h.take(t.Context(), s.folder) // the next one, made ready after a call with secrets
	if err != nil {
		t.Fatal(err)
	}
	defer w.s.close()
	proc := fmt.Sprintf("/proc/%d/", w.s.cmd.Process.Pid)

	t.Run("environment", func(t *testing.T) {
		if env := read(t, proc+"environ"); len(env) != 0 {
			t.Errorf("%q", env)
		}
	})
	t.Run("arguments", func(t *testing.T) {
		args := read(t, proc+"cmdline")
		if bytes.Contains(args, []byte(sentinel)) || bytes.Count(args, []byte{0}) != len(w.s.cmd.Args) {
			t.Errorf("%q", args)
		}
	})
	t.Run("folder", func(t *testing.T) {
		if at, err := os.Readlink(proc + "cwd"); err != nil || at != "/" {
			t.Errorf("%q, %v", at, err)
		}
	})
	t.Run("files", func(t *testing.T) {
		list, err := os.ReadDir(proc + "fd")
		if err != nil {
			t.Fatal(err)
		}
		var own []string
		for _, e := range list {
			to, err := os.Readlink(proc + "fd/" + e.Name())
			if err != nil {
				t.Fatal(err)
			}
			if strings.HasPrefix(to, "anon_inode:[event") || strings.HasPrefix(to, "/sys/fs/cgroup/") { // the runtime's poller, and its look at how many processors there are
				continue
			}
			if to == left {
				t.Error("a file that was left open is inherited")
			}
			if !strings.HasPrefix(to, "pipe:") {
				t.Errorf("descriptor %s is %s", e.Name(), to)
			}
			own = append(own, e.Name())
		}
		slices.Sort(own)
		if !slices.Equal(own, []string{"0", "1", "2"}) {
			t.Errorf("%q", own)
		}
	})
	t.Run("limits", func(t *testing.T) {
		limits := string(read(t, proc+"limits"))
		for _, line := range []string{"Max file size 0 0", "Max core file size 0 0", "Max open files 16 16"} {
			if !strings.Contains(strings.Join(strings.Fields(limits), " "), line) {
				t.Errorf("no %q in\n%s", line, limits)
			}
		}
		var soft, hard, data int
		for _, line := range strings.Split(limits, "\n") {
			if rest, ok := strings.CutPrefix(line, "Max data size"); ok {
				if _, err := fmt.Sscan(rest, &data); err != nil {
					t.Fatal(err)
				}
			}
			if rest, ok := strings.CutPrefix(line, "Max cpu time"); ok {
				if _, err := fmt.Sscan(rest, &soft, &hard); err != nil {
					t.Fatal(err)
				}
			}
		}
		if data < 256<<20 || data > 448<<20 { // what is above 256 MiB is the stacks of threads
			t.Errorf("%d MiB of data", data>>20)
		}
		if soft < 2 || soft > 4 || hard != 5 {
			t.Errorf("processor time %d, %d s", soft, hard)
		}
	})
	t.Run("threads", func(t *testing.T) {
		list, err := filepath.Glob(proc + "task/*/status")
		if err != nil || len(list) < 2 {
			t.Fatalf("%d threads, %v", len(list), err)
		}
		filters := bytes.Contains(read(t, "/proc/self/status"), []byte("Seccomp:"))
		for _, name := range list {
			status := string(read(t, name))
			if !strings.Contains(status, "NoNewPrivs:\t1\n") {
				t.Errorf("%s may gain privileges", name)
			}
			if filters && !strings.Contains(status, "Seccomp:\t2\n") {
				t.Errorf("%s has no filter of system calls", name)
			}
		}
	})
	t.Run("memory", func(t *testing.T) {
		for _, text := range []string{sentinel} {
			if at, n := search(t, proc, text); at != "" {
				t.Errorf("%q is at %s", text, at)
			} else if n < 4<<20 {
				t.Errorf("only %d bytes were searched", n)
			}
		}
		if at, _ := search(t, proc, "executeCallback"); at == "" { // the service's own text is there
			t.Error("nothing is found at all")
		}
	})
}

// inherited opens a file that every program gets which this one starts, and returns its name.
func inherited(t *testing.T) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "left-open")
	if err := os.WriteFile(name, []byte(sentinel), 0o600); err != nil {
		t.Fatal(err)
	}
	fd, err := syscall.Open(name, syscall.O_RDONLY, 0) // without O_CLOEXEC
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Close(fd) })
	return name
}

// TestReady_Dead: a worker that was killed while it waited is not used.
func TestReady_Dead(t *testing.T) {
	r := newRig(t, map[string]string{"one": "class S { /** @operationName X */ async x() { return 1 } }\nFlowrunner.ServerCode.addService(S, [])"})
	s, err := r.h.Open(t.Context(), r.dir+"/one")
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		if got, err := s.RunAction(t.Context(), integrations.ActionRequest{Action: "x"}); err != nil || string(got.Result) != "1" {
			t.Errorf("call %d: %s %v", i, got.Result, err)
		}
		r.h.making.Wait()
		w := r.h.warm[r.dir+"/one"]
		if w == nil {
			t.Fatal("none waits")
		}
		if err := w.s.cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		for !exited(w.s.cmd.Process) { // the system takes it down
			runtime.Gosched()
		}
	}
}

// read reads a file of /proc. A worker's are its own alone, or root's.
func read(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrPermission) && os.Getenv("CI") != "true" {
		t.Skipf("only root may read %s", name)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// search looks for a text in all memory of a process that can be read. It returns where it is, and how many bytes it searched.
func search(t *testing.T, proc, text string) (string, int) {
	t.Helper()
	mem, err := os.Open(proc + "mem")
	if errors.Is(err, fs.ErrPermission) && os.Getenv("CI") != "true" {
		t.Skip("only root may read a worker's memory")
	}
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = mem.Close() }()
	searched := 0
	for _, line := range strings.Split(string(read(t, proc+"maps")), "\n") {
		var from, to int64
		var rights string
		if _, err := fmt.Sscanf(line, "%x-%x %s", &from, &to, &rights); err != nil || !strings.HasPrefix(rights, "r") || strings.HasSuffix(line, "[vvar]") {
			continue
		}
		buf := make([]byte, 1<<20+len(text))
		for at := from; at < to; at += 1 << 20 {
			n, err := mem.ReadAt(buf[:min(int64(len(buf)), to-at)], at)
			searched += n
			if bytes.Contains(buf[:n], []byte(text)) {
				return line, searched
			}
			if err != nil {
				break
			}
		}
	}
	return "", searched
}
