package reconcile

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/submission"
)

// A Finding is what a look-up says about one invoice.
type Finding string

// The findings.
const (
	Absent   Finding = "absent"   // the site answered and holds nothing that counts
	Held     Finding = "held"     // one live row, and it is this invoice
	Refused  Finding = "refused"  // the site holds a refusal of what was sent
	Conflict Finding = "conflict" // a person must look
)

// Judge says what the rows of a history mean for inv: the finding, the row that it
// rests on, and why, for people. Rows that the site took in before since do not
// count as an answer to what was sent then; a zero since counts them all. It is
// the only place that compares a carrier's row with an invoice (docs/states.md,
// rows 6, 7, 13, 15, 16 and 51).
func Judge(inv carriers.Invoice, rows []carriers.Found, since time.Time) (Finding, carriers.Found, string) {
	var live, no, drafts []carriers.Found
	for _, r := range rows {
		if !SameNumber(r.Invoice, inv.Number) {
			return Conflict, r, fmt.Sprintf("the look-up brought a row of invoice %q: the author must mend Find", r.Invoice)
		}
		switch r.Receipt.State {
		case carriers.StateReceived, carriers.StateAccepted:
			live = append(live, r)
		case carriers.StateRejected:
			no = append(no, r)
		case carriers.StateDraft:
			drafts = append(drafts, r)
		default:
			return Conflict, r, fmt.Sprintf("the site's history shows a state that the carrier does not explain: %q", r.Receipt.Status)
		}
	}
	switch {
	case len(live) > 1:
		return Conflict, live[0], fmt.Sprintf("the site holds %d live rows for this invoice number", len(live))
	case len(live) == 1:
		if why := differs(inv, live[0]); why != "" {
			return Conflict, live[0], why
		}
		if older(live[0], since) {
			return Conflict, live[0], fmt.Sprintf("the site's row is of %s, before this revision was sent", live[0].At.UTC().Format(time.RFC3339))
		}
		return Held, live[0], ""
	}
	if r, ok := newest(no, since); ok {
		return Refused, r, ""
	}
	if len(drafts) > 0 {
		return Absent, drafts[0], "only a draft is there"
	}
	if r, ok := undated(no, since); ok {
		return Absent, r, "the site shows a refusal that may be of what was sent, or an older one"
	}
	return Absent, carriers.Found{}, ""
}

// SameNumber says whether a site's row is about an invoice number.
func SameNumber(shown, number string) bool {
	return strings.EqualFold(strings.TrimSpace(shown), number)
}

// differs says how a row is not this invoice. What a site does not show is not
// held against it.
func differs(inv carriers.Invoice, r carriers.Found) string {
	if r.HasAmount && r.Amount != inv.Total {
		return fmt.Sprintf("the site holds this invoice number with amount %s, the file says %s", r.Amount, inv.Total)
	}
	if r.Matter != "" && r.Matter != inv.Matter && r.Matter != inv.ClientMatter {
		return fmt.Sprintf("the site holds this invoice number on matter %q, the file says %q (client's %q)",
			r.Matter, inv.Matter, inv.ClientMatter)
	}
	return ""
}

// older says whether r is known to be from before since.
func older(r carriers.Found, since time.Time) bool {
	return !since.IsZero() && !r.At.IsZero() && r.At.Before(since.Add(-submission.Skew))
}

// newest is the latest refusal that answers what was sent at since. Without a
// since there was nothing to refuse; a refusal of no date proves nothing.
func newest(rows []carriers.Found, since time.Time) (carriers.Found, bool) {
	var best carriers.Found
	for _, r := range rows {
		if since.IsZero() || r.At.IsZero() || older(r, since) {
			continue
		}
		if best.At.IsZero() || r.At.After(best.At) {
			best = r
		}
	}
	return best, !best.At.IsZero()
}

// undated is a refusal of no date. It answers nothing for sure; but after something
// was sent it is not nothing either.
func undated(rows []carriers.Found, since time.Time) (carriers.Found, bool) {
	i := slices.IndexFunc(rows, func(r carriers.Found) bool { return !since.IsZero() && r.At.IsZero() })
	if i < 0 {
		return carriers.Found{}, false
	}
	return rows[i], true
}

// Refuses is a row that may be the carrier's refusal of what was sent at since.
func Refuses(inv carriers.Invoice, rows []carriers.Found, since time.Time) (carriers.Found, bool) {
	what, row, _ := Judge(inv, rows, since)
	return row, what == Refused || what == Absent && row.Receipt.State == carriers.StateRejected
}
