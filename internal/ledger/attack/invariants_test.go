package attack

import (
	"encoding/json"
	"slices"
	"time"

	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
)

// kept is what a submission was after a step.
type kept struct {
	s       submission.Submission
	history []string // as JSON: nothing of it may ever change
}

// keptVisit is what an account was after a step.
type keptVisit struct{ a ledger.Account }

// check holds what there is now against the invariants, and against what there
// was before the deed.
func (m *twins) check(began time.Time) {
	l := m.ledgers[0]
	list, err := l.All(m.ctx, ledger.Query{})
	if err != nil {
		m.Fatal(err)
	}
	if len(list) < len(m.before) {
		m.Fatalf("%s: %d submissions are left of %d", m.last, len(list), len(m.before))
	}
	for _, item := range list {
		s, err := l.Get(m.ctx, item.ID)
		if err != nil {
			m.Fatal(err)
		}
		if was := m.before[s.ID].s; was.Version == s.Version {
			if text(was, nil) != text(s, nil) {
				m.Fatalf("%s: %s has changed, and its version has not", m.last, s.Key)
			}
			continue
		}
		entries, err := l.History(m.ctx, item.ID)
		if err != nil {
			m.Fatal(err)
		}
		m.grown(s, entries)
		m.leases(m.before[s.ID].s, s, began)
		m.before[s.ID] = kept{s, lines(entries)}
	}
	m.visited()
	m.slotted(began)
	m.owes()
}

func lines(entries []submission.Entry) []string {
	var list []string
	for _, e := range entries {
		data, _ := json.Marshal(e) // an entry can be encoded: it is stored so
		list = append(list, string(data))
	}
	return list
}

// grown: the history is only added to and has no gap, and what it leads to is
// what is stored.
func (m *twins) grown(s submission.Submission, entries []submission.Entry) {
	was := m.before[s.ID]
	now := lines(entries)
	if len(now) < len(was.history) || !slices.Equal(now[:len(was.history)], was.history) {
		m.Fatalf("%s: the history of %s is not what it was", m.last, s.Key)
	}
	for i, e := range entries {
		if e.Seq != int64(i+1) {
			m.Fatalf("%s: entry %d of %s has number %d", m.last, i+1, s.Key, e.Seq)
		}
	}
	for _, e := range entries[len(was.history):] {
		m.rows[e.Row]++
		m.added(s, e)
	}
	again, err := submission.Replay(s.Key, s.Carrier, entries)
	if err != nil {
		m.Fatalf("%s: %s: %v", m.last, s.Key, err)
	}
	again.Version, again.Fence, again.Lease = s.Version, s.Fence, s.Lease // they are the ledger's alone
	if text(again, nil) != text(s, nil) {
		m.Fatalf("%s: the history leads to\n%s\nand stored is\n%s", m.last, text(again, nil), text(s, nil))
	}
	live := 0
	for _, r := range s.Revisions {
		if r.State.Live() {
			live++
		}
	}
	if live > 1 {
		m.Fatalf("%s: %d revisions of %s are live", m.last, live, s.Key)
	}
}

// added: what may have been sent is made ready by proof alone, or by a person
// after a look-up; never by time, nor by whoever takes over.
func (m *twins) added(s submission.Submission, e submission.Entry) {
	switch {
	case e.To != submission.Ready || e.From == submission.Ready:
	case e.From == submission.Submitting && (e.Row != 10 || m.deed != "move"),
		e.From == submission.Uncertain && e.Row == 14 && m.deed != "move",
		e.From == submission.Uncertain && e.Row == 35 && m.deed != "decide",
		e.From == submission.Uncertain && e.Row != 14 && e.Row != 35:
		m.Fatalf("%s: row %d made %s ready that was %s", m.last, e.Row, s.Key, e.From)
	}
	if e.Fence > s.Fence {
		m.Fatalf("%s: entry %d of %s has fence %d, which is not given yet: it is %d", m.last, e.Seq, s.Key, e.Fence, s.Fence)
	}
}

// leases: a fence never falls, and grows with each new holder; nobody who lives
// loses a lease but by an own deed, or to a new version of the file.
func (m *twins) leases(was, is submission.Submission, now time.Time) {
	a, b := was.Lease, is.Lease
	switch {
	case is.Fence < was.Fence || is.Version < was.Version:
		m.Fatalf("%s: %s went from fence %d to %d, from version %d to %d", m.last, is.Key, was.Fence, is.Fence, was.Version, is.Version)
	case b.Owner != "" && b.Owner != a.Owner && is.Fence == was.Fence:
		m.Fatalf("%s: %s is %s's with the fence of %q", m.last, is.Key, b.Owner, a.Owner)
	case a.Owner == "" || a.Owner == b.Owner && is.Fence == was.Fence:
		return
	}
	dead, _ := m.w.Dead(m.ctx, a.Owner)
	over := !now.Before(a.Until) && (m.deed == "claim" || m.deed == "takeover")
	replaced := m.deed == "register" && was.Current().State == submission.Ready
	if !dead && m.deed != "release" && !replaced && !over {
		m.Fatalf("%s: %s lost %s, and lives", m.last, a.Owner, is.Key)
	}
	if was.Submitting() && is.Submitting() {
		m.Fatalf("%s: what %s was sending is %s's to go on with", m.last, a.Owner, b.Owner)
	}
}

