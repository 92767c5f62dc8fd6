package submission

import (
	"fmt"
	"math"
	"reflect"
	"time"
)

// Replay applies a history, oldest entry first, and returns the submission that
// it leads to, without what is the ledger's alone (version, lease). An error
// means that the history is not one that this table wrote.
func Replay(key Key, carrier string, history []Entry) (Submission, error) {
	s := New(key, carrier)
	for len(history) > 0 {
		first := history[0]
		after, entries, err := s.replay(first)
		if err != nil {
			return Submission{}, fmt.Errorf("entry %d: %w", first.Seq, err)
		}
		if len(entries) > len(history) || !reflect.DeepEqual(entries, history[:len(entries)]) {
			return Submission{}, fmt.Errorf("entry %d: the table writes something else", first.Seq)
		}
		s, history = after, history[len(entries):]
	}
	return s, nil
}

// replay applies one entry under the lease that it was written under.
func (s Submission) replay(entry Entry) (Submission, []Entry, error) {
	s.Fence = entry.Fence
	if entry.Row == 0 {
		after, note := s.Note(entry.Event)
		return after, []Entry{note}, nil
	}
	if entry.Attempt != nil {
		s.Lease = Lease{Owner: entry.Attempt.Owner, Until: entry.At.Add(time.Nanosecond)}
	}
	after, entries, err := s.Apply(entry.Event, Limits{Sends: math.MaxInt, Tries: math.MaxInt})
	after.Lease = Lease{}
	return after, entries, err
}
