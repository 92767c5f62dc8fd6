package ledger_test

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/ledger/sqlite"
	"example.com/lodge/internal/submission"
)

const ttl = time.Minute

// A world is what a ledger meets: a store, two clocks and the fate of holders.
type world struct {
	ledger.Engine
	mu    sync.Mutex
	now   time.Time
	boot  time.Duration
	dead  map[string]bool
	lost  map[string]bool // of whom nothing can be known
	every func()          // called before each store
}

func (w *world) Now(context.Context) (time.Time, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now, nil
}

func (w *world) Store(ctx context.Context, s submission.Submission, entries []submission.Entry) error {
	if w.every != nil {
		w.every()
	}
	return w.Engine.Store(ctx, s, entries)
}

// pass lets time go on, on both clocks.
func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now, w.boot = w.now.Add(d), w.boot+d
}

// A clockOf is the world as a clock.Clock.
type clockOf struct{ *world }

func (c clockOf) Now() time.Time      { c.mu.Lock(); defer c.mu.Unlock(); return c.now }
func (c clockOf) Boot() time.Duration { c.mu.Lock(); defer c.mu.Unlock(); return c.boot }

var errNoIdea = errors.New("no idea")

func (w *world) Dead(_ context.Context, owner string) (bool, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.lost[owner] {
		return false, errNoIdea
	}
	return w.dead[owner], nil
}

func (w *world) kill(owner string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.dead[owner] = true
}

// rig is a ledger in a world of its own.
func rig(t *testing.T) (*ledger.Ledger, *world) {
	t.Helper()
	e, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "ledger.db"))
	if err != nil {
		t.Fatal(err)
	}
	w := &world{
		Engine: e, now: time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC), boot: time.Hour,
		dead: map[string]bool{}, lost: map[string]bool{},
	}
	l := ledger.New(w, clockOf{w}, w, submission.Limits{})
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return l, w
}

func key(number string) submission.Key {
	return submission.Key{Account: "acme", LawFirmID: "12-3", ClientID: "C1", Number: number}
}

func file(bytes string) submission.Revision {
	return submission.Revision{State: submission.Ready, Object: submission.Object{Name: bytes + ".txt", SHA: "sha-" + bytes, Canon: "canon-" + bytes}}
}

// registered registers bytes as an invoice and returns its id.
func registered(t *testing.T, l *ledger.Ledger, number, bytes string) string {
	t.Helper()
	r, err := l.Register(t.Context(), "harbor", key(number), file(bytes), "intake")
	if err != nil {
		t.Fatal(err)
	}
	return r.Submission.ID
}

func claimed(t *testing.T, l *ledger.Ledger, id, owner string) ledger.Claim {
	t.Helper()
	_, c, err := l.Claim(t.Context(), id, owner, ttl)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (w *world) intent(attempt, bytes string) submission.Event {
	return submission.Event{
		Kind: submission.Intended, Actor: submission.ByGate, Look: &submission.Look{At: w.now, Visit: "v"},
		Attempt: &submission.Attempt{ID: attempt, SHA: "sha-" + bytes, SettleUntil: w.now.Add(time.Hour)},
	}
}

func answered(attempt string, state carriers.ReceiptState) submission.Event {
	return submission.Event{
		Kind: submission.Answered, Actor: submission.ByGate, Witnessed: true, Attempt: &submission.Attempt{ID: attempt},
		Receipt: &carriers.Receipt{Number: "R1", Text: "thank you", State: state},
	}
}

func moved(t *testing.T, l *ledger.Ledger, c ledger.Claim, events ...submission.Event) submission.Submission {
	t.Helper()
	var s submission.Submission
	for _, e := range events {
		var err error
		if s, err = l.Move(t.Context(), c, e); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func expect(t *testing.T, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: %v, want %v", what, err, want)
	}
}

func state(t *testing.T, l *ledger.Ledger, id string, want submission.State) submission.Submission {
	t.Helper()
	s, err := l.Get(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if got := s.Current().State; got != want {
		t.Errorf("%s is %s, want %s", s.Key, got, want)
	}
	return s
}

// replays checks that the history tells all of the submission.
func replays(t *testing.T, l *ledger.Ledger, id string) {
	t.Helper()
	s, err := l.Get(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	history, err := l.History(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	got, err := submission.Replay(s.Key, s.Carrier, history)
	if err != nil {
		t.Fatal(err)
	}
	if got.Current().State != s.Current().State || got.Seq != s.Seq || len(got.Revisions) != len(s.Revisions) {
		t.Errorf("the history replays to %+v, the ledger has %+v", got, s)
	}
}
