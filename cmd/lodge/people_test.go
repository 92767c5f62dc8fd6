package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/holder"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
)

const ttl = time.Hour

// holder is a holder of leases that lives as long as the test.
func (w *world) holder() string {
	w.t.Helper()
	c, err := w.app.settings()
	if err != nil {
		w.t.Fatal(err)
	}
	h, err := holder.Register(c.Owners())
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = h.Close() })
	return h.ID()
}

// A hold is told wherever somebody looks, with who, why, since when and what ends
// it.
func TestHoldAndRelease(t *testing.T) {
	w := newWorld(t)
	l := w.filled(ready(), unsure(), accepted())
	said(t, w.must(exitDone, "hold", "INV-0001", "--why", "line 7 is disputed"),
		"invoice INV-0001 of account firm-harbor is on hold. Nothing is filed for it until somebody types", "release INV-0001 --why TEXT")
	said(t, w.must(exitDone, "hold", "INV-0002", "--why", "line 8"), "What was sent before is still looked up.")
	out := w.must(exitPerson, "status")
	said(t, out, "THE OPERATOR ACTS (1 invoice)", "INV-0001", "on hold by ", ": line 7 is disputed", "release INV-0001 --why TEXT")
	said(t, w.must(exitPerson, "status", "--state", "ready"), "ready (person)")
	said(t, w.must(exitPerson, "status", "--json", "--invoice", "INV-0001"), `"hold":"person"`, `"needs":"operator"`)
	out = w.must(exitDone, "show", "INV-0001")
	said(t, out, "ready, on hold; the operator acts", "on hold       by ", " since 20", ": line 7 is disputed; to end it: lodge", "release INV-0001", "held   person")
	said(t, w.must(exitDone, "show", "INV-0002"), "uncertain, on hold; the next run takes it")

	w.must(exitFailed, "hold", "INV-0001", "--why", "again")
	said(t, w.err.String(), "is not put on hold: ", "holds it back since", "line 7 is disputed")
	w.must(exitFailed, "hold", "INV-0003", "--why", "x")
	said(t, w.err.String(), "invoice INV-0003 of account firm-harbor is accepted: nothing is filed for it in any case")
	w.must(exitFailed, "release", "INV-0003", "--why", "x")
	said(t, w.err.String(), "is not on hold")

	said(t, w.must(exitDone, "release", "INV-0001", "--why", "line 7 is agreed"), "is released: it is ready", "The next run files it")
	said(t, w.must(exitDone, "release", "INV-0002", "--why", "too"), "is released: it is uncertain", "It goes on where it stood.")
	if s, e := w.told(l, "INV-0001"); !s.OnHold.IsZero() || e.Kind != submission.Released || e.Why != "line 7 is agreed" || e.Who == "" {
		t.Errorf("the history has %+v", e)
	}
	said(t, w.must(exitDone, "status"), "Nothing needs anybody.")
}

// A hold counts while a visit has the invoice, and says so when it is too late.
func TestHoldWhileItIsWorkedOn(t *testing.T) {
	w := newWorld(t)
	l := w.filled(ready())
	s, _ := w.told(l, "INV-0001")
	_, c, err := l.Claim(t.Context(), s.ID, w.holder(), ttl)
	if err != nil {
		t.Fatal(err)
	}
	w.must(exitDone, "hold", "INV-0001", "--why", "stop")
	w.must(exitDone, "release", "INV-0001", "--why", "go")
	now := time.Now()
	if _, err := l.Move(t.Context(), c, submission.Event{Kind: submission.Intended, Actor: submission.ByGate, Look: &submission.Look{At: now},
		Attempt: &submission.Attempt{ID: "1", SHA: s.Current().Object.SHA, SettleUntil: now.Add(ttl)}}); err != nil {
		t.Fatal(err)
	}
	w.must(exitFailed, "hold", "INV-0001", "--why", "stop")
	said(t, w.err.String(), "is being sent at this moment, and cannot be held any more")
}

