package main

import (
	"fmt"
	"testing"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/config"
	"example.com/lodge/internal/emulator/ecs"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
	"example.com/lodge/internal/visit/visittest"
)

// stands puts a submission into the ledger as something has left it, due at due if that
// is a time.
func (r *rig) stands(account, number string, rev submission.Revision, due time.Time) {
	r.t.Helper()
	key := submission.Key{Account: account, LawFirmID: "12-3456789", ClientID: "C1", Number: number}
	rev.Number, rev.Object = 1, submission.Object{Name: number, SHA: "s" + number, Canon: "c" + number}
	now, err := r.deployment.Ledger.Now(r.t.Context())
	r.check(err)
	s := submission.Submission{ID: key.ID(), Key: key, Carrier: "harbor", Version: 1, Seq: 1, Revisions: []submission.Revision{rev}, CreatedAt: now, UpdatedAt: now, NotBefore: due}
	r.check(r.engine.Store(r.t.Context(), s, []submission.Entry{{Seq: 1, To: rev.State, Event: submission.Event{Kind: submission.Arrived, At: now}}}))
}

// figures are those of the one line of metrics that a sweep writes.
func (r *rig) figures() map[string]any {
	r.t.Helper()
	_, metrics := r.news()
	if len(metrics) != 1 {
		r.t.Fatalf("%d lines of metrics: %v", len(metrics), metrics)
	}
	return metrics[0]
}

// TestSweepMeasures: each sweep says how long the oldest work has been due, and how much
// waits for whom: submissions, accounts, and what belongs to nobody.
func TestSweepMeasures(t *testing.T) {
	r := newRig(t, settings(4, ""), waits())
	l, ctx := r.deployment.Ledger, t.Context()
	r.called(sweep())
	nothing := r.figures()
	for _, name := range []string{"DueAge", "NeedsBiller", "NeedsOperator", "NeedsAuthor"} {
		if nothing[name] != 0.0 {
			t.Errorf("of nothing %s is %v", name, nothing[name])
		}
	}
	for account, kind := range map[string]carriers.Kind{"a1": carriers.Credentials, "a2": carriers.SiteChanged, "a3": carriers.Rejected, "a4": carriers.Unavailable} {
		r.check(l.Suspend(ctx, account, "test", ledger.Suspension{Kind: string(kind), Why: "log in: something is wrong"}))
	}
	for i, who := range []carriers.Person{carriers.Biller, carriers.Biller, carriers.Author, carriers.Nobody} {
		state := submission.NeedsPerson
		if who == carriers.Nobody {
			state = submission.Accepted
		}
		r.stands("a1", fmt.Sprint("INV-", i), submission.Revision{State: state, Needs: who, Why: "because"}, time.Time{})
	}
	r.check(l.NoteStrays(ctx, []ledger.Stray{{Name: "s1", Why: "because", Needs: carriers.Biller}, {Name: "s2", Why: "because", Needs: carriers.Author}}, nil))
	r.engine.pass(time.Second)
	var more []ledger.Stray
	for i := range ledger.KeptStrays {
		more = append(more, ledger.Stray{Name: fmt.Sprintf("t%03d", i), Why: "because", Needs: carriers.Author})
	}
	r.check(l.NoteStrays(ctx, more, nil))
	r.called(sweep())
	got := r.figures()
	for name, want := range map[string]float64{
		"NeedsBiller":   2 + 1 + 1,                           // submissions, the rejected login, a stray
		"NeedsOperator": 1 + 1 + 2,                           // the password, a site of which nobody knows who acts, the strays that are only counted
		"NeedsAuthor":   1 + 1 + (ledger.KeptStrays - 2) + 1, // a submission, the page that changed, the strays that are named
	} {
		if got[name] != want {
			t.Errorf("%s is %v, want %v", name, got[name], want)
		}
	}
}

