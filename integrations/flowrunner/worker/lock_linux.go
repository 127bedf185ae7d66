package worker

import (
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/landlock-lsm/go-landlock/landlock"
	threads "github.com/landlock-lsm/go-landlock/landlock/syscall"
	"golang.org/x/sys/unix"
)

// The limits of a worker (reference/security.md §8).
const (
	dataLimit = 256 << 20 // what a service may use
	arena     = 64 << 20  // by which Go's heap grows: three fit
	softLimit = 2 * arena // where Go's collector begins to work hard
	stack     = 64 << 20  // of one goroutine: what nests too deep ends by this, and is told as that
	callCPU   = 2         // seconds of processor time that loading and a call have, each
	hardCPU   = 2*callCPU + 1
)

// lockIn gives up what a worker does not need: memory, files, new rights, every path, most system calls. Landlock and the filter
// are done without where the kernel has none; `doctor` says so. All of it holds for each thread, also for those that the
// runtime has started already.
func lockIn() error {
	if err := unix.Prctl(unix.PR_SET_PDEATHSIG, uintptr(unix.SIGKILL), 0, 0, 0); err != nil {
		return fmt.Errorf("die with the parent: %w", err)
	}
	if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil {
		return fmt.Errorf("be undumpable: %w", err)
	}
	data := room()
	limits := map[int]uint64{unix.RLIMIT_CORE: 0, unix.RLIMIT_FSIZE: 0, unix.RLIMIT_NOFILE: 16}
	if !raceDetector { // its shadow memory counts as data
		limits[unix.RLIMIT_DATA] = data
	}
	for what, most := range limits {
		if err := limit(what, most, most); err != nil {
			return err
		}
	}
	debug.SetMemoryLimit(softLimit)
	debug.SetMaxStack(stack)
	if err := threads.AllThreadsPrctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil { // Landlock sets it only where there is Landlock
		return fmt.Errorf("want no new privileges: %w", err)
	}
	if err := landlock.V7.BestEffort().Restrict(); err != nil {
		return fmt.Errorf("forbid all paths: %w", err)
	}
	// Go ignores the soft limit's signal unless it is asked for; the hard limit, beyond what loading and a call may use together, needs nobody.
	over := make(chan os.Signal, 1)
	signal.Notify(over, unix.SIGXCPU)
	go func() { // ends with the process
		<-over
		os.Exit(ExitCPU)
	}()
	if err := limit(unix.RLIMIT_CPU, callCPU, hardCPU); err != nil {
		return err
	}
	allowTime()
	return filter() // the last: it takes away what the others need
}

// room returns the limit of data for this process. A C library's stacks of threads count as data too, 8 MiB each, though hardly anything
// of them is used: they come on top.
func room() uint64 {
	const own, more = 24 << 20, 32 << 20 // what the runtime needs beside the heap, and threads to come
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	arenas := (int64(stats.HeapSys) + arena - 1) / arena //nolint:gosec // far below
	stacks := dataNow() - arenas*arena - own
	if stacks < own { // no C library
		return dataLimit
	}
	return uint64(dataLimit + stacks + more)
}

// dataNow is how much of the limit is used; 0 where the system does not tell.
func dataNow() int64 {
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(text))
	if len(fields) < 6 {
		return 0
	}
	pages, err := strconv.ParseInt(fields[5], 10, 64)
	if err != nil {
		return 0
	}
	return pages * int64(os.Getpagesize())
}

// limit sets a limit, or leaves the one that is there where that is lower.
func limit(what int, soft, hard uint64) error {
	var now unix.Rlimit
	if err := unix.Getrlimit(what, &now); err != nil {
		return fmt.Errorf("read a limit: %w", err)
	}
	hard = min(hard, now.Max)
	if err := unix.Setrlimit(what, &unix.Rlimit{Cur: min(soft, hard), Max: hard}); err != nil {
		return fmt.Errorf("set a limit: %w", err)
	}
	return nil
}

// allowTime gives the process two more seconds of processor time than it has used.
func allowTime() {
	seconds := uint64(processorTime()()/time.Second) + callCPU
	var now unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_CPU, &now) != nil {
		return
	}
	_ = unix.Setrlimit(unix.RLIMIT_CPU, &unix.Rlimit{Cur: min(seconds, now.Max), Max: now.Max})
}
