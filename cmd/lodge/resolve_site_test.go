package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/demo"
	"example.com/lodge/internal/holder"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/ledger/sqlite"
	"example.com/lodge/internal/portal"
	"example.com/lodge/internal/portal/harbor"
	"example.com/lodge/internal/submission"
	"example.com/lodge/ledes"
)

// opened is the firm's ledger, as another program would open it.
func (f *firm) opened() *ledger.Ledger {
	f.t.Helper()
	c, err := f.app.settings()
	if err != nil {
		f.t.Fatal(err)
	}
	e, err := sqlite.Open(f.t.Context(), c.Ledger())
	if err != nil {
		f.t.Fatal(err)
	}
	f.t.Cleanup(func() { _ = e.Close() })
	return ledger.New(e, clock.System{}, holder.Dir(c.Owners()), submission.Limits{})
}

// another puts an invoice into the inbox that the carrier accepts.
func (f *firm) another() {
	f.t.Helper()
	files, err := demo.Inbox(noon)
	if err != nil {
		f.t.Fatal(err)
	}
	f.write("inbox/firm-harbor/another.txt", string(files[0].Bytes))
}

// onThePortal files an invoice there as somebody of the firm would.
func (f *firm) onThePortal(number string) {
	f.t.Helper()
	files, err := demo.Inbox(noon)
	if err != nil {
		f.t.Fatal(err)
	}
	for _, file := range files {
		read, err := ledes.Read(strings.NewReader(string(file.Bytes)), ledes.Options{})
		if err != nil || len(read.Invoices) != 1 || read.Invoices[0].Number != number {
			continue
		}
		inv := read.Invoices[0]
		amount, err := portal.ParseMoney(inv.Total.String())
		if err != nil {
			f.t.Fatal(err)
		}
		_, err = f.portal.Book().ByHand(portal.Filing{Firm: harbor.Users()[0].Firm, Number: number, Client: inv.ClientID,
			Matter: inv.ClientMatter, Amount: amount, By: "Ben Quay"})
		if err != nil {
			f.t.Fatal(err)
		}
		return
	}
	f.t.Fatalf("the demonstration has no invoice %s", number)
}

// unsettled files two invoices, of which one is lost on its way, and lets three
// hours pass. It returns the number of the one that may have been sent.
func (f *firm) unsettled() string {
	f.t.Helper()
	f.another()
	if _, err := f.portal.Faults().Add(portal.Fault{What: portal.Reset, Next: 1}); err != nil {
		f.t.Fatal(err)
	}
	f.must(exitDone, "run")
	f.portal.Faults().Clear()
	for text := range strings.Lines(f.must(exitDone, "status", "--json", "--state", "uncertain")) {
		var l line
		if err := json.Unmarshal([]byte(text), &l); err != nil {
			f.t.Fatal(err)
		}
		f.age(l.Invoice, 3*time.Hour)
		return l.Invoice
	}
	f.t.Fatalf("nothing is uncertain:\n%s", f.must(exitDone, "status", "--json"))
	return ""
}

// age makes everything that happened to an invoice lie further back.
func (f *firm) age(number string, by time.Duration) {
	f.t.Helper()
	s, _ := f.told(f.opened(), number)
	s.Version++
	s.CreatedAt = s.CreatedAt.Add(-by)
	s.NotBefore = time.Time{}
	for i := range s.Revisions {
		r := &s.Revisions[i]
		for j := range r.Attempts {
			r.Attempts[j].IntendedAt, r.Attempts[j].SettleUntil = r.Attempts[j].IntendedAt.Add(-by), r.Attempts[j].SettleUntil.Add(-by)
		}
		for j := range r.Looks {
			r.Looks[j].At = r.Looks[j].At.Add(-by)
		}
		if !r.ByHand.IsZero() {
			r.ReceivedAt, r.ByHand.At, r.ByHand.SettleUntil = r.ReceivedAt.Add(-by), r.ByHand.At.Add(-by), r.ByHand.SettleUntil.Add(-by)
		}
	}
	f.overwrite(s)
	f.statement("UPDATE submission SET due_at = 1 WHERE due_at IS NOT NULL AND id = '" + s.ID + "'")
}

// Submit again, and the site has it not: it is asked, shows another invoice and
// not this one, and then the invoice is filed once.
func TestSubmitAgainWhatIsNotThere(t *testing.T) {
	t.Parallel()
	f := newFirm(t)
	number := f.unsettled()
	cmd, out := f.start("resolve", number, "submit-again", "--why", "not in the portal's list")
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	said(t, out.String(), "the carrier's site is asked first", "logging in", "does not show it yet; it shows invoice ", " is ready;")
	before := f.portal.Counts()
	if before.Uploads != 1 {
		t.Errorf("asking filed something: %d uploads", before.Uploads)
	}
	said(t, out.String(), "It is filed by the first run after ")
	f.must(exitDone, "run")
	if n := f.portal.Counts().Uploads; n != 1 {
		t.Errorf("it was filed a moment after it was looked for: %d uploads", n)
	}
	f.age(number, submission.BetweenLooks)
	f.must(exitDone, "run")
	if n := f.portal.Counts(); n.Uploads != 2 || n.Duplicates != 0 || n.Invoices[number].Uploads != 1 {
		t.Errorf("%d uploads, %d duplicates", n.Uploads, n.Duplicates)
	}
	said(t, f.must(exitDone, "show", number), "not in the portal's list", "uncertain > ready", "control.json")
	said(t, f.must(exitDone, "status"), "Nothing needs anybody.")
}

