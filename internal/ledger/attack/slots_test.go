package attack

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"example.com/lodge/internal/ledger"
)

// slots asks whatever can be asked about slots, most often for some.
func (m *twins) slots() {
	m.given = ledger.Slot{}
	switch m.below(8, "slots") {
	case 0, 1, 2:
		m.take()
	case 3, 4:
		s, task := m.slotOf(), m.taskOf()
		m.deed = "note task"
		m.holds(m.do(fmt.Sprintf("note %s for %s", task, s), func(l *ledger.Ledger) error { return l.NoteTask(m.ctx, s.N, s.Fence, task, ttl) }))
	case 5:
		s, task := m.slotOf(), m.taskOf()
		m.deed = "renew slot"
		_, err := ask(m, fmt.Sprintf("renew %s for %s", s, task), func(l *ledger.Ledger) (ledger.Claim, error) {
			return l.RenewSlot(m.ctx, s.N, s.Fence, task, ttl)
		})
		m.holds(err)
	case 6:
		m.given, m.deed = m.slotOf(), "give slot"
		m.holds(m.do(fmt.Sprintf("give %s", m.given), func(l *ledger.Ledger) error { return l.GiveSlot(m.ctx, m.given.N, m.given.Fence) }))
	case 7:
		m.given, m.deed = m.slotOf(), "undo slot"
		m.holds(m.do(fmt.Sprintf("undo %s", m.given), func(l *ledger.Ledger) error { return l.UndoSlot(m.ctx, m.given) }))
	}
}

func (m *twins) holds(err error) {
	if err != nil && !errors.Is(err, ledger.ErrStale) {
		m.Fatalf("%s: %v", m.last, err)
	}
}

func (m *twins) take() {
	w := ledger.Wanted{Max: m.below(4, "max"), TTL: ttl, Seen: m.w.Now().Add(-time.Duration(m.below(2, "seen")) * ttl)}
	for range 1 + m.below(3, "starts") {
		var start []ledger.Due
		for range m.below(3, "accounts") {
			account := fmt.Sprint(accountPrefix, m.below(5, "account"))
			start = append(start, ledger.Due{Account: account, At: time.Unix(int64(m.below(3, "due")), 0).UTC()})
		}
		w.Starts = append(w.Starts, start)
	}
	m.wanted, m.deed = w, "take slots"
	got, err := ask(m, fmt.Sprintf("take %+v", w), func(l *ledger.Ledger) ([]ledger.Slot, error) { return l.TakeSlots(m.ctx, w) })
	m.holds(err)
	for _, s := range got {
		i := slices.IndexFunc(m.slots0.Taken, func(t ledger.Slot) bool { return t.Fence == s.Fence })
		if i >= 0 && (m.slots0.Taken[i].Task != "" || !m.slots0.Taken[i].Lapsed(m.w.Now())) {
			m.Fatalf("%s: the task of %s is asked for again, and it was %+v", m.last, s, m.slots0.Taken[i])
		}
	}
	m.taken = append(m.taken, got...)
}

// slotOf is a slot that was got, most often one of the last, in parts another.
func (m *twins) slotOf() ledger.Slot {
	if len(m.taken) == 0 {
		return ledger.Slot{N: 1, Fence: 1}
	}
	s := m.taken[len(m.taken)-1-m.below(min(4, len(m.taken)), "slot")]
	switch m.below(8, "which") {
	case 0:
		s.N++
	case 1:
		s.Fence--
	}
	return s
}

func (m *twins) taskOf() string {
	if m.below(2, "new task") == 0 {
		m.tasks++
	}
	return fmt.Sprint("task-", m.tasks)
}

// slotted holds the slots against their rules: never more than was asked for, no
// account in two, fences that only grow, and none that is freed but by somebody's
// word about that very fence; whatever time it is.
func (m *twins) slotted(began time.Time) {
	is, err := m.ledgers[0].Slots(m.ctx)
	if err != nil {
		m.Fatal(err)
	}
	was := m.slots0
	m.slots0 = is
	numbers, accounts := map[int]bool{}, map[string]bool{}
	fresh := 0
	for _, s := range is.Taken {
		if numbers[s.N] || s.N < 1 || len(s.Accounts) == 0 || s.Fence > is.Fence || s.Asked < 1 {
			m.Fatalf("%s: %s is not a slot in use: %+v", m.last, s, is)
		}
		numbers[s.N] = true
		for _, a := range s.Accounts {
			if accounts[a] {
				m.Fatalf("%s: account %s is in two slots: %+v", m.last, a, is)
			}
			accounts[a] = true
		}
		i := slices.IndexFunc(was.Taken, func(t ledger.Slot) bool { return t.Fence == s.Fence })
		if i >= 0 {
			m.sameSlot(was.Taken[i], s, began)
			continue
		}
		fresh++
		if m.deed != "take slots" || s.Fence <= was.Fence || s.Task != "" {
			m.Fatalf("%s: a new slot %+v after fence %d", m.last, s, was.Fence)
		}
		for _, a := range s.Accounts {
			if was.Stints[a].At.After(m.wanted.Seen) {
				m.Fatalf("%s: account %s comes back by what was seen before its last slot was taken", m.last, a)
			}
		}
	}
	if fresh > 0 && len(is.Taken) > m.wanted.Max {
		m.Fatalf("%s: %d slots in use, and at most %d were asked for", m.last, len(is.Taken), m.wanted.Max)
	}
	if is.Fence < was.Fence {
		m.Fatalf("%s: the fence of slots went from %d to %d", m.last, was.Fence, is.Fence)
	}
	for _, s := range was.Taken {
		m.freed(s, is)
	}
}

// sameSlot: what may become of a slot that stays in use.
func (m *twins) sameSlot(was, is ledger.Slot, began time.Time) {
	again := m.deed == "take slots" && was.Task == "" && was.Lapsed(began)
	switch {
	case was.N != is.N || !slices.Equal(was.Accounts, is.Accounts):
		m.Fatalf("%s: slot %+v became %+v", m.last, was, is)
	case was.Task != "" && was.Task != is.Task:
		m.Fatalf("%s: %s went from task %s to %s", m.last, is, was.Task, is.Task)
	case was.Until.After(is.Until) || was.Asked != is.Asked && !again:
		m.Fatalf("%s: slot %+v became %+v", m.last, was, is)
	}
}

// freed: who may have freed a slot that was in use.
func (m *twins) freed(s ledger.Slot, is ledger.Slots) {
	if slices.ContainsFunc(is.Taken, func(t ledger.Slot) bool { return t.Fence == s.Fence }) {
		return
	}
	named := m.given.N == s.N && m.given.Fence == s.Fence
	switch {
	case m.deed == "give slot" && named:
	case m.deed == "undo slot" && named && s.Task == "" && s.Asked == 1:
	default:
		m.Fatalf("%s: %+v is free", m.last, s)
	}
}
