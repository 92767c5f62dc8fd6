package visit

import (
	"sync"

	"example.com/lodge/internal/browser"
	"example.com/lodge/internal/secret"
)

// telling passes notes of tabs on to whoever watches a rehearsal. The tabs must
// not wait for that, so it has a goroutine of its own.
type telling struct {
	scrub *secret.Scrubber
	steps chan Taken
	over  chan struct{}

	mu    sync.Mutex
	part  PartName
	stops []func()
}

// backlog is how many steps may wait to be told; what comes beyond is dropped,
// and the trace in the evidence has it.
const backlog = 1000

func tellings(tell func(Taken), scrub *secret.Scrubber) *telling {
	t := &telling{scrub: scrub, steps: make(chan Taken, backlog), over: make(chan struct{})}
	go func() {
		defer close(t.over)
		for step := range t.steps {
			if tell != nil {
				tell(step)
			}
		}
	}()
	return t
}

// begin says which part the following notes are of.
func (t *telling) begin(part PartName) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.part = part
}

func (t *telling) watch(tab Tab) {
	stop := tab.Watch(t.note)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.stops = append(t.stops, stop)
}

func (t *telling) note(n browser.Note) {
	t.mu.Lock()
	step := Taken{Part: t.part, Kind: n.Kind, What: t.scrub.ScrubString(n.What), Took: n.Took}
	t.mu.Unlock()
	if n.Err != nil {
		step.Err = t.scrub.ScrubString(n.Err.Error())
	}
	select {
	case t.steps <- step:
	default:
	}
}

// end tells what is still waiting, and no more after it.
func (t *telling) end() {
	t.mu.Lock()
	stops := t.stops
	t.mu.Unlock()
	for _, stop := range stops {
		stop()
	}
	close(t.steps)
	<-t.over
}