// TestSweepMeasuresAge: it is that of the oldest, of whichever account; what is due
// later has none.
func TestSweepMeasuresAge(t *testing.T) {
	r := newRig(t, settings(4, ""), exits(0))
	now, err := r.deployment.Ledger.Now(t.Context())
	r.check(err)
	r.stands(visittest.Moor, "INV-1", submission.Revision{State: submission.Ready}, now.Add(time.Hour))
	r.called(sweep())
	if age := r.figures()["DueAge"]; age != 0.0 {
		t.Errorf("what is due in an hour has been for %v", age)
	}
	r.engine.pass(time.Hour + 10*time.Minute)
	now, err = r.deployment.Ledger.Now(t.Context())
	r.check(err)
	r.stands(visittest.Pier, "INV-2", submission.Revision{State: submission.Ready}, now.Add(-time.Minute))
	r.called(sweep())
	if age, ok := r.figures()["DueAge"].(float64); !ok || age < 600 || age > 660 {
		t.Errorf("the oldest has been due for %v seconds", age)
	}
}

// TestSweepCompares: what no event told of is taken in, once a day; after a comparison
// that did not come to its end, again in an hour.
func TestSweepCompares(t *testing.T) {
	r := newRig(t, settings(4, ""), exits(0))
	r.put(visittest.Moor, "INV-1")
	r.called(sweep())
	r.registered("INV-1")
	if line := r.says("arrived"); line["key"] != "inbox/moor/INV-1.txt" || line["status"] != "taken" {
		t.Errorf("%v", line)
	}
	r.put(visittest.Moor, "INV-2")
	r.engine.pass(compareEvery - time.Minute)
	r.called(sweep())
	r.registered("INV-1")
	r.engine.pass(2 * time.Minute)
	r.refuses.Store("versions")
	if _, err := r.handle(t.Context(), sweep()); err == nil {
		t.Error("a comparison that failed is no error")
	}
	r.refuses.Store("")
	r.engine.pass(compareAgain - time.Minute)
	r.called(sweep())
	r.registered("INV-1")
	r.engine.pass(2 * time.Minute)
	r.called(sweep())
	r.registered("INV-1", "INV-2")
}

// TestSweepAlone: only a sweep compares. What waits is measured with it, and whenever
// it may have changed: a task has ended, or something arrived that is not fit.
func TestSweepAlone(t *testing.T) {
	r := newRig(t, settings(1, ""), exits(0))
	r.put(visittest.Pier, "INV-2")
	r.arrive(visittest.Moor, "INV-1")
	r.registered("INV-1")
	if _, metrics := r.news(); len(metrics) != 0 {
		t.Errorf("of a file that is fit: %v", metrics)
	}
	r.called(r.told("STOPPED", 1))
	r.registered("INV-1")
	if _, metrics := r.news(); len(metrics) != 1 {
		t.Errorf("of a task that has ended: %v", metrics)
	}
	r.called(queued(r.putFile(visittest.Moor+"/INV-3.txt", []byte("LEDES1998B[]\r\n"))))
	if _, metrics := r.news(); len(metrics) != 1 || metrics[0][config.MetricNeeds(carriers.Biller)] != 1.0 {
		t.Errorf("of a file that is not: %v", metrics)
	}
	r.called(queued(config.SweepEvent)) // by way of the queue it is one too
	r.registered("", "INV-1", "INV-2")  // the unfit one has no number
}

// TestSweepGoesOn: what fails of a sweep is told and holds up nothing else of it.
func TestSweepGoesOn(t *testing.T) {
	for name, breaks := range map[string]func(*rig){
		"the bucket":                    func(r *rig) { r.refuses.Store("versions") },
		"an event of a task in a batch": func(r *rig) { r.cluster.Set(func(k *ecs.Knobs) { k.Broken = 1 }) },
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, settings(4, ""), waits())
			r.stands(visittest.Moor, "INV-1", submission.Revision{State: submission.Ready}, time.Time{})
			breaks(r)
			const ended = `{"source":"aws.ecs","detail-type":"ECS Task State Change","detail":{"taskArn":"arn:aws:ecs:us-east-1:111122223333:task/lodge-test/0123456789abcdef0123456789abcdef","lastStatus":"STOPPED"}}`
			r.called(queued(ended, config.SweepEvent))
			r.slots("1/1 moor")
			lines, metrics := r.news()
			said := false
			for _, line := range lines {
				said = said || line["level"] == "ERROR"
			}
			if len(metrics) != 1 || !said {
				t.Errorf("said: %v, %v", lines, metrics)
			}
		})
	}
}
