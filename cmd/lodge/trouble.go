package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/config"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
)

// A trouble holds a whole account back.
type trouble struct {
	Account string
	Hold    submission.Hold
	Needs   carriers.Person
	Since   time.Time // zero: not known
	Why     string
	Next    string // what to do, and what to type
}

// troubles are what holds accounts back, by account: they are suspended, paused
// in lodge.yaml, or not in it although they have work.
func (a *app) troubles(ctx context.Context, c config.Config, l *ledger.Ledger) ([]trouble, error) {
	var list []trouble
	items, err := l.Accounts(ctx)
	if err != nil {
		return nil, err
	}
	for _, item := range items {
		if item.Suspended != nil {
			list = append(list, a.suspended(c, item.Name, *item.Suspended))
		}
	}
	for _, acc := range c.Accounts {
		if acc.Paused != "" {
			list = append(list, trouble{acc.Name, submission.HoldPaused, carriers.Operator, time.Time{},
				"paused: " + acc.Paused, "when it may go on, take \"paused\" out of " + c.Path})
		}
	}
	counts, err := l.Counts(ctx)
	if err != nil {
		return nil, err
	}
	for _, n := range counts {
		there := slices.ContainsFunc(list, func(t trouble) bool { return t.Account == n.Account })
		if _, err := c.Account(n.Account); err != nil && n.State.Working() && !there {
			list = append(list, trouble{n.Account, submission.HoldPaused, carriers.Operator, time.Time{},
				"the ledger has work for this account and lodge.yaml does not name it", "add the account to " + c.Path})
		}
	}
	return list, nil
}

// suspended tells of an account that a carrier did not let in, or that a person
// stopped.
func (a *app) suspended(c config.Config, account string, s ledger.Suspension) trouble {
	t := trouble{account, submission.HoldCredentials, carriers.Kind(s.Kind).Acts(), s.At, s.Why, ""}
	resume := a.with("resume " + account + " --why TEXT")
	acc, _ := c.Account(account)
	switch carriers.Kind(s.Kind) {
	case carriers.Credentials:
		t.Next = fmt.Sprintf("find out the right login and type %s; the next run uses it", a.with("secret set "+account+" password"))
	case carriers.ActionNeeded:
		t.Next = fmt.Sprintf("log in at %s by hand and do what it asks; with a new password type %s, else %s",
			acc.Portal, a.with("secret set "+account+" password"), resume)
	case carriers.Blocked:
		t.Next = "call the carrier; when it lets Lodge in again type " + resume
	default:
		t.Next = "when it may go on, type " + resume
	}
	if t.Needs == carriers.Nobody {
		t.Needs = carriers.Operator
	}
	return t
}

// hold shows on a submission what holds its account back: nothing will be done
// for it, whatever it waits for by itself.
func hold(s ledger.Summary, list []trouble) ledger.Summary {
	if !s.State.Working() || s.Needs != "" {
		return s
	}
	for _, t := range list {
		if t.Account != s.Account {
			continue
		}
		s.Hold, s.Needs = t.Hold, string(t.Needs)
		if s.State == submission.Ready {
			s.Text = t.Why
		}
		break
	}
	return s
}
