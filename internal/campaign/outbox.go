package campaign

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"sync"
	"time"

	"example.com/lodge/internal/campaign/tally"
	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/outbox"
	"example.com/lodge/internal/submission"
)

// destination is the name of the one receiver of a world.
const destination = "practice"

// receiver is who is told what becomes of invoices: a model of the firm's own
// system. It sees that nothing is left out.
type receiver struct {
	w *World

	mu    sync.Mutex
	heard map[string]int64 // by submission: up to which entry
}

func newReceiver(w *World) *receiver { return &receiver{w: w, heard: map[string]int64{}} }

// hears takes one event. It may come again; it may not come before the one before.
func (r *receiver) hears(s submission.Submission, seq int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	last := r.heard[s.ID]
	if seq > last+1 {
		r.w.portal.wrong(tally.Untold, fmt.Sprintf("%s: the receiver was told of entry %d after %d", s.Key.Number, seq, last))
	}
	r.heard[s.ID] = max(last, seq)
}

func (r *receiver) knows() map[string]int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return maps.Clone(r.heard)
}

// forgets takes back what was told of a history that is no more.
func (r *receiver) forgets(to map[string]int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.heard = maps.Clone(to)
}

// ear is the receiver as one program reaches it.
type ear struct{ part }

var _ outbox.Receiver = ear{}

// Tell implements [outbox.Receiver].
func (e ear) Tell(_ context.Context, s submission.Submission, entries []submission.Entry, told func(int64) error) error {
	for _, entry := range entries {
		if err := e.point("outbox: before it is sent"); err != nil {
			return err
		}
		if e.fails(receiverDown) {
			return errors.New("503")
		}
		e.w.receiver.hears(s, entry.Seq)
		if err := e.point("outbox: after it was sent"); err != nil {
			return err
		}
		if e.fails(receiverForgets) {
			return errors.New("no answer")
		}
		if err := told(entry.Seq); err != nil {
			return err
		}
	}
	return nil
}

// Test implements [outbox.Receiver].
func (e ear) Test(context.Context) (string, error) { return "", nil }

// relays tells the receiver what is owed, as long as p lives.
func (p *process) relays() {
	a := p.part("relay")
	relay := outbox.New(outbox.Options{
		Ledger: p.ledger, Destinations: []outbox.Destination{{Name: destination, To: ear{a}}}, Turns: outbox.Folder(p.w.dir), Clock: p.clock(),
		Log: p.log(), AtOnce: 1, Chance: func() float64 { return a.luck.draw("relay") },
	})
	for clock.Pause(p.soft, a.luck.between("relay rests", 10*time.Minute, time.Hour)) {
		relay.Pass(a.in(p.ctx))
	}
	relay.Pass(a.in(p.ctx))
}

// soonTold is how long a relay may rest, and be without its program.
const soonTold = 3 * time.Hour

// untold says whether the receiver lacks what happened in a submission's history by
// a time.
func (r *receiver) untold(s submission.Submission, entries []submission.Entry, by time.Time) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, e := range entries {
		if heard := r.heard[s.ID]; heard < e.Seq && e.At.Before(by) {
			return fmt.Errorf("the receiver was told of %d entries of %d", heard, s.Seq)
		}
	}
	return nil
}
