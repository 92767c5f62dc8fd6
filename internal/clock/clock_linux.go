package clock

import (
	"time"

	"golang.org/x/sys/unix"
)

// System is the clock of this machine.
type System struct{}

// Now implements [Clock].
func (System) Now() time.Time { return time.Now() }

// Boot implements [Clock] with CLOCK_BOOTTIME, which counts suspended time;
// Go's own monotonic reading does not (time package, CLOCK_MONOTONIC).
func (System) Boot() time.Duration {
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &ts); err != nil {
		panic("clock: CLOCK_BOOTTIME: " + err.Error()) // every Linux since 2.6.39 has it
	}
	return time.Duration(ts.Nano())
}
