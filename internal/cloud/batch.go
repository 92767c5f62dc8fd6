package cloud

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/intake"
	"example.com/lodge/internal/ledger"
)

// A Failure is a message that is to come again: it is not settled. Of poison nothing
// will ever come; after as many tries as the queue allows it lies in the dead letter
// queue, where people find it.
type Failure struct {
	ID     string
	Poison bool
	Err    error
}

// A Batch tells what became of messages.
type Batch struct {
	Arrivals []Arrival // one for each object that they were about, the oldest first
	Failures []Failure // the messages that are to come again, in their order; all others are settled
	Others   []Event   // what was no object: tasks, sweeps, and what means nothing
}

// Batch does what messages ask for. An object that several are about is looked at
// once. The error means that the ledger could not be told what belongs to nobody:
// then all messages are to come again.
func (in *Inbox) Batch(ctx context.Context, messages []Message) (Batch, error) {
	var b Batch
	asks := map[string][]string{} // keys by the message's id
	var keys []string
	var strays []ledger.Stray
	for _, m := range messages {
		events, err := in.decode([]byte(m.Body))
		if err != nil {
			b.Failures = append(b.Failures, Failure{m.ID, true, err})
			strays = append(strays, ledger.Stray{
				Name: "message " + intake.Shown(m.ID), Why: err.Error(), Needs: carriers.Operator, Unseen: true,
			})
			continue
		}
		for _, e := range events {
			switch {
			case e.Kind != ObjectCame && e.Kind != ObjectGone:
				b.Others = append(b.Others, e)
			case !mine(e.Key):
				asks[m.ID] = append(asks[m.ID], e.Key)
				keys = append(keys, e.Key)
			}
		}
	}
	failed := map[string]error{} // by key
	b.Arrivals = in.lookAt(ctx, keys, failed)
	for _, m := range messages {
		for _, key := range asks[m.ID] {
			if err := failed[key]; err != nil {
				b.Failures = append(b.Failures, Failure{ID: m.ID, Err: fmt.Errorf("%s: %w", intake.Shown(key), err)})
				break
			}
		}
	}
	met, gone := sorted(b.Arrivals)
	return b, in.Strays.NoteStrays(ctx, append(strays, met...), gone)
}

// decode decodes a message. One about another bucket is nothing that waiting helps.
func (in *Inbox) decode(body []byte) ([]Event, error) {
	events, err := Decode(body)
	if err != nil {
		return nil, err
	}
	for _, e := range events {
		if e.Bucket != "" && e.Bucket != in.Bucket {
			return nil, fmt.Errorf("%w: it is about bucket %s, and this Lodge's is %s: the operator finds out who sends it here",
				ErrPoison, intake.Shown(e.Bucket), in.Bucket)
		}
	}
	return events, nil
}

// lookAt looks at objects, each once, and takes the oldest first, so that the later
// of two files with one invoice is the later revision. failed is what of them may
// pass, by key.
func (in *Inbox) lookAt(ctx context.Context, keys []string, failed map[string]error) []Arrival {
	slices.Sort(keys)
	var arrivals []Arrival
	var found []version
	note := func(key string, a Arrival) {
		if a.again {
			failed[key] = a.Err
		}
		arrivals = append(arrivals, a)
	}
	for _, key := range slices.Compact(keys) {
		v, err := in.newest(ctx, key)
		if err != nil {
			note(key, in.arrival(version{Key: key}).failed(fmt.Errorf("find its newest version: %w", err)))
			continue
		}
		found = append(found, v)
	}
	slices.SortStableFunc(found, func(a, b version) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Key, b.Key)) })
	for _, v := range found {
		note(v.Key, in.take(ctx, v))
	}
	return arrivals
}

// sorted says what belongs to nobody, and what does not any more.
func sorted(arrivals []Arrival) (met []ledger.Stray, gone []string) {
	for _, a := range arrivals {
		switch s, ok := a.Stray(); {
		case ok:
			met = append(met, s)
		case !a.again:
			gone = append(gone, a.Key)
		}
	}
	return met, gone
}
