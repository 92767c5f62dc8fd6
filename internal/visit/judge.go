package visit

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/submission"
)

// finding is what a look-up says about one invoice.
type finding string

const (
	absent   finding = "absent"   // the site answered and holds nothing that counts
	held     finding = "held"     // one live row, and it is this invoice
	refused  finding = "refused"  // the site holds a refusal of what was sent
	conflict finding = "conflict" // a person must look
)

// judge says what the rows of a history mean for inv. Rows that the site took
// in before since do not count as an answer to what was sent then; a zero since
// counts them all. It is the only place that compares a carrier's row with an
// invoice (docs/states.md, rows 6, 7, 13 and 15).
func judge(inv carriers.Invoice, rows []carriers.Found, since time.Time) (finding, carriers.Found, string) {
	var live, no, drafts []carriers.Found
	for _, r := range rows {
		if !sameNumber(r.Invoice, inv.Number) {
			return conflict, r, fmt.Sprintf("the look-up brought a row of invoice %q: the author must mend Find", r.Invoice)
		}
		switch r.Receipt.State {
		case carriers.StateReceived, carriers.StateAccepted:
			live = append(live, r)
		case carriers.StateRejected:
			no = append(no, r)
		case carriers.StateDraft:
			drafts = append(drafts, r)
		default:
			return conflict, r, fmt.Sprintf("the site's history shows a state that the carrier does not explain: %q", r.Receipt.Status)
		}
	}
	switch {
	case len(live) > 1:
		return conflict, live[0], fmt.Sprintf("the site holds %d live rows for this invoice number", len(live))
	case len(live) == 1:
		if why := differs(inv, live[0]); why != "" {
			return conflict, live[0], why
		}
		if older(live[0], since) {
			return conflict, live[0], fmt.Sprintf("the site's row is of %s, before this revision was sent", live[0].At.UTC().Format(time.RFC3339))
		}
		return held, live[0], ""
	}
	if r, ok := newest(no, since); ok {
		return refused, r, ""
	}
	if len(drafts) > 0 {
		return absent, drafts[0], "only a draft is there"
	}
	if r, ok := undated(no, since); ok {
		return absent, r, "the site's refusal has no date: it may be that of what was sent"
	}
	return absent, carriers.Found{}, ""
}

// sameNumber says whether a site's row is about an invoice number.
func sameNumber(shown, number string) bool {
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
	what, row, _ := judge(inv, rows, since)
	return row, what == refused || what == absent && row.Receipt.State == carriers.StateRejected
}

// Judge is by what visits go, for those who check the protocol without a browser:
// what the rows of a history mean for an invoice ("absent", "held", "refused" or
// "conflict"), which row says so, and why. Of rows before since it is not an answer.
func Judge(inv carriers.Invoice, rows []carriers.Found, since time.Time) (string, carriers.Found, string) {
	what, row, why := judge(inv, rows, since)
	return string(what), row, why
}
