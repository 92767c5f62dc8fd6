package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"example.com/lodge/internal/config"
	"example.com/lodge/internal/ledger"
)

// A rerunOptions is the command line of lodge rerun.
type rerunOptions struct {
	invoices, states    []string
	account, carrier    string
	month, since, until string
	why                 string
	dryRun, yes, json   bool

	from, to time.Time // of the period; zero: open
}

// askAbove is how many invoices are rerun without asking.
const askAbove = 20

func (a *app) rerunCommand() *cobra.Command {
	var o rerunOptions
	cmd := &cobra.Command{
		Use:   "rerun [INVOICE|ID...]",
		Short: "Have invoices filed, or looked up, now",
		Long: `Have invoices filed, or looked up, now, after something that stopped them is mended.
Nothing is sent on a guess; what becomes of each is:

  ready                 due now, whatever it waited for
  uncertain, submitted  looked up now
  needs_person          looked up if it may have been sent; else filed
  rejected              the same file is filed again
  submitting            refused: it is being sent
  any other             left alone, and told why

It takes what all filters name, and needs one. A period is that in which the
invoice's file first arrived. Rejected invoices are taken only if --state or their
number names them: the carrier will most likely refuse the same file again. What is
on hold stays so.

The work is done by the next run, or by one that watches. The exit code is 1 if
something was refused, and 3 if somebody must act first.`,
		Example: `  lodge rerun --account firm-harbor --state needs_person --dry-run
  lodge rerun --carrier harbor --month 2026-10 --why "the new portal works"
  lodge rerun INV-1042 --why "matter 4711 was opened again"`,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.invoices = args
			return a.rerun(cmd.Context(), o)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&o.account, "account", "", "only of this `account`")
	flags.StringVar(&o.carrier, "carrier", "", "only of this `carrier`")
	flags.StringSliceVar(&o.states, "state", nil, "only in this `state`; may be given several times")
	flags.StringVar(&o.month, "month", "", "only what arrived in this `month`, such as 2026-10")
	flags.StringVar(&o.since, "since", "", "only what arrived on this `day` or later, such as 2026-10-28")
	flags.StringVar(&o.until, "until", "", "only what arrived on this `day` or before")
	flags.StringVar(&o.why, "why", "", "the `reason`, in a sentence (required but for --dry-run)")
	flags.BoolVar(&o.dryRun, "dry-run", false, "only tell what would become of each")
	flags.BoolVar(&o.yes, "yes", false, fmt.Sprintf("do not ask, however many they are; more than %d are asked about", askAbove))
	flags.BoolVar(&o.json, "json", false, "one JSON object a line")
	return cmd
}

// checkRerun finds what was mistyped, and the period.
func (a *app) checkRerun(o *rerunOptions) error {
	if err := (filter{states: o.states}).check(); err != nil {
		return err
	}
	if o.carrier != "" {
		if _, err := a.carrier(o.carrier); err != nil {
			return err
		}
	}
	if err := a.period(o); err != nil {
		return err
	}
	if len(o.invoices)+len(o.states) == 0 && o.account+o.carrier == "" && o.from.IsZero() && o.to.IsZero() {
		return misused("rerun needs an invoice or a filter: type lodge rerun --help")
	}
	return nil
}

// period reads the days, in the zone of whoever types them.
func (a *app) period(o *rerunOptions) error {
	day := func(text, layout, form string) (time.Time, error) {
		if text == "" {
			return time.Time{}, nil
		}
		t, err := time.ParseInLocation(layout, text, a.zone)
		if err != nil {
			return t, misused("%q is not %s", text, form)
		}
		return t, nil
	}
	month, err := day(o.month, "2006-01", "a month such as 2026-10")
	since, sinceErr := day(o.since, time.DateOnly, "a day such as 2026-10-28")
	until, untilErr := day(o.until, time.DateOnly, "a day such as 2026-10-28")
	switch {
	case err != nil || sinceErr != nil || untilErr != nil:
		return errors.Join(err, sinceErr, untilErr)
	case !month.IsZero() && o.since+o.until != "":
		return misused("--month goes without --since and --until")
	case !month.IsZero():
		o.from, o.to = month, month.AddDate(0, 1, 0)
		return nil
	}
	if o.from = since; !until.IsZero() {
		o.to = until.AddDate(0, 0, 1)
	}
	if !o.to.IsZero() && !o.from.Before(o.to) {
		return misused("--since %s is after --until %s", o.since, o.until)
	}
	return nil
}

func (a *app) rerun(ctx context.Context, o rerunOptions) error {
	if err := a.checkRerun(&o); err != nil {
		return err
	}
	who, err := a.person(o.why)
	if err != nil && !o.dryRun {
		return err
	}
	return a.reading(ctx, func(c config.Config, l *ledger.Ledger) error {
		if o.account != "" {
			if err := known(c, []string{o.account}); err != nil {
				return err
			}
		}
		chosen, err := a.choose(ctx, l, o)
		if err != nil {
			return err
		}
		p := planner{app: a, ledger: l, who: who, why: o.why}
		if o.dryRun && p.why == "" {
			p.who, p.why = "nobody", "a dry run"
		}
		if p.held, err = a.troubles(ctx, c, l); err != nil {
			return err
		}
		plan, err := p.plan(ctx, chosen)
		if err != nil {
			return err
		}
		if !o.dryRun {
			if err := a.mayRerun(plan, o.yes); err != nil {
				return err
			}
			p.carryOut(ctx, plan)
		}
		if err := a.showPlan(plan, o); err != nil {
			return err
		}
		return rerunVerdict(plan)
	})
}

// mayRerun asks before many invoices are rerun.
func (a *app) mayRerun(plan []rerunStep, yes bool) error {
	n := 0
	for _, s := range plan {
		if s.Outcome == isPlanned {
			n++
		}
	}
	switch {
	case yes || n <= askAbove:
		return nil
	case a.secret == nil: // nobody is there to ask
		return misused("%d invoices would be rerun, and nobody can be asked: look at them with --dry-run, and then add --yes", n)
	}
	_, _ = fmt.Fprintf(a.err, "%d invoices are rerun. Type yes to go on: ", n)
	answer, err := bufio.NewReader(a.in).ReadString('\n')
	if strings.TrimSpace(answer) != "yes" {
		return errors.Join(errors.New("nothing was done"), err)
	}
	return nil
}
