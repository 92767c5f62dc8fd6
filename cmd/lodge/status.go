package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/backup"
	"example.com/lodge/internal/config"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
	"example.com/lodge/internal/visit"
)

// A filter chooses submissions. Empty fields do not restrict.
type filter struct {
	account, carrier, invoice, needs string

	like   string // an invoice: what needs somebody for the same reason
	states []string
	late   bool // what is late or soon will be
	limit  int  // 0: all
}

// chooses says whether f asks for a list of invoices rather than for the overview.
func (f filter) chooses() bool {
	return len(f.states) > 0 || f.needs != "" || f.invoice != "" || f.like != "" || f.late
}

// shownAtMost is how many submissions a table shows where nobody says.
const shownAtMost = 50

func (a *app) statusCommand() *cobra.Command {
	f := filter{}
	var asJSON, perAccount bool
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Tell who must do what, and what has become of all invoices",
		Long: `Tell what needs somebody: what will soon be late, what holds accounts back, and
by who acts what is obstructed. The biller mends invoices, the operator runs
Lodge, the author mends carriers. Invoices that wait for the same reason are one
line, those that have waited longest first.

With --needs, --like, --late, --state or --invoice it lists invoices, all of
them, or with --state the first ` + fmt.Sprint(shownAtMost) + `.
States are ` + strings.Join(stateNames()[:5], ", ") + `,
` + strings.Join(stateNames()[5:], ", ") + `.
The exit code is 3 if what was asked for needs somebody.`,
		Example: `  lodge status
  lodge status --like INV-1042      all that wait for the same reason
  lodge status --state accepted --account firm-harbor --limit 20
  lodge status --json | jq -r 'select(.needs == "biller") | .invoice'`,
		Args: none,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !cmd.Flags().Changed("limit") && (asJSON || f.needs != "" || f.like != "" || f.late) {
				f.limit = 0
			}
			return a.status(cmd.Context(), f, perAccount, asJSON)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.account, "account", "", "only of this `account`")
	flags.StringVar(&f.carrier, "carrier", "", "only of this `carrier`")
	flags.StringVar(&f.invoice, "invoice", "", "only this invoice `number`")
	flags.StringVar(&f.needs, "needs", "", "only what needs this `person`: biller, operator, author or any")
	flags.StringVar(&f.like, "like", "", "only what waits for the same reason as this `invoice`")
	flags.BoolVar(&f.late, "late", false, "only what is late by the carrier's days, or will be within a week")
	flags.StringSliceVar(&f.states, "state", nil, "only in this `state`; may be given several times")
	flags.IntVar(&f.limit, "limit", shownAtMost, "show at most `N` invoices, 0 for all")
	flags.BoolVar(&perAccount, "by-account", false, "count what has become of all by account")
	flags.BoolVar(&asJSON, "json", false, "one JSON object a line")
	return cmd
}

// visits says whether a site is one that f asks about.
func (f filter) visits(c config.Config, site ledger.SiteName) bool {
	if acc, err := c.Account(f.account); f.account != "" && (err != nil || visit.SiteOf(acc) != site) {
		return false
	}
	return f.carrier == "" || f.carrier == site.Carrier
}

func stateNames() []string {
	var names []string
	for _, s := range submission.States() {
		names = append(names, string(s))
	}
	return names
}

// check finds what was mistyped: it would show nothing and look like good news.
func (f filter) check() error {
	for _, s := range f.states {
		if !slices.Contains(stateNames(), s) {
			return misused("there is no state %q: it is one of %s", s, strings.Join(stateNames(), ", "))
		}
	}
	if !slices.Contains([]string{"", "any", string(carriers.Biller), string(carriers.Operator), string(carriers.Author)}, f.needs) {
		return misused("--needs is biller, operator, author or any, and not %q", f.needs)
	}
	if f.limit < 0 {
		return misused("--limit is a number of invoices, and not %d", f.limit)
	}
	return nil
}

func (a *app) status(ctx context.Context, f filter, perAccount, asJSON bool) error {
	if err := f.check(); err != nil {
		return err
	}
	return a.reading(ctx, func(c config.Config, l *ledger.Ledger) error {
		held, err := a.troubles(ctx, c, l)
		if err != nil {
			return err
		}
		if f.account != "" {
			held = slices.DeleteFunc(held, func(t trouble) bool { return t.Account != f.account })
		}
		v := view{app: a, ledger: l, filter: f, held: held}
		if v.failing, err = a.failing(ctx, c, l); err != nil {
			return err
		}
		if v.untold, err = a.untold(ctx, c, l); err != nil {
			return err
		}
		v.ageing = slices.DeleteFunc(a.ageing(ctx, c), func(g ageing) bool {
			return f.account != "" && f.account != g.account || f.carrier != "" && f.carrier != g.carrier
		})
		v.failing = slices.DeleteFunc(v.failing, func(s failing) bool { return !f.visits(c, s.Name) })
		if v.now, err = l.Now(ctx); err != nil {
			return err
		}
		if v.deadlines, err = a.deadlinesOf(c); err != nil {
			return err
		}
		switch {
		case asJSON || f.chooses():
			return v.list(ctx, asJSON)
		case perAccount:
			return v.accounts(ctx)
		}
		v.begin = v.beginning(c)
		if c.AWS == nil {
			if err := v.tellRestored(c.State); err != nil {
				return err
			}
		}
		if err := v.tellStrays(ctx); err != nil {
			return err
		}
		return v.overview(ctx)
	})
}

// beginning says how something is filed where nothing has arrived yet.
func (a *app) beginning(c config.Config) string {
	switch {
	case len(c.Accounts) == 0:
		return "No account is set up yet: " + a.with("carriers") + " lists the carriers, and " + c.Path + " shows how an account looks."
	case c.AWS != nil:
		return "Put LEDES files into an account's inbox:\n  " + a.with("submit --account ACCOUNT FILE")
	}
	return "Put LEDES files into the account's folder of the inbox and type\n  " + a.with("run")
}

// tellRestored tells that all below is as it was when a backup was made, as long
// as nobody has looked what was sent since.
func (v *view) tellRestored(state string) error {
	marker, restored, err := backup.ReadMarker(state)
	if err != nil || !restored {
		return err
	}
	writeWrapped(v.out, "", fmt.Sprintf("RESTORED from a backup of %s: what was sent since is not known here. %s looks it up "+
		"before it files anything.", v.stamp(marker.MadeAt), v.with("run")), v.columns)
	return nil
}

// A view is what one status command looks at, at one time.
type view struct {
	*app
	ledger    *ledger.Ledger
	filter    filter
	held      []trouble
	failing   []failing
	ageing    []ageing
	untold    []untold
	strays    ledger.Strays
	begin     string              // how something is filed that has yet to arrive
	deadlines map[string]deadline // by account, where the carrier has one
	now       time.Time
	tellLike  bool // it has yet to be told how all of a line are listed
}
