package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
	"example.com/lodge/ledes"
)

// A line is a submission in --json output. All keys are always there; a time
// that is not known is null.
type line struct {
	ID           string           `json:"id"`
	Account      string           `json:"account"`
	Carrier      string           `json:"carrier"`
	Invoice      string           `json:"invoice"` // "" if the file could not be read so far
	Client       string           `json:"client"`
	Matter       string           `json:"matter"`
	Date         *time.Time       `json:"date"`
	Total        ledes.Amount     `json:"total"` // exact, as a string
	Revision     int              `json:"revision"`
	State        submission.State `json:"state"`
	Since        *time.Time       `json:"since"` // when it came into that state, or began to need somebody
	Hold         submission.Hold  `json:"hold"`
	Confirmation string           `json:"confirmation"`
	Text         string           `json:"text"`
	Attempts     int              `json:"attempts"`
	Sends        int              `json:"sends"` // of the attempts, those that left or may have left
	Needs        string           `json:"needs"`
	Found        bool             `json:"found"` // it was on the site before Lodge sent anything
	File         string           `json:"file"`
	ArrivedAt    *time.Time       `json:"arrived_at"`
	SentAt       *time.Time       `json:"sent_at"`    // the last time
	SaidAt       *time.Time       `json:"said_at"`    // the carrier's latest word
	RefusedAt    *time.Time       `json:"refused_at"` // when the carrier begins to refuse it as late
	UpdatedAt    time.Time        `json:"updated_at"`
}

func lineOf(s ledger.Summary, refused time.Time) line {
	return line{
		ID: s.ID, Account: s.Account, Carrier: s.Carrier, Invoice: s.Invoice, Client: s.Client, Matter: s.Matter, Date: whenKnown(s.Date),
		Total: s.Total, Revision: s.Revision, State: s.State, Since: whenKnown(s.Since), Hold: s.Hold, Confirmation: s.Confirmation, Text: s.Text,
		Attempts: s.Attempts, Sends: s.Sends, Needs: s.Needs, Found: s.Found, File: s.Object, ArrivedAt: whenKnown(s.ArrivedAt),
		SentAt: whenKnown(s.SentAt), SaidAt: whenKnown(s.SaidAt), RefusedAt: whenKnown(refused), UpdatedAt: s.UpdatedAt.UTC(),
	}
}

