package real

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"example.com/lodge/internal/submission"
)

// facts are what is known of a world once it is over: what Lodge says, and what
// the portal and the machine say.
type facts struct {
	invoices []invoice
	refusals int      // logins that the portal refused
	allowed  int      // refusals that people's wrong passwords and the kills in logins explain
	foreign  int      // requests and connections to hosts that are not on the list
	leaks    []string // where a password stands
	left     []string // processes, folders and descriptors that are still there
	audit    []string // what the audit of the evidence found
	calm     bool     // nothing failed and nobody was killed
}

// invoice is one invoice, as Lodge has it and as the portal has it.
type invoice struct {
	number string

	state        submission.State // "" if Lodge does not know it
	needs        string
	why          string
	confirmation string
	found        bool   // Lodge found it on the site before it sent anything
	cut          bool   // an attempt at it may have left, and its answer never came
	proof        string // the text of all evidence that the ledger names
	history      error  // why its history does not lead to where it is

	uploads int // that the portal took in
	again   int // of these, while an earlier one was alive
	alive   int // rows that the portal holds and has not refused
	refused int // rows that the portal refused
	byHand  int
	turned  bool     // the portal takes its word back later, of which Lodge may not know
	number2 []string // confirmation numbers that the portal gave
	blamed  string   // what of its fate explains that a person is asked; "" is nothing
}

// A rule is one promise, held against facts.
type rule struct {
	name  string
	check func(f facts, fail func(format string, args ...any))
	each  func(inv invoice, fail func(format string, args ...any))
}

// rules are the oracle. The first word of each is counted in the last line.
func rules() []rule {
	return []rule{
		{name: "duplicate", each: func(i invoice, fail func(string, ...any)) {
			if i.uploads > 1 || i.again > 0 {
				fail("the portal took it in %d times, %d of them again", i.uploads, i.again)
			}
		}},
		{name: "lost", each: func(i invoice, fail func(string, ...any)) {
			switch {
			case i.state == "":
				fail("Lodge does not know it")
			case !ends(i.state) && i.needs == "":
				fail("it is %s at the end, and nobody is asked: %s", i.state, i.why)
			}
		}},
		{name: "false_accepted", each: func(i invoice, fail func(string, ...any)) {
			if i.state == submission.Accepted && i.alive+i.byHand != 1 && (!i.turned || i.refused != 1) {
				fail("accepted, and the portal holds %d live rows of it", i.alive+i.byHand)
			}
		}},
		{name: "false_rejected", each: func(i invoice, fail func(string, ...any)) {
			if i.state == submission.Rejected && (i.refused == 0 || i.alive > 0) {
				fail("rejected, and the portal holds it")
			}
		}},
		{name: "unexplained", each: func(i invoice, fail func(string, ...any)) {
			if i.needs != "" && i.state != submission.Rejected && !i.cut && i.blamed == "" {
				fail("it is %s, and the %s is asked though nothing befell it: %s", i.state, i.needs, i.why)
			}
		}},
		{name: "evidence", each: func(i invoice, fail func(string, ...any)) {
			switch {
			case i.state != submission.Accepted:
			case !strings.Contains(i.proof, i.number):
				fail("accepted, and no evidence holds its number")
			case i.confirmation != "" && !slices.Contains(i.number2, i.confirmation):
				fail("its confirmation is %s, and the portal gave %q", i.confirmation, i.number2)
			case i.confirmation != "" && !strings.Contains(i.proof, i.confirmation):
				fail("accepted, and no evidence holds its confirmation")
			}
		}},
		{name: "history", each: func(i invoice, fail func(string, ...any)) {
			if i.history != nil {
				fail("its history: %v", i.history)
			}
		}},
		{name: "calm", check: func(f facts, fail func(string, ...any)) {
			for _, i := range f.invoices {
				if f.calm && (i.needs != "" && i.state != submission.Rejected || !ends(i.state)) {
					fail("nothing failed, and %s is %s; %s is asked: %s", i.number, i.state, i.needs, i.why)
				}
			}
		}},
		{name: "refusals", check: func(f facts, fail func(string, ...any)) {
			if f.refusals > f.allowed {
				fail("%d logins were refused, and %d are explained", f.refusals, f.allowed)
			}
		}},
		{name: "foreign", check: func(f facts, fail func(string, ...any)) {
			if f.foreign > 0 {
				fail("%d requests to hosts that are not on the list", f.foreign)
			}
		}},
		{name: "secret", check: list(func(f facts) []string { return f.leaks })},
		{name: "left", check: list(func(f facts) []string { return f.left })},
		{name: "audit", check: list(func(f facts) []string { return f.audit })},
	}
}

