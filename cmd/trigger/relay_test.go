package main

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/config"
	"example.com/lodge/internal/emulator/ecs"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/ledger/memory"
	"example.com/lodge/internal/outbox"
	"example.com/lodge/internal/secret"
	"example.com/lodge/internal/submission"
	"example.com/lodge/internal/visit/visittest"
)

// TestTells: after sweeps and tasks that ended what is owed is told, when tasks have
// been started already. A file that arrived is told of by its task, or then.
func TestTells(t *testing.T) {
	var r *rig
	var mu sync.Mutex
	var started []int // tasks, each time that somebody was told
	hook := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		started = append(started, r.cluster.Started())
	}))
	defer hook.Close()
	told := func(when string, want ...int) {
		t.Helper()
		mu.Lock()
		defer mu.Unlock()
		if !slices.Equal(started, want) {
			t.Errorf("%s: told with %v tasks started, want %v", when, started, want)
		}
	}
	r = newRig(t, settings(1, "outbox: {books: {webhook: \""+hook.URL+"\"}}\n"), exits(0))
	key := secret.NewValue("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	r.check(r.deployment.Secrets.Set(t.Context(), config.OutboxAccount, "books", key))
	r.arrive(visittest.Moor, "INV-1")
	told("after a file arrived")
	event := r.told("STOPPED", 1)
	r.arrive(visittest.Pier, "INV-2")
	r.called(event)
	told("after a task ended", 2, 2)
	r.called(r.told("STOPPED", 2))
	r.stands("further", "INV-3", submission.Revision{State: submission.Accepted}, time.Time{})
	r.put(visittest.Moor, "INV-4")
	r.engine.pass(time.Hour)
	r.called(sweep())
	told("after a sweep", 2, 2, 3, 3)
}

// TestTellsWhateverFails: what is owed is told though no task can be started.
func TestTellsWhateverFails(t *testing.T) {
	r := newRig(t, settings(2, "outbox: {files: {status: true}}\n"), waits())
	r.cluster.Set(func(k *ecs.Knobs) { k.Refuse = "Capacity is unavailable at this time." })
	r.stands(visittest.Moor, "INV-1", submission.Revision{State: submission.Ready}, time.Time{})
	if _, err := r.handle(t.Context(), sweep()); err == nil {
		t.Error("no task was started, and nothing says so")
	}
	if owed, err := r.deployment.Ledger.Owed(t.Context(), "files", "", 9); err != nil || len(owed) != 0 {
		t.Errorf("still owed: %v, %v", owed, err)
	}
}

// dead is a receiver that never answers.
type dead struct{ asked chan struct{} }

func (d dead) Tell(ctx context.Context, _ submission.Submission, _ []submission.Entry, _ func(int64) error) error {
	close(d.asked)
	<-ctx.Done()
	return ctx.Err()
}

func (dead) Test(context.Context) (string, error) { return "", nil }

// TestTellingIsBounded: a destination that does not answer takes a call no more than
// its share.
func TestTellingIsBounded(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		l := ledger.New(memory.New(), clock.System{}, nil, submission.Limits{})
		to := dead{make(chan struct{})}
		tr := &trigger{relay: outbox.New(outbox.Options{
			Ledger: l, Turns: outbox.Folder(dir), Clock: clock.System{}, Log: slog.New(slog.DiscardHandler),
			Destinations: []outbox.Destination{{Name: "books", To: to}},
		})}
		if err := tr.relay.Enrol(t.Context()); err != nil {
			t.Fatal(err)
		}
		key := submission.Key{Account: visittest.Moor, LawFirmID: "12-3456789", ClientID: "C1", Number: "INV-1"}
		object := submission.Object{Name: filepath.Base(dir), SHA: "s", Canon: "c"}
		if _, err := l.Register(t.Context(), "harbor", key, submission.Revision{State: submission.Ready, Object: object}, "intake"); err != nil {
			t.Fatal(err)
		}
		begun := time.Now()
		tr.relayOwed(t.Context())
		<-to.asked
		if took := time.Since(begun); took != relayFor {
			t.Errorf("it took %s", took)
		}
	})
}
