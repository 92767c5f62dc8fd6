package main

import (
	"fmt"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/holder"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/ledger/sqlite"
	"example.com/lodge/internal/submission"
	"example.com/lodge/ledes"
)

// filled gives the world a ledger with one invoice for each of revs.
func (w *world) filled(revs ...submission.Revision) *ledger.Ledger {
	w.t.Helper()
	w.settings("")
	w.environ = append(w.environ, "LODGE_SECRET_FIRM_HARBOR_USERNAME=ada.moor", "LODGE_SECRET_FIRM_HARBOR_PASSWORD=harbor-lights")
	w.config = w.dir + "/lodge.yaml"
	c, err := w.app.settings()
	if err != nil {
		w.t.Fatal(err)
	}
	if err := c.MakeFolders(); err != nil {
		w.t.Fatal(err)
	}
	engine, err := sqlite.Open(w.t.Context(), c.Ledger())
	if err != nil {
		w.t.Fatal(err)
	}
	l := ledger.New(engine, clock.System{}, holder.Dir(c.Owners()), submission.Limits{})
	w.t.Cleanup(func() { _ = l.Close() })
	for i, r := range revs {
		s := invoiced("firm-harbor", fmt.Sprintf("INV-%04d", i+1), r)
		s.UpdatedAt = time.Now().Add(-73*time.Hour - time.Duration(i)*time.Second) // "3 days" whenever the test runs
		if err := engine.Store(w.t.Context(), s, []submission.Entry{{Seq: 1, To: r.State, Event: submission.Event{
			Kind: submission.Arrived, Actor: submission.ByIntake, Revision: 1, At: noon, Arrival: &s.Revisions[0]}}}); err != nil {
			w.t.Fatal(err)
		}
	}
	return l
}

// invoiced is a submission of one revision.
func invoiced(account, number string, r submission.Revision) submission.Submission {
	key := submission.Key{Account: account, LawFirmID: "43-2987655", ClientID: "HARBOR-GL", Number: number}
	r.Number, r.Total, r.Date = 1, ledes.Cents(125050), noon.AddDate(0, -1, 0)
	r.Object = submission.Object{Name: number + ".txt", Path: "staged/" + number, SHA: "5ha", Size: 1234}
	return submission.Submission{ID: key.ID(), Key: key, Carrier: "harbor", Version: 1, Seq: 1, Revisions: []submission.Revision{r},
		CreatedAt: noon.AddDate(0, 0, -2), UpdatedAt: noon}
}

func accepted() submission.Revision {
	return submission.Revision{State: submission.Accepted, Receipt: carriers.Receipt{Number: "730017", Status: "Accepted", State: carriers.StateAccepted}}
}

func rejected() submission.Revision {
	return submission.Revision{State: submission.Rejected, Needs: carriers.Biller, Receipt: carriers.Receipt{
		Status: "Rejected", Text: "Matter 4711 is closed. Invoices can no longer be posted to it.", State: carriers.StateRejected}}
}

func undecided() submission.Revision {
	return submission.Revision{State: submission.NeedsPerson, Needs: carriers.Operator, Why: "two live rows carry this number"}
}

func changed() submission.Revision {
	return submission.Revision{State: submission.NeedsPerson, Needs: carriers.Author, Why: `site-changed: no button "Submit invoice"`}
}

func ready() submission.Revision { return submission.Revision{State: submission.Ready} }

func (w *world) suspend(l *ledger.Ledger, kind carriers.Kind) {
	w.t.Helper()
	err := l.Suspend(w.t.Context(), "firm-harbor", "test", ledger.Suspension{
		Kind: string(kind), Why: "log in: the user name or password is not right", SecretVersion: "v1"})
	if err != nil {
		w.t.Fatal(err)
	}
}

// change changes an invoice below the rules.
func (w *world) change(l *ledger.Ledger, number string, change func(*submission.Submission)) {
	w.t.Helper()
	list, err := l.List(w.t.Context(), ledger.Query{Invoice: number})
	if err != nil {
		w.t.Fatal(err)
	}
	c, err := w.app.settings()
	if err != nil {
		w.t.Fatal(err)
	}
	e, err := sqlite.Open(w.t.Context(), c.Ledger())
	if err != nil {
		w.t.Fatal(err)
	}
	defer e.Close()
	s, err := e.Load(w.t.Context(), list[0].ID)
	if err != nil {
		w.t.Fatal(err)
	}
	s.Version++
	change(&s)
	if err := e.Store(w.t.Context(), s, nil); err != nil {
		w.t.Fatal(err)
	}
}
