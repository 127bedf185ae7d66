package clock

import "time"

// Clock reads the time. Both readings of one Clock belong to the same machine; only their differences are comparable.
type Clock interface {
	// Wall is the wall clock in UTC, with the monotonic reading stripped, so that Sub compares wall times.
	Wall() time.Time
	// Mono is the time since some fixed point, which no clock step changes and which may stand still in suspend.
	Mono() time.Duration
}

type system struct{ start time.Time }

// System returns the machine's clock.
func System() Clock { return system{start: time.Now()} }

func (s system) Wall() time.Time     { return time.Now().Round(0).UTC() }
func (s system) Mono() time.Duration { return time.Since(s.start) }