// A pause is one's word for as long as it stands; a refused login stays refused.
func TestPauseAndResume(t *testing.T) {
	w := newWorld(t)
	l := w.filled(ready())
	w.write("lodge.yaml", `watermark: 2026-11-01T00:00:00Z
browser: {allow_unsandboxed: true}
accounts:
  firm-harbor: {carrier: harbor, portal: "https://127.0.0.1:9"}
  other-harbor: {carrier: harbor, portal: "https://127.0.0.1:9"}
`)
	w.suspend(l, carriers.Blocked)
	said(t, w.must(exitDone, "pause", "firm-harbor", "--why", "new portal on Monday"),
		"Account firm-harbor is paused. A visit under way ends after its invoice.", "resume firm-harbor --why TEXT")
	out := w.must(exitDone, "pause", "--carrier", "harbor", "--why", "all of them")
	said(t, out, "Account firm-harbor is paused already, by ", ": new portal on Monday", "Account other-harbor is paused.")
	out = w.must(exitPerson, "status")
	said(t, out, "ACCOUNT firm-harbor IS HELD BACK since", "paused by ", ": new portal on Monday", "call the carrier", "resume firm-harbor --why TEXT")
	said(t, w.must(exitDone, "show", "INV-0001"), "held back     account firm-harbor: paused by ", ": new portal on Monday", "resume firm-harbor")

	out = w.must(exitPerson, "resume", "firm-harbor", "--why", "it is Tuesday")
	said(t, out, "Account firm-harbor is not paused any more.", "It is still held back since", "password is not right", "call the carrier")
	item, err := l.Account(t.Context(), "firm-harbor")
	if err != nil || item.Suspended == nil || item.Paused != nil {
		t.Fatalf("%+v, %v", item, err)
	}
	out = w.must(exitPerson, "resume", "--carrier", "harbor", "--why", "all of them")
	said(t, out, "Account firm-harbor is not paused.", "still held back", "Account other-harbor is not paused any more.")
	if item, err = l.Account(t.Context(), "firm-harbor"); err != nil || item.Suspended == nil {
		t.Errorf("resume --carrier lets a refused login be tried again: %+v, %v", item, err)
	}
	said(t, w.must(exitDone, "resume", "firm-harbor", "--why", "they let us in"), "Account firm-harbor may be visited again.")
	w.must(exitFailed, "resume", "firm-harbor", "--why", "again")
	said(t, w.err.String(), "is not held back by the ledger")
}

// No visit is made to a paused account, and nobody calls that a failure.
func TestRunOfAPausedAccount(t *testing.T) {
	w := newWorld(t)
	l := w.filled(ready())
	w.must(exitDone, "pause", "firm-harbor", "--why", "new portal on Monday")
	said(t, w.must(exitPerson, "run"), "Nothing is due.")
	said(t, w.err.String(), "account firm-harbor is paused by ", "new portal on Monday", "To go on: ", "resume firm-harbor --why TEXT")
	if s, _ := w.told(l, "INV-0001"); s.Version != 1 {
		t.Errorf("version %d", s.Version)
	}
}

func waiting() submission.Revision { return submission.Revision{State: submission.Ready} }

