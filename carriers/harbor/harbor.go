// Package harbor files invoices with Harbor Mutual through its vendor portal.
// Harbor Mutual does not exist: `lodge portal harbor` runs the portal.
package harbor

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/carriers/page"
	"example.com/lodge/ledes"
)

const (
	zone  = "America/New_York"          // of the times that the portal shows
	clock = "01/02/2006 3:04:05 PM MST" // how it writes them
)

// Carrier declares Harbor Mutual.
func Carrier() carriers.Carrier {
	return carriers.Carrier{
		Name:    "harbor",
		Title:   "Harbor Mutual",
		Portal:  "https://vendors.harbor-mutual.example",
		Owner:   "@lodge/harbor",
		Accepts: []ledes.Format{ledes.LEDES1998B},
		Secrets: []carriers.Secret{
			{Key: "username", Help: "vendor portal user; ask Harbor's vendor desk at (555) 010-0199"},
			{Key: "password", Help: "of that user; changed on the portal when it expires", MaxAge: 90 * 24 * time.Hour},
		},
		Limits:  carriers.Limits{Visits: 1, Timeout: 2 * time.Minute},
		Hours:   carriers.Hours{Zone: zone, DaysToFile: 730},
		Commits: []carriers.Request{{Method: "POST", Path: "/invoices/upload"}},
		History: carriers.History{SettleAfter: 5 * time.Minute},
		Open:    func(v carriers.Visit) carriers.Site { return &site{v} },
	}
}

type site struct{ carriers.Visit }

// or adds to signs what any page of the portal may turn into.
func or(signs ...page.Sign) []page.Sign {
	return append(signs,
		page.Bad(carriers.Unavailable, page.Text("h1", `service unavailable|scheduled maintenance|something went wrong`)),
		page.Bad(carriers.Unavailable, page.Text("[role=alert]", `your session has ended.*`)))
}

func (s *site) Login(ctx context.Context) error {
	return page.Do(ctx,
		page.Goto(s.URL("/login")),
		page.See(or(page.Good(page.Has("#username")))...),
		page.Fill(page.Label("User name"), s.Secret("username")),
		page.Fill(page.Label("Password"), s.Secret("password")),
		page.Click(page.Role("button", "Sign in")),
		page.See(or(
			page.Good(page.Text("h1", `welcome, `)),
			page.Bad(carriers.Credentials, page.Text("[role=alert]", `.*password is not right.*`)),
			page.Bad(carriers.ActionNeeded, page.Text("[role=alert]", `your account is locked.*`)),
			page.Bad(carriers.ActionNeeded, page.Text("h1", `your password has expired`)))...))
}

// Find reads all pages of a search, which tells every number that contains ours.
// While others file, rows move on, and one may be read twice.
func (s *site) Find(ctx context.Context, inv carriers.Invoice) ([]carriers.Found, error) {
	var found []carriers.Found
	var read, total int
	for n, pages := 1, 1; n <= pages; n++ {
		search := url.Values{"number": {inv.Number}, "page": {strconv.Itoa(n)}}
		if err := page.Do(ctx, page.Goto(s.URL("/invoices?"+search.Encode()))); err != nil {
			return nil, err
		}
		head, err := page.Await(ctx, or(page.Good(page.Text("#results",
			fmt.Sprintf(`^results for %s: (\d+ found, page %d of \d+)$`, page.Quote(inv.Number), n))),
			page.Bad(carriers.Unavailable, page.Text("h1", `sign in`)))...) // the session is over
		if err != nil {
			return nil, err
		}
		if _, err := fmt.Sscanf(head, "%d found, page %d of %d", &total, &n, &pages); err != nil {
			return nil, err
		}
		rows, err := page.Rows(ctx, "#invoices tbody tr",
			".number", ".matter", ".amount", ".received", ".by", ".state", ".confirmation", ".reason")
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			f, err := entry(row)
			if err != nil {
				return nil, carriers.Errorf(carriers.SiteChanged, "history row %q: %w", row, err)
			}
			if f.Invoice == inv.Number && !slices.Contains(found, f) {
				found = append(found, f)
			}
		}
		read += len(rows)
	}
	if read < total {
		return nil, carriers.Errorf(carriers.SiteChanged, "the history tells of %d invoices and shows %d", total, read)
	}
	return found, nil
}

// entry is what one row of the history says.
func entry(row []string) (f carriers.Found, err error) {
	f.Invoice, f.Matter, f.By, f.HasAmount = row[0], row[1], row[4], true
	f.Receipt = carriers.Receipt{Number: row[6], Status: row[5], Text: row[7], State: states()[row[5]]}
	if f.Receipt.State == "" {
		return f, fmt.Errorf("unknown status %q", row[5])
	}
	if f.Amount, err = ledes.ParseDisplayed(row[2]); err != nil {
		return f, err
	}
	eastern, err := time.LoadLocation(zone)
	if err != nil {
		return f, err
	}
	f.At, err = time.ParseInLocation(clock, row[3], eastern)
	return f, err
}

// states are the portal's words for the state of an invoice.
func states() map[string]carriers.ReceiptState {
	return map[string]carriers.ReceiptState{
		"Processing": carriers.StateReceived,
		"Accepted":   carriers.StateAccepted,
		"Rejected":   carriers.StateRejected,
	}
}

func (s *site) Submit(ctx context.Context, inv carriers.Invoice) (carriers.Receipt, error) {
	err := page.Do(ctx,
		page.Goto(s.URL("/invoices/new")),
		page.See(or(page.Good(page.Has("#upload")))...),
		page.Choose(page.Label("Client"), inv.ClientID),
		page.Fill(page.Label("Matter number"), cmp.Or(inv.ClientMatter, inv.Matter)),
		page.Attach("#file", inv.Path))
	if err != nil {
		return carriers.Receipt{}, err
	}
	if err := s.Commit(ctx, func(ctx context.Context) error {
		return page.Do(ctx, page.Click(page.Role("button", "Submit invoice")))
	}); err != nil {
		return carriers.Receipt{}, err
	}
	verdict := func(pattern string) page.Probe {
		return page.Text("#verdict", "^invoice "+page.Quote(inv.Number)+pattern)
	}
	sign, said, err := page.AwaitWhich(ctx, or(
		page.Good(verdict(` is accepted\. your confirmation number is (\d+)`)),
		page.Else(verdict(` is being processed.*`)),
		page.Bad(carriers.Rejected, verdict(` is rejected\. (.*)`)),
		page.Bad(carriers.Duplicate, verdict(` is refused as a duplicate\. (.*)`)))...)
	switch {
	case err != nil:
		return carriers.Receipt{}, err
	case sign == 0:
		return carriers.Receipt{Number: said, Status: "Accepted", State: carriers.StateAccepted}, nil
	default:
		return carriers.Receipt{Status: "Processing", Text: said, State: carriers.StateReceived}, nil
	}
}
