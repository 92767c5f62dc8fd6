package recovery_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/oklog/ulid/v2"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/evidence"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/ledger/sqlite"
	"example.com/lodge/internal/recovery"
	"example.com/lodge/internal/secret"
	"example.com/lodge/internal/submission"
)

// A world is a ledger that is older than its evidence.
type world struct {
	recovery.Recovery
	t    *testing.T
	dir  string
	made int
}

type dead struct{}

func (dead) Dead(context.Context, string) (bool, error) { return true, nil }

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, dir: t.TempDir()}
	e, err := sqlite.Open(t.Context(), filepath.Join(w.dir, "ledger.db"))
	check(t, err)
	w.Ledger = ledger.New(e, clock.System{}, dead{}, submission.Limits{})
	w.Evidence, err = evidence.Open(filepath.Join(w.dir, "evidence"))
	check(t, err)
	w.Who = "r"
	t.Cleanup(func() { _ = w.Ledger.Close(); _ = w.Evidence.Close() })
	return w
}

func key(number string) submission.Key {
	return submission.Key{Account: "acme", LawFirmID: "1", ClientID: "2", Number: number}
}

func (w *world) file(number, bytes string) {
	w.t.Helper()
	_, err := w.Ledger.Register(w.t.Context(), "harbor", key(number), submission.Revision{State: submission.Ready,
		Object: submission.Object{Name: bytes, SHA: "sha-" + bytes, Canon: "canon-" + bytes}}, "intake")
	check(w.t, err)
}

// folder is where an attempt's evidence goes.
func (w *world) folder(k submission.Key, id string) *evidence.Folder {
	w.t.Helper()
	scrub, err := secret.NewScrubber()
	check(w.t, err)
	f, err := w.Evidence.Attempt(k.Account, k.ID(), id, scrub)
	check(w.t, err)
	return f
}

// intent writes what only the evidence will know, and returns the attempt.
func (w *world) intent(number, bytes string, revision int) string {
	w.t.Helper()
	w.made++
	at := time.Now().Add(time.Duration(w.made) * time.Second).UTC()
	id := ulid.MustNew(ulid.Timestamp(at), nil).String()
	f := w.folder(key(number), id)
	_, err := f.Intent(w.t.Context(), evidence.Intent{
		Attempt: id, Submission: key(number).ID(), Key: key(number), Carrier: "harbor", Revision: revision,
		SHA: "sha-" + bytes, Canon: "canon-" + bytes, Fence: int64(w.made), Owner: "gone", IntendedAt: at, SettleUntil: at.Add(time.Minute),
		Before: []submission.PastRefusal{{Number: "C-" + bytes}},
	})
	check(w.t, err)
	_, err = f.Put(w.t.Context(), "answer.html", []byte("<p>thank you"))
	check(w.t, err)
	return id
}

func (w *world) run() recovery.Report {
	w.t.Helper()
	report, err := w.Run(w.t.Context())
	check(w.t, err)
	return report
}

func (w *world) states(number string) string {
	w.t.Helper()
	s, err := w.Ledger.Get(w.t.Context(), key(number).ID())
	check(w.t, err)
	var states []string
	for _, r := range s.Revisions {
		states = append(states, fmt.Sprintf("%s/%d", r.State, len(r.Attempts)))
	}
	return strings.Join(states, " ")
}

// Each attempt is brought in once, in the order of time, with all its evidence.
func TestRun(t *testing.T) {
	w := newWorld(t)
	w.file("1", "a")
	w.file("3", "a")
	first := w.intent("1", "a", 1)
	w.intent("1", "b", 2)
	w.intent("2", "a", 1)
	if behind, err := w.Behind(t.Context(), []string{"other", "acme"}); err != nil || !behind {
		t.Errorf("behind %t, %v", behind, err)
	}
	if report := w.run(); report != (recovery.Report{Intents: 3, Attempts: 3}) {
		t.Errorf("%+v", report)
	}
	for number, want := range map[string]string{"1": "needs_person/1 uncertain/1", "2": "uncertain/1", "3": "ready/0"} {
		if got := w.states(number); got != want {
			t.Errorf("%s: %s, want %s", number, got, want)
		}
	}
	if report := w.run(); report != (recovery.Report{Intents: 3}) {
		t.Errorf("a second time: %+v", report)
	}
	if behind, err := w.Behind(t.Context(), []string{"acme"}); err != nil || behind {
		t.Errorf("behind %t, %v", behind, err)
	}
	s, err := w.Ledger.Get(t.Context(), key("1").ID())
	check(t, err)
	a := s.Revisions[0].Attempts[0]
	if a.ID != first || len(a.Evidence) != 2 || len(a.Before) != 1 || a.Before[0].Number != "C-a" {
		t.Errorf("the attempt: %+v", a)
	}
	check(t, w.Evidence.Verify(t.Context(), a.Evidence))
}

// A crash between the two records of an intent, and a refusal by the ledger,
// leave an intent that was never sent: no reason to distrust the ledger.
func TestOrphanIsNotBehind(t *testing.T) {
	w := newWorld(t)
	w.file("1", "a")
	_, c, err := w.Ledger.Claim(t.Context(), key("1").ID(), "gone", time.Minute)
	check(t, err)
	w.intent("1", "a", 1) // under the same fence, 1
	check(t, w.Ledger.Release(t.Context(), c))
	if behind, err := w.Behind(t.Context(), []string{"acme"}); err != nil || behind {
		t.Errorf("behind %t, %v", behind, err)
	}
	if report := w.run(); report.Attempts != 0 || w.states("1") != "ready/0" {
		t.Errorf("%+v: %s", report, w.states("1"))
	}
}

