package main

import (
	"context"
	"slices"

	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
)

// choose finds the submissions that all filters name.
func (a *app) choose(ctx context.Context, l *ledger.Ledger, o rerunOptions) ([]submission.Submission, error) {
	list, err := a.listed(ctx, l, o)
	if err != nil {
		return nil, err
	}
	var chosen []submission.Submission
	for _, sum := range list {
		s, err := l.Get(ctx, sum.ID)
		if err != nil {
			return nil, err
		}
		if o.names(s) {
			chosen = append(chosen, s)
		}
	}
	return chosen, nil
}

// listed are the submissions that were named, or of the states that were.
func (a *app) listed(ctx context.Context, l *ledger.Ledger, o rerunOptions) ([]ledger.Summary, error) {
	if len(o.invoices) == 0 {
		q := ledger.Query{Account: o.account, Carrier: o.carrier}
		for _, s := range o.states {
			q.States = append(q.States, submission.State(s))
		}
		if len(q.States) == 0 {
			q.States = reruns()
		}
		return l.All(ctx, q)
	}
	var list []ledger.Summary
	for _, what := range o.invoices {
		s, err := a.one(ctx, l, what, o.account)
		if err != nil {
			return nil, err
		}
		list = append(list, ledger.Summarize(s))
	}
	return list, nil
}

// reruns are the states that are taken where none is named.
func reruns() []submission.State {
	return slices.DeleteFunc(submission.States(), func(s submission.State) bool { return !s.Working() && s != submission.NeedsPerson })
}

// names says whether s is of what was asked for.
func (o rerunOptions) names(s submission.Submission) bool {
	state := string(s.Current().State)
	switch {
	case o.carrier != "" && s.Carrier != o.carrier,
		len(o.states) > 0 && !slices.Contains(o.states, state),
		!o.from.IsZero() && s.CreatedAt.Before(o.from),
		!o.to.IsZero() && !s.CreatedAt.Before(o.to):
		return false
	}
	return true
}
