package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/batch"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
)

// tellAll is how many invoices a report lists one by one; of more, it lists only
// those that somebody will want to know of.
const tellAll = 50

// report tells what came of a round: the invoices, the accounts that failed, and
// how to look further.
func (w *works) report(ctx context.Context, r round, json bool) error {
	list, err := w.summaries(ctx, r)
	if err != nil {
		return err
	}
	if json {
		err = w.writeWorked(list)
	} else {
		w.showWorked(r, list)
	}
	w.tellFailures(r.batch.Failures)
	return err
}

func (w *works) writeWorked(list []ledger.Summary) error {
	deadlines, err := w.deadlinesOf(w.config)
	if err != nil {
		return err
	}
	lines := make([]line, 0, len(list))
	for _, s := range list {
		lines = append(lines, lineOf(s, refuses(deadlines, s)))
	}
	return writeLines(w.out, lines)
}

// tellFailures tells which accounts could not be worked on, and who acts.
func (a *app) tellFailures(list []batch.Failure) {
	told := map[ledger.SiteName]bool{}
	for _, f := range list {
		who, kind := "", carriers.KindOf(f.Err)
		down, ok := errors.AsType[*ledger.SiteDownError](f.Err)
		if ok && told[down.Site] {
			continue // its accounts wait together
		}
		if ok {
			told[down.Site], kind = true, carriers.Unclassified // it says who acts
		}
		if kind != carriers.Unclassified {
			who = cmp.Or(acting(kind.Acts()), "; the next run tries again")
		}
		for text := range strings.Lines(f.Err.Error() + who) {
			writeWrapped(a.err, "lodge: ", text, a.errColumns)
		}
	}
}

// summaries are the submissions that were worked on as the ledger has them now.
func (w *works) summaries(ctx context.Context, r round) ([]ledger.Summary, error) {
	held, err := w.troubles(ctx, w.config, w.ledger)
	if err != nil {
		return nil, err
	}
	var list []ledger.Summary
	for _, p := range r.worked {
		s, err := w.ledger.Get(ctx, p.ID)
		if err != nil {
			return nil, err
		}
		list = append(list, hold(ledger.Summarize(s), held))
	}
	return list, nil
}

func (w *works) showWorked(r round, list []ledger.Summary) {
	switch {
	case len(list) == 0 && len(w.config.Accounts) == 0:
		_, _ = fmt.Fprintln(w.out, "Nothing is filed.", w.beginning(w.config))
		return
	case len(list) == 0:
		_, _ = fmt.Fprintf(w.out, "Nothing is due. %s tells what has become of all.\n", w.with("status"))
		return
	}
	t := table{head: []string{"INVOICE", "ACCOUNT", "STATE", "CONFIRMATION", "TOOK", "WHAT WAS SAID"}, right: []bool{4: true}}
	for i, s := range list {
		if len(list) <= tellAll || notable(s.State) {
			t.add(name(s), s.Account, end(s), s.Confirmation, seconds(r.worked[i].Took), s.Text)
		}
	}
	if len(t.rows) > 0 {
		t.write(w.out, w.columns)
		_, _ = fmt.Fprintln(w.out)
	}
	_, _ = fmt.Fprintf(w.out, "%s in %s: %s.\n", count(len(list), "invoice"), seconds(r.took), tally(list))
	_, _ = fmt.Fprintf(w.out, "%s tells who must do what, %s everything about one.\n", w.with("status"), w.with("show INVOICE"))
}

// end is a state with what is special about how it came about.
func end(s ledger.Summary) string {
	if s.Found {
		return words(s.State) + found
	}
	return words(s.State)
}

// tally counts ends: "20 accepted, 2 rejected".
func tally(list []ledger.Summary) string {
	n := map[string]int{}
	for _, s := range list {
		n[end(s)]++
	}
	var parts []string
	for _, s := range []submission.State{
		submission.Accepted, submission.Submitted, submission.Rejected, submission.Ready, submission.Submitting,
		submission.Uncertain, submission.NeedsPerson, submission.Quarantined, submission.Superseded, submission.Cancelled,
	} {
		for _, e := range []string{words(s), words(s) + found} {
			if n[e] > 0 {
				parts = append(parts, fmt.Sprintf("%d %s", n[e], e))
			}
		}
	}
	return strings.Join(parts, ", ")
}

// found marks an invoice that was on the site before Lodge sent anything.
const found = " (found)"

func seconds(d time.Duration) string { return fmt.Sprintf("%.1f s", d.Seconds()) }
