package seed

import (
	"context"
	"fmt"
	"strings"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
	"example.com/lodge/ledes"
)

// Bulk stores years of submissions one by one as they ended, without their
// histories: n of them, the last arriving at o.Month, of which one in fifty
// needs somebody. Through an engine on a disk a million take an hour, in memory
// some minutes.
func Bulk(ctx context.Context, e ledger.Engine, o Options) error {
	for i := range o.Invoices {
		s := ended(i, o)
		entry := submission.Entry{Seq: 1, Row: 1, To: submission.Ready,
			Event: submission.Event{Kind: submission.Arrived, At: s.CreatedAt, Revision: 1}}
		if err := e.Store(ctx, s, []submission.Entry{entry}); err != nil {
			return fmt.Errorf("seed: submission %d: %w", i, err)
		}
	}
	return nil
}

// ended is the ith submission.
func ended(i int, o Options) submission.Submission {
	account := o.Accounts[i%len(o.Accounts)]
	n := fmt.Sprintf("%s-%07d", initials(account.Name), i) // no number that Month gives
	s := submission.New(submission.Key{Account: account.Name, LawFirmID: "43-2987655", ClientID: clients()[i%3], Number: n}, account.Carrier)
	at := o.Month.Add(-time.Duration(o.Invoices-i) * time.Minute)
	s.Version, s.Seq, s.CreatedAt, s.UpdatedAt = 1, 1, at, at.Add(time.Hour)
	r := submission.Revision{
		Number: 1, State: submission.Accepted, Since: at.Add(time.Hour), Date: at.AddDate(0, -1, 0).Truncate(24 * time.Hour),
		Total: ledes.Cents(int64(10_000 + i)), Why: "the carrier's site accepted it", ReceivedAt: at.Add(time.Hour),
		Object: submission.Object{Name: "inbox/" + n + ".txt", SHA: n, Canon: n},
		Receipt: carriers.Receipt{Number: fmt.Sprint(730_000 + i), Status: "Accepted", State: carriers.StateAccepted,
			Text: "Your invoice was accepted."},
	}
	r.Attempts = []submission.Attempt{{ID: n, IntendedAt: at.Add(time.Minute), Request: "POST /invoices/upload", Outcome: "HTTP 303"}}
	obstruct(&r, i, n)
	s.Revisions = []submission.Revision{r}
	return s
}

// obstruct gives one in fifty to somebody; a few of the others wait.
func obstruct(r *submission.Revision, i int, number string) {
	kind := i / 50 % 20 // of those that need somebody, and so of 40 accounts by turns
	switch {
	case i%50 != i/997%50 && i%1000 == 3:
		r.State = submission.Ready
	case i%50 != i/997%50:
	case kind < 14:
		words := strings.ReplaceAll(reasons()[kind%len(reasons())], "NUMBER", number)
		r.State, r.Needs, r.Receipt = submission.Rejected, carriers.Biller, carriers.Receipt{Text: words, State: carriers.StateRejected}
	case kind < 16:
		r.State, r.Needs, r.Why, r.Attempts = submission.Quarantined, carriers.Biller, torns()[kind%3], nil
	case kind < 19:
		r.State, r.Needs, r.Why = submission.NeedsPerson, carriers.Operator, unclears()[kind%2]
	default:
		r.State, r.Needs, r.Why = submission.NeedsPerson, carriers.Author, `site-changed: no button "Submit invoice"`
	}
}
