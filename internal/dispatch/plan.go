package dispatch

import (
	"cmp"
	"slices"
	"time"

	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/ledger"
)

// Limits bound the tasks.
type Limits struct {
	Tasks    int // at the same time, at most
	Accounts int // of one task, at most; 0: [Accounts]
	Beside   int // accounts that a task visits side by side; 0: [Beside]
}

// What a task is given where nothing else is said.
const (
	Beside   = 4
	Accounts = 16
)

// How long an account rests whose last task left its earliest work as it was: at
// first, and at most. It doubles each time.
const (
	ShortestRest = 2 * time.Minute
	LongestRest  = time.Hour
)

// A Situation is all that a plan depends on.
type Situation struct {
	Now    time.Time                  // the ledger's clock
	Due    []ledger.Due               // look-ups too
	May    map[string]bool            // accounts that may be worked on
	Probes map[string]ledger.SiteName // accounts of sites that were left alone: one of each site goes, to see
	Slots  ledger.Slots
	Limits Limits
}

// A Start is one task to start, for those accounts, those that wait longest first.
type Start []ledger.Due

// Plan returns the tasks to start, the most urgent first. It does no I/O, changes
// nothing of s, and says the same of the same.
//
// Nothing is planned for an account that has nothing due yet, that a slot in use
// has, or that rests. Those that wait longest come first, counted from when their
// work was due or from their last slot, whichever is later: so nobody is passed
// over for ever. As many tasks are started as are needed to visit all of them side
// by side, and no more: a task costs a minute before it begins, so another one
// pays only where it makes something faster. Where the slots do not suffice, what is
// left is dealt out among the tasks, up to Limits.Accounts each.
func Plan(s Situation) []Start {
	free, waiting := s.Limits.Tasks-len(s.Slots.Taken), s.waiting()
	beside, most := cmp.Or(s.Limits.Beside, Beside), cmp.Or(s.Limits.Accounts, Accounts)
	beside = min(beside, most)
	n := min(free, (len(waiting)+beside-1)/beside)
	if n <= 0 {
		return nil
	}
	starts := make([]Start, n)
	for i, d := range waiting[:min(len(waiting), n*most)] {
		starts[i%n] = append(starts[i%n], d)
	}
	return starts
}

// A waiter is an account that can be started, and since when it waits.
type waiter struct {
	ledger.Due
	since time.Time
}

// waiting is what can be started, in the order in which it is.
func (s Situation) waiting() []ledger.Due {
	held := map[string]bool{}
	for _, t := range s.Slots.Taken {
		for _, account := range t.Accounts {
			held[account] = true
		}
	}
	var list []waiter
	for account, d := range s.earliest() {
		if s.May[account] && !held[account] && !d.At.After(s.Now) && !s.rests(d) {
			list = append(list, waiter{d, clock.Later(d.At, s.Slots.Stints[account].At)})
		}
	}
	slices.SortFunc(list, func(a, b waiter) int { return cmp.Or(a.since.Compare(b.since), cmp.Compare(a.Account, b.Account)) })
	probed := map[ledger.SiteName]bool{}
	var due []ledger.Due
	for _, w := range list {
		if site, ok := s.Probes[w.Account]; ok {
			if probed[site] {
				continue
			}
			probed[site] = true
		}
		due = append(due, w.Due)
	}
	return due
}

// earliest is the earliest that each account has due.
func (s Situation) earliest() map[string]ledger.Due {
	first := make(map[string]ledger.Due, len(s.Due))
	for _, d := range s.Due {
		if f, ok := first[d.Account]; !ok || d.At.Before(f.At) {
			first[d.Account] = d
		}
	}
	return first
}

// rests says whether an account's last stint left its work as it is now, and was
// not long enough ago: a task that ends at once, as without an image or a secret,
// must not be started all day long.
func (s Situation) rests(d ledger.Due) bool {
	last, ok := s.Slots.Stints[d.Account]
	return ok && last.Due.Equal(d.At) && s.Now.Before(last.At.Add(rest(last.Vain)))
}

// rest is how long an account rests after so many stints in vain, and one more.
func rest(vain int) time.Duration {
	d := ShortestRest
	for range vain {
		if d *= 2; d >= LongestRest {
			return LongestRest
		}
	}
	return d
}
