package outbox_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/ledger/sqlite"
	"example.com/lodge/internal/outbox"
	"example.com/lodge/internal/submission"
)

// A wall is a clock that stands still until it is told.
type wall struct {
	mu   sync.Mutex
	now  time.Time
	boot time.Duration
}

func (w *wall) Now() time.Time      { w.mu.Lock(); defer w.mu.Unlock(); return w.now }
func (w *wall) Boot() time.Duration { w.mu.Lock(); defer w.mu.Unlock(); return time.Hour + w.boot }
func (w *wall) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now, w.boot = w.now.Add(d), w.boot+d
}

// A rig is a real ledger and a relay over it.
type rig struct {
	t      *testing.T
	dir    string
	clock  *wall
	ledger *ledger.Ledger
	engine *sqlite.Engine
	log    lockedBuffer
}

type lockedBuffer struct {
	mu sync.Mutex
	bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.Write(p)
}

func (b *lockedBuffer) text() string { b.mu.Lock(); defer b.mu.Unlock(); return b.String() }

func newRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{t: t, dir: t.TempDir(), clock: &wall{now: time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)}}
	var err error
	if r.engine, err = sqlite.Open(t.Context(), filepath.Join(r.dir, "ledger.db")); err != nil {
		t.Fatal(err)
	}
	r.ledger = ledger.New(r.engine, r.clock, nil, submission.Limits{})
	t.Cleanup(func() {
		if err := r.ledger.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

// relay is a new relay, as a program that was started again has it.
func (r *rig) relay(l outbox.Ledger, destinations ...outbox.Destination) *outbox.Relay {
	r.t.Helper()
	relay := outbox.New(outbox.Options{
		Ledger: l, Destinations: destinations, Turns: outbox.Folder(r.dir), Clock: r.clock,
		Log: slog.New(slog.NewTextHandler(&r.log, nil)), Chance: func() float64 { return 0.5 },
	})
	if err := relay.Enrol(r.t.Context()); err != nil {
		r.t.Fatal(err)
	}
	return relay
}

// invoice is a submission of an invoice, not yet stored.
func invoice(number string) submission.Submission {
	s := submission.New(submission.Key{Account: "firm-harbor", LawFirmID: "12-3", ClientID: "GL", Number: number}, "harbor")
	s.CreatedAt = time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	s.Revisions = []submission.Revision{{Number: 1, Matter: "M-7", Object: submission.Object{Name: "Conference re settlement.txt"}}}
	return s
}

// moves stores s after it moved through states, one entry a write, and returns it.
func (r *rig) moves(s submission.Submission, states ...submission.State) submission.Submission {
	r.t.Helper()
	for _, to := range states {
		e := submission.Entry{Seq: s.Seq + 1, From: s.Revisions[0].State, To: to, Event: submission.Event{
			Kind: submission.LookedUp, Actor: submission.ByReconcile, Who: "h1", Why: narrative, Revision: 1, At: r.clock.Now(),
		}}
		s.Revisions = slices.Clone(s.Revisions)
		s.Revisions[0].State = to
		s.Seq, s.Version = e.Seq, s.Version+1
		if err := r.engine.Store(r.t.Context(), s, []submission.Entry{e}); err != nil {
			r.t.Fatal(err)
		}
	}
	return s
}

// narrative must not go out.
const narrative = "Conference with client re settlement"

// An ear is a receiver that remembers what it heard, and may be down, refuse, or
// hear and say nothing.
type ear struct {
	mu     sync.Mutex
	heard  map[string][]int64 // Seq by submission, in order, twice what came twice
	ways   func(s submission.Submission, e submission.Entry) error
	during func(s submission.Submission, e submission.Entry)
	now    int
	most   int // submissions at the same time
}

var errDown = errors.New("connection refused")

func (r *ear) Tell(_ context.Context, s submission.Submission, entries []submission.Entry, told func(int64) error) error {
	r.mu.Lock()
	r.now++
	r.most = max(r.most, r.now)
	r.mu.Unlock()
	defer func() { r.mu.Lock(); r.now--; r.mu.Unlock() }()
	for _, e := range entries {
		if r.ways != nil {
			if err := r.ways(s, e); err != nil {
				return err
			}
		}
		if r.during != nil {
			r.during(s, e)
		}
		r.mu.Lock()
		if r.heard == nil {
			r.heard = map[string][]int64{}
		}
		r.heard[s.Key.Number] = append(r.heard[s.Key.Number], e.Seq)
		r.mu.Unlock()
		if err := told(e.Seq); err != nil {
			return err
		}
	}
	return nil
}

func (r *ear) Test(context.Context) (string, error) { return "", nil }

// all says what was heard of a submission.
func (r *ear) all(number string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return fmt.Sprint(slices.Clone(r.heard[number]))
}

func refusal(s submission.Submission, why string) error {
	return &outbox.RefusedError{Event: outbox.Event{ID: "evt", Data: outbox.Data{Invoice: outbox.Invoice{Submission: s.ID}}}, Why: why}
}

func (r *rig) owed(destination string) int {
	r.t.Helper()
	list, err := r.ledger.Owed(r.t.Context(), destination, "", 10_000)
	if err != nil {
		r.t.Fatal(err)
	}
	return len(list)
}
