// Package seed fills ledgers as months of work leave them, for tests,
// measurements and for trying commands. It is the same ledger for the same
// options. Nothing of it is in a release.
package seed

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
	"example.com/lodge/ledes"
)

// Options say what to fill a ledger with.
type Options struct {
	Accounts []Account
	Invoices int       // that arrive in the month
	Month    time.Time // its first moment
}

// An Account is one login at a carrier.
type Account struct{ Name, Carrier string }

// Accounts are n accounts named firm-NAME, which share the carriers by turns.
func Accounts(n int, carriers ...string) []Account {
	names := []string{"harbor", "keel", "anchor", "beacon", "cove", "delta", "ebb", "fathom", "gale", "haven"}
	var list []Account
	for i := range n {
		name := "firm-" + names[i%len(names)]
		if i >= len(names) {
			name += fmt.Sprint("-", 1+i/len(names))
		}
		list = append(list, Account{name, carriers[i%len(carriers)]})
	}
	return list
}

// Month lets o.Invoices arrive in a month and lets most of them be filed, all
// through the ledger's own rules, at times of that month. Of 2,000 about 150
// need somebody in the end.
func Month(ctx context.Context, e ledger.Engine, o Options) error {
	w := &world{Engine: e}
	t := &teller{
		world: w, ledger: ledger.New(w, clockOf{w}, w, submission.Limits{}),
		random: rand.New(rand.NewPCG(1998, uint64(o.Invoices))), month: o.Month, //nolint:gosec // the same on every machine
	}
	for i := range o.Invoices {
		if err := t.invoice(ctx, i, o); err != nil {
			return fmt.Errorf("seed: invoice %d: %w", i, err)
		}
	}
	return nil
}

// invoice lets one arrive and meet its fate.
func (t *teller) invoice(ctx context.Context, i int, o Options) error {
	account := o.Accounts[t.random.IntN(len(o.Accounts))]
	t.set(t.arrival())
	n := fmt.Sprintf("%s-%d", initials(account.Name), 10_400+i)
	key := submission.Key{Account: account.Name, LawFirmID: "43-2987655", ClientID: pick(t.random, clients()), Number: n}
	fate := t.fate()
	rev := t.revision(n, 1)
	if fate == torn {
		rev.State, rev.Findings = submission.Quarantined, []ledes.Finding{{Severity: ledes.Reject, Line: 3, Message: pick(t.random, torns())}}
	}
	r, err := t.ledger.Register(ctx, account.Carrier, key, rev, "intake")
	if err != nil {
		return err
	}
	story := story{teller: t, ctx: ctx, id: r.Submission.ID, key: key, carrier: account.Carrier, rev: rev}
	return story.tell(fate)
}

// arrival is a time of a working day, every third in the last days of the month,
// when lawyers close their books.
func (t *teller) arrival() time.Time {
	days := t.month.AddDate(0, 1, -1).Day()
	day := t.random.IntN(days)
	if t.random.IntN(3) == 0 {
		day = days - 1 - t.random.IntN(4)
	}
	at := t.month.AddDate(0, 0, day).Add(8*time.Hour + time.Duration(t.random.IntN(10*3600))*time.Second)
	for at.Weekday() == time.Saturday || at.Weekday() == time.Sunday {
		at = at.AddDate(0, 0, -1)
	}
	if at.Before(t.month) {
		at = at.AddDate(0, 0, 3)
	}
	return at
}

// revision is the nth version of an invoice's file: of the month before, or of
// two years ago, when a matter was forgotten.
func (t *teller) revision(number string, n int) submission.Revision {
	date := t.month.AddDate(0, 0, -1)
	if t.random.IntN(60) == 0 {
		date = t.month.AddDate(0, 0, t.random.IntN(40)-730)
	}
	name := fmt.Sprintf("%s v%d", number, n)
	return submission.Revision{
		State: submission.Ready, Matter: fmt.Sprintf("2026-%04d", t.random.IntN(400)), Format: ledes.LEDES1998B,
		Date:  time.Date(date.Year(), date.Month(), date.Day(), 0, 0, 0, 0, time.UTC),
		Total: ledes.Cents(12_000 + t.random.Int64N(1_900_000)),
		Object: submission.Object{Name: number + ".txt", Path: "staged/" + number, SHA: "sha of " + name, Canon: "canon of " + name,
			Size: 900 + t.random.Int64N(9000)},
	}
}
