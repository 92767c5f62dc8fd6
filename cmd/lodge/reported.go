package main

import (
	"fmt"
	"strings"

	"example.com/lodge/internal/report"
)

// mostReasons is how many reasons a terminal shows; --html and --csv have more.
const mostReasons = 8

// showMonth writes the report for a terminal.
func (a *app) showMonth(r report.Report) error {
	f, there := r.All, r.All.There()
	say := func(text string) { writeWrapped(a.out, "", text, a.columns) }
	say(fmt.Sprintf("Invoices that arrived in %s (%s)%s, as of %s.", r.Month(), r.Zone(),
		only(reportOrder{account: r.Account, carrier: r.Carrier}), a.stamp(r.At)))
	say(fmt.Sprintf("%s of %s are with the carriers: %s of %s.", report.Grouped(there.N), count(f.Arrived.N, "invoice"),
		report.Money(there.Sum), report.Money(f.Arrived.Sum)))
	_, _ = fmt.Fprintln(a.out)
	a.showAccounts(r)
	a.showReasons(r)
	a.showWaits(r)
	if late := f.Late(); late.N > 0 {
		say(fmt.Sprintf("Late: %s filed when the carrier refuses already, %d not filed in time.", count(f.LateFiled.N, "invoice"), f.Overdue.N))
	} else {
		say("None is late.")
	}
	if f.ToFiled.N > 0 {
		say(fmt.Sprintf("From arrival to filed: half within %s, 95 of 100 within %s.", report.Took(f.ToFiled.Median), report.Took(f.ToFiled.P95)))
	}
	if f.ToAccepted.N > 0 {
		say(fmt.Sprintf("From arrival to accepted: half within %s, 95 of 100 within %s.",
			report.Took(f.ToAccepted.Median), report.Took(f.ToAccepted.P95)))
	}
	say(fmt.Sprintf("Saved: %s hours of clicking, at %s minutes for each of %d that Lodge filed.",
		report.Hours(f.Saved), report.Minutes(r.Minutes), f.Filed.N))
	if f.ByHand.N > 0 {
		say(fmt.Sprintf("Found counts %d of which a person brought the carrier's word.", f.ByHand.N))
	}
	if f.Withdrawn.N > 0 {
		say(fmt.Sprintf("Withdrawn, and in no column: %s of %s.", count(f.Withdrawn.N, "invoice"), report.Money(f.Withdrawn.Sum)))
	}
	if r.Replaced > 0 {
		say(fmt.Sprintf("Left out: %s that could not be read and came again.", count(r.Replaced, "file")))
	}
	return nil
}

func (a *app) showAccounts(r report.Report) {
	t := table{head: []string{"ACCOUNT", "ARRIVED", "FILED", "FOUND", "REJECTED", "WAITING", "LATE", "WITH CARRIER", ""}}
	t.right = []bool{false, true, true, true, true, true, true, true}
	row := func(account string, f report.Figures) {
		cells := []string{account}
		for _, n := range []int{f.Arrived.N, f.Filed.N, f.Found.N + f.ByHand.N, f.Rejected.N, f.Waiting.N, f.Late().N} {
			cells = append(cells, report.Grouped(n))
		}
		t.add(append(cells, report.Money(f.There().Sum), "")...)
	}
	for _, c := range r.Carriers {
		row(r.Title(c.Carrier), c.Figures)
		for _, acc := range c.Accounts {
			row(acc.Account, acc.Figures)
			t.rows[len(t.rows)-1][0] = "  " + printable(acc.Account)
		}
	}
	if len(r.Carriers) > 1 {
		row("All", r.All)
	}
	t.write(a.out, a.columns)
	_, _ = fmt.Fprintln(a.out)
}

func (a *app) showReasons(r report.Report) {
	if len(r.Reasons) == 0 {
		return
	}
	t := table{head: []string{"REJECTED", "CARRIER", "AMOUNT", "WORDS"}, right: []bool{true, false, true}}
	rest := 0
	for i, reason := range r.Reasons {
		if i < mostReasons {
			t.add(report.Grouped(reason.N), r.Title(reason.Carrier), report.Money(reason.Sum), reason.Words)
		} else {
			rest += reason.N
		}
	}
	if rest > 0 {
		t.add(report.Grouped(rest), "", "", fmt.Sprintf("for %s", count(len(r.Reasons)-mostReasons, "other reason")))
	}
	t.write(a.out, a.columns)
	_, _ = fmt.Fprintln(a.out)
}

func (a *app) showWaits(r report.Report) {
	if len(r.Waiting) == 0 {
		return
	}
	t := table{head: []string{"WAITING", "AMOUNT", "LONGEST", "WHO ACTS", "STATE"}, right: []bool{true, true}}
	for _, w := range r.Waiting {
		t.add(report.Grouped(w.N), report.Money(w.Sum), ago(r.At, w.Since),
			strings.TrimPrefix(report.Acts(w.Needs), "the "), report.State(w.State))
	}
	t.write(a.out, a.columns)
	_, _ = fmt.Fprintln(a.out)
}
