// Package report says what became of the invoices that arrived in a month: for a
// partner in ten seconds, for a controller line by line. It is pure: figures
// from the ledger's summaries, and their pages.
package report

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
)

// Options say what a report is about and how it counts.
type Options struct {
	From, To time.Time // the invoices arrived in [From, To); both in the firm's zone
	At       time.Time // when it is made: what became of them until then
	Minutes  float64   // of clicking that one invoice takes by hand
	Account  string    // only of this account, or "" for all
	Carrier  string    // only of this carrier, or "" for all

	// Title names a carrier for people.
	Title func(carrier string) string
	// Refuses is when the carrier begins to refuse an invoice as late; zero: not known.
	Refuses func(ledger.Summary) time.Time
}

// A Report is what became of the invoices of a month.
type Report struct {
	Options
	All      Figures
	Carriers []Section
	Reasons  []Reason
	Waiting  []Wait
	Late     []Line // those filed late or not filed in time, the oldest date first
	Lines    []Line // all, in the order of arrival
	Replaced int    // files that could not be read and were replaced by readable ones; counted nowhere else
}

// A Section is one carrier, with its accounts in the order of names.
type Section struct {
	Carrier string
	Figures
	Accounts []Account
}

// An Account is one login at the carrier of its section.
type Account struct {
	Account string
	Figures
}

// A Reason is why carriers refused invoices: their words, without what is the
// invoice's own.
type Reason struct {
	Carrier, Words string
	Amount
	Width float64 // of its bar, 0 to 100: the most frequent has 100
}

// A Wait is what invoices wait for that no carrier has and none has refused.
type Wait struct {
	State submission.State
	Needs carriers.Person // who acts; Nobody is Lodge itself
	Amount
	Since time.Time // of the one that has waited longest
}

// A Line is one invoice.
type Line struct {
	ledger.Summary
	Outcome Outcome
	Refused time.Time // when the carrier begins to refuse it as late; zero: not known
	Late    bool      // it was filed after that, or is not filed and that has passed
}

// Make counts list, the summaries of all that arrived in the time of o.
func Make(list []ledger.Summary, o Options) Report {
	r := Report{Options: o}
	for _, s := range list {
		line := o.line(s)
		r.Lines = append(r.Lines, line)
		if line.Outcome == Replaced {
			r.Replaced++
		} else if line.Late {
			r.Late = append(r.Late, line)
		}
	}
	r.count()
	r.explain()
	slices.SortStableFunc(r.Late, func(a, b Line) int { return cmp.Or(a.Date.Compare(b.Date), cmp.Compare(a.ID, b.ID)) })
	return r
}

// count makes the figures of all, of carriers and of accounts.
func (r *Report) count() {
	var all tally
	byCarrier, byAccount := map[string]*tally{}, map[[2]string]*tally{}
	for _, l := range r.Lines {
		if l.Outcome == Replaced {
			continue
		}
		all.add(l)
		at(byCarrier, l.Carrier, tally{}).add(l)
		at(byAccount, [2]string{l.Carrier, l.Account}, tally{}).add(l)
	}
	r.All = all.figures(r.Options)
	for _, carrier := range slices.Sorted(maps.Keys(byCarrier)) {
		section := Section{Carrier: carrier, Figures: byCarrier[carrier].figures(r.Options)}
		for key, t := range byAccount {
			if key[0] == carrier {
				section.Accounts = append(section.Accounts, Account{key[1], t.figures(r.Options)})
			}
		}
		slices.SortFunc(section.Accounts, func(a, b Account) int { return cmp.Compare(a.Account, b.Account) })
		r.Carriers = append(r.Carriers, section)
	}
}

// explain collects why carriers refused and what waits for whom.
func (r *Report) explain() {
	reasons, waits := map[[2]string]*Reason{}, map[[2]string]*Wait{}
	for _, l := range r.Lines {
		switch l.Outcome {
		case Rejected:
			words := cmp.Or(l.Alike, l.Text, "no words")
			at(reasons, [2]string{l.Carrier, words}, Reason{Carrier: l.Carrier, Words: words}).add(l.Summary)
		case Waiting:
			w := at(waits, [2]string{string(l.State), l.Needs}, Wait{State: l.State, Needs: carriers.Person(l.Needs), Since: l.Since})
			w.add(l.Summary)
			if l.Since.Before(w.Since) {
				w.Since = l.Since
			}
		}
	}
	r.Reasons, r.Waiting = values(reasons), values(waits)
	slices.SortFunc(r.Reasons, func(a, b Reason) int {
		return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.Carrier, b.Carrier), cmp.Compare(a.Words, b.Words))
	})
	for i := range r.Reasons {
		r.Reasons[i].Width = 100 * float64(r.Reasons[i].N) / float64(r.Reasons[0].N)
	}
	slices.SortFunc(r.Waiting, func(a, b Wait) int {
		return cmp.Or(cmp.Compare(a.Needs, b.Needs), cmp.Compare(a.State, b.State))
	})
}

// at is the value of key, put there if it is not.
func at[K comparable, V any](m map[K]*V, key K, first V) *V {
	if m[key] == nil {
		m[key] = &first
	}
	return m[key]
}

func values[K comparable, V any](m map[K]*V) []V {
	var list []V
	for v := range maps.Values(m) {
		list = append(list, *v)
	}
	return list
}

// Month names the time of the report: "October 2026".
func (o Options) Month() string { return o.From.Format("January 2006") }

// Zone names the firm's zone as it is in the report's time.
func (o Options) Zone() string {
	if name := o.From.Location().String(); name != "Local" {
		return name
	}
	return o.From.Format("MST")
}
