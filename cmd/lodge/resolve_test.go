package main

import (
	"strings"
	"testing"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
)

// told is where an invoice stands, and the last line of its history.
func (w *world) told(l *ledger.Ledger, number string) (submission.Submission, submission.Entry) {
	w.t.Helper()
	list, err := l.List(w.t.Context(), ledger.Query{Invoice: number})
	if err != nil || len(list) != 1 {
		w.t.Fatalf("%s: %v, %v", number, list, err)
	}
	s, err := l.Get(w.t.Context(), list[0].ID)
	if err != nil {
		w.t.Fatal(err)
	}
	history, err := l.History(w.t.Context(), s.ID)
	if err != nil {
		w.t.Fatal(err)
	}
	return s, history[len(history)-1]
}

func unsure() submission.Revision {
	return submission.Revision{State: submission.Uncertain, Attempts: []submission.Attempt{{ID: "01A", IntendedAt: noon, SettleUntil: noon}}}
}

func taken() submission.Revision {
	return submission.Revision{State: submission.Submitted, Receipt: carriers.Receipt{Status: "Processing", State: carriers.StateReceived}}
}

// A person's word is in the history with who and why, what follows is said, and
// where the invoice stands is that of the table.
func TestResolve(t *testing.T) {
	for _, c := range []struct {
		name  string
		rev   submission.Revision
		line  string
		state submission.State
		says  []string
	}{
		{"accept", undecided(), "accept --confirmation 730187", submission.Accepted, []string{"is accepted.", "show INV-0001"}},
		{"accept by telephone", unsure(), "accept --confirmation 730187", submission.Accepted, []string{"is accepted."}},
		{"accept what was mended at the site", rejected(), "accept --confirmation 730187", submission.Accepted, []string{"is accepted."}},
		{"reject", taken(), "reject", submission.Rejected, []string{"is rejected; the biller acts.", "Put the mended file into the inbox"}},
		{"cancel", ready(), "cancel", submission.Cancelled, []string{"is cancelled.", "Nothing more is done"}},
		{"submit what was never sent", undecided(), "submit-again", submission.Ready, []string{"is ready;", "asks the carrier's site first", "run"}},
		{"submit what was rejected", rejected(), "submit-again", submission.Ready, []string{"is ready;"}},
		{"filed by hand", ready(), "filed-by-hand --confirmation 730187", submission.Submitted, []string{"is submitted;", "not within two days, you are asked again"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			l := w.filled(c.rev)
			out := w.must(exitDone, append(append([]string{"resolve", "INV-0001"}, strings.Fields(c.line)...), "--why", "seen on the portal")...)
			said(t, out, append(c.says, "invoice INV-0001 of account firm-harbor")...)
			s, e := w.told(l, "INV-0001")
			if s.Current().State != c.state || e.Actor != submission.ByPerson || e.Why != "seen on the portal" || e.Who == "" {
				t.Errorf("it is %s, the history has %+v", s.Current().State, e)
			}
			if strings.Contains(c.line, "730187") && s.Current().Receipt.Number != "730187" {
				t.Errorf("the confirmation is %q", s.Current().Receipt.Number)
			}
		})
	}
}

// What does not fit is refused in a sentence that names what does, and changes
// nothing.
func TestResolveRefuses(t *testing.T) {
	seen := rejected()
	seen.Receipt.Number = "R-7"
	unproven := undecided()
	unproven.Attempts = unsure().Attempts
	for _, c := range []struct {
		name string
		rev  submission.Revision
		line string
		says string
	}{
		{"what is accepted, again", accepted(), "submit-again", "is accepted, and submit-again does not fit: what can be said then is cancel, look-up"},
		{"what Lodge saw accepted, looked up", accepted(), "look-up", "Lodge saw the carrier's word itself"},
		{"what is accepted, rejected", accepted(), "reject", "reject does not fit"},
		{"what is rejected, accepted without a number", seen, "accept", "it needs the carrier's confirmation number"},
		{"what is rejected, accepted with its number", seen, "accept --confirmation R-7", "R-7 is the number of the rejection"},
		{"another revision than there is", ready(), "cancel --revision 3", "there is no revision 3"},
		{"what was taken in, again", taken(), "submit-again", "Lodge saw the carrier's word itself"},
		{"what is quarantined, filed by hand", submission.Revision{State: submission.Quarantined, Needs: carriers.Biller}, "filed-by-hand", "what can be said then is cancel"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			l := w.filled(c.rev)
			w.must(exitFailed, append(append([]string{"resolve", "INV-0001"}, strings.Fields(c.line)...), "--why", "because")...)
			said(t, w.err.String(), "nothing was decided", "INV-0001", c.says)
			if s, _ := w.told(l, "INV-0001"); s.Version != 1 {
				t.Errorf("it has version %d, and is %s", s.Version, s.Current().State)
			}
		})
	}
	w := newWorld(t)
	w.filled()
	w.must(exitFailed, "resolve", "INV-9", "cancel", "--why", "x")
	said(t, w.err.String(), "invoice INV-9: not in the ledger")
}

// A site that cannot be asked is not asked.
func TestABlindSiteIsNotAsked(t *testing.T) {
	w := newWorld(t)
	for i := range w.carriers {
		w.carriers[i].History = carriers.History{Blind: "it has no history"}
	}
	l := w.filled(unsure())
	for _, verb := range []string{"look-up", "submit-again"} {
		w.must(exitFailed, "resolve", "INV-0001", verb, "--why", "x")
		said(t, w.err.String(), "the site of Harbor Mutual cannot be asked (it has no history)", "say accept or reject")
	}
	if s, _ := w.told(l, "INV-0001"); s.Version != 1 {
		t.Errorf("it has version %d", s.Version)
	}
}

// Nobody decides about what another program works on.
func TestResolveWhileItIsWorkedOn(t *testing.T) {
	w := newWorld(t)
	l := w.filled(ready(), undecided())
	h := w.holder()
	for _, number := range []string{"INV-0001", "INV-0002"} {
		s, _ := w.told(l, number)
		if _, _, err := l.Claim(t.Context(), s.ID, h, ttl); err != nil {
			t.Fatal(err)
		}
		for _, verb := range []string{"cancel", "filed-by-hand"} {
			w.must(exitFailed, "resolve", number, verb, "--why", "x")
			said(t, w.err.String(), "nothing was decided", "is being worked on at this moment: type it again when that is done")
		}
	}
}