// Late results are noted once, whatever else; of what was never attempted there
// is nothing to note them on.
func TestLateResults(t *testing.T) {
	w := newWorld(t)
	id := w.intent("1", "a", 1)
	late := evidence.Result{Owner: "gone", Why: "the ledger was down", Event: submission.Event{
		Kind: submission.Answered, Actor: submission.ByGate, Attempt: &submission.Attempt{ID: id},
		Receipt: &carriers.Receipt{Number: "R1", Status: "Accepted", State: carriers.StateAccepted}, Why: "the carrier answered"}}
	_, err := w.folder(key("1"), id).Late(t.Context(), late)
	check(t, err)
	_, err = w.folder(key("9"), id).Late(t.Context(), late)
	check(t, err)
	if report := w.run(); report.Results != 1 {
		t.Errorf("%+v", report)
	}
	if report := w.run(); report.Results != 0 || w.states("1") != "uncertain/1" {
		t.Errorf("%+v: %s", report, w.states("1"))
	}
	history, err := w.Ledger.History(t.Context(), key("1").ID())
	check(t, err)
	if n := len(history); n != 2 || history[1].Receipt.Number != "R1" || history[1].Row != 0 {
		t.Errorf("history: %+v", history)
	}
}

// What cannot be read, or is not what its place says, stops everything.
func TestUnreadable(t *testing.T) {
	for name, spoil := range map[string]func(w *world, file string, text []byte) []byte{
		"cut":   func(_ *world, _ string, text []byte) []byte { return text[:len(text)/2] },
		"empty": func(*world, string, []byte) []byte { return nil },
		"a later format": func(_ *world, _ string, text []byte) []byte {
			return []byte(strings.Replace(string(text), `"format": 1`, `"format": 9`, 1))
		},
		"another invoice": func(_ *world, _ string, text []byte) []byte {
			return []byte(strings.Replace(string(text), `"number": "2"`, `"number": "7"`, 1))
		},
		"no account": func(_ *world, _ string, text []byte) []byte {
			return []byte(strings.Replace(string(text), `"account": "acme"`, `"account": ""`, 1))
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.file("1", "a")
			w.intent("1", "a", 1)
			id := w.intent("2", "b", 1)
			file := filepath.Join(w.dir, "evidence", "acme", key("2").ID(), id, "intent.json")
			text, err := os.ReadFile(file)
			check(t, err)
			check(t, os.WriteFile(file, spoil(w, file, text), 0o600))
			report, err := w.Run(t.Context())
			if err == nil || !strings.Contains(err.Error(), "nothing is filed") || !strings.Contains(err.Error(), id) {
				t.Errorf("%+v, %v", report, err)
			}
			if got := w.states("1"); got != "ready/0" {
				t.Errorf("and the other is %s", got)
			}
			if _, err := w.Behind(t.Context(), []string{"acme"}); err == nil {
				t.Error("the cheap look does not see it")
			}
		})
	}
}

// The latest attempts are found in the order of time, whatever submissions they
// are of.
func TestBehindLooksAtTheLatest(t *testing.T) {
	w := newWorld(t)
	for n := range 60 {
		w.intent(fmt.Sprint(n%7), fmt.Sprint("b", n), n)
	}
	w.run()
	for n := range 30 {
		latest, err := w.Evidence.Latest(t.Context(), "acme", n, time.Time{})
		check(t, err)
		if len(latest) != n {
			t.Fatalf("%d of %d", len(latest), n)
		}
		for i, in := range latest {
			if in.Fence != int64(60-i) {
				t.Errorf("the %dth of %d is %d", i, n, in.Fence)
			}
		}
	}
	w.intent("3", "new", 99)
	if behind, err := w.Behind(t.Context(), []string{"acme"}); err != nil || !behind {
		t.Errorf("behind %t, %v", behind, err)
	}
}

// TestBehindTrustsTheHead: what the ledger's head of the chain covers is not looked
// at again, so that a start does not read years of evidence; what came after it is,
// and everything if the head is of no chain here.
func TestBehindTrustsTheHead(t *testing.T) {
	w := newWorld(t)
	w.intent("1", "a", 1)
	head, err := w.Evidence.SealLeft(t.Context(), "acme", key("1").ID(), "", evidence.Sealing{At: time.Now(), By: "h"})
	check(t, err)
	longAgo := time.Now().AddDate(0, -3, 0)
	check(t, os.Chtimes(filepath.Join(w.dir, "evidence", "acme", key("1").ID()), longAgo, longAgo))
	behind := func(what string, want bool) {
		t.Helper()
		if got, err := w.Behind(t.Context(), []string{"acme"}); err != nil || got != want {
			t.Errorf("%s: behind %t, %v", what, got, err)
		}
	}
	behind("a ledger without a head", true)
	check(t, w.Ledger.Chained(t.Context(), "acme", head))
	behind("a ledger whose head covers it", false)
	w.intent("2", "b", 1)
	behind("an attempt after the head", true)
	check(t, os.RemoveAll(filepath.Join(w.dir, "evidence", "acme", key("2").ID())))
	behind("without it", false)
	check(t, w.Ledger.Chained(t.Context(), "acme", submission.Head{N: head.N + 1, SHA: strings.Repeat("a", 64)}))
	behind("a head of another chain", true)
}
