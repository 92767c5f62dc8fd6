package gate

import (
	"time"

	"example.com/lodge/internal/clock"
)

// Options bound the gate's waits. Zero values take the defaults named here;
// docs/guarantees.md tells where they come from.
type Options struct {
	Calm    time.Duration // without any new connection before one is allowed; 150 ms
	Quiet   time.Duration // longest wait for that calm; 3 s
	Appear  time.Duration // from the end of the click to the commit; 30 s
	Release time.Duration // from the intent to the release, time asleep included; 10 s
	Answer  time.Duration // from the release to the answer; 60 s
	End     time.Duration // from cutting the way out to the browser's word that the request ended; 10 s
	Step    time.Duration // one command to the browser, and the click's end after its answer; 5 s

	Clock clock.Clock // counts Release; nil: the machine's
}

func (o Options) withDefaults() Options {
	for _, d := range []struct {
		field *time.Duration
		value time.Duration
	}{
		{&o.Calm, 150 * time.Millisecond},
		{&o.Quiet, 3 * time.Second},
		{&o.Appear, 30 * time.Second},
		{&o.Release, 10 * time.Second},
		{&o.Answer, time.Minute},
		{&o.End, 10 * time.Second},
		{&o.Step, 5 * time.Second},
	} {
		if *d.field <= 0 {
			*d.field = d.value
		}
	}
	if o.Clock == nil {
		o.Clock = clock.System{}
	}
	return o
}

// Longest is how long a commit may take from the intent on: what is left of the
// lease must cover it.
func (o Options) Longest() time.Duration {
	o = o.withDefaults()
	return o.Release + o.Answer + o.End
}
