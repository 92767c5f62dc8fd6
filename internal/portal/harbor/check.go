package harbor

import (
	"fmt"
	"strings"
	"time"

	"example.com/lodge/internal/portal"
)

// What makes the portal reject an invoice, for whoever writes an inbox for it.
const (
	ClosedMatter         = "4711"   // CLIENT_MATTER_ID of a matter that was closed
	UnknownMatterPrefix  = "NEW-"   // CLIENT_MATTER_ID of matters that were never set up
	UnapprovedTimekeeper = "TK-404" // TIMEKEEPER_ID without an approved rate
	RefusedTask          = "X999"   // LINE_ITEM_TASK_CODE that is in no code set
	DaysToFile           = 730      // from INVOICE_DATE
)

// A rule finds what the portal rejects an invoice for; "" is nothing.
type rule func(d portal.Document, client, matter string, now time.Time) string

// rules are the portal's checks, in the order in which it tells of them. The
// wording follows what carriers' portals are known to say.
func rules() []rule {
	return []rule{
		func(d portal.Document, _, _ string, _ time.Time) string {
			return when(d.Matter == ClosedMatter, "Matter %s is closed. Invoices can no longer be posted to it.", d.Matter)
		},
		func(d portal.Document, _, _ string, _ time.Time) string {
			return when(d.Matter == "" || strings.HasPrefix(d.Matter, UnknownMatterPrefix),
				"Unable to find a match for the matter number %q.", d.Matter)
		},
		func(d portal.Document, _, _ string, _ time.Time) string {
			return when(d.Matters > 1, "Multi-matter invoices are not accepted.")
		},
		func(d portal.Document, client, _ string, _ time.Time) string {
			return when(!knownClient(d.Client) || !strings.EqualFold(d.Client, client),
				"The file's client %q is not the client %q that was chosen.", d.Client, client)
		},
		func(d portal.Document, _, matter string, _ time.Time) string {
			return when(d.Matter != strings.TrimSpace(matter), "The file's matter %s is not the matter %s that was entered.", d.Matter, matter)
		},
		func(d portal.Document, _, _ string, _ time.Time) string {
			return when(d.Firm == "", "Law Firm ID (TIN) is missing from the invoice file.")
		},
		func(d portal.Document, _, _ string, now time.Time) string {
			return when(now.Sub(d.Date) > DaysToFile*24*time.Hour,
				"The invoice cannot be accepted as it is past due: its date is more than %d days ago.", DaysToFile)
		},
		func(d portal.Document, _, _ string, _ time.Time) string {
			return when(d.Total != d.Sum, "INVOICE_TOTAL %s is not the sum of the line items, %s.", d.Total, d.Sum)
		},
		timekeepers,
		tasks,
	}
}

func timekeepers(d portal.Document, _, _ string, _ time.Time) string {
	for _, l := range d.Lines {
		if l.Timekeeper == UnapprovedTimekeeper {
			return fmt.Sprintf("Line %d: timekeeper %s is not approved for this matter.", l.Physical, l.Timekeeper)
		}
	}
	return ""
}

func tasks(d portal.Document, _, _ string, _ time.Time) string {
	for _, l := range d.Lines {
		if l.Task == RefusedTask {
			return fmt.Sprintf("Line %d: task code %s is not a UTBMS code.", l.Physical, l.Task)
		}
	}
	return ""
}

// check applies every rule.
func (s *site) check(d portal.Document, client, matter string) []string {
	var reasons []string
	for _, r := range rules() {
		if why := r(d, client, matter, s.Now()); why != "" {
			reasons = append(reasons, why)
		}
	}
	return reasons
}

func when(wrong bool, format string, args ...any) string {
	if !wrong {
		return ""
	}
	return fmt.Sprintf(format, args...)
}
