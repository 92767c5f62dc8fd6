package reconcile_test

import (
	"strings"
	"testing"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/reconcile"
	"example.com/lodge/internal/submission"
	"example.com/lodge/ledes"
)

// TestJudge has a case for each rule by which a look-up can go wrong: dropping
// any of them files an invoice twice, or claims one that is not ours.
func TestJudge(t *testing.T) {
	sent := time.Date(2026, 11, 2, 15, 4, 0, 0, time.UTC)
	inv := carriers.Invoice{Number: "INV-7", Matter: "M-1", ClientMatter: "CL-9", Total: ledes.Cents(125_00)}
	row := func(state carriers.ReceiptState, change ...func(*carriers.Found)) carriers.Found {
		f := carriers.Found{Invoice: "INV-7", Matter: "CL-9", Amount: ledes.Cents(125_00), HasAmount: true, At: sent.Add(time.Minute),
			Receipt: carriers.Receipt{Number: "C1", State: state}}
		for _, c := range change {
			c(&f)
		}
		return f
	}
	amount := func(cents int64) func(*carriers.Found) {
		return func(f *carriers.Found) { f.Amount = ledes.Cents(cents) }
	}
	at := func(when time.Time) func(*carriers.Found) { return func(f *carriers.Found) { f.At = when } }
	matter := func(m string) func(*carriers.Found) { return func(f *carriers.Found) { f.Matter = m } }
	number := func(n string) func(*carriers.Found) { return func(f *carriers.Found) { f.Invoice = n } }
	before := at(sent.Add(-submission.Skew - time.Second))

	for _, c := range []struct {
		name  string
		rows  []carriers.Found
		since time.Time
		want  reconcile.Finding
		why   string
	}{
		{"nothing there", nil, sent, reconcile.Absent, ""},
		{"accepted", []carriers.Found{row(carriers.StateAccepted)}, sent, reconcile.Held, ""},
		{"received", []carriers.Found{row(carriers.StateReceived)}, sent, reconcile.Held, ""},
		{"found before anything was sent", []carriers.Found{row(carriers.StateAccepted, before)}, time.Time{}, reconcile.Held, ""},
		{"the site's clock is a little behind", []carriers.Found{row(carriers.StateAccepted, at(sent.Add(-time.Minute)))}, sent, reconcile.Held, ""},
		{"the site shows no time", []carriers.Found{row(carriers.StateAccepted, at(time.Time{}))}, sent, reconcile.Held, ""},
		{"by the law firm's matter", []carriers.Found{row(carriers.StateAccepted, matter("M-1"))}, sent, reconcile.Held, ""},
		{"the site shows no matter", []carriers.Found{row(carriers.StateAccepted, matter(""))}, sent, reconcile.Held, ""},
		{"blanks and case of the number", []carriers.Found{row(carriers.StateAccepted, number(" inv-7 "))}, sent, reconcile.Held, ""},
		{"another amount", []carriers.Found{row(carriers.StateAccepted, amount(125_01))}, sent, reconcile.Conflict, "amount 125.01"},
		{"another matter", []carriers.Found{row(carriers.StateAccepted, matter("CL-8"))}, sent, reconcile.Conflict, `matter "CL-8"`},
		{"two live rows", []carriers.Found{row(carriers.StateAccepted), row(carriers.StateReceived)}, sent, reconcile.Conflict, "2 live rows"},
		{"a live row from before", []carriers.Found{row(carriers.StateAccepted, before)}, sent, reconcile.Conflict, "before this revision was sent"},
		{"another invoice's row", []carriers.Found{row(carriers.StateAccepted, number("INV-70"))}, sent, reconcile.Conflict, "INV-70"},
		{"a state nobody explains", []carriers.Found{row("odd")}, sent, reconcile.Conflict, "does not explain"},
		{"refused", []carriers.Found{row(carriers.StateRejected)}, sent, reconcile.Refused, ""},
		{"refused before anything was sent", []carriers.Found{row(carriers.StateRejected)}, time.Time{}, reconcile.Absent, ""},
		{"refused earlier", []carriers.Found{row(carriers.StateRejected, before)}, sent, reconcile.Absent, ""},
		{"refused at no known time", []carriers.Found{row(carriers.StateRejected, at(time.Time{}))}, sent, reconcile.Absent, "or an older one"},
		{"refused at no known time, nothing sent", []carriers.Found{row(carriers.StateRejected, at(time.Time{}))}, time.Time{}, reconcile.Absent, ""},
		{"refused, then accepted", []carriers.Found{row(carriers.StateRejected), row(carriers.StateAccepted)}, sent, reconcile.Held, ""},
		{"only a draft", []carriers.Found{row(carriers.StateDraft)}, sent, reconcile.Absent, "draft"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, _, why := reconcile.Judge(inv, c.rows, c.since)
			if got != c.want || !strings.Contains(why, c.why) {
				t.Errorf("%s (%q), want %s (%q)", got, why, c.want, c.why)
			}
		})
	}
}

// TestRefuses: what was sent before and may have been refused is not sent again.
func TestRefuses(t *testing.T) {
	sent := time.Date(2026, 11, 2, 15, 4, 0, 0, time.UTC)
	for _, c := range []struct {
		name  string
		state carriers.ReceiptState
		at    time.Time
		since time.Time
		want  bool
	}{
		{"since it was sent", carriers.StateRejected, sent.Add(time.Minute), sent, true},
		{"of no date", carriers.StateRejected, time.Time{}, sent, true},
		{"long before it was sent", carriers.StateRejected, sent.Add(-time.Hour), sent, false},
		{"never sent", carriers.StateRejected, sent, time.Time{}, false},
		{"a draft", carriers.StateDraft, sent.Add(time.Minute), sent, false},
		{"accepted", carriers.StateAccepted, sent.Add(time.Minute), sent, false},
	} {
		row := carriers.Found{Invoice: "INV-7", At: c.at, Receipt: carriers.Receipt{State: c.state}}
		if _, got := reconcile.Refuses(carriers.Invoice{Number: "INV-7"}, []carriers.Found{row}, c.since); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}
