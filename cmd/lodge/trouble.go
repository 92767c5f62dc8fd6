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
	Next    remedy
}

// A remedy is what somebody does next, and what they type for it: lines of
// their own, which are never wrapped, since people copy them.
type remedy struct {
	Do   string
	Type []string
}

// remedy writes r below something else.
func (a *app) remedy(who string, r remedy) {
	a.indented(who + ": " + r.Do)
	for _, command := range r.Type {
		_, _ = fmt.Fprintf(a.out, "    %s\n", printable(command))
	}
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
				"paused: " + acc.Paused, remedy{Do: "when it may go on, take \"paused\" out of " + c.Path}})
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
				"the ledger has work for this account and lodge.yaml does not name it", remedy{Do: "add the account to " + c.Path}})
		}
	}
	return list, nil
}

// suspended tells of an account that a carrier did not let in, or that a person
// stopped.
func (a *app) suspended(c config.Config, account string, s ledger.Suspension) trouble {
	t := trouble{account, submission.HoldCredentials, carriers.Kind(s.Kind).Acts(), s.At, s.Why, remedy{}}
	resume := a.with("resume " + account + " --why TEXT")
	set := a.with("secret set " + account + " password")
	acc, _ := c.Account(account)
	switch carriers.Kind(s.Kind) {
	case carriers.Credentials:
		t.Next = remedy{"find out the right login and keep it; the next run uses it", []string{set}}
	case carriers.ActionNeeded:
		t.Next = remedy{"log in at " + acc.Portal + " by hand and do what it asks; then keep the new password, or if it is the old one, resume",
			[]string{set, resume}}
	case carriers.Blocked:
		t.Next = remedy{"call the carrier; when it lets Lodge in again, resume", []string{resume}}
	default:
		t.Next = remedy{"when it may go on, resume", []string{resume}}
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
