package attack

import (
	"errors"
	"fmt"
	"math/bits"
	"strings"
	"time"

	"pgregory.net/rapid"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/breaker"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
)

// A deed is one thing that may happen.
type deed struct {
	name string
	do   func(*twins)
}

// deeds are all of them, those more than once that a story needs often.
func deeds() []deed {
	var list []deed
	for _, d := range []struct {
		deed
		often int
	}{
		{deed{"register", (*twins).register}, 5}, {deed{"claim", (*twins).claim}, 8}, {deed{"renew", (*twins).renew}, 1},
		{deed{"release", (*twins).release}, 2}, {deed{"move", (*twins).move}, 20}, {deed{"note", (*twins).note}, 1},
		{deed{"decide", (*twins).decide}, 5}, {deed{"takeover", (*twins).takeover}, 1}, {deed{"die", (*twins).die}, 1},
		{deed{"time", (*twins).pass}, 3}, {deed{"recover", (*twins).recover}, 1},
		{deed{"enter", (*twins).enter}, 3}, {deed{"visit", (*twins).visit}, 3}, {deed{"log in", (*twins).logIn}, 3},
		{deed{"suspend", (*twins).suspend}, 1}, {deed{"lift", (*twins).lift}, 1}, {deed{"pause", (*twins).pause}, 1},
		{deed{"resume", (*twins).resume}, 1}, {deed{"account", (*twins).keepAccount}, 1},
		{deed{"site", (*twins).site}, 2}, {deed{"slots", (*twins).slots}, 6}, {deed{"outbox", (*twins).outbox}, 6}, {deed{"ask", (*twins).alike}, 1},
	} {
		for range d.often {
			list = append(list, d.deed)
		}
	}
	return list
}

// expected says whether an error without a name is one that callers get all the
// same.
func expected(err error) bool {
	if errors.Is(err, ledger.ErrSiteDown) || errors.Is(err, ledger.ErrForked) {
		return true
	}
	for _, part := range []string{"does not act under a lease", "is filed with carrier"} {
		if strings.Contains(err.Error(), part) {
			return true
		}
	}
	return false
}

// below draws a number below n, each as often as the others: those of rapid are
// small ones more often, which would make short and poor stories.
func (m *twins) below(n int, name string) int {
	return rapid.Custom(func(t *rapid.T) int {
		v := 0
		for range bits.Len(uint(n)) + 2 {
			v *= 2
			if rapid.Bool().Draw(t, "") {
				v++
			}
		}
		return v % n
	}).Draw(m.T, name)
}

// one draws one of a list.
func one[V any](m *twins, name string, list ...V) V { return list[m.below(len(list), name)] }

func (m *twins) whoever() string { return one(m, "who", m.owners...) }

// key is that of an invoice, or of a file that cannot be read.
func (m *twins) key() submission.Key {
	if m.below(13, "unreadable") == 0 {
		return submission.Key{Account: accountPrefix + "1", Object: m.fileOf(one(m, "bytes", "a", "b")).Name}
	}
	key := invoice(one(m, "number", "1", "1", "1", "2"))
	return key
}

func (m *twins) fileOf(bytes string) submission.Object {
	return submission.Object{Name: bytes + ".txt", Path: "staged/" + bytes, SHA: "sha-" + bytes, Canon: "canon-" + bytes, Size: 9}
}

func (m *twins) register() {
	key, bytes := m.key(), one(m, "bytes", "a", "a", "a", "a", "a", "b", "c")
	if key.Object != "" {
		bytes = key.Object[:1]
	}
	rev := submission.Revision{State: submission.Ready, Object: m.fileOf(bytes), Date: m.w.Now().Add(-24 * time.Hour)}
	if key.Object != "" || m.below(9, "unfit") == 0 {
		rev.State, rev.Why = submission.Quarantined, "a field is missing"
	}
	if m.below(9, "copy") == 0 {
		rev.Object.Name = "copy of " + rev.Object.Name
	}
	_, _ = ask(m, fmt.Sprintf("register %s as %s, %s", bytes, key, rev.State), func(l *ledger.Ledger) (ledger.Registered, error) {
		return l.Register(m.ctx, "harbor", key, rev, "intake")
	})
}

