package outbox_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/outbox"
	"example.com/lodge/internal/submission"
)

// life is what an invoice usually goes through.
var life = []submission.State{submission.Ready, submission.Submitting, submission.Submitted, submission.Accepted}

// Each submission is told in its order, whoever writes meanwhile, and all that
// was written arrives once where nothing fails.
func TestOrderWhileWriting(t *testing.T) {
	r, to := newRig(t), &ear{}
	relay := r.relay(r.ledger, outbox.Destination{Name: "books", To: to})
	const invoices, rounds = 30, 4
	var writing sync.WaitGroup
	ctx, stop := context.WithCancel(t.Context())
	var telling sync.WaitGroup
	telling.Go(func() {
		for ctx.Err() == nil {
			relay.Pass(t.Context())
		}
	})
	for w := range 3 {
		writing.Go(func() {
			for i := w; i < invoices; i += 3 {
				s := invoice(fmt.Sprint(i))
				for range rounds {
					s = r.moves(s, life...)
				}
			}
		})
	}
	writing.Wait()
	stop()
	telling.Wait()
	relay.Pass(t.Context())
	for i := range invoices {
		if got, want := to.all(fmt.Sprint(i)), "[1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16]"; got != want {
			t.Errorf("invoice %d: %s, want %s", i, got, want)
		}
	}
	if to.most > outbox.AtOnce {
		t.Errorf("%d submissions were told at once", to.most)
	}
	if n := r.owed("books"); n > 0 || r.log.text() != "" {
		t.Errorf("%d are still owed; said: %s", n, r.log.text())
	}
}

// An entry that is written while the one before is on its way is told next.
func TestWrittenMeanwhileIsNotLost(t *testing.T) {
	r, to := newRig(t), &ear{}
	relay := r.relay(r.ledger, outbox.Destination{Name: "books", To: to})
	s := r.moves(invoice("1"), submission.Ready)
	var once sync.Once
	to.during = func(submission.Submission, submission.Entry) {
		once.Do(func() { s = r.moves(s, submission.Submitting) })
	}
	relay.Pass(t.Context())
	if got := to.all("1"); got != "[1]" || r.owed("books") != 1 {
		t.Errorf("heard %s, %d owed", got, r.owed("books"))
	}
	relay.Pass(t.Context())
	if got := to.all("1"); got != "[1 2]" || r.owed("books") != 0 {
		t.Errorf("heard %s, %d owed", got, r.owed("books"))
	}
}

// A forgetful ledger loses marks, as a program does that is killed before them.
type forgetful struct {
	*ledger.Ledger
	lost bool
}

var errKilled = errors.New("killed")

func (f *forgetful) Delivered(ctx context.Context, destination, id string, seq int64) error {
	if f.lost && seq == 2 {
		return errKilled
	}
	return f.Ledger.Delivered(ctx, destination, id, seq)
}

// What was told and not marked is told again, and what comes after it in order.
func TestKilledBeforeTheMark(t *testing.T) {
	r, to := newRig(t), &ear{}
	relay := r.relay(&forgetful{r.ledger, true}, outbox.Destination{Name: "books", To: to})
	r.moves(invoice("1"), life...)
	relay.Pass(t.Context())
	if got := to.all("1"); got != "[1 2]" {
		t.Fatalf("before: %s", got)
	}
	r.relay(r.ledger, outbox.Destination{Name: "books", To: to}).Pass(t.Context())
	if got := to.all("1"); got != "[1 2 2 3 4]" {
		t.Errorf("after: %s", got)
	}
}

