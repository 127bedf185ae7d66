package worker

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	threads "github.com/landlock-lsm/go-landlock/landlock/syscall"
	"golang.org/x/sys/unix"
)

const (
	brokenOutArg = "__broken-out" // lock in, then try what a worker must not be able to do
	hogArg       = "__hog"        // lock in, then compute; with "deaf", without anybody who listens to the soft limit
)

func TestMain(m *testing.M) {
	if len(os.Args) > 2 {
		switch os.Args[1] {
		case brokenOutArg:
			os.Exit(breakOut(os.Args[2]))
		case hogArg:
			os.Exit(hog(os.Args[2]))
		}
	}
	os.Exit(m.Run())
}

// target is what there would be to reach.
type target struct {
	File, Folder, TCP, UDP, Socket string
	Parent                         int
}

// breakOut tries from a thread that was there before the lock and from a new one, tells what came of it, and waits for its end.
func breakOut(given string) int {
	var at target
	if json.Unmarshal([]byte(given), &at) != nil {
		return 9
	}
	early := make(chan struct{})
	results := make(chan map[string]string, 2)
	var ready sync.WaitGroup
	ready.Add(1)
	go func() {
		runtime.LockOSThread()
		ready.Done()
		<-early
		results <- at.try()
	}()
	ready.Wait()
	if err := lockIn(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 3
	}
	close(early)
	first := <-results
	go func() {
		runtime.LockOSThread()
		results <- at.try()
	}()
	if json.NewEncoder(os.Stdout).Encode([]map[string]string{first, <-results}) != nil {
		return 8
	}
	_, _ = os.Stdin.Read(make([]byte, 1))
	return 0
}

// try returns what it did, by name, with the error of each, "" if it could be done.
func (at target) try() map[string]string {
	out := map[string]string{}
	note := func(name string, err error) {
		out[name] = ""
		if err != nil {
			out[name] = err.Error()
		}
	}
	file := func(name, path string, flags int) {
		fd, err := unix.Open(path, flags, 0o600)
		if err == nil {
			_ = unix.Close(fd)
		}
		note(name, err)
	}
	file("read a file", at.File, unix.O_RDONLY)
	file("write a file", at.File, unix.O_WRONLY)
	file("make a file", filepath.Join(at.Folder, "new"), unix.O_CREAT|unix.O_WRONLY)
	file("list a folder", at.Folder, unix.O_RDONLY|unix.O_DIRECTORY)
	file("read its own environment", "/proc/self/environ", unix.O_RDONLY)
	file("read its parent's memory", "/proc/"+strconv.Itoa(at.Parent)+"/mem", unix.O_RDONLY)
	file("the terminal", "/dev/tty", unix.O_RDWR)
	note("remove a file", unix.Unlink(at.File))
	note("rename a file", unix.Rename(at.File, at.File+"2"))
	note("make a folder", unix.Mkdir(filepath.Join(at.Folder, "d"), 0o700))
	note("link a file", unix.Link(at.File, at.File+"3"))
	note("change a mode", unix.Chmod(at.File, 0o777))
	connect := func(name, network, address string) {
		c, err := net.DialTimeout(network, address, time.Second)
		if err == nil {
			_, err = c.Write([]byte("x"))
			_ = c.Close()
		}
		note(name, err)
	}
	connect("connect by TCP", "tcp", at.TCP)
	connect("send by UDP", "udp", at.UDP)
	connect("connect by a path", "unix", at.Socket)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err == nil {
		_ = l.Close()
	}
	note("listen", err)
	_, err = unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW, 0)
	note("a netlink socket", err)
	_, err = os.StartProcess("/proc/self/exe", []string{"x"}, &os.ProcAttr{})
	note("start itself", err)
	note("run a program", exec.Command("/bin/true").Run())
	note("become a program", unix.Exec("/bin/true", []string{"true"}, nil))
	// A fork that could be made would run on with half a runtime: the child ends at once.
	pid, _, e := unix.RawSyscall6(unix.SYS_CLONE, uintptr(unix.SIGCHLD), 0, 0, 0, 0, 0)
	if e == 0 && pid == 0 {
		_, _, _ = unix.RawSyscall(unix.SYS_EXIT_GROUP, 0, 0, 0)
	}
	note("fork", errnoOr(e))
	note("signal its parent", unix.Kill(at.Parent, 0))
	note("change its parent's limits", unix.Prlimit(at.Parent, unix.RLIMIT_NOFILE, nil, &unix.Rlimit{}))
	if !raceDetector { // it has no limit then, and needs far more
		note("raise its memory", unix.Setrlimit(unix.RLIMIT_DATA, &unix.Rlimit{Cur: 2 * dataLimit, Max: 2 * dataLimit}))
	}
	note("raise its time", unix.Setrlimit(unix.RLIMIT_CPU, &unix.Rlimit{Cur: hardCPU + 1, Max: hardCPU + 1}))
	note("trace its parent", unix.PtraceAttach(at.Parent))
	_, err = unix.MemfdCreate("x", 0)
	note("a file in memory", err)
	_, _, e = unix.RawSyscall(unix.SYS_IO_URING_SETUP, 1, 0, 0)
	note("an asynchronous ring", errnoOr(e))
	note("become another user", unix.Setresuid(65534, 65534, 65534))
	note("outlive its parent", unix.Prctl(unix.PR_SET_PDEATHSIG, 0, 0, 0, 0))
	return out
}