// claim takes, most often, what nobody has.
func (m *twins) claim() {
	id, who := m.key().ID(), m.whoever()
	if s := m.before[id].s; s.Lease.Owner != "" && m.below(3, "held") > 0 {
		m.deed = "move"
		m.move()
		return
	}
	type claimed struct {
		S submission.Submission
		C ledger.Claim
	}
	got, err := ask(m, fmt.Sprintf("claim %s by %s", id, who), func(l *ledger.Ledger) (claimed, error) {
		s, c, err := l.Claim(m.ctx, id, who, ttl)
		return claimed{s, c}, err
	})
	if err == nil {
		m.claims = append(m.claims, got.C)
	}
}

// shownOf is a claim, most often the last; the zero claim before there is any.
func shownOf(m *twins, list []ledger.Claim) ledger.Claim {
	if len(list) == 0 {
		return ledger.Claim{ID: invoice("1").ID(), Owner: "nobody"}
	}
	back := 0
	if m.below(6, "older") == 0 {
		back = m.below(min(5, len(list)), "claim")
	}
	return list[len(list)-1-back]
}

func (m *twins) renew() {
	c := shownOf(m, m.claims)
	got, err := ask(m, fmt.Sprintf("renew %+v", c), func(l *ledger.Ledger) (ledger.Claim, error) { return l.Renew(m.ctx, c, ttl) })
	if err == nil {
		m.claims = append(m.claims, got)
	}
}

func (m *twins) release() {
	c := shownOf(m, m.claims)
	_ = m.do(fmt.Sprintf("release %+v", c), func(l *ledger.Ledger) error { return l.Release(m.ctx, c) })
}

// event draws what a holder may tell, right in most of its parts.
func (m *twins) event(c ledger.Claim) submission.Event {
	now := m.w.Now()
	word := func() *carriers.Receipt {
		return &carriers.Receipt{Number: one(m, "confirmation", "", "R1", "R2", fmt.Sprint("R", len(m.claims))), Text: "its words",
			State: one(m, "word", carriers.StateAccepted, carriers.StateReceived, carriers.StateRejected, carriers.StateDraft)}
	}
	look := &submission.Look{At: now, Visit: fmt.Sprint("v", c.Fence), Control: rapid.Bool().Draw(m.T, "control"), Mail: true,
		Trusted: rapid.Bool().Draw(m.T, "trusted")}
	cur := m.before[c.ID].s.Current()
	attempt := &submission.Attempt{ID: fmt.Sprint(m.made), Outcome: "200"}
	if n := len(cur.Attempts); n > 0 && m.below(10, "mine") > 0 {
		attempt.ID = cur.Attempts[n-1].ID
	}
	sha := cur.Object.SHA
	if m.below(10, "other bytes") == 0 {
		sha = "sha-b"
	}
	tells := []func() submission.Event{
		func() submission.Event {
			m.made++
			return submission.Event{Kind: submission.Intended, Actor: submission.ByGate, Look: look,
				Attempt: &submission.Attempt{ID: fmt.Sprint(m.made), SHA: sha, SettleUntil: now.Add(time.Hour)}}
		},
		func() submission.Event {
			return submission.Event{Kind: submission.Answered, Actor: submission.ByGate, Attempt: attempt, Receipt: word(),
				Witnessed: rapid.Bool().Draw(m.T, "witnessed"), NotBefore: now.Add(time.Minute)}
		},
		func() submission.Event {
			return submission.Event{Kind: submission.Lost, Actor: submission.ByGate, Attempt: attempt}
		},
		func() submission.Event {
			attempt.Sent = new(false)
			return submission.Event{Kind: submission.NotSent, Actor: submission.ByGate, Attempt: attempt}
		},
		func() submission.Event {
			return submission.Event{Kind: submission.FoundOnSite, Actor: submission.ByVisit, Receipt: word(), Filed: now}
		},
		func() submission.Event {
			return submission.Event{Kind: submission.Contradicted, Actor: submission.ByVisit, Why: "another amount", Needs: carriers.Biller}
		},
		func() submission.Event {
			return submission.Event{Kind: submission.Postponed, Actor: submission.ByVisit, NotBefore: now.Add(time.Minute),
				Hold: one(m, "hold", "", submission.HoldWindow, submission.HoldCredentials)}
		},
		func() submission.Event {
			return submission.Event{Kind: submission.LookedUp, Actor: submission.ByReconcile, Receipt: word(), Filed: now}
		},
		func() submission.Event {
			return submission.Event{Kind: submission.Absent, Actor: submission.ByReconcile, Look: look, NotBefore: now.Add(time.Minute)}
		},
		func() submission.Event {
			return submission.Event{Kind: submission.Absent, Actor: submission.ByReconcile, Look: look,
				Receipt: &carriers.Receipt{State: carriers.StateDraft}, NotBefore: now.Add(time.Minute)}
		},
		func() submission.Event {
			return submission.Event{Kind: submission.Unsettled, Actor: submission.ByReconcile, Look: look, Why: "two days have passed"}
		},
	}
	fits := map[submission.State][]int{submission.Ready: {0, 0, 0, 0, 4, 5, 6}, submission.Submitting: {1, 1, 2, 3},
		submission.Uncertain: {7, 8, 8, 9, 10}, submission.Submitted: {7, 7, 8, 10}, submission.Accepted: {7}}[cur.State]
	if len(fits) > 0 && m.below(5, "fits") > 0 {
		return tells[one(m, "event", fits...)]()
	}
	return one(m, "any event", tells...)()
}

