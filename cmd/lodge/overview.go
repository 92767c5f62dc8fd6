package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
)

// The most that the overview shows, so that all of it is seen at once.
const (
	mostTroubles = 2 // held accounts
	mostDue      = 3 // invoices with a deadline
	fewInvoices  = 3 // of those that wait for the same reason
)

// overview tells what needs somebody and counts the rest. It reads tallies and
// a few invoices of each kind, however many there are.
func (v *view) overview(ctx context.Context) error {
	counts, err := v.counts(ctx)
	if err != nil {
		return err
	}
	if len(counts) == 0 && len(v.held) == 0 {
		if v.strayed() > 0 {
			return errPerson // and nothing else has arrived
		}
		_, err := fmt.Fprintln(v.out, "Nothing has arrived yet.", v.begin)
		return err
	}
	obstacles, err := v.obstacles(ctx)
	if err != nil {
		return err
	}
	v.headline(counts, obstacles)
	if err := v.showDeadlines(ctx); err != nil {
		return err
	}
	v.showSites()
	v.showAgeing()
	v.showUntold()
	v.showTroubles(counts)
	v.tellLike = true
	for _, who := range carriers.People() {
		if err := v.showObstacles(ctx, who, obstacles); err != nil {
			return err
		}
	}
	v.showTotals(counts)
	if len(obstacles)+len(v.held)+len(v.untold)+v.strayed() > 0 || v.sitesNeed() {
		return errPerson
	}
	return nil
}

// headline tells in a line how much there is to do, and for whom.
func (v *view) headline(counts []ledger.Count, list []obstacle) {
	all, obstructed, by := 0, 0, map[carriers.Person]int{}
	for _, c := range counts {
		all += c.N
	}
	for _, o := range list {
		by[o.needs] += o.n
		obstructed += o.n
	}
	text := "Nothing needs anybody."
	if obstructed > 0 {
		var parts []string
		for _, who := range carriers.People() {
			if by[who] > 0 {
				parts = append(parts, fmt.Sprintf("%s %d", who, by[who]))
			}
		}
		of := "" // counts are kept by account, and not by carrier
		if v.filter.carrier == "" {
			of = " of " + count(all, "invoice")
		}
		text = fmt.Sprintf("%d%s need somebody: %s.", obstructed, of, strings.Join(parts, ", "))
	}
	switch {
	case obstructed == 0 && len(v.held) > 0:
		text = "No invoice needs anybody, and " + held(len(v.held)) + "."
	case obstructed == 0 && v.sitesNeed():
		text = "No invoice needs anybody, but a carrier's site does."
	case obstructed == 0 && v.strayed() > 0:
		text = "No invoice needs anybody, but what cannot be taken in does."
	case obstructed == 0 && len(v.untold) > 0:
		text = "No invoice needs anybody, but who is to be told of them cannot be."
	}
	writeWrapped(v.out, "", text, v.columns)
}

// counts are the ledger's, of the account that was asked for.
func (v *view) counts(ctx context.Context) ([]ledger.Count, error) {
	counts, err := v.ledger.Counts(ctx)
	return slices.DeleteFunc(counts, func(n ledger.Count) bool {
		return v.filter.account != "" && n.Account != v.filter.account
	}), err
}

func held(n int) string {
	if n == 1 {
		return "1 account is held back"
	}
	return fmt.Sprintf("%d accounts are held back", n)
}

// showDeadlines tells what the carriers will refuse as late, the next first.
func (v *view) showDeadlines(ctx context.Context) error {
	late, gone, err := v.first(ctx, v.late, mostDue)
	if err != nil {
		return err
	}
	soon, list, err := v.first(ctx, v.nearly, mostDue)
	if err != nil || late+soon == 0 {
		return err
	}
	var parts []string
	if soon > 0 {
		parts = append(parts, count(soon, "invoice")+" will be late within 7 days")
	} else {
		list = gone
	}
	if late > 0 {
		parts = append(parts, fmt.Sprintf("%d late already", late))
	}
	_, _ = fmt.Fprintf(v.out, "DEADLINES: %s: %s\n", strings.Join(parts, ", "), v.with("status --late"))
	t := table{head: []string{"INVOICE", "ACCOUNT", "REFUSED", "STATE"}}
	for _, s := range list {
		who := ""
		if s = hold(s, v.held); s.Needs != "" {
			who = ": the " + s.Needs + " acts"
		}
		t.add("  "+name(s), s.Account, v.until(v.refuses(s)), words(s.State)+who)
		t.rows[len(t.rows)-1][0] = "  " + printable(name(s))
	}
	t.writeRows(v.out, v.columns)
	_, _ = fmt.Fprintln(v.out)
	return nil
}

