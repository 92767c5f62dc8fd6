package reconcile_test

import (
	"testing"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/reconcile"
)

// TestUnseen: a refusal that was there before an attempt is not the answer to it,
// however near to it in time.
func TestUnseen(t *testing.T) {
	sent := time.Date(2026, 11, 2, 15, 4, 0, 0, time.UTC)
	row := func(state carriers.ReceiptState, number string, at time.Time) carriers.Found {
		return carriers.Found{Invoice: "INV-7", At: at, Receipt: carriers.Receipt{State: state, Number: number}}
	}
	shortly := sent.Add(-time.Minute)
	for _, c := range []struct {
		name   string
		before []carriers.Found // at the look-before
		after  []carriers.Found
		want   reconcile.Finding
		doubt  bool // the refusal may be the answer
	}{
		{"it was there", []carriers.Found{row(carriers.StateRejected, "C1", shortly)},
			[]carriers.Found{row(carriers.StateRejected, "C1", shortly)}, reconcile.Absent, false},
		{"it was there under another date", []carriers.Found{row(carriers.StateRejected, "C1", shortly)},
			[]carriers.Found{row(carriers.StateRejected, "C1", sent)}, reconcile.Absent, false},
		{"another came", []carriers.Found{row(carriers.StateRejected, "C1", shortly)},
			[]carriers.Found{row(carriers.StateRejected, "C1", shortly), row(carriers.StateRejected, "C2", sent)}, reconcile.Refused, false},
		{"nothing was there", nil, []carriers.Found{row(carriers.StateRejected, "C1", shortly)}, reconcile.Refused, false},
		{"its draft was there", []carriers.Found{row(carriers.StateDraft, "C1", shortly)},
			[]carriers.Found{row(carriers.StateRejected, "C1", shortly)}, reconcile.Refused, false},
		{"it was there, and lives now", []carriers.Found{row(carriers.StateRejected, "C1", shortly)},
			[]carriers.Found{row(carriers.StateAccepted, "C1", shortly)}, reconcile.Held, false},
		{"without a number, of that time", []carriers.Found{row(carriers.StateRejected, "", shortly)},
			[]carriers.Found{row(carriers.StateRejected, "", shortly)}, reconcile.Absent, true},
		{"without a number, of another time", []carriers.Found{row(carriers.StateRejected, "", shortly)},
			[]carriers.Found{row(carriers.StateRejected, "", sent)}, reconcile.Refused, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			inv, rows := carriers.Invoice{Number: "INV-7"}, reconcile.Unseen(c.after, reconcile.Refusals(c.before))
			got, found, why := reconcile.Judge(inv, rows, sent)
			if doubt := got == reconcile.Absent && found.Receipt.State == carriers.StateRejected; got != c.want || doubt != c.doubt {
				t.Errorf("%s (%s), doubt %v; want %s, doubt %v", got, why, doubt, c.want, c.doubt)
			}
		})
	}
}
