package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/config"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/secret"
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

// troubles are what holds accounts back, by account: they are paused by a person,
// suspended, paused in lodge.yaml, or have work and are not in it, or have no login.
func (a *app) troubles(ctx context.Context, c config.Config, l *ledger.Ledger) ([]trouble, error) {
	var list []trouble
	items, err := l.Accounts(ctx)
	if err != nil {
		return nil, err
	}
	for _, item := range items {
		if item.Paused != nil {
			list = append(list, a.paused(item.Name, *item.Paused))
		}
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
	kept, err := a.secrets(c).List(ctx) // once: each reading of a store opens its file
	seen := map[string]bool{}
	for _, t := range list {
		seen[t.Account] = true
	}
	for _, n := range counts {
		if seen[n.Account] || !n.State.Working() {
			continue
		}
		seen[n.Account] = true
		if t, ok := a.unfit(c, n.Account, kept, err); ok {
			list = append(list, t)
		}
	}
	return list, nil
}

// unfit tells of an account that has work and cannot be visited as it is set up.
// kept are the secrets that there are, unreadable why they could not be listed.
func (a *app) unfit(c config.Config, account string, kept []secret.Entry, unreadable error) (trouble, bool) {
	acc, err := c.Account(account)
	if err != nil {
		return trouble{account, submission.HoldPaused, carriers.Operator, time.Time{},
			"the ledger has work for this account and lodge.yaml does not name it", remedy{Do: "add the account to " + c.Path}}, true
	}
	carrier, err := a.carrier(acc.Carrier)
	if err != nil {
		return trouble{}, false // reading lodge.yaml has told
	}
	t := trouble{Account: account, Hold: submission.HoldCredentials, Needs: carriers.Operator,
		Next: remedy{Do: "keep the login; the next run uses it"}}
	var missing []string
	for _, s := range carrier.Secrets {
		there := slices.ContainsFunc(kept, func(e secret.Entry) bool { return e.Account == account && e.Key == s.Key })
		if !there && !s.Optional {
			missing = append(missing, s.Key)
			t.Next.Type = append(t.Next.Type, a.with("secret set "+account+" "+s.Key))
		}
	}
	t.Why = "its login cannot be read: " + strings.Join(missing, ", ")
	if unreadable != nil {
		t.Why += fmt.Sprintf(": %v", unreadable)
	}
	return t, len(missing) > 0
}

// paused tells of an account that a person paused.
func (a *app) paused(account string, p ledger.Pause) trouble {
	return trouble{account, submission.HoldPaused, carriers.Operator, p.At, "paused by " + p.Who + ": " + p.Why,
		remedy{"when it may go on, resume", []string{a.with("resume " + account + " --why TEXT")}}}
}

// suspended tells of an account that a carrier did not let in.
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