func (m *twins) move() {
	c := shownOf(m, m.claims)
	e := m.event(c)
	_, _ = ask(m, fmt.Sprintf("move %+v: %s by %s", c, e.Kind, e.Actor), func(l *ledger.Ledger) (submission.Submission, error) {
		return l.Move(m.ctx, c, e)
	})
}

func (m *twins) note() {
	e := submission.Event{Kind: submission.Answered, Actor: submission.ByGate, Who: m.whoever(), Why: "a late word",
		Attempt: &submission.Attempt{ID: fmt.Sprint(m.made)}}
	id := m.key().ID()
	if rapid.Bool().Draw(m.T, "once") {
		_, _ = ask(m, "note once", func(l *ledger.Ledger) (bool, error) { return l.NoteOnce(m.ctx, id, e) })
		return
	}
	_ = m.do("note "+id, func(l *ledger.Ledger) error { return l.Note(m.ctx, id, e) })
}

func (m *twins) decide() {
	e := submission.Event{Kind: submission.Decided, Who: "ann", Why: "I asked them"}
	switch m.below(6, "decision") {
	case 0:
		e.Kind = submission.Held
	case 1, 2:
		e.Kind, e.Hold = submission.Released, one(m, "hold", submission.HoldPerson, submission.HoldPerson, "")
	default:
		e.Want = one(m, "want", submission.Ready, submission.Ready, submission.Uncertain, submission.Accepted, submission.Rejected,
			submission.Cancelled, submission.Submitted)
		e.Revision = one(m, "revision", 0, 0, 1, 2)
		if state, ok := map[submission.State]carriers.ReceiptState{submission.Accepted: carriers.StateAccepted,
			submission.Rejected: carriers.StateRejected, submission.Submitted: carriers.StateReceived}[e.Want]; ok {
			e.Receipt = &carriers.Receipt{Number: one(m, "told", "", "P1", "P2"), Text: "they said so", State: state}
			e.SettleUntil = m.w.Now().Add(time.Hour)
		}
	}
	id := m.key().ID()
	do := (*ledger.Ledger).Decide
	if m.below(5, "foresee") == 0 {
		do = (*ledger.Ledger).Foresee
	}
	_, _ = ask(m, fmt.Sprintf("%s %s %s", e.Kind, e.Want, id), func(l *ledger.Ledger) (submission.Submission, error) {
		return do(l, m.ctx, id, e)
	})
}

func (m *twins) takeover() {
	who := m.whoever()
	_, _ = ask(m, "takeover by "+who, func(l *ledger.Ledger) ([]ledger.Summary, error) { return l.Takeover(m.ctx, who) })
}

