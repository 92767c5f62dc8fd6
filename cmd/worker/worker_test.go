package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"example.com/lodge/internal/config"
	"example.com/lodge/internal/evidence"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/outbox"
	"example.com/lodge/internal/secret"
	"example.com/lodge/internal/submission"
	"example.com/lodge/internal/visit/visittest"
)

// TestNothingDue: a worker for which nothing is due tells what is owed, gives its slot
// back, and ends well. Its first line says under what it worked.
func TestNothingDue(t *testing.T) {
	within(t, func(r *rig) {
		s := r.arrive("another", "INV-1") // not an account of its own
		r.begins(r.t.Context(), r.t.Context())
		r.ends("")
		r.asked()
		r.slots("")
		if line := r.lines()[0]; line["msg"] != "at work" || line["sandboxed"] != false || line["slot"] != 1.0 || line["visits"] != 2.0 {
			t.Errorf("first it says %v", line)
		}
		if _, err := os.Stat(filepath.Join(r.dir, "status", "another", s.ID+".json")); err != nil {
			t.Errorf("what was owed is not told: %v", err)
		}
	})
	within(t, func(r *rig) {
		r.Config.Browser.AllowUnsandboxed = false
		r.begins(r.t.Context(), r.t.Context())
		r.ends("")
		if line := r.lines()[0]; line["sandboxed"] != true {
			t.Errorf("first it says %v", line)
		}
	})
}

// TestSlotOfAnother: a worker whose slot was given back, or is another task's, does
// nothing and ends well; the slot stays as it is.
func TestSlotOfAnother(t *testing.T) {
	for name, c := range map[string]struct {
		lose  func(r *rig)
		slots string
	}{
		"given back":     {func(r *rig) { r.check(r.Ledger.GiveSlot(r.t.Context(), 1, 1)) }, ""},
		"another task's": {func(r *rig) { r.check(r.Ledger.NoteTask(r.t.Context(), 1, 1, "ecs:another", time.Hour)) }, "1/1 ecs:another"},
	} {
		t.Run(name, func(t *testing.T) {
			within(t, func(r *rig) {
				r.arrive(visittest.Moor, "INV-1")
				c.lose(r)
				r.begins(r.t.Context(), r.t.Context())
				r.ends("")
				r.asked()
				r.slots(c.slots)
				r.says("the slot is another's by now: nothing to do")
				if _, err := os.Stat(r.Config.State); !errors.Is(err, os.ErrNotExist) {
					t.Errorf("it made its folders: %v", err)
				}
			})
		})
	}
}

// TestSlotUnknown: a worker that cannot learn whether the slot is its own begins
// nothing, and says so.
func TestSlotUnknown(t *testing.T) {
	within(t, func(r *rig) {
		r.arrive(visittest.Moor, "INV-1")
		r.breaks.Store("StoreAccount")
		r.begins(r.t.Context(), r.t.Context())
		r.ends(errBroken.Error())
		r.asked()
	})
}

// TestSlotIsRenewed: the slot is the worker's for as long as it works, also when the
// ledger does not answer for a while.
func TestSlotIsRenewed(t *testing.T) {
	within(t, func(r *rig) {
		r.arrive(visittest.Moor, "INV-1")
		r.begins(r.t.Context(), r.t.Context())
		for range 7 {
			r.pass(slotFor / 2)
			r.slots("1/1 " + self)
		}
		r.breaks.Store("StoreAccount")
		r.pass(3 * renewEvery)
		r.breaks.Store("")
		r.pass(2 * renewEvery)
		r.slots("1/1 " + self)
		r.says("the slot was not renewed; tried again")
		r.asked(visittest.Moor)
		close(r.counter.open)
		r.ends("")
		r.slots("")
	})
}

// TestNothingNew: told to end, at the end of its shift, and when its slot is lost, a
// worker finishes what is under way and begins nothing more, whatever becomes due.
func TestNothingNew(t *testing.T) {
	for name, c := range map[string]struct {
		ends  func(r *rig, finish func())
		slots string // after that
	}{
		"told to end":       {func(r *rig, finish func()) { finish() }, ""},
		"its shift is over": {func(r *rig, _ func()) { r.pass(shift - 2*time.Second) }, ""},
		"its slot is lost": {func(r *rig, _ func()) {
			r.check(r.Ledger.GiveSlot(r.t.Context(), 1, 1))
			_, err := r.Ledger.TakeSlots(r.t.Context(), ledger.Wanted{Max: 1, TTL: 24 * time.Hour, Seen: time.Now().Add(time.Second), Starts: [][]ledger.Due{{{Account: visittest.Moor}}}})
			r.check(err)
			r.pass(renewEvery)
		}, "1/2 "},
	} {
		t.Run(name, func(t *testing.T) {
			within(t, func(r *rig) {
				soft, finish := context.WithCancel(r.t.Context())
				defer finish()
				r.arrive(visittest.Moor, "INV-1")
				r.begins(r.t.Context(), soft)
				r.pass(2 * time.Second)
				r.asked(visittest.Moor)
				c.ends(r, finish)
				r.arrive(visittest.Pier, "INV-2")
				r.pass(slotFor)
				r.asked(visittest.Moor)
				if !r.working() || len(r.counter.gaveUp) > 0 {
					t.Errorf("what was under way did not finish: %v", r.counter.gaveUp)
				}
				close(r.counter.open)
				r.ends("")
				r.asked(visittest.Moor)
				r.slots(c.slots)
				if line := r.says("an account could not be worked on"); line["account"] != visittest.Moor {
					t.Errorf("%v", line)
				}
			})
		})
	}
}

