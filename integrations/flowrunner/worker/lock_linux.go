package worker

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"time"

	"github.com/landlock-lsm/go-landlock/landlock"
	"golang.org/x/sys/unix"
)

// The limits of a worker (reference/security.md §8).
const (
	dataLimit  = 256 << 20
	softLimit  = 200 << 20 // where Go's collector begins to work hard
	stackLimit = 64 << 20  // what a parser may nest
	callCPU    = 2         // seconds of processor time that loading and a call have, each
)

// lockIn gives up what a worker does not need: memory, files, new rights, every path. Landlock is done without where the
// kernel has none; `doctor` says so.
func lockIn() error {
	if err := unix.Prctl(unix.PR_SET_PDEATHSIG, uintptr(unix.SIGKILL), 0, 0, 0); err != nil {
		return fmt.Errorf("die with the parent: %w", err)
	}
	if os.Getppid() == 1 {
		return errors.New("the parent is gone")
	}
	if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil {
		return fmt.Errorf("be undumpable: %w", err)
	}
	limits := map[int]uint64{unix.RLIMIT_CORE: 0, unix.RLIMIT_FSIZE: 0, unix.RLIMIT_NOFILE: 16}
	if !raceDetector { // its shadow memory counts as data
		limits[unix.RLIMIT_DATA] = dataLimit
	}
	for what, most := range limits {
		if err := unix.Setrlimit(what, &unix.Rlimit{Cur: most, Max: most}); err != nil {
			return fmt.Errorf("set a limit: %w", err)
		}
	}
	debug.SetMemoryLimit(softLimit)
	debug.SetMaxStack(stackLimit)
	if err := landlock.V7.BestEffort().Restrict(); err != nil {
		return fmt.Errorf("forbid all paths: %w", err)
	}
	// Go ignores the soft limit's signal unless it is asked for; the hard limit, one second later, needs nobody.
	over := make(chan os.Signal, 1)
	signal.Notify(over, unix.SIGXCPU)
	go func() { // ends with the process
		<-over
		os.Exit(4)
	}()
	allowTime()
	return nil
}

// allowTime gives the process two more seconds of processor time than it has used.
func allowTime() {
	var used unix.Rusage
	if unix.Getrusage(unix.RUSAGE_SELF, &used) != nil {
		return
	}
	seconds := uint64(time.Duration(used.Utime.Nano()+used.Stime.Nano())/time.Second) + callCPU
	var now unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_CPU, &now) != nil {
		return
	}
	_ = unix.Setrlimit(unix.RLIMIT_CPU, &unix.Rlimit{Cur: min(seconds, now.Max), Max: now.Max})
}
