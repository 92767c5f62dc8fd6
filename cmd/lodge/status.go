package main

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/config"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
)

// A filter chooses submissions. Empty fields do not restrict.
type filter struct {
	account, carrier, invoice, needs string
	states                           []string
	limit                            int // 0: all
}

// shownAtMost is how many submissions a table shows where nobody says.
const shownAtMost = 50

func (a *app) statusCommand() *cobra.Command {
	f := filter{}
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Tell who must do what, and what has become of all invoices",
		Long: `Tell what needs somebody, by who acts: the biller mends invoices, the operator
runs Lodge, the author mends carriers. Then count what has become of the rest.

With --state, --needs or --invoice it lists the invoices that were asked for.
States are ` + strings.Join(stateNames()[:5], ", ") + `,
` + strings.Join(stateNames()[5:], ", ") + `.
The exit code is 3 if what was asked for needs somebody.`,
		Example: `  lodge status
  lodge status --state accepted --account firm-harbor --limit 20
  lodge status --json | jq -r 'select(.needs == "biller") | .invoice'`,
		Args: none,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if asJSON && !cmd.Flags().Changed("limit") {
				f.limit = 0
			}
			return a.status(cmd.Context(), f, asJSON)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.account, "account", "", "only of this `account`")
	flags.StringVar(&f.carrier, "carrier", "", "only of this `carrier`")
	flags.StringVar(&f.invoice, "invoice", "", "only this invoice `number`")
	flags.StringVar(&f.needs, "needs", "", "only what needs this `person`: biller, operator, author or any")
	flags.StringSliceVar(&f.states, "state", nil, "only in this `state`; may be given several times")
	flags.IntVar(&f.limit, "limit", shownAtMost, "show at most `N` invoices, 0 for all; with --json all are the default")
	flags.BoolVar(&asJSON, "json", false, "one JSON object a line")
	return cmd
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

func (a *app) status(ctx context.Context, f filter, asJSON bool) error {
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
		if asJSON || len(f.states) > 0 || f.needs != "" || f.invoice != "" {
			return a.list(ctx, l, f, held, asJSON)
		}
		return a.overview(ctx, l, f, held)
	})
}

// A line is a submission in --json output. All keys are always there.
type line struct {
	ID           string           `json:"id"`
	Account      string           `json:"account"`
	Carrier      string           `json:"carrier"`
	Invoice      string           `json:"invoice"` // "" if the file could not be read so far
	Revision     int              `json:"revision"`
	State        submission.State `json:"state"`
	Hold         submission.Hold  `json:"hold"`
	Confirmation string           `json:"confirmation"`
	Text         string           `json:"text"`
	Attempts     int              `json:"attempts"`
	Needs        string           `json:"needs"`
	Found        bool             `json:"found"` // it was on the site before Lodge sent anything
	File         string           `json:"file"`
	UpdatedAt    time.Time        `json:"updated_at"`
}

func lineOf(s ledger.Summary) line {
	return line{s.ID, s.Account, s.Carrier, s.Invoice, s.Revision, s.State, s.Hold, s.Confirmation, s.Text, s.Attempts,
		s.Needs, s.Found, s.Object, s.UpdatedAt.UTC()}
}

// list shows the submissions that f chooses, those that need somebody first.
func (a *app) list(ctx context.Context, l *ledger.Ledger, f filter, held []trouble, asJSON bool) error {
	found, more, err := find(ctx, l, f, held)
	if err != nil {
		return err
	}
	if asJSON {
		lines := make([]line, 0, len(found))
		for _, s := range found {
			lines = append(lines, lineOf(s))
		}
		err = writeLines(a.out, lines)
	} else {
		err = a.showList(ctx, l, found, more)
	}
	if err == nil && slices.ContainsFunc(found, func(s ledger.Summary) bool { return s.Needs != "" }) {
		return errPerson
	}
	return err
}

// find reads page by page, since what an account's trouble holds back is only
// known here. more tells that there are others beyond the limit.
func find(ctx context.Context, l *ledger.Ledger, f filter, held []trouble) (found []ledger.Summary, more bool, err error) {
	q := ledger.Query{Account: f.account, Carrier: f.carrier, Invoice: f.invoice, NeedsFirst: true}
	for _, s := range f.states {
		q.States = append(q.States, submission.State(s))
	}
	for {
		page, err := l.List(ctx, q)
		if err != nil {
			return nil, false, err
		}
		for _, s := range page {
			s = hold(s, held)
			if f.needs != "" && s.Needs != f.needs && (f.needs != "any" || s.Needs == "") {
				continue
			}
			if f.limit > 0 && len(found) == f.limit {
				return needsFirst(found), true, nil
			}
			found = append(found, s)
		}
		if len(page) < q.Max() {
			return needsFirst(found), false, nil
		}
		q.After = page[len(page)-1].ID
	}
}

// needsFirst puts those that an account's trouble holds back where they belong.
func needsFirst(list []ledger.Summary) []ledger.Summary {
	rank := func(s ledger.Summary) int {
		if s.Needs != "" {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(list, func(a, b ledger.Summary) int { return cmp.Compare(rank(a), rank(b)) })
	return list
}
