//go:build unix

package worker

import (
	"time"

	"golang.org/x/sys/unix"
)

// processorTime tells how much processor time this process has used, nil where the system does not say.
func processorTime() func() time.Duration {
	return func() time.Duration {
		var used unix.Rusage
		if unix.Getrusage(unix.RUSAGE_SELF, &used) != nil {
			return 0
		}
		return time.Duration(used.Utime.Nano() + used.Stime.Nano())
	}
}