// A receiver that was down for long is told all of it once it is up, in order;
// meanwhile it is asked less and less, and another destination waits for nothing.
func TestDownForLong(t *testing.T) {
	r, to, other := newRig(t), &ear{}, &ear{}
	asked, down := 0, true
	var mu sync.Mutex
	to.ways = func(submission.Submission, submission.Entry) error {
		mu.Lock()
		defer mu.Unlock()
		if asked++; down {
			return errDown
		}
		return nil
	}
	relay := r.relay(r.ledger, outbox.Destination{Name: "books", To: to}, outbox.Destination{Name: "other", To: other})
	const invoices = 20
	var list []submission.Submission
	for i := range invoices {
		list = append(list, r.moves(invoice(fmt.Sprint(i)), submission.Ready))
	}
	for range 24 * 12 {
		relay.Pass(t.Context())
		r.clock.pass(5 * time.Minute)
	}
	if most := outbox.AtOnce * (24*5 + 20); asked > most { // the longest rest is 7.5 to 15 minutes
		t.Errorf("asked %d times in a day, more than %d", asked, most)
	}
	if n := strings.Count(r.log.text(), "connection refused"); n != 1 {
		t.Errorf("told %d times:\n%s", n, r.log.text())
	}
	if other.all("7") != "[1]" || r.owed("other") != 0 {
		t.Errorf("the other heard %s", other.all("7"))
	}
	for i := range list {
		list[i] = r.moves(list[i], submission.Submitting, submission.Accepted)
	}
	mu.Lock()
	down = false
	mu.Unlock()
	r.clock.pass(15 * time.Minute)
	relay.Pass(t.Context())
	for i := range invoices {
		if got := to.all(fmt.Sprint(i)); got != "[1 2 3]" {
			t.Errorf("invoice %d: %s", i, got)
		}
	}
}

// A refused event holds up its own submission and no other; it is told to the
// operator once, comes again later, and what follows it comes after it.
func TestRefusedWaitsAlone(t *testing.T) {
	r, to := newRig(t), &ear{}
	refuses, tries := true, 0
	to.ways = func(s submission.Submission, e submission.Entry) error {
		if s.Key.Number == "2" && e.Seq == 2 && refuses {
			tries++
			return refusal(s, "books.example answers 422")
		}
		return nil
	}
	relay := r.relay(r.ledger, outbox.Destination{Name: "books", To: to})
	for _, n := range []string{"1", "2", "3"} {
		r.moves(invoice(n), life...)
	}
	for range 24 * 12 {
		relay.Pass(t.Context())
		r.clock.pass(5 * time.Minute)
	}
	if to.all("1") != "[1 2 3 4]" || to.all("3") != "[1 2 3 4]" || to.all("2") != "[1]" {
		t.Errorf("heard %v", to.heard)
	}
	if tries < 5 || tries > 30 {
		t.Errorf("tried %d times in a day", tries)
	}
	text := r.log.text()
	if strings.Count(text, "answers 422") != 1 || !strings.Contains(text, "the operator looks at the receiver") {
		t.Errorf("said:\n%s", text)
	}
	refuses = false
	r.clock.pass(6 * time.Hour)
	relay.Pass(t.Context())
	if got := to.all("2"); got != "[1 2 3 4]" {
		t.Errorf("mended: %s", got)
	}
}

// What a person skips is not told, and what follows it comes at once.
func TestSkip(t *testing.T) {
	r, to := newRig(t), &ear{}
	to.ways = func(s submission.Submission, e submission.Entry) error {
		if e.Seq == 2 {
			return refusal(s, "books.example answers 422")
		}
		return nil
	}
	relay := r.relay(r.ledger, outbox.Destination{Name: "books", To: to})
	s := r.moves(invoice("1"), life...)
	for range 3 {
		relay.Pass(t.Context())
	}
	if e, err := outbox.Skip(t.Context(), r.ledger, "books", s.ID); err != nil || e.Data.Seq != 2 {
		t.Fatalf("%+v, %v", e, err)
	}
	relay.Pass(t.Context())
	if got := to.all("1"); got != "[1 3 4]" {
		t.Errorf("heard %s", got)
	}
	for _, id := range []string{s.ID, "", "x"} {
		if _, err := outbox.Skip(t.Context(), r.ledger, "books", id); !errors.Is(err, outbox.ErrPaid) {
			t.Errorf("%q: %v", id, err)
		}
	}
}

// A receiver that refuses everything is left alone as one that is down.
func TestRefusesEverything(t *testing.T) {
	r, to := newRig(t), &ear{}
	var mu sync.Mutex
	tries := 0
	to.ways = func(s submission.Submission, _ submission.Entry) error {
		mu.Lock()
		defer mu.Unlock()
		tries++
		return refusal(s, "books.example answers 401")
	}
	relay := r.relay(r.ledger, outbox.Destination{Name: "books", To: to})
	for i := range 100 {
		r.moves(invoice(fmt.Sprint(i)), submission.Ready)
	}
	for range 10 {
		relay.Pass(t.Context())
	}
	if tries > 3+outbox.AtOnce {
		t.Errorf("asked %d times", tries)
	}
	if !strings.Contains(r.log.text(), "one event after another") {
		t.Errorf("said: %s", r.log.text())
	}
}