// whenKnown is nil for the zero time.
func whenKnown(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// list shows the submissions that the filter chooses; for people who ask what needs
// somebody, with what cannot become one.
func (v *view) list(ctx context.Context, asJSON bool) error {
	if v.filter.needs != "" && !asJSON {
		if err := v.tellStrays(ctx); err != nil {
			return err
		}
	}
	found, more, err := v.find(ctx)
	if err != nil {
		return err
	}
	if asJSON {
		lines := make([]line, 0, len(found))
		for _, s := range found {
			lines = append(lines, lineOf(s, v.refuses(s)))
		}
		err = writeLines(v.out, lines)
	} else {
		err = v.showList(found, more)
	}
	if err == nil && (v.strayed() > 0 || slices.ContainsFunc(found, func(s ledger.Summary) bool { return s.Needs != "" })) {
		return errPerson
	}
	return err
}

// find returns what the filter chooses, as far as its limit; more tells that
// there are others beyond.
func (v *view) find(ctx context.Context) (found []ledger.Summary, more bool, err error) {
	f := v.filter
	switch {
	case f.like != "":
		found, err = v.alike(ctx)
	case f.late:
		found, err = v.everLate(ctx)
	case f.needs != "" && len(f.states) == 0 && f.invoice == "":
		found, err = v.needing(ctx)
	default:
		return v.chosen(ctx)
	}
	for i, s := range found {
		found[i] = hold(s, v.held)
	}
	if f.limit > 0 && len(found) > f.limit {
		return found[:f.limit], true, err
	}
	return found, false, err
}

// people are those whom --needs names.
func (f filter) people() []carriers.Person {
	if f.needs == "any" {
		return carriers.People()
	}
	return []carriers.Person{carriers.Person(f.needs)}
}

// needing are those that need one of the people, with those that an account's
// trouble holds back; those that have waited longest come first.
func (v *view) needing(ctx context.Context) ([]ledger.Summary, error) {
	people := v.filter.people()
	list, err := v.ledger.All(ctx, ledger.Query{Account: v.filter.account, Carrier: v.filter.carrier, Needs: people})
	if err != nil {
		return nil, err
	}
	for _, t := range v.held {
		if !slices.Contains(people, t.Needs) {
			continue
		}
		q := ledger.Query{Account: t.Account, Carrier: v.filter.carrier, States: slices.DeleteFunc(submission.States(),
			func(s submission.State) bool { return !s.Working() })}
		waiting, err := v.ledger.All(ctx, q)
		if err != nil {
			return nil, err
		}
		for _, s := range waiting {
			if s.Needs == "" { // else it is in the list
				list = append(list, s)
			}
		}
	}
	slices.SortStableFunc(list, func(a, b ledger.Summary) int { return a.Since.Compare(b.Since) })
	return list, nil
}

// alike are those that need somebody for the same reason as the invoice that the
// filter names.
func (v *view) alike(ctx context.Context) ([]ledger.Summary, error) {
	s, err := v.one(ctx, v.ledger, v.filter.like, v.filter.account)
	if err != nil {
		return nil, err
	}
	sum := ledger.Summarize(s)
	if sum.Needs == "" {
		return nil, fmt.Errorf("%s is %s and needs nobody: there is nothing that it waits for", s.Key, words(sum.State))
	}
	return v.ledger.All(ctx, ledger.Query{Carrier: sum.Carrier, States: []submission.State{sum.State},
		Needs: []carriers.Person{carriers.Person(sum.Needs)}, Alike: sum.Alike, Account: v.filter.account})
}

// everLate are those that are late or will be soon, the first deadline first.
func (v *view) everLate(ctx context.Context) ([]ledger.Summary, error) {
	var list []ledger.Summary
	for _, d := range v.dues() {
		for _, q := range []ledger.Query{v.late(d), v.nearly(d)} {
			some, err := v.ledger.All(ctx, q)
			if err != nil {
				return nil, err
			}
			list = append(list, some...)
		}
	}
	v.byDeadline(list)
	return list, nil
}

// chosen reads page by page, since what an account's trouble holds back is only
// known here.
func (v *view) chosen(ctx context.Context) (found []ledger.Summary, more bool, err error) {
	f := v.filter
	q := ledger.Query{Account: f.account, Carrier: f.carrier, Invoice: f.invoice, NeedsFirst: true}
	for _, s := range f.states {
		q.States = append(q.States, submission.State(s))
	}
	for {
		page, err := v.ledger.List(ctx, q)
		if err != nil {
			return nil, false, err
		}
		for _, s := range page {
			s = hold(s, v.held)
			if f.needs != "" && !slices.Contains(f.people(), carriers.Person(s.Needs)) {
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

// showList writes the submissions that were asked for.
func (v *view) showList(list []ledger.Summary, more bool) error {
	if len(list) == 0 {
		_, err := fmt.Fprintln(v.out, "There is no such invoice.")
		return err
	}
	t := table{head: []string{"INVOICE", "ACCOUNT", "STATE", "SINCE", "NEEDS", "CONFIRMATION", "WHAT WAS SAID"}}
	if v.filter.late {
		t.head[5] = "DEADLINE"
	}
	for _, s := range list {
		state := words(s.State)
		if s.Hold != "" {
			state += " (" + string(s.Hold) + ")"
		}
		fact := s.Confirmation
		if v.filter.late {
			fact = v.until(v.refuses(s))
		}
		t.add(name(s), s.Account, state, ago(v.now, s.Since), s.Needs, fact, s.Text)
	}
	t.write(v.out, v.columns)
	if more {
		_, err := fmt.Fprintf(v.out, "%d are shown; there are more: --limit 0 shows all.\n", len(list))
		return err
	}
	return nil
}