// die ends a program; another one begins.
func (m *twins) die() {
	i := m.below(len(m.owners), "dies")
	m.w.kill(m.owners[i])
	m.last = m.owners[i] + " dies"
	m.Log(m.last)
	m.owners = append(m.owners[:i:i], m.owners[i+1:]...)
	m.owner()
}

// pass lets time go by: nothing else happens.
func (m *twins) pass() {
	d := one(m, "passes", time.Second, 20*time.Second, ttl, 11*time.Minute, 16*time.Minute, 2*time.Hour, 30*time.Hour)
	m.w.now.Add(int64(d))
	m.last = d.String() + " pass"
	m.Log(m.last)
}

// recover brings an attempt that only the evidence knows.
func (m *twins) recover() {
	m.made++
	bytes := one(m, "bytes", "a", "b", "d")
	r := ledger.Recovered{Key: invoice(one(m, "number", "1", "2")), Carrier: "harbor",
		Version: submission.Revision{Number: 1 + m.below(3, "revision"), Object: m.fileOf(bytes)},
		Attempt: submission.Attempt{ID: fmt.Sprint(m.made), Fence: int64(1 + m.below(12, "fence")), Owner: m.whoever(),
			SHA: "sha-" + bytes, IntendedAt: m.w.Now().Add(-time.Minute), SettleUntil: m.w.Now().Add(time.Hour)}}
	_, _ = ask(m, fmt.Sprintf("recover %+v", r.Attempt), func(l *ledger.Ledger) (bool, error) {
		return l.Recover(m.ctx, "recovery", r, time.Time{})
	})
}

func (m *twins) account() string { return accountPrefix + one(m, "account", "1", "2") }

func (m *twins) enter() {
	name, who, visits := m.account(), m.whoever(), 1
	if name == accountPrefix+"2" {
		visits = maxVisits
	}
	version := one(m, "secret", "v1", "v2")
	got, err := ask(m, fmt.Sprintf("enter %s by %s", name, who), func(l *ledger.Ledger) (ledger.Claim, error) {
		_, c, err := l.EnterAccount(m.ctx, name, who, version, visits, ttl)
		return c, err
	})
	if err == nil {
		m.visits = append(m.visits, got)
	}
}

func (m *twins) visit() {
	c := shownOf(m, m.visits)
	if rapid.Bool().Draw(m.T, "renew") {
		_, _ = ask(m, fmt.Sprintf("renew visit %+v", c), func(l *ledger.Ledger) (ledger.Claim, error) { return l.RenewAccount(m.ctx, c, ttl) })
		return
	}
	_ = m.do(fmt.Sprintf("leave %+v", c), func(l *ledger.Ledger) error { return l.LeaveAccount(m.ctx, c) })
}

func (m *twins) logIn() {
	c := shownOf(m, m.visits)
	if m.below(3, "begins") > 0 {
		_ = m.do(fmt.Sprintf("log in %+v", c), func(l *ledger.Ledger) error { return l.LoginBegins(m.ctx, c) })
		return
	}
	if m.below(3, "typed") == 0 {
		_ = m.do(fmt.Sprintf("not logged in %+v", c), func(l *ledger.Ledger) error { return l.LoginNotMade(m.ctx, c) })
		return
	}
	var s *ledger.Suspension
	if m.below(3, "refused") == 0 {
		s = &ledger.Suspension{Kind: string(carriers.Credentials), Why: "the password is wrong", SecretVersion: one(m, "secret", "", "v1")}
	}
	_ = m.do(fmt.Sprintf("logged in %+v, suspended %v", c, s), func(l *ledger.Ledger) error {
		if s == nil {
			return l.LoginEnds(m.ctx, c, nil)
		}
		return l.LoginEnds(m.ctx, c, new(*s))
	})
}

func (m *twins) suspend() {
	name, version := m.account(), one(m, "secret", "", "v1")
	_ = m.do("suspend "+name, func(l *ledger.Ledger) error {
		return l.Suspend(m.ctx, name, m.owners[0], ledger.Suspension{Kind: string(carriers.ActionNeeded), Why: "terms", SecretVersion: version})
	})
}

