package outbox

import (
	"math/rand/v2"
	"time"
)

// A backOff is how long to wait after the nth failure in a row: first, then twice
// as long each time, never longer than most. Half of it is chance, so that many
// machines that lost a receiver together do not come back together.
type backOff struct{ first, most time.Duration }

// A destination that is down is tried again soon; an event that is refused waits
// for somebody to mend the receiver, and asking often is no help.
var (
	whileDown    = backOff{5 * time.Second, 15 * time.Minute}
	whileRefused = backOff{time.Minute, 6 * time.Hour}
)

// after is the wait after n failures in a row, n from 1. chance is in [0, 1).
func (b backOff) after(n int, chance float64) time.Duration {
	d := b.first
	for range n - 1 {
		if d = 2 * d; d >= b.most {
			d = b.most
			break
		}
	}
	return d/2 + time.Duration(chance*float64(d/2))
}

func chance() float64 {
	return rand.Float64() //nolint:gosec // it spreads retries and protects nothing
}