// visited: as leases, for accounts.
func (m *twins) visited() {
	list, err := m.ledgers[0].Accounts(m.ctx)
	if err != nil {
		m.Fatal(err)
	}
	for _, a := range list {
		was := m.accs[a.Name].a
		if a.Fence < was.Fence || a.Version < was.Version {
			m.Fatalf("%s: account %s went from fence %d to %d, from version %d to %d", m.last, a.Name, was.Fence, a.Fence, was.Version, a.Version)
		}
		fences := map[int64]bool{}
		for _, v := range a.Visits {
			if fences[v.Fence] || v.Fence > a.Fence {
				m.Fatalf("%s: account %s has visits with the fences %v", m.last, a.Name, a.Visits)
			}
			fences[v.Fence] = true
		}
		if len(a.Visits) > maxVisits {
			m.Fatalf("%s: account %s has %d visits", m.last, a.Name, len(a.Visits))
		}
		lifted := m.deed == "lift" || m.deed == "enter" && was.Suspended != nil && was.Suspended.SecretVersion != ""
		if was.Suspended != nil && a.Suspended == nil && !lifted {
			m.Fatalf("%s: the suspension of account %s is gone: %s", m.last, a.Name, was.Suspended.Why)
		}
		if was.Paused != nil && a.Paused == nil && m.deed != "resume" {
			m.Fatalf("%s: the pause of account %s is gone", m.last, a.Name)
		}
		m.accs[a.Name] = keptVisit{a}
	}
}

// owes: each destination is owed what was written since it was enrolled, up to
// the last entry, and nothing else.
func (m *twins) owes() {
	for _, destination := range destinations() {
		want := []ledger.Owed{}
		for id, told := range m.told[destination] {
			if told < m.before[id].s.Seq {
				want = append(want, ledger.Owed{ID: id, Delivered: told})
			}
		}
		if enrolled := m.told[destination]; enrolled != nil {
			for id := range m.before {
				if _, ok := enrolled[id]; !ok { // it came since
					want = append(want, ledger.Owed{ID: id})
				}
			}
		}
		slices.SortFunc(want, func(a, b ledger.Owed) int { return slices.Compare([]byte(a.ID), []byte(b.ID)) })
		got, err := m.ledgers[0].Owed(m.ctx, destination, "", 1000)
		if err != nil || text(got, nil) != text(want, nil) {
			m.Fatalf("%s: %s is owed\n%s, and it ought to be\n%s: %v", m.last, destination, text(got, nil), text(want, nil), err)
		}
	}
}

// alike asks for all that there is.
func (m *twins) alike() {
	for id := range m.before {
		_, _ = ask(m, "get "+id, func(l *ledger.Ledger) (submission.Submission, error) { return l.Get(m.ctx, id) })
		_, _ = ask(m, "history "+id, func(l *ledger.Ledger) ([]submission.Entry, error) { return l.History(m.ctx, id) })
	}
	_, _ = ask(m, "list", func(l *ledger.Ledger) ([]ledger.Summary, error) { return l.List(m.ctx, ledger.Query{NeedsFirst: true}) })
	_, _ = ask(m, "accounts", func(l *ledger.Ledger) ([]ledger.Account, error) { return l.Accounts(m.ctx) })
	_, _ = ask(m, "sites", func(l *ledger.Ledger) ([]ledger.Site, error) { return l.Sites(m.ctx) })
	_, _ = ask(m, "counts", func(l *ledger.Ledger) ([]ledger.Count, error) { return l.Counts(m.ctx) })
	_, _ = ask(m, "groups", func(l *ledger.Ledger) ([]ledger.Group, error) { return l.Groups(m.ctx) })
	_, _ = ask(m, "due", func(l *ledger.Ledger) ([]ledger.Summary, error) { return l.Due(m.ctx, accountPrefix+"1", 0) })
	_, _ = ask(m, "next due", func(l *ledger.Ledger) (time.Time, error) { return l.NextDue(m.ctx) })
	_, _ = ask(m, "due accounts", func(l *ledger.Ledger) ([]string, error) { return l.DueAccounts(m.ctx) })
	_, _ = ask(m, "owners", func(l *ledger.Ledger) ([]string, error) { return l.Owners(m.ctx) })
	for _, d := range destinations() {
		_, _ = ask(m, "owed to "+d, func(l *ledger.Ledger) ([]ledger.Owed, error) { return l.Owed(m.ctx, d, "", 1000) })
	}
}

func destinations() []string { return []string{"books", "status"} }