// showTroubles tells what holds accounts back; those with the same trouble
// together.
func (v *view) showTroubles(counts []ledger.Count) {
	waiting := map[string]int{}
	for _, c := range counts {
		if c.State.Working() {
			waiting[c.Account] += c.N
		}
	}
	var shown [][]trouble
	for _, t := range v.held {
		i := slices.IndexFunc(shown, func(g []trouble) bool { return g[0].Why == t.Why && g[0].Needs == t.Needs })
		if i < 0 {
			shown = append(shown, []trouble{t})
		} else {
			shown[i] = append(shown[i], t)
		}
	}
	for i, group := range shown {
		if i == mostTroubles && len(shown) > mostTroubles+1 {
			v.moreTroubles(shown[i:])
			return
		}
		v.showTrouble(group, waiting)
	}
}

func (v *view) showTrouble(group []trouble, waiting map[string]int) {
	t, n, names := group[0], 0, []string{}
	for _, g := range group {
		n += waiting[g.Account]
		names = append(names, g.Account)
		if !g.Since.IsZero() && g.Since.Before(t.Since) {
			t = g
		}
	}
	since, head := "", "ACCOUNT "+t.Account+" IS"
	if len(group) > 1 {
		head = fmt.Sprintf("%d ACCOUNTS (%s) ARE", len(group), some(names, mostNames))
	}
	if !t.Since.IsZero() {
		since = fmt.Sprintf(" since %s (%s)", v.stamp(t.Since), ago(v.now, t.Since))
	}
	writeWrapped(v.out, "", fmt.Sprintf("%s HELD BACK%s; %s", head, since, wait(n)), v.columns)
	v.indented(t.Why)
	v.remedy("the "+string(t.Needs)+" acts", t.Next)
	_, _ = fmt.Fprintln(v.out)
}

func (v *view) moreTroubles(rest [][]trouble) {
	var names []string
	for _, g := range rest {
		for _, t := range g {
			names = append(names, t.Account)
		}
	}
	writeWrapped(v.out, "", fmt.Sprintf("%s more are held back: %s", count(len(names), "account"), some(names, mostNames)), v.columns)
	_, _ = fmt.Fprintf(v.out, "  each of them: %s\n\n", v.with("status --by-account"))
}

// mostNames is how many accounts a line names.
const mostNames = 4

// some names the first of a list and counts the others: "a, b and 3 more".
func some(names []string, most int) string {
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
}

func wait(n int) string {
	if n == 1 {
		return "1 invoice waits"
	}
	return fmt.Sprintf("%d invoices wait", n)
}

// showTotals counts in a line what has become of all.
func (v *view) showTotals(counts []ledger.Count) {
	if v.filter.carrier != "" {
		return // counts are kept by account
	}
	n, all := map[submission.State]int{}, 0
	for _, c := range counts {
		n[c.State] += c.N
		all += c.N
	}
	var parts []string
	for _, s := range []submission.State{
		submission.Accepted, submission.Submitted, submission.Ready, submission.Submitting, submission.Uncertain,
		submission.Rejected, submission.NeedsPerson, submission.Quarantined, submission.Superseded, submission.Cancelled,
	} {
		if n[s] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n[s], words(s)))
		}
	}
	writeWrapped(v.out, "", fmt.Sprintf("%s: %s.", count(all, "invoice"), strings.Join(parts, ", ")), v.columns)
}

// accounts tells what holds each account back and counts the submissions of each
// in the states that occur.
func (v *view) accounts(ctx context.Context) error {
	counts, err := v.counts(ctx)
	if err != nil {
		return err
	}
	waiting := map[string]int{}
	for _, c := range counts {
		if c.State.Working() {
			waiting[c.Account] += c.N
		}
	}
	v.showSites()
	for _, t := range v.held {
		v.showTrouble([]trouble{t}, waiting)
	}
	v.showCounts(counts)
	if len(v.held) > 0 || v.sitesNeed() {
		return errPerson
	}
	return nil
}

func (a *app) showCounts(counts []ledger.Count) {
	n := map[string]map[submission.State]int{}
	occur := map[submission.State]bool{}
	for _, c := range counts {
		if n[c.Account] == nil {
			n[c.Account] = map[submission.State]int{}
		}
		n[c.Account][c.State] = c.N
		occur[c.State] = true
	}
	t := table{head: []string{"ACCOUNT", "INVOICES"}, right: []bool{false, true}}
	var states []submission.State
	for _, s := range submission.States() {
		if occur[s] {
			states = append(states, s)
			t.head, t.right = append(t.head, strings.ToUpper(words(s))), append(t.right, true)
		}
	}
	t.head = append(t.head, "")
	for _, account := range slices.Sorted(maps.Keys(n)) {
		row := []string{account, ""}
		sum := 0
		for _, s := range states {
			sum += n[account][s]
			row = append(row, fmt.Sprint(n[account][s]))
		}
		row[1] = fmt.Sprint(sum)
		t.add(append(row, "")...)
	}
	t.write(a.out, a.columns)
}

// indented writes a paragraph below something else.
func (a *app) indented(text string) { writeWrapped(a.out, "  ", text, a.columns) }
