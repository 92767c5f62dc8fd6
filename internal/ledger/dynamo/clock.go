package dynamo

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"example.com/lodge/internal/clock"
)

// Margin is how far Now may be from the service's clock. DynamoDB has no clock to
// ask. Each program takes its offset from the Date header of the service's own
// answers, which has whole seconds, and from how long the answer took; in between
// it counts with [clock.Clock].Boot, which goes on while the machine sleeps. The
// wall clock of the machine is not asked. Where the offset cannot be known to
// that margin Now is an error, and nothing is claimed.
const Margin = 60 * time.Second

const (
	fresh = 5 * time.Minute  // a measurement this old is replaced by whatever comes
	stale = 10 * time.Minute // one this old is none
)

type stack = middleware.Stack

// A timekeeper knows the service's clock.
type timekeeper struct {
	clock clock.Clock

	mu     sync.Mutex
	best   reading
	doubt  error     // two answers did not agree, and no third has settled it
	latest time.Time // that now has told
}

// A reading is what one answer told: at the time at, on Boot, the service's clock
// showed date, give or take unsure.
type reading struct {
	at     time.Duration
	date   time.Time
	unsure time.Duration
}

// shows is what the service's clock shows at a later time.
func (r reading) shows(at time.Duration) time.Time { return r.date.Add(at - r.at) }

// listen reads every answer of the client's, also of tries that failed.
func (k *timekeeper) listen(s *stack) error {
	return s.Deserialize.Add(middleware.DeserializeMiddlewareFunc("LedgerClock", func(
		ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler,
	) (middleware.DeserializeOutput, middleware.Metadata, error) {
		begun := k.clock.Boot()
		out, data, err := next.HandleDeserialize(ctx, in)
		if answer, ok := out.RawResponse.(*smithyhttp.Response); ok && answer != nil && answer.Response != nil {
			k.heard(begun, k.clock.Boot(), answer.Header)
		}
		return out, data, err
	}), middleware.After) // next to the wire: one for each try
}

// heard takes the time from an answer's header. An answer without a request id is
// not the service's, but of something between.
func (k *timekeeper) heard(begun, ended time.Duration, header http.Header) {
	date, err := http.ParseTime(header.Get("Date"))
	if err != nil || header.Get("X-Amzn-Requestid") == "" {
		return
	}
	half := (ended - begun) / 2
	r := reading{at: ended - half, date: date.Add(time.Second / 2).UTC(), unsure: half + time.Second/2}
	k.mu.Lock()
	defer k.mu.Unlock()
	if r.unsure > Margin {
		return
	}
	switch apart := r.date.Sub(k.best.shows(r.at)).Abs(); {
	case k.best.date.IsZero(), r.at-k.best.at > stale:
		k.best, k.doubt = r, nil
	case apart > Margin:
		k.best, k.doubt = r, fmt.Errorf("two answers of DynamoDB differ by %s about the time", apart.Round(time.Second))
	default:
		if k.doubt != nil || r.unsure <= k.best.unsure || r.at-k.best.at > fresh {
			k.best, k.doubt = r, nil
		}
	}
}

// known says whether now has an answer without asking the service.
func (k *timekeeper) known() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.wrong() == nil
}

// wrong says why the time is not known, or nil. mu is held.
func (k *timekeeper) wrong() error {
	switch {
	case k.best.date.IsZero():
		return errors.New("no answer of DynamoDB told it")
	case k.doubt != nil:
		return k.doubt
	case k.clock.Boot()-k.best.at > stale:
		return fmt.Errorf("no answer of DynamoDB told it for more than %s", stale)
	}
	return nil
}

// now is the service's clock. It never goes back.
func (k *timekeeper) now() (time.Time, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	err := k.wrong()
	now := k.best.shows(k.clock.Boot())
	if back := k.latest.Sub(now); err == nil && back > Margin {
		err = fmt.Errorf("DynamoDB's clock went back by %s", back.Round(time.Second))
	}
	if err != nil {
		return time.Time{}, fmt.Errorf("the ledger's clock cannot be known: %w; nothing is claimed; "+
			"the operator looks at what lies between this program and DynamoDB", err)
	}
	k.latest = clock.Later(k.latest, now)
	return k.latest, nil
}