func list(of func(facts) []string) func(facts, func(string, ...any)) {
	return func(f facts, fail func(string, ...any)) {
		for _, what := range of(f) {
			fail("%s", what)
		}
	}
}

// ends says whether a state is final without anybody.
func ends(s submission.State) bool {
	return s == submission.Accepted || s == submission.Rejected || s == submission.Cancelled
}

// broken is every promise that was broken, each beginning with its rule's name.
func (f facts) broken() []string {
	var all []string
	for _, r := range rules() {
		if r.check != nil {
			r.check(f, func(format string, args ...any) { all = append(all, r.name+": "+fmt.Sprintf(format, args...)) })
			continue
		}
		for _, i := range f.invoices {
			r.each(i, func(format string, args ...any) {
				all = append(all, r.name+": invoice "+i.number+": "+fmt.Sprintf(format, args...))
			})
		}
	}
	return all
}

// good is an invoice with which all is right.
func good() invoice {
	return invoice{number: "INV-1", state: submission.Accepted, confirmation: "730017", proof: "INV-1 730017",
		uploads: 1, alive: 1, number2: []string{"730017"}}
}

// TestRules breaks each promise once: exactly its rule must see it.
func TestRules(t *testing.T) {
	one := func(change func(*invoice)) facts {
		i := good()
		change(&i)
		return facts{invoices: []invoice{i}}
	}
	asked := func(i *invoice) { i.state, i.needs, i.uploads, i.alive = submission.NeedsPerson, "operator", 0, 0 }
	for _, c := range []struct {
		rule  string // "" is none
		facts facts
	}{
		{"", one(func(*invoice) {})},
		{"", facts{invoices: []invoice{good()}, calm: true}},
		{"duplicate", one(func(i *invoice) { i.uploads = 2 })},
		{"duplicate", one(func(i *invoice) { i.again = 1 })},
		{"lost", one(func(i *invoice) { i.state = "" })},
		{"lost", one(func(i *invoice) { i.state = submission.Uncertain })},
		{"lost", one(func(i *invoice) { i.state = submission.Submitting })},
		{"false_accepted", one(func(i *invoice) { i.uploads, i.alive = 0, 0 })},
		{"false_accepted", one(func(i *invoice) { i.alive, i.refused = 0, 1 })},
		{"false_accepted", one(func(i *invoice) { i.byHand = 1 })},
		{"", one(func(i *invoice) { i.uploads, i.alive, i.byHand, i.found = 0, 0, 1, true })},
		{"", one(func(i *invoice) { i.alive, i.refused, i.turned = 0, 1, true })},
		{"false_accepted", one(func(i *invoice) { i.uploads, i.alive, i.turned = 0, 0, true })},
		{"false_rejected", one(func(i *invoice) { i.state = submission.Rejected })},
		{"", one(func(i *invoice) { i.state, i.needs, i.alive, i.refused = submission.Rejected, "biller", 0, 1 })},
		{"unexplained", one(asked)},
		{"", one(func(i *invoice) { asked(i); i.cut = true })},
		{"", one(func(i *invoice) { asked(i); i.blamed = "it was filed by hand" })},
		{"evidence", one(func(i *invoice) { i.proof = "730017" })},
		{"evidence", one(func(i *invoice) { i.proof = "INV-1" })},
		{"evidence", one(func(i *invoice) { i.confirmation, i.proof = "1", "INV-1 1" })},
		{"history", one(func(i *invoice) { i.history = fmt.Errorf("leads to ready") })},
		{"calm", facts{calm: true, invoices: []invoice{func() invoice { i := good(); asked(&i); i.cut = true; return i }()}}},
		{"refusals", facts{refusals: 1}},
		{"", facts{refusals: 1, allowed: 1}},
		{"foreign", facts{foreign: 1}},
		{"secret", facts{leaks: []string{"run.log"}}},
		{"left", facts{left: []string{"a browser"}}},
		{"audit", facts{audit: []string{"a link is missing"}}},
	} {
		var seen []string
		for _, b := range c.facts.broken() {
			name, _, _ := strings.Cut(b, ":")
			seen = append(seen, name)
		}
		if want := strings.Fields(c.rule); !slices.Equal(seen, want) {
			t.Errorf("%+v: %q see it; want %q", c.facts, seen, want)
		}
	}
}
