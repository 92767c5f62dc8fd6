package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
)

// An obstacle is what some invoices of one carrier need one of the people for.
type obstacle struct {
	kind
	n     int
	since time.Time // of the one that has waited longest
	in    []string  // accounts, in the order in which they met it
}

// A kind tells one obstacle from another.
type kind struct {
	needs   carriers.Person
	carrier string
	state   submission.State
	alike   string
}

// obstacles are what the ledger's groups tell, over all accounts of a carrier.
func (v *view) obstacles(ctx context.Context) ([]obstacle, error) {
	groups, err := v.ledger.Groups(ctx)
	if err != nil {
		return nil, err
	}
	index := map[kind]int{}
	var list []obstacle
	for _, g := range groups {
		if v.filter.account != "" && v.filter.account != g.Account || v.filter.carrier != "" && v.filter.carrier != g.Carrier {
			continue
		}
		k := kind{g.Needs, g.Carrier, g.State, g.Alike}
		i, ok := index[k]
		if !ok {
			i = len(list)
			index[k] = i
			list = append(list, obstacle{kind: k, since: g.Since})
		}
		list[i].n += g.N
		if !slices.Contains(list[i].in, g.Account) {
			list[i].in = append(list[i].in, g.Account)
		}
	}
	return list, nil // the groups come with the longest waiting first
}

// shownOf is how many obstacles of a person the overview shows.
func shownOf(who carriers.Person) int {
	switch who {
	case carriers.Biller:
		return 4
	case carriers.Operator:
		return 3
	}
	return 1
}

// showObstacles tells what one of the people must act on, the longest waiting
// first, with what to type.
func (v *view) showObstacles(ctx context.Context, who carriers.Person, list []obstacle) error {
	list = slices.DeleteFunc(slices.Clone(list), func(o obstacle) bool { return o.needs != who })
	if len(list) == 0 {
		return nil
	}
	n := 0
	for _, o := range list {
		n += o.n
	}
	_, _ = fmt.Fprintf(v.out, "THE %s ACTS (%s)\n", strings.ToUpper(string(who)), count(n, "invoice"))
	shown, rest := foremost(list, shownOf(who))
	t := table{head: make([]string, 4), right: []bool{true}, cut: true} // --like tells all of the words
	var firsts []ledger.Summary
	for _, o := range shown {
		some, err := v.ledger.List(ctx, v.query(o))
		if err != nil {
			return err
		}
		if len(some) == 0 {
			continue // it was mended just now
		}
		firsts = append(firsts, some[0])
		said := o.alike
		if o.n == 1 {
			said = some[0].Text
		}
		t.add(fmt.Sprint(o.n), ago(v.now, o.since), words(o.state), said)
		t.add("", "", "", v.where(o, some))
	}
	t.writeRows(v.out, v.columns)
	v.showNext(who, rest, firsts, shown)
	_, _ = fmt.Fprintln(v.out)
	return nil
}

// query chooses the first invoices that have met o.
func (v *view) query(o obstacle) ledger.Query {
	return ledger.Query{Account: v.filter.account, Carrier: o.carrier, States: []submission.State{o.state},
		Needs: []carriers.Person{o.needs}, Alike: o.alike, Limit: fewInvoices}
}

// where names the accounts and the first invoices of an obstacle.
func (v *view) where(o obstacle, first []ledger.Summary) string {
	var names []string
	for _, s := range first {
		names = append(names, name(s))
	}
	text := o.in[0]
	if len(o.in) > 1 {
		text = fmt.Sprintf("%s, %d accounts", o.carrier, len(o.in))
	}
	text += ": " + strings.Join(names, " ")
	if o.n > len(names) {
		text += " …"
	}
	return text
}

// foremost parts a list into what is shown, at most n, and the rest: the one that
// has waited longest and those of the most invoices, in the order of the list.
func foremost(list []obstacle, n int) (shown, rest []obstacle) {
	if len(list) <= n {
		return list, nil
	}
	large := slices.Clone(list[1:])
	slices.SortStableFunc(large, func(a, b obstacle) int { return b.n - a.n })
	large = large[:n-1]
	for i, o := range list {
		if i == 0 || slices.ContainsFunc(large, func(l obstacle) bool { return l.kind == o.kind }) {
			shown = append(shown, o)
		} else {
			rest = append(rest, o)
		}
	}
	return shown, rest
}

// showNext tells what to type: how to list all of a line, and what each state
// asks for.
func (v *view) showNext(who carriers.Person, rest []obstacle, firsts []ledger.Summary, shown []obstacle) {
	if len(rest) > 0 {
		n := 0
		for _, o := range rest {
			n += o.n
		}
		_, _ = fmt.Fprintf(v.out, "  and %s for %s: %s\n", count(n, "invoice"), count(len(rest), "other reason"),
			v.with("status --needs "+string(who)))
	}
	if i := slices.IndexFunc(shown, func(o obstacle) bool { return o.n > fewInvoices }); i >= 0 && i < len(firsts) && v.tellLike {
		v.tellLike = false
		_, _ = fmt.Fprintf(v.out, "  all of a line: %s\n", v.with("status --like "+quoted(cmp.Or(firsts[i].Invoice, firsts[i].ID))))
	}
	told := map[submission.State]bool{}
	for _, s := range firsts {
		if !told[s.State] {
			told[s.State] = true
			v.remedy(words(s.State), v.next(s))
		}
	}
}

// next is what somebody does for a submission in this state that needs them; it
// stands for all of them in a list.
func (a *app) next(s ledger.Summary) remedy {
	what := quoted(cmp.Or(s.Invoice, s.ID))
	switch s.State {
	case submission.Ready:
		return remedy{"on hold: when it may be filed", []string{a.with("release " + what + " --why TEXT")}}
	case submission.Rejected:
		return remedy{Do: "put the corrected file into the inbox, under the same number"}
	case submission.Quarantined:
		return remedy{Do: "mend the file (" + a.name + " validate --profile " + s.Account + ") and put it into the inbox again"}
	}
	do := "look at it (" + a.name + " show) and at the carrier's site, then"
	if s.Needs == string(carriers.Author) {
		do = "see what has changed on the site, mend the carrier, then"
	}
	return remedy{do, []string{a.with("resolve " + what + " VERB --why TEXT")}}
}

// name is what people know a submission by: its number, or the file's name
// while that could not be read.
func name(s ledger.Summary) string {
	if s.Invoice == "" {
		return "file " + s.Object
	}
	return s.Invoice
}
