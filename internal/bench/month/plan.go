package month

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"time"

	"example.com/lodge/internal/bench/scene"
	"example.com/lodge/internal/portal"
	"example.com/lodge/internal/portal/harbor"
	"example.com/lodge/ledes"
)

// A fate is what the site does with one invoice.
type fate struct {
	name  string
	share float64                              // of all invoices
	spoil func(inv *ledes.Invoice)             // what makes the site refuse it; nil: nothing
	fault func(random *rand.Rand) portal.Fault // what befalls its upload; nil: nothing
}

// fates are what a month holds besides invoices that are simply accepted. The
// refusals add up to 7 %, which is what carriers are said to reject.
func fates() []fate {
	return []fate{
		{"matter closed", 0.025, matter(harbor.ClosedMatter), nil},
		{"matter unknown", 0.025, matter(harbor.UnknownMatterPrefix + "88"), nil},
		{"timekeeper not approved", 0.02, timekeeper, nil},
		{"taken in, connection reset", 0.01, nil, befalls(portal.ResetAfter, 0, 0)},
		{"taken in, connection closed", 0.005, nil, befalls(portal.CloseAfter, 0, 0)},
		{"taken in, 408", 0.005, nil, befalls(portal.TimeoutAfter, 0, 0)},
		{"taken in, 500", 0.005, nil, befalls(portal.BrokenAfter, 0, 0)},
		{"taken in, answered 20 s later", 0.005, nil, befalls(portal.HangAfter, 20*time.Second, 20*time.Second)},
		{"the history lags", 0.03, nil, befalls(portal.Lag, time.Minute, 4*time.Minute)},
		{"processed for minutes", 0.02, nil, befalls(portal.Late, time.Minute, 4*time.Minute)},
		{"accepted, rejected minutes later", 0.01, nil, befalls(portal.RejectedLate, time.Minute, 2*time.Minute)},
		{"no confirmation in the history", 0.01, nil, befalls(portal.Unconfirmed, 0, 0)},
	}
}

func matter(number string) func(*ledes.Invoice) {
	return func(inv *ledes.Invoice) {
		inv.ClientMatter = number
		for i := range inv.Lines {
			inv.Lines[i].ClientMatter = number
		}
	}
}

func timekeeper(inv *ledes.Invoice) {
	inv.Lines[0].Timekeeper = ledes.Timekeeper{ID: harbor.UnapprovedTimekeeper, Name: "Finch, Morgan", Class: "ASSOC"}
}

// befalls is a fault of one kind that lasts from least to most.
func befalls(what portal.What, least, most time.Duration) func(*rand.Rand) portal.Fault {
	return func(random *rand.Rand) portal.Fault {
		f := portal.Fault{What: what}
		if most > 0 {
			f.For = portal.Duration(least + time.Duration(random.Int64N(int64(most-least)+1)))
		}
		return f
	}
}

// draw picks the fate of one invoice; nil is to be accepted.
func draw(random *rand.Rand) *fate {
	at := random.Float64()
	for _, f := range fates() {
		if at -= f.share; at < 0 {
			return &f
		}
	}
	return nil
}

// An invoice is one of the month's.
type invoice struct {
	account string
	number  string
	portal  int
	fate    string // "" is to be accepted
}

// fill puts an account's invoices into its inbox, and returns them with the
// faults that the portal is to have for them.
func fill(random *rand.Rand, l *scene.Lodge, account string, site, n int) ([]invoice, []portal.Fault, error) {
	drawn := make([]*fate, n)
	for i := range drawn {
		drawn[i] = draw(random)
	}
	papers, err := scene.Papers(l.Inbox(account), "M"+account[len(account)-2:], n, func(i int, inv *ledes.Invoice) {
		if f := drawn[i]; f != nil && f.spoil != nil {
			f.spoil(inv)
		}
	})
	if err != nil {
		return nil, nil, err
	}
	var list []invoice
	var faults []portal.Fault
	for i, p := range papers {
		inv := invoice{account: account, number: p.Number, portal: site}
		if f := drawn[i]; f != nil {
			inv.fate = f.name
			if f.fault != nil {
				fault := f.fault(random)
				fault.Invoice = p.Number
				faults = append(faults, fault)
			}
		}
		list = append(list, inv)
	}
	return list, faults, nil
}

// A plan is the month: who files what where.
type plan struct {
	lodge    *scene.Lodge
	portals  []*scene.Portal
	faults   [][]portal.Fault // of single invoices, by portal
	invoices []invoice
}

// seed makes every month the same.
const seed = 2000

// makePlan starts the portals, furnishes Lodge and fills its inbox.
func makePlan(ctx context.Context, o Options) (*plan, error) {
	p := &plan{faults: make([][]portal.Fault, o.Portals)}
	users := make([][]scene.User, o.Portals)
	var accounts []scene.Account
	for i := range o.Accounts {
		u := scene.NewUser(fmt.Sprintf("user-%02d", i+1))
		users[i%o.Portals] = append(users[i%o.Portals], u)
		accounts = append(accounts, scene.Account{Name: fmt.Sprintf("firm-%02d", i+1), User: u})
	}
	for i := range o.Portals {
		site, err := scene.StartPortal(ctx, o.Self("portal"), filepath.Join(o.Dir, fmt.Sprintf("portal-%d", i+1)), users[i])
		if err != nil {
			return p, err
		}
		p.portals = append(p.portals, site)
	}
	for i := range accounts {
		accounts[i].Portal = p.portals[i%o.Portals]
	}
	var err error
	if p.lodge, err = scene.Furnish(ctx, o.Lodge, filepath.Join(o.Dir, "lodge"), accounts, o.Visits); err != nil {
		return p, err
	}
	random := rand.New(rand.NewPCG(seed, uint64(o.Invoices))) //nolint:gosec // invented troubles, the same on every machine
	for i, a := range accounts {
		n := (i+1)*o.Invoices/o.Accounts - i*o.Invoices/o.Accounts
		list, faults, err := fill(random, p.lodge, a.Name, i%o.Portals, n)
		if err != nil {
			return p, err
		}
		p.invoices = append(p.invoices, list...)
		p.faults[i%o.Portals] = append(p.faults[i%o.Portals], faults...)
	}
	for i, site := range p.portals {
		if err := site.AddFaults(ctx, p.faults[i]...); err != nil {
			return p, err
		}
	}
	return p, nil
}