// Who asks for time gets it.
func TestRetryAfter(t *testing.T) {
	r, to := newRig(t), &ear{}
	tries := 0
	to.ways = func(submission.Submission, submission.Entry) error {
		tries++
		return &outbox.LaterError{After: 40 * time.Minute, Why: "busy"}
	}
	relay := r.relay(r.ledger, outbox.Destination{Name: "books", To: to})
	r.moves(invoice("1"), submission.Ready)
	for range 39 {
		relay.Pass(t.Context())
		r.clock.pass(time.Minute)
	}
	if tries != 1 {
		t.Errorf("asked %d times before it was time", tries)
	}
	r.clock.pass(time.Minute)
	relay.Pass(t.Context())
	if tries != 2 {
		t.Errorf("asked %d times when it was time", tries)
	}
}

// Two programs that share a ledger take turns at a destination.
func TestTurns(t *testing.T) {
	r, to := newRig(t), &ear{}
	first := r.relay(r.ledger, outbox.Destination{Name: "books", To: to})
	second := r.relay(r.ledger, outbox.Destination{Name: "books", To: to})
	r.moves(invoice("1"), life...)
	to.during = func(submission.Submission, submission.Entry) { second.Pass(t.Context()) }
	first.Pass(t.Context())
	if got := to.all("1"); got != "[1 2 3 4]" {
		t.Errorf("heard %s", got)
	}
	if r.log.text() != "" {
		t.Errorf("said: %s", r.log.text())
	}
}

// An old ledger owes a new destination nothing, and a visit's lease and fence
// live through deliveries.
func TestVisitIsNotDisturbed(t *testing.T) {
	r, to := newRig(t), &ear{}
	old := r.moves(invoice("old"), life...)
	relay := r.relay(r.ledger, outbox.Destination{Name: "books", To: to})
	s := r.moves(invoice("1"), submission.Ready)
	held := s
	held.Lease, held.Fence = submission.Lease{Owner: "h1", Until: r.clock.Now().Add(time.Hour)}, 1
	relay.Pass(t.Context())
	held = r.moves(held, submission.Submitting) // on the version that was read before the delivery
	relay.Pass(t.Context())
	if got, err := r.ledger.Get(t.Context(), s.ID); err != nil || got.Fence != 1 || got.Lease.Owner != "h1" || got.Version != held.Version {
		t.Errorf("%+v, %v", got, err)
	}
	if to.all("1") != "[1 2]" || to.all("old") != "[]" {
		t.Errorf("heard %v", to.heard)
	}
	r.moves(old, submission.Rejected)
	relay.Pass(t.Context())
	if got := to.all("old"); got != "[5]" {
		t.Errorf("of the old one %s", got)
	}
}

// still is a ledger without a file, for a bubble.
type still struct {
	mu   sync.Mutex
	told int64
	last int64
}

func (l *still) Enrol(context.Context, string) error { return nil }

func (l *still) Owed(context.Context, string, string, int) ([]ledger.Owed, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.told >= l.last {
		return nil, nil
	}
	return []ledger.Owed{{ID: "x", Delivered: l.told}}, nil
}

func (l *still) Delivered(_ context.Context, _, _ string, seq int64) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.told = seq
	return nil
}

func (l *still) Get(context.Context, string) (submission.Submission, error) { return invoice("1"), nil }

func (l *still) History(context.Context, string) ([]submission.Entry, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return []submission.Entry{{Seq: l.last}}, nil
}

// Run tells what comes while it runs, tells the rest when it is to end, and can be
// broken off.
func TestRun(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		l, to := &still{}, &ear{}
		relay := outbox.New(outbox.Options{Ledger: l, Destinations: []outbox.Destination{{Name: "books", To: to}}, Turns: outbox.Folder(dir), Clock: &wall{}})
		last, finish := context.WithCancel(t.Context())
		over := make(chan struct{})
		go func() { defer close(over); relay.Run(t.Context(), last) }()
		set := func(n int64) { l.mu.Lock(); defer l.mu.Unlock(); l.last = n }
		set(1)
		<-time.After(3 * time.Second)
		synctest.Wait()
		if got := to.all("1"); got != "[1]" {
			t.Errorf("while it runs: %s", got)
		}
		set(2)
		finish()
		<-over
		if got := to.all("1"); got != "[1 2]" {
			t.Errorf("at the end: %s", got)
		}
	})
}