func (m *twins) lift() {
	name := m.account()
	_ = m.do("lift "+name, func(l *ledger.Ledger) error { return l.LiftSuspension(m.ctx, name, "ann", "I logged in") })
}

func (m *twins) pause() {
	name := m.account()
	_ = m.do("pause "+name, func(l *ledger.Ledger) error { return l.Pause(m.ctx, name, "ann", "she asks") })
}

func (m *twins) resume() {
	name := m.account()
	_, _ = ask(m, "resume "+name, func(l *ledger.Ledger) (ledger.Account, error) { return l.Resume(m.ctx, name, "ann", "she asks") })
}

// keepAccount is what else is kept of an account.
func (m *twins) keepAccount() {
	name, n := m.account(), 1+m.below(4, "link")
	switch m.below(3, "keeps") {
	case 0:
		_ = m.do("sent "+name, func(l *ledger.Ledger) error { return l.Sent(m.ctx, name) })
	case 1:
		_, _ = ask(m, "turn to prune "+name, func(l *ledger.Ledger) (bool, error) { return l.PruneTurn(m.ctx, name, time.Hour) })
	case 2:
		head := submission.Head{N: int64(n), SHA: one(m, "hash", "x", "x", "y")}
		_ = m.do(fmt.Sprintf("chained %s %s", name, head), func(l *ledger.Ledger) error { return l.Chained(m.ctx, name, head) })
	}
}

// site has a visit ask whether a site may be visited, or tell how it was.
func (m *twins) site() {
	name, who := ledger.SiteName{Carrier: "harbor", Host: "portal.example"}, m.whoever()
	if rapid.Bool().Draw(m.T, "enters") {
		probe, err := ask(m, "enter site by "+who, func(l *ledger.Ledger) (int64, error) { return l.EnterSite(m.ctx, name, who, ttl) })
		if err == nil {
			m.probes = append(m.probes, probe)
		}
		return
	}
	e := breaker.End{Worked: m.below(4, "worked") == 0, Jitter: float64(m.below(10, "jitter")) / 10}
	if len(m.probes) > 0 {
		e.Probe = one(m, "probe", m.probes...)
	}
	if !e.Worked && m.below(4, "failed") > 0 {
		e.Failed = &breaker.Failure{Kind: carriers.Unavailable, Why: "maintenance", Of: one(m, "of", "", "1", "2", "3")}
	}
	_, _ = ask(m, fmt.Sprintf("leave site %+v", e), func(l *ledger.Ledger) (ledger.Site, error) {
		end := e
		if e.Failed != nil {
			end.Failed = new(*e.Failed)
		}
		return l.LeaveSite(m.ctx, name, end)
	})
}

// outbox enrols a destination, dismisses it, or delivers to it.
func (m *twins) outbox() {
	d := one(m, "destination", destinations()...)
	switch m.below(6, "outbox") {
	case 0, 1:
		_ = m.do("enrol "+d, func(l *ledger.Ledger) error { return l.Enrol(m.ctx, d) })
		if m.told[d] == nil {
			m.told[d] = map[string]int64{}
			for id, k := range m.before {
				m.told[d][id] = k.s.Seq
			}
		}
	case 2:
		_ = m.do("dismiss "+d, func(l *ledger.Ledger) error { return l.Dismiss(m.ctx, d) })
		delete(m.told, d)
	default:
		m.deliver(d)
	}
}

// deliver tells a destination of a submission, and often once more: a mark may
// come late.
func (m *twins) deliver(d string) {
	id := m.key().ID()
	last := m.before[id].s.Seq
	for range 1 + m.below(3, "marks") {
		seq := int64(1 + m.below(int(last)+1, "up to"))
		_ = m.do(fmt.Sprintf("delivered %s to %s up to %d", id, d, seq), func(l *ledger.Ledger) error { return l.Delivered(m.ctx, d, id, seq) })
		if told, enrolled := m.told[d], m.told[d] != nil; enrolled && told[id] < last {
			told[id] = min(max(told[id], seq), last)
		}
	}
}