// Submit again, and the site has it: nothing is decided, and the state follows
// the site.
func TestSubmitAgainWhatIsThere(t *testing.T) {
	t.Parallel()
	f := newFirm(t)
	number := f.unsettled()
	f.onThePortal(number)
	out := f.must(exitFailed, "resolve", number, "submit-again", "--why", "not in the portal's list")
	said(t, out, number+" of account firm-harbor is accepted")
	said(t, f.err.String(), "is not submitted again: the carrier's site shows it, and it is accepted now")
	f.must(exitDone, "run")
	if n := f.portal.Counts(); n.Invoices[number].Uploads != 0 || n.Duplicates != 0 {
		t.Errorf("%d uploads, %d duplicates", n.Invoices[number].Uploads, n.Duplicates)
	}
}

// Without another invoice that the site shows, its empty answer proves nothing:
// nothing is sent, and it is said what a person can do.
func TestSubmitAgainWithoutAControl(t *testing.T) {
	t.Parallel()
	f := newFirm(t)
	if _, err := f.portal.Faults().Add(portal.Fault{What: portal.Reset, Next: 1}); err != nil {
		t.Fatal(err)
	}
	f.must(exitDone, "run")
	f.portal.Faults().Clear()
	f.age("MQ-10424", 3*time.Hour)
	f.must(exitFailed, "resolve", "MQ-10424", "submit-again", "--why", "not in the portal's list")
	said(t, f.err.String(), "nothing was decided", "no other invoice of the account is known to be there", "resolve MQ-10424 filed-by-hand --why TEXT")
	f.must(exitDone, "run")
	if n := f.portal.Counts().Uploads; n != 0 {
		t.Errorf("%d uploads", n)
	}
}

// waiting takes the inbox in and files nothing of it.
func (f *firm) waiting() {
	f.t.Helper()
	f.must(exitDone, "pause", "firm-harbor", "--why", "first by hand")
	f.must(exitPerson, "run")
	f.must(exitDone, "resume", "firm-harbor", "--why", "done")
}

// Filed by hand, and there.
func TestFiledByHandAndThere(t *testing.T) {
	t.Parallel()
	f := newFirm(t)
	f.waiting()
	f.must(exitDone, "resolve", "MQ-10424", "filed-by-hand", "--why", "typed it in myself")
	f.onThePortal("MQ-10424")
	f.must(exitDone, "run")
	said(t, f.must(exitDone, "show", "MQ-10424"), "accepted, found there before Lodge sent anything", "ready > submitted", "typed it in myself", "submitted > accepted")
	if n := f.portal.Counts(); n.Uploads != 0 || n.ByHand != 1 {
		t.Errorf("%d uploads, %d by hand", n.Uploads, n.ByHand)
	}
}

// Filed by hand, and not there: after two days a person is asked, and told what
// the site does not show. Asked once more, it goes by the site.
func TestFiledByHandAndNotThere(t *testing.T) {
	t.Parallel()
	f := newFirm(t)
	f.another()
	f.waiting()
	f.must(exitDone, "resolve", "MQ-10424", "filed-by-hand", "--why", "typed it in myself")
	f.must(exitDone, "run")
	said(t, f.must(exitDone, "status", "--json", "--invoice", "MQ-10424"), `"state":"submitted"`)
	f.age("MQ-10424", 49*time.Hour)
	f.must(exitPerson, "run")
	said(t, f.must(exitDone, "show", "MQ-10424"), "that it was filed by hand, and the carrier's site does not show it", "the operator acts")
	said(t, f.must(exitPerson, "status"), "MQ-10424", "resolve MQ-10424 VERB --why TEXT")
	f.must(exitDone, "resolve", "MQ-10424", "submit-again", "--why", "I had the wrong one")
	f.age("MQ-10424", submission.BetweenLooks)
	f.must(exitDone, "run")
	if n := f.portal.Counts(); n.Invoices["MQ-10424"].Uploads != 1 || n.Duplicates != 0 {
		t.Errorf("%d uploads, %d duplicates", n.Invoices["MQ-10424"].Uploads, n.Duplicates)
	}
}

// A look-up goes by what the site shows now, before it is due.
func TestLookUpNow(t *testing.T) {
	t.Parallel()
	f := newFirm(t)
	number := f.unsettled()
	said(t, f.must(exitDone, "resolve", number, "look-up", "--why", "is it there?"), "is uncertain", "The next run looks it up")
	f.onThePortal(number)
	said(t, f.must(exitDone, "resolve", number, "look-up", "--why", "and now?"), number+" of account firm-harbor is accepted")
}

// While the account is visited, that visit looks; nothing is decided beside it.
func TestLookUpBesideAVisit(t *testing.T) {
	w := newWorld(t)
	l := w.filled(unsure())
	if _, _, err := l.EnterAccount(t.Context(), "firm-harbor", w.holder(), "v", 1, ttl); err != nil {
		t.Fatal(err)
	}
	said(t, w.must(exitDone, "resolve", "INV-0001", "look-up", "--why", "x"), "Account firm-harbor is being visited: that visit looks", "up next")
	w.must(exitFailed, "resolve", "INV-0001", "submit-again", "--why", "x")
	said(t, w.err.String(), "nothing was decided, since the carrier's site could not be asked", "still runs")
	if s, _ := w.told(l, "INV-0001"); s.Current().State != submission.Uncertain {
		t.Errorf("it is %s", s.Current().State)
	}
}