func errnoOr(e unix.Errno) error {
	if e == 0 {
		return nil
	}
	return e
}

// TestBrokenOut: code that has broken out of the engine reaches nothing from a worker, from no thread.
func TestBrokenOut(t *testing.T) {
	dir := t.TempDir()
	at := target{File: filepath.Join(dir, "file"), Folder: dir, Socket: filepath.Join(dir, "socket"), Parent: os.Getpid()}
	if err := os.WriteFile(at.File, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tcp.Close() }()
	local, err := net.Listen("unix", at.Socket)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = local.Close() }()
	udp, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = udp.Close() }()
	at.TCP, at.UDP = tcp.Addr().String(), udp.LocalAddr().String()
	open := at
	reachable := 0 // without the lock these can be reached, so that the test tests something
	for _, name := range []string{"read a file", "connect by TCP", "send by UDP", "connect by a path"} {
		if open.reach(name) == nil {
			reachable++
		}
	}
	if reachable != 4 {
		t.Fatalf("%d of 4 can be reached without a lock", reachable)
	}

	given, err := json.Marshal(at)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0], brokenOutArg, string(given))
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }()
	var tried []map[string]string
	if err := json.NewDecoder(out).Decode(&tried); err != nil {
		t.Fatal(err)
	}
	landlock, landlockErr := threads.LandlockGetABIVersion()
	filtered := checkThreads(t, cmd.Process.Pid)
	t.Logf("Landlock: %d (%v); system calls filtered: %v", landlock, landlockErr, filtered)
	if own, err := os.ReadFile("/proc/self/status"); err != nil || strings.Contains(string(own), "Seccomp:") && !filtered && (runtime.GOARCH == "amd64" || runtime.GOARCH == "arm64") {
		t.Errorf("this kernel has filters, and none is set (%v)", err)
	}
	if !filtered && landlock < 4 {
		t.Log("this kernel has neither filters nor Landlock with network rules: what follows is what was seen")
	}
	for i, tries := range tried {
		for name, got := range tries {
			switch {
			case got != "":
			case filtered || strings.HasPrefix(name, "raise"):
				t.Errorf("thread %d: %s: it could", i, name)
			default:
				t.Logf("thread %d: %s: it could", i, name)
			}
		}
	}
	_ = in.Close()
}

func (at target) reach(name string) error {
	switch name {
	case "read a file":
		_, err := os.ReadFile(at.File)
		return err
	case "connect by TCP":
		return dial("tcp", at.TCP)
	case "send by UDP":
		return dial("udp", at.UDP)
	case "connect by a path":
		return dial("unix", at.Socket)
	}
	return errors.New("unknown")
}

func dial(network, address string) error {
	c, err := net.DialTimeout(network, address, time.Second)
	if err != nil {
		return err
	}
	_, err = c.Write([]byte("x"))
	return errors.Join(err, c.Close())
}

// checkThreads holds each thread of a locked process against the claim: no_new_privs, and a filter where one thread has it.
func checkThreads(t *testing.T, pid int) bool {
	t.Helper()
	list, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/status", pid))
	if err != nil || len(list) < 3 {
		t.Fatalf("%d threads, %v", len(list), err)
	}
	with, seen := 0, 0
	for _, name := range list {
		status, err := os.ReadFile(name)
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, unix.ESRCH) {
			continue // the thread has ended
		}
		if err != nil {
			t.Fatal(err)
		}
		seen++
		if !strings.Contains(string(status), "NoNewPrivs:\t1\n") {
			t.Errorf("%s: may gain privileges", name)
		}
		if strings.Contains(string(status), "Seccomp:\t2\n") {
			with++
		}
	}
	if with != 0 && with != seen {
		t.Errorf("%d of %d threads have a filter", with, seen)
	}
	return with > 0
}

func hog(how string) int {
	if err := lockIn(); err != nil {
		return 3
	}
	if how == "deaf" {
		// as if the runtime had nobody left who could run: the signal is not taken any more
		if err := limit(unix.RLIMIT_CPU, 1, 2); err != nil {
			return 3
		}
		signal.Reset(unix.SIGXCPU)
		signal.Ignore(unix.SIGXCPU)
	}
	for n := 1; n != 0; n++ {
		if n > 1<<62 {
			n = 1
		}
	}
	return 0
}

// TestProcessorTime: the soft limit ends a worker by its own exit, and the hard one where the soft one is not heard.
func TestProcessorTime(t *testing.T) {
	for how, want := range map[string]func(*exec.ExitError) bool{
		"listening": func(e *exec.ExitError) bool { return e.ExitCode() == ExitCPU },
		"deaf": func(e *exec.ExitError) bool {
			s, ok := e.Sys().(interface{ Signal() unix.Signal })
			return ok && (s.Signal() == unix.SIGKILL || s.Signal() == unix.SIGXCPU)
		},
	} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			cmd := exec.Command(os.Args[0], hogArg, how)
			err := cmd.Run()
			var e *exec.ExitError
			if !errors.As(err, &e) || !want(e) {
				t.Fatalf("%v", err)
			}
			if used := e.UserTime() + e.SystemTime(); used > 4*time.Second {
				t.Errorf("it used %v", used)
			}
		})
	}
}

// TestRoom: a service has 256 MiB, whatever the threads' stacks take.
func TestRoom(t *testing.T) {
	if data := room(); data < dataLimit || data > dataLimit*7/4 && !raceDetector {
		t.Errorf("%d MiB", data>>20)
	}
}