// What a rerun makes of each state, first told and then done.
func TestRerun(t *testing.T) {
	sent := undecided()
	sent.Attempts = unsure().Attempts
	w := newWorld(t)
	l := w.filled(waiting(), unsure(), taken(), undecided(), sent, rejected(), accepted(), submission.Revision{State: submission.Quarantined, Needs: carriers.Biller},
		submission.Revision{State: submission.Cancelled}, ready(), ready())
	w.later(l, "INV-0001", "INV-0002", "INV-0003")
	w.must(exitDone, "hold", "INV-0010", "--why", "disputed")
	want := map[string]string{
		"INV-0001": "ready ready planned", "INV-0002": "uncertain uncertain planned", "INV-0003": "submitted submitted planned",
		"INV-0004": "needs_person ready planned", "INV-0005": "needs_person uncertain planned", "INV-0006": "rejected ready planned",
		"INV-0007": "accepted accepted left", "INV-0008": "quarantined quarantined needs-somebody", "INV-0009": "cancelled cancelled left",
		"INV-0010": "ready ready needs-somebody", "INV-0011": "ready ready left",
	}
	everything := []string{"rerun", "--account", "firm-harbor", "--json"}
	for _, state := range stateNames() {
		everything = append(everything, "--state", state)
	}
	before := w.versions(l)
	w.compare("dry run", w.must(exitPerson, append(everything, "--dry-run")...), want)
	if after := w.versions(l); after != before {
		t.Errorf("a dry run wrote: %s, was %s", after, before)
	}
	for number, line := range want {
		want[number] = strings.Replace(line, "planned", "done", 1)
	}
	w.compare("rerun", w.must(exitPerson, append(everything, "--why", "the portal is back")...), want)
	due, err := l.Due(t.Context(), "firm-harbor", 99)
	if err != nil || len(due) != 7 {
		t.Errorf("due are %d, %v", len(due), err)
	}
	if _, e := w.told(l, "INV-0006"); e.Row != 28 || e.Why != "the portal is back" {
		t.Errorf("the history has %+v", e)
	}
	out := w.must(exitDone, "rerun", "INV-0001", "INV-0007", "--why", "x")
	said(t, out, "INVOICE", "BECOMES", "it is due: the next run takes it", "the carrier has it: nothing is to be done", "0 invoices rerun; 2 left as they are")
}

// later puts invoices off.
func (w *world) later(l *ledger.Ledger, numbers ...string) {
	w.t.Helper()
	owner := w.holder()
	for _, n := range numbers {
		s, _ := w.told(l, n)
		_, c, err := l.Claim(w.t.Context(), s.ID, owner, ttl)
		if err == nil {
			_, err = l.Move(w.t.Context(), c, submission.Event{Kind: submission.Postponed, Actor: submission.ByVisit, NotBefore: time.Now().Add(ttl)})
		}
		if err == nil {
			err = l.Release(w.t.Context(), c)
		}
		if err != nil {
			w.t.Fatal(err)
		}
	}
}

func (w *world) versions(l *ledger.Ledger) string {
	w.t.Helper()
	list, err := l.List(w.t.Context(), ledger.Query{})
	if err != nil {
		w.t.Fatal(err)
	}
	var text string
	for _, sum := range list {
		s, err := l.Get(w.t.Context(), sum.ID)
		if err != nil {
			w.t.Fatal(err)
		}
		text += fmt.Sprint(s.Version, " ")
	}
	return text
}

// compare checks the lines of a rerun: state, what it becomes, and the outcome.
func (w *world) compare(what, out string, want map[string]string) {
	w.t.Helper()
	got := map[string]string{}
	for text := range strings.Lines(out) {
		var l rerunStep
		if err := json.Unmarshal([]byte(text), &l); err != nil {
			w.t.Fatal(err)
		}
		if l.Text == "" || l.ID == "" || l.Account == "" || l.Carrier == "" {
			w.t.Errorf("%s: a line lacks something: %s", what, text)
		}
		got[l.Invoice] = fmt.Sprintf("%s %s %s", l.State, l.Becomes, l.Outcome)
	}
	for number, line := range want {
		if got[number] != line {
			w.t.Errorf("%s: %s is %q, want %q", what, number, got[number], line)
		}
	}
	if len(got) != len(want) {
		w.t.Errorf("%s: %d lines, want %d", what, len(got), len(want))
	}
}

// What is being sent is refused, and the rest goes on.
func TestRerunOfWhatIsBeingSent(t *testing.T) {
	w := newWorld(t)
	l := w.filled(waiting(), waiting(), unsure())
	w.later(l, "INV-0002", "INV-0003")
	owner := w.holder()
	s, _ := w.told(l, "INV-0001")
	_, c, err := l.Claim(t.Context(), s.ID, owner, ttl)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	if _, err := l.Move(t.Context(), c, submission.Event{Kind: submission.Intended, Actor: submission.ByGate, Look: &submission.Look{At: now},
		Attempt: &submission.Attempt{ID: "1", SHA: s.Current().Object.SHA, SettleUntil: now.Add(ttl)}}); err != nil {
		t.Fatal(err)
	}
	looked, _ := w.told(l, "INV-0003")
	if _, _, err := l.Claim(t.Context(), looked.ID, owner, ttl); err != nil {
		t.Fatal(err)
	}
	out := w.must(exitFailed, "rerun", "--account", "firm-harbor", "--json", "--why", "x")
	w.compare("rerun", out, map[string]string{"INV-0001": "submitting submitting refused", "INV-0002": "ready ready done", "INV-0003": "uncertain uncertain refused"})
	said(t, out, "it is being sent at this moment", "it is being worked on at this moment: rerun it when that is done")
}

