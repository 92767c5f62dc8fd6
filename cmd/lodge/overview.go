package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
)

// overview tells what holds accounts back, who must act on which invoice, and
// counts the rest.
func (a *app) overview(ctx context.Context, l *ledger.Ledger, f filter, held []trouble) error {
	now, err := l.Now(ctx)
	if err != nil {
		return err
	}
	counts, err := l.Counts(ctx)
	if err != nil {
		return err
	}
	if f.account != "" {
		counts = slices.DeleteFunc(counts, func(n ledger.Count) bool { return n.Account != f.account })
	}
	if len(counts) == 0 && len(held) == 0 {
		_, err := fmt.Fprintf(a.out, "Nothing has arrived yet. Put LEDES files into the account's folder of the inbox and type\n  %s\n",
			a.with("run"))
		return err
	}
	f.needs = "any"
	waiting, more, err := find(ctx, l, f, nil) // what an account's trouble holds back is told with the trouble
	if err != nil {
		return err
	}
	a.showTroubles(now, held, counts)
	for _, who := range []carriers.Person{carriers.Biller, carriers.Operator, carriers.Author} {
		a.showWaiting(now, who, slices.DeleteFunc(slices.Clone(waiting), func(s ledger.Summary) bool { return s.Needs != string(who) }))
	}
	if more {
		_, _ = fmt.Fprintf(a.out, "There are more: type %s.\n\n", a.with("status --needs any --limit 0"))
	}
	if f.carrier == "" {
		a.showCounts(counts)
	}
	if len(waiting)+len(held) > 0 {
		return errPerson
	}
	_, err = fmt.Fprintln(a.out, "\nNothing needs anybody.")
	return err
}

func (a *app) showTroubles(now time.Time, held []trouble, counts []ledger.Count) {
	for _, t := range held {
		n := 0
		for _, c := range counts {
			if c.Account == t.Account && c.State.Working() {
				n += c.N
			}
		}
		since := ""
		if !t.Since.IsZero() {
			since = fmt.Sprintf(" since %s (%s)", a.stamp(t.Since), ago(now, t.Since))
		}
		writeWrapped(a.out, "", fmt.Sprintf("ACCOUNT %s IS HELD BACK%s; %s", t.Account, since, wait(n)), a.columns)
		a.indented(t.Why)
		a.remedy("the "+string(t.Needs)+" acts", t.Next)
		_, _ = fmt.Fprintln(a.out)
	}
}

func wait(n int) string {
	if n == 1 {
		return "1 invoice waits"
	}
	return fmt.Sprintf("%d invoices wait", n)
}

// showWaiting lists what one of the people must act on, state by state, with
// what to type at the end of each list.
func (a *app) showWaiting(now time.Time, who carriers.Person, list []ledger.Summary) {
	if len(list) == 0 {
		return
	}
	_, _ = fmt.Fprintf(a.out, "THE %s ACTS (%s)\n", strings.ToUpper(string(who)), count(len(list), "invoice"))
	t := table{head: []string{"INVOICE", "ACCOUNT", "STATE", "SINCE", "WHAT WAS SAID"}}
	next := map[submission.State]remedy{}
	for _, s := range list {
		t.add(name(s), s.Account, words(s.State), ago(now, s.UpdatedAt), s.Text)
		if _, ok := next[s.State]; !ok {
			next[s.State] = a.next(s)
		}
	}
	t.write(a.out, a.columns)
	for _, state := range slices.Sorted(maps.Keys(next)) {
		a.remedy(words(state), next[state])
	}
	_, _ = fmt.Fprintln(a.out)
}

// next is what somebody does for a submission in this state that needs them; it
// stands for all of them in a list.
func (a *app) next(s ledger.Summary) remedy {
	what := s.Invoice
	if what == "" {
		what = s.ID
	}
	switch s.State {
	case submission.Ready:
		return remedy{"on hold: when it may be filed, release it", []string{a.with("release " + quoted(what) + " --why TEXT")}}
	case submission.Rejected:
		return remedy{Do: "mend the invoice and put the corrected file into the inbox; its number stays"}
	case submission.Quarantined:
		return remedy{"mend the file, check it, and put it into the inbox again", []string{a.name + " validate FILE"}}
	}
	do := "look at what happened and at the carrier's site, then decide"
	if s.Needs == string(carriers.Author) {
		do = "see what has changed on the carrier's site and mend the carrier, then decide"
	}
	return remedy{do,
		[]string{a.with("show " + quoted(what)), a.with("resolve --help")}}
}

// name is what people know a submission by: its number, or the file's name
// while that could not be read.
func name(s ledger.Summary) string {
	if s.Invoice == "" {
		return "file " + s.Object
	}
	return s.Invoice
}

// showCounts counts the submissions of each account in the states that occur.
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

// showList writes the submissions that were asked for.
func (a *app) showList(ctx context.Context, l *ledger.Ledger, list []ledger.Summary, more bool) error {
	now, err := l.Now(ctx)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		_, err := fmt.Fprintln(a.out, "There is no such invoice.")
		return err
	}
	t := table{head: []string{"INVOICE", "ACCOUNT", "STATE", "SINCE", "NEEDS", "CONFIRMATION", "WHAT WAS SAID"}}
	for _, s := range list {
		state := words(s.State)
		if s.Hold != "" {
			state += " (" + string(s.Hold) + ")"
		}
		t.add(name(s), s.Account, state, ago(now, s.UpdatedAt), s.Needs, s.Confirmation, s.Text)
	}
	t.write(a.out, a.columns)
	if more {
		_, err = fmt.Fprintf(a.out, "%d are shown; there are more: --limit 0 shows all.\n", len(list))
	}
	return err
}

// indented writes a paragraph below something else.
func (a *app) indented(text string) { writeWrapped(a.out, "  ", text, a.columns) }
