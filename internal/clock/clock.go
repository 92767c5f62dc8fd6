// Package clock tells the time in the two ways that Lodge needs it: the wall,
// for people and records, and a counter that goes on while the machine sleeps,
// for leases and deadlines.
package clock

import "time"

// A Clock tells the time. Leases are counted with Boot: a holder that was
// suspended must wake up knowing that its lease is over.
type Clock interface {
	Now() time.Time      // the wall
	Boot() time.Duration // since some fixed point, suspended time included; never goes back
}