// TestSomethingNew: until then what becomes due is begun beside what is under way.
func TestSomethingNew(t *testing.T) {
	within(t, func(r *rig) {
		r.arrive(visittest.Moor, "INV-1")
		r.begins(r.t.Context(), r.t.Context())
		r.pass(shift - time.Minute)
		r.arrive(visittest.Pier, "INV-2")
		r.pass(30 * time.Second)
		r.asked(visittest.Moor, visittest.Pier)
		close(r.counter.open)
		r.ends("")
	})
}

// TestBrokenOff: what is broken off ends at once, and the slot is given back even so.
func TestBrokenOff(t *testing.T) {
	within(t, func(r *rig) {
		hard, breakOff := context.WithCancel(r.t.Context())
		r.arrive(visittest.Moor, "INV-1")
		r.begins(hard, hard)
		begun := time.Now()
		breakOff()
		r.ends(context.Canceled.Error())
		if took := time.Since(begun); took > time.Second || !slices.Equal(r.counter.gaveUp, []string{visittest.Moor}) {
			t.Errorf("after %s %v was broken off", took, r.counter.gaveUp)
		}
		r.slots("")
	})
}

// dead is a destination that never answers.
type dead struct{}

func (dead) Tell(ctx context.Context, _ submission.Submission, _ []submission.Entry, _ func(int64) error) error {
	<-ctx.Done()
	return ctx.Err()
}

func (dead) Test(context.Context) (string, error) { return "", nil }

// TestDeadDestination: it holds up the end of a worker for a while, and hardly that of
// one that was told to end, which would be ended by force.
func TestDeadDestination(t *testing.T) {
	for told, want := range map[bool]time.Duration{false: relayFor, true: relayStopped} {
		within(t, func(r *rig) {
			r.relay = outbox.New(outbox.Options{Ledger: r.Ledger, Turns: outbox.Folder(r.dir), Clock: wall{}, Log: r.log,
				Destinations: []outbox.Destination{{Name: "books", To: dead{}}}})
			r.check(r.relay.Enrol(r.t.Context()))
			r.arrive(visittest.Moor, "INV-1")
			soft, finish := context.WithCancel(r.t.Context())
			defer finish()
			r.begins(r.t.Context(), soft)
			r.pass(time.Minute)
			if told {
				finish()
			}
			begun := time.Now()
			close(r.counter.open)
			r.ends("")
			if took := time.Since(begun); took < want || took >= want+time.Second {
				t.Errorf("told to end: %v; it took %s, want %s", told, took, want)
			}
			r.slots("")
		})
	}
}

// TestCannotBegin: where a worker cannot work at all nothing is begun, and the slot is
// free for another.
func TestCannotBegin(t *testing.T) {
	for name, c := range map[string]struct {
		breaks func(r *rig)
		says   string
	}{
		"no room for profiles": {func(r *rig) { r.check(os.WriteFile(r.Config.State, nil, 0o600)) }, "state"},
		"a restored table, and an intent that cannot be read": {func(r *rig) {
			r.table.restored.Store(true)
			r.intent(visittest.Moor, "INV-0")
			name := filepath.Join(r.dir, "evidence", visittest.Moor, key(visittest.Moor, "INV-0").ID(), attempt, "intent.json")
			r.check(os.WriteFile(name, []byte("{"), 0o600))
		}, "intent.json cannot be read"},
		"the ledger": {func(r *rig) { r.breaks.Store("NextDue") }, errBroken.Error()},
	} {
		t.Run(name, func(t *testing.T) {
			within(t, func(r *rig) {
				r.arrive(visittest.Moor, "INV-1")
				c.breaks(r)
				r.begins(r.t.Context(), r.t.Context())
				r.ends(c.says)
				r.asked()
				r.slots("")
				if r.table.recovered.Load() {
					t.Error("the next task would take the ledger for whole")
				}
			})
		})
	}
}

