package outbox_test

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/outbox"
	"example.com/lodge/internal/submission"
)

// A moving ledger's clock is the wall of the test.
type moving struct {
	ledger.Engine
	*wall
}

func (m moving) Now(context.Context) (time.Time, error) { return m.wall.Now(), nil }

// leased is a program of its own over the rig's ledger, that shares no folder.
func (r *rig) leased(owner string, to outbox.Receiver) (*outbox.Relay, *ledger.Ledger) {
	r.t.Helper()
	l := ledger.New(moving{r.engine, r.clock}, r.clock, nil, submission.Limits{})
	return r.leasedOver(owner, l, l, to), l
}

func (r *rig) leasedOver(owner string, l outbox.Ledger, turns outbox.TurnLedger, to outbox.Receiver) *outbox.Relay {
	r.t.Helper()
	relay := outbox.New(outbox.Options{
		Ledger: l, Destinations: []outbox.Destination{{Name: "books", To: to}}, Clock: r.clock, AtOnce: 1,
		Turns: outbox.Leases{Ledger: turns, Owner: owner, Clock: r.clock}, Log: slog.New(slog.NewTextHandler(&r.log, nil)),
	})
	if err := relay.Enrol(r.t.Context()); err != nil {
		r.t.Fatal(err)
	}
	return relay
}

// Programs that share only the ledger take turns, and one that dies with its turn
// holds the destination up for minutes, not for ever.
func TestLeasedTurns(t *testing.T) {
	r, to := newRig(t), &ear{}
	first, _ := r.leased("h1", to)
	second, l := r.leased("h2", to)
	r.moves(invoice("1"), life...)
	to.during = func(submission.Submission, submission.Entry) { second.Pass(t.Context()) }
	first.Pass(t.Context())
	if got := to.all("1"); got != "[1 2 3 4]" || r.log.text() != "" {
		t.Errorf("heard %s, said %s", got, r.log.text())
	}
	to.during = nil
	r.moves(invoice("2"), life...)
	if _, err := l.TakeTurn(t.Context(), "books", "h3", time.Minute); err != nil { // and dies
		t.Fatal("the first has not given its turn back: ", err)
	}
	first.Pass(t.Context())
	if got := to.all("2"); got != "[]" {
		t.Errorf("beside the turn of another: %s", got)
	}
	r.clock.pass(4 * time.Minute)
	first.Pass(t.Context())
	if got := to.all("2"); got != "[1 2 3 4]" || r.log.text() != "" {
		t.Errorf("after it: %s, said %s", got, r.log.text())
	}
}

// One that slept through its turn in the middle of telling tells nothing more: the
// other has told the rest by then.
func TestSleptThroughItsTurn(t *testing.T) {
	r, slow, quick := newRig(t), &ear{}, &ear{}
	first, _ := r.leased("h1", slow)
	second, _ := r.leased("h2", quick)
	s := r.moves(invoice("1"), life...)
	slow.during = func(_ submission.Submission, e submission.Entry) {
		if e.Seq == 2 {
			r.clock.pass(time.Hour)
			s = r.moves(s, submission.Rejected)
			second.Pass(t.Context())
		}
	}
	first.Pass(t.Context())
	if got := slow.all("1"); got != "[1 2]" {
		t.Errorf("the one that slept told %s", got)
	}
	if got := quick.all("1"); got != "[2 3 4 5]" {
		t.Errorf("the other told %s", got)
	}
	if r.owed("books") > 0 || r.log.text() != "" {
		t.Errorf("%d are owed, said %s", r.owed("books"), r.log.text())
	}
	first.Pass(t.Context()) // it does not rest for it
	r.moves(s, submission.Accepted)
	slow.during = nil
	first.Pass(t.Context())
	if got := slow.all("1"); got != "[1 2 6]" {
		t.Errorf("in its next turn it told %s", got)
	}
}

// A sleepy ledger lets hours pass while a submission is read.
type sleepy struct {
	*ledger.Ledger
	sleep func()
}

func (l sleepy) Get(ctx context.Context, id string) (submission.Submission, error) {
	s, err := l.Ledger.Get(ctx, id)
	l.sleep()
	return s, err
}

