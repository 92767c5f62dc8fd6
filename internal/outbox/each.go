package outbox

import (
	"fmt"
	"time"

	"example.com/lodge/internal/submission"
)

// Each is the Tell of a [Receiver] that takes one event at a time: it sends the
// events of the entries of s in order. An entry that nobody is told of is marked
// with the next one that is.
func Each(s submission.Submission, entries []submission.Entry, told func(int64) error, send func(Event) error) error {
	for i, entry := range entries {
		event, ok := eventOf(s, entry)
		if !ok && i+1 < len(entries) {
			continue
		}
		if ok {
			if err := send(event); err != nil {
				return err
			}
		}
		if err := told(entry.Seq); err != nil {
			return err
		}
	}
	return nil
}

// Sample is the event that a [Receiver]'s Test sends, of the type lodge.test.
func Sample(at time.Time) Event {
	at = at.UTC()
	return Event{ID: fmt.Sprintf("evt_test_%d", at.UnixNano()), Type: "lodge.test", Timestamp: at}
}