const attempt = "01J0000000000000000000000A"

// intent leaves evidence of an attempt, as a program does that is about to send.
func (r *rig) intent(account, number string) {
	r.t.Helper()
	id := key(account, number).ID()
	f, err := r.desk.Evidence.Attempt(account, id, attempt, new(secret.Scrubber))
	r.check(err)
	_, err = f.Intent(r.t.Context(), evidence.Intent{
		Attempt: attempt, Submission: id, Key: key(account, number), Carrier: "harbor", Revision: 1, SHA: "sha", Canon: "canon",
		Request: "POST /invoices/upload", Fence: 1, Owner: "ecs:dead", IntendedAt: time.Now().Add(-time.Hour), SettleUntil: time.Now(),
	})
	r.check(err)
}

// TestOlderLedger: what a ledger that was put back does not know is brought into it
// from the evidence before anything is begun: one whose table was restored, and one
// whose evidence goes on beyond its head.
func TestOlderLedger(t *testing.T) {
	for name, put := range map[string]func(*rig){
		"the table was restored": func(r *rig) { r.table.restored.Store(true) },
		"the evidence is ahead": func(r *rig) {
			_, err := r.desk.Evidence.SealLeft(r.t.Context(), visittest.Moor, key(visittest.Moor, "INV-0").ID(), "",
				evidence.Sealing{At: time.Now(), By: "ecs:dead"})
			r.check(err)
		},
	} {
		t.Run(name, func(t *testing.T) {
			within(t, func(r *rig) {
				r.intent(visittest.Moor, "INV-0")
				put(r)
				r.begins(r.t.Context(), r.t.Context())
				r.asked(visittest.Moor) // to look it up
				s, err := r.Ledger.Get(r.t.Context(), key(visittest.Moor, "INV-0").ID())
				if err != nil || s.Current().State != submission.Uncertain || !r.table.recovered.Load() {
					t.Errorf("%+v, %v; recovered %t", s, err, r.table.recovered.Load())
				}
				if line := r.says("the ledger is older than the evidence: what was sent is looked up before anything else is filed"); line["unknown"] != 1.0 {
					t.Errorf("%v", line)
				}
				close(r.counter.open)
				r.ends("")
			})
		})
	}
}

// TestEvidenceIsLookedAfter: what ended programs saw of logins is sealed before, and
// what is old removed after the work; what of it fails is told, and stops nothing.
func TestEvidenceIsLookedAfter(t *testing.T) {
	within(t, func(r *rig) {
		r.desk.Config.Keep = config.Keep{Days: 30}
		r.login(visittest.Moor)
		r.begins(r.t.Context(), r.t.Context())
		r.ends("")
		item, err := r.Ledger.Account(r.t.Context(), visittest.Moor)
		if err != nil || item.Chain.N != 1 || item.PrunedAt.IsZero() {
			t.Errorf("%+v, %v", item, err)
		}
	})
	within(t, func(r *rig) {
		r.login(visittest.Moor)
		chain := filepath.Join(r.dir, "evidence", visittest.Moor, "=chain")
		r.check(os.WriteFile(chain, nil, 0o600)) // where a folder would be
		r.arrive(visittest.Pier, "INV-1")
		r.begins(r.t.Context(), r.t.Context())
		r.asked(visittest.Pier)
		r.says("not all evidence of failed logins is sealed")
		close(r.counter.open)
		r.ends("")
	})
}

// login leaves what was seen of a login that failed.
func (r *rig) login(account string) {
	r.t.Helper()
	f, err := r.desk.Evidence.Attempt(account, evidence.Logins, attempt, new(secret.Scrubber))
	r.check(err)
	_, err = f.Put(r.t.Context(), "page.txt", []byte("the password is not right"))
	r.check(err)
}

// TestKeyless: whoever is told with a key is left to the trigger; the settings stay as
// they are.
func TestKeyless(t *testing.T) {
	list := []config.Destination{
		{Name: "books", Webhook: "https://books.example/hook"}, {Name: "files", Status: true}, {Name: "more", Webhook: "https://more.example/hook"},
		{Name: "bus", EventBridge: "invoices"}, {Name: "topic", SNS: "arn:aws:sns:us-east-1:123456789012:invoices"},
	}
	names := func(list []config.Destination) (names []string) {
		for _, d := range list {
			names = append(names, d.Name)
		}
		return names
	}
	if got := names(keyless(list)); !slices.Equal(got, []string{"files", "bus", "topic"}) {
		t.Errorf("a worker tells %v", got)
	}
	if got := names(list); !slices.Equal(got, []string{"books", "files", "more", "bus", "topic"}) {
		t.Errorf("the settings are %v by now", got)
	}
}