// An old status is never told after a newer one: who slept between reading and
// telling does not tell.
func TestOldStatusIsNotTold(t *testing.T) {
	r, old, newer := newRig(t), &ear{}, &ear{}
	second, l := r.leased("h2", newer)
	s := r.moves(invoice("1"), submission.Ready)
	first := r.leasedOver("h1", sleepy{l, func() {
		r.clock.pass(time.Hour)
		s = r.moves(s, submission.Submitting)
		second.Pass(t.Context())
	}}, l, old)
	first.Pass(t.Context())
	if old.all("1") != "[]" || newer.all("1") != "[1 2]" {
		t.Errorf("the one that slept told %s, the other %s", old.all("1"), newer.all("1"))
	}
}

// shaky is a ledger whose turns cannot be renewed.
type shaky struct {
	*ledger.Ledger
	renewals int
	fails    bool
}

func (l *shaky) RenewTurn(ctx context.Context, c ledger.Claim, ttl time.Duration) (ledger.Claim, error) {
	l.renewals++
	if l.fails {
		return ledger.Claim{}, errors.New("throttled")
	}
	return l.Ledger.RenewTurn(ctx, c, ttl)
}

// A long turn is renewed; where that fails it is used to its end and no longer.
func TestTurnIsRenewed(t *testing.T) {
	r, to := newRig(t), &ear{}
	_, l := r.leased("h1", to)
	turns := &shaky{Ledger: l}
	first := r.leasedOver("h1", l, turns, to)
	r.moves(invoice("1"), life...)
	to.during = func(submission.Submission, submission.Entry) {
		r.clock.pass(25 * time.Second)
		if _, err := l.TakeTurn(t.Context(), "books", "h2", time.Minute); !errors.Is(err, ledger.ErrHeld) {
			t.Errorf("another took it: %v", err)
		}
	}
	first.Pass(t.Context())
	if to.all("1") != "[1 2 3 4]" || turns.renewals == 0 {
		t.Errorf("heard %s, %d renewals", to.all("1"), turns.renewals)
	}
	r.moves(invoice("2"), life...)
	turns.fails, to.during = true, func(submission.Submission, submission.Entry) { r.clock.pass(18 * time.Second) }
	first.Pass(t.Context())
	if got := to.all("2"); got != "[1 2]" { // 50 seconds less 36 are too few to begin anything
		t.Errorf("without renewal: %s", got)
	}
	turns.fails, to.during = false, nil
	first.Pass(t.Context())
	if got := to.all("2"); got != "[1 2 3 4]" {
		t.Errorf("afterwards: %s", got)
	}
}

// A short turn lasts a moment.
type short struct{ time.Duration }

func (s short) Take(context.Context, string) (outbox.Turn, error) { return s, nil }
func (s short) Keep(context.Context) (time.Duration, error)       { return s.Duration, nil }
func (short) End(context.Context)                                 {}
func (a *answerer) Test(context.Context) (string, error)          { return "", nil }

// An answerer never answers.
type answerer struct {
	mu  sync.Mutex
	err error
}

func (a *answerer) Tell(ctx context.Context, _ submission.Submission, _ []submission.Entry, _ func(int64) error) error {
	<-ctx.Done()
	a.mu.Lock()
	defer a.mu.Unlock()
	a.err = context.Cause(ctx)
	return ctx.Err()
}

// What is under way when a turn ends is broken off, and no fault of the receiver.
func TestBrokenOffWithTheTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, to := &still{last: 1}, &answerer{}
		var log lockedBuffer
		relay := outbox.New(outbox.Options{Ledger: l, Destinations: []outbox.Destination{{Name: "books", To: to}},
			Turns: short{time.Second}, Clock: &wall{}, Log: slog.New(slog.NewTextHandler(&log, nil))})
		begun := time.Now()
		relay.Pass(t.Context())
		if took := time.Since(begun); took != time.Second || !errors.Is(to.err, outbox.ErrLost) || log.text() != "" {
			t.Errorf("after %s: %v; said %s", took, to.err, log.text())
		}
	})
}