// Many invoices are rerun only when somebody says so.
func TestRerunOfMany(t *testing.T) {
	revs := make([]submission.Revision, askAbove+1)
	for i := range revs {
		revs[i] = undecided()
	}
	w := newWorld(t)
	l := w.filled(revs...)
	before := w.versions(l)
	line := []string{"rerun", "--state", "needs_person", "--why", "x"}
	w.must(exitUsage, line...)
	said(t, w.err.String(), "21 invoices would be rerun, and nobody can be asked", "--dry-run", "--yes")
	w.secret = func(string) (string, error) { return "", nil } // somebody sits at a terminal
	for _, answer := range []string{"no\n", "", "y\n"} {
		w.in = strings.NewReader(answer)
		w.must(exitFailed, line...)
		said(t, w.err.String(), "21 invoices are rerun. Type yes to go on: ", "nothing was done")
	}
	if after := w.versions(l); after != before {
		t.Errorf("nobody said yes, and something was done: %s", after)
	}
	w.in = strings.NewReader("yes\n")
	said(t, w.must(exitDone, line...), "21 invoices rerun; 0 left as they are, 0 refused", "A run that watches takes them up")
}

// What is rerun is what all filters name; rejected ones only where they are named.
func TestRerunFilters(t *testing.T) {
	w := newWorld(t)
	l := w.filled(undecided(), rejected(), accepted(), undecided())
	s, _ := w.told(l, "INV-0004")
	old := s
	old.Version, old.CreatedAt = s.Version+1, noon.AddDate(0, -1, 0)
	w.overwrite(old)
	for line, want := range map[string]string{
		"--account firm-harbor":                     "INV-0001 INV-0004",
		"--carrier harbor":                          "INV-0001 INV-0004",
		"--state rejected":                          "INV-0002",
		"INV-0002 INV-0003":                         "INV-0002 INV-0003",
		"INV-0002 INV-0003 --state rejected":        "INV-0002",
		"--month 2026-11":                           "INV-0001",
		"--month 2026-10":                           "INV-0004",
		"--since 2026-11-20":                        "INV-0001",
		"--until 2026-11-19":                        "INV-0004",
		"--since 2026-10-22 --until 2026-10-22":     "INV-0004",
		"--month 2026-12":                           "",
		"--month 2026-11 --state accepted,rejected": "INV-0002 INV-0003",
	} {
		var got []string
		code := w.run(append([]string{"rerun", "--dry-run", "--json"}, strings.Fields(line)...)...)
		for text := range strings.Lines(w.out.String()) {
			var step rerunStep
			if err := json.Unmarshal([]byte(text), &step); err != nil {
				t.Fatal(err)
			}
			got = append(got, step.Invoice)
		}
		if strings.Join(got, " ") != want || code != exitDone {
			t.Errorf("rerun %s: %v, exit %d, want %s", line, got, code, want)
		}
	}
	said(t, w.must(exitDone, "rerun", "--dry-run", "--month", "2026-12"), "There is no such invoice.")
}

// overwrite stores s as it is.
func (w *world) overwrite(s submission.Submission) {
	w.t.Helper()
	item, err := json.Marshal(s)
	if err != nil {
		w.t.Fatal(err)
	}
	w.statement(fmt.Sprintf("UPDATE submission SET version = %d, item = '%s' WHERE id = '%s'",
		s.Version, strings.ReplaceAll(string(item), "'", "''"), s.ID))
}
