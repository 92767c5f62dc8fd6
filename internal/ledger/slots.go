package ledger

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"
)

// remembered is how long a stint is.
const remembered = 24 * time.Hour

// Holds says whether a slot in use has the account.
func (s Slots) Holds(account string) bool {
	return slices.ContainsFunc(s.Taken, func(t Slot) bool { return slices.Contains(t.Accounts, account) })
}

// Without is s once the slots of those fences are given back.
func (s Slots) Without(fences ...int64) Slots {
	s.Taken = slices.DeleteFunc(slices.Clone(s.Taken), func(t Slot) bool { return slices.Contains(fences, t.Fence) })
	return s
}

// take is s with the slots wanted, as far as they may be, and those for which a
// task is to be asked for. It leaves s itself alone, as all of these do.
func (s Slots) take(now time.Time, w Wanted) (Slots, []Slot) {
	s.Taken, s.Stints = slices.Clone(s.Taken), maps.Clone(s.Stints)
	var ask []Slot
	for i := range s.Taken {
		if t := &s.Taken[i]; t.Task == "" && t.Lapsed(now) {
			t.Until, t.Asked = now.Add(w.TTL), t.Asked+1
			ask = append(ask, *t)
		}
	}
	for _, start := range w.Starts {
		if len(s.Taken) >= w.Max {
			break
		}
		accounts := s.begin(now, w.Seen, start)
		if len(accounts) == 0 {
			continue
		}
		s.Fence++
		slot := Slot{N: s.free(), Fence: s.Fence, Accounts: accounts, Until: now.Add(w.TTL), Asked: 1}
		s.Taken = append(s.Taken, slot)
		ask = append(ask, slot)
	}
	slices.SortFunc(s.Taken, func(a, b Slot) int { return cmp.Compare(a.N, b.N) })
	maps.DeleteFunc(s.Stints, func(account string, last Stint) bool {
		return now.Sub(last.At) > remembered && !s.Holds(account)
	})
	return s, ask
}

// begin notes a stint for each account that may be in a new slot, and returns
// those. s.Stints is the caller's own.
func (s *Slots) begin(now, seen time.Time, start []Due) []string {
	var accounts []string
	for _, d := range start {
		last, had := s.Stints[d.Account]
		if s.Holds(d.Account) || slices.Contains(accounts, d.Account) || had && last.At.After(seen) {
			continue
		}
		stint := Stint{At: now, Due: d.At}
		if had && last.Due.Equal(d.At) {
			stint.Vain = last.Vain + 1
		}
		if s.Stints == nil {
			s.Stints = map[string]Stint{}
		}
		s.Stints[d.Account] = stint
		accounts = append(accounts, d.Account)
	}
	return accounts
}

// free is the lowest number that no slot in use has.
func (s Slots) free() int {
	n := 1
	for slices.ContainsFunc(s.Taken, func(t Slot) bool { return t.N == n }) {
		n++
	}
	return n
}

// hold is s with the slot being task's until then, at least.
func (s Slots) hold(n int, fence int64, task string, until time.Time) (Slots, error) {
	i := slices.IndexFunc(s.Taken, func(t Slot) bool { return t.N == n && t.Fence == fence })
	switch {
	case task == "":
		return s, fmt.Errorf("a task without a name: %w", ErrValue)
	case i < 0:
		return s, fmt.Errorf("it was given back: %w", ErrStale)
	case s.Taken[i].Task != "" && s.Taken[i].Task != task:
		return s, fmt.Errorf("task %s has it: %w", s.Taken[i].Task, ErrStale)
	case s.Taken[i].Task == task && !until.After(s.Taken[i].Until):
		return s, errNothing
	}
	s.Taken = slices.Clone(s.Taken)
	if t := &s.Taken[i]; until.After(t.Until) {
		t.Task, t.Until = task, until
	} else {
		t.Task = task
	}
	return s, nil
}

// without is s without the slots that are chosen; errNothing if there are none.
func (s Slots) without(chosen func(Slot) bool) (Slots, error) {
	n := len(s.Taken)
	s.Taken = slices.DeleteFunc(slices.Clone(s.Taken), chosen)
	if len(s.Taken) == n {
		return s, errNothing
	}
	return s, nil
}

// undo is s as if slot's task had not been asked for; errNothing if it may have
// been started all the same. Its accounts have had a stint, and rest a little, but
// it was not for nothing through any fault of theirs.
func (s Slots) undo(slot Slot) (Slots, error) {
	s, err := s.without(func(t Slot) bool {
		return t.N == slot.N && t.Fence == slot.Fence && t.Task == "" && t.Asked == 1
	})
	if err != nil {
		return s, err
	}
	s.Stints = maps.Clone(s.Stints)
	for _, account := range slot.Accounts {
		if stint, ok := s.Stints[account]; ok {
			stint.Vain = 0
			s.Stints[account] = stint
		}
	}
	return s, nil
}
