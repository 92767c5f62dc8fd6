//go:build !linux

package clock

import "time"

// System is the clock of this machine.
type System struct{}

// Now implements [Clock].
func (System) Now() time.Time { return time.Now() }

// Boot implements [Clock]. It takes the wall, since Go reaches no other clock
// here that counts suspended time: a wall set back lengthens a lease, which is
// why takeover never rests on a lease alone.
func (System) Boot() time.Duration { return time.Duration(time.Now().Round(0).UnixNano()) }
