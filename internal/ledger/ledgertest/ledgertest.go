// Package ledgertest is what a ledger's engine must pass. A new engine is done
// when its test is
//
//	ledgertest.Run(t, open, reopen)
package ledgertest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/breaker"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
	"example.com/lodge/ledes"
)

// Open returns an empty engine that t closes.
type Open func(t *testing.T) ledger.Engine

// Reopen closes e and returns an engine over the same store, which t closes.
type Reopen func(t *testing.T, e ledger.Engine) ledger.Engine

// Run runs the suite.
func Run(t *testing.T, open Open, reopen Reopen) {
	for _, c := range []struct {
		name string
		test func(*testing.T, ledger.Engine)
	}{
		{"nothing there", nothing},
		{"a submission comes back whole", roundTrip},
		{"a write needs the version before", versions},
		{"a refused write leaves no trace", noTrace},
		{"one of 32 writers wins", race},
		{"no write is lost between writers", counter},
		{"history keeps its order", history},
		{"pages leave out nothing", pages},
		{"filters", filters},
		{"what needs somebody comes first", needsFirst},
		{"due order", dueOrder},
		{"next due", nextDue},
		{"what arrived in a time", arrived},
		{"what one of the people acts on", needs},
		{"what the carrier has not, by date", unfiled},
		{"counts follow the moves", counts},
		{"groups follow the moves", groups},
		{"a count is as long as the list", countOf},
		{"values that bite", bites},
		{"names that no engine takes", badNames},
		{"accounts", accounts},
		{"one of 32 visits wins", accountRace},
		{"what is owed to a destination", owedFromNowOn},
		{"delivered up to a number", deliveredUpTo},
		{"destinations are told apart", destinations},
		{"deliveries and writers do not meet", deliveredMeanwhile},
		{"a name of its own", named},
		{"the clock", clockRuns},
		{"an ended context", ended},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(t, open(t)) })
	}
	t.Run("all is there after opening again", func(t *testing.T) { persistence(t, open(t), reopen) })
}

// at is a time of the suite, in seconds.
func at(seconds int) time.Time {
	return time.Date(2026, 11, 2, 9, 0, seconds, 123456789, time.UTC)
}

// one is the submission of an invoice in a state, as first stored.
func one(account, number string, state submission.State) submission.Submission {
	s := submission.New(submission.Key{Account: account, LawFirmID: "12-3", ClientID: "C1", Number: number}, "harbor")
	s.Version, s.Seq, s.CreatedAt, s.UpdatedAt = 1, 1, at(0), at(0)
	s.Revisions = []submission.Revision{{
		Number: 1, State: state, Why: "because",
		Object: submission.Object{Name: number + ".txt", SHA: "s", Canon: "c"},
	}}
	return s
}

func entry(seq int64) submission.Entry {
	return submission.Entry{Seq: seq, Row: 1, To: submission.Ready, Event: submission.Event{
		Kind: submission.Arrived, Actor: submission.ByIntake, Who: "intake", Why: fmt.Sprint("entry ", seq), At: at(int(seq)), Revision: 1,
		Evidence: []submission.Proof{{Name: "p.png", SHA: "h"}},
	}}
}

func store(t *testing.T, e ledger.Engine, list ...submission.Submission) {
	t.Helper()
	for _, s := range list {
		if err := e.Store(t.Context(), s, []submission.Entry{entry(s.Seq)}); err != nil {
			t.Fatalf("store %s: %v", s.Key, err)
		}
	}
}

func load(t *testing.T, e ledger.Engine, id string) submission.Submission {
	t.Helper()
	s, err := e.Load(t.Context(), id)
	if err != nil {
		t.Fatalf("load: %v", err)
	}
	return s
}

// numbers are the invoices of a list, in its order.
func numbers(t *testing.T, e ledger.Engine, q ledger.Query) string {
	t.Helper()
	list, err := e.List(t.Context(), q)
	if err != nil {
		t.Fatalf("list %+v: %v", q, err)
	}
	var names []string
	for _, s := range list {
		names = append(names, s.Invoice)
	}
	return strings.Join(names, " ")
}

func want(t *testing.T, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmp.Exporter(func(reflect.Type) bool { return true })); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func nothing(t *testing.T, e ledger.Engine) {
	if _, err := e.Load(t.Context(), "nobody"); !errors.Is(err, ledger.ErrNotFound) {
		t.Errorf("load: %v, want %v", err, ledger.ErrNotFound)
	}
	history, err := e.History(t.Context(), "nobody")
	if err != nil || len(history) != 0 {
		t.Errorf("history: %v, %v", history, err)
	}
	want(t, "list", numbers(t, e, ledger.Query{}), "")
	account, err := e.LoadAccount(t.Context(), "nobody")
	if err != nil {
		t.Errorf("account: %v", err)
	}
	want(t, "account", account, ledger.Account{Name: "nobody"})
}

// whole is a submission with something in every field.
func whole() submission.Submission {
	s := one("acme", "INV-1", submission.Uncertain)
	s.Fence, s.Lease = 7, submission.Lease{Owner: "holder/1", Until: at(60)}
	s.NotBefore, s.Hold = at(30), submission.HoldWindow
	r := &s.Revisions[0]
	r.Matter, r.ClientMatter, r.Date, r.Format = "M1", "CL-1", at(1), ledes.LEDES1998B
	r.Findings = []ledes.Finding{{Severity: ledes.Warn, Code: "x", Line: 3, Field: "UNITS", Message: "odd"}}
	r.Receipt = carriers.Receipt{Number: "R1", Status: "Processing", Text: "we have it", State: carriers.StateReceived}
	r.Since, r.Total = at(3), ledes.Cents(125_050).Add(ledes.Cents(1))
	r.ReceivedAt, r.Found, r.Needs, r.Resumed, r.Copies = at(2), true, carriers.Operator, 1, []string{"b.txt"}
	r.Looks = []submission.Look{{At: at(3), Visit: "v", Control: true, Mail: true, Trusted: true}}
	r.Attempts = []submission.Attempt{{
		ID: "1", Fence: 7, Owner: "holder/1", SHA: "s", Browser: "b", Request: "POST /x", IntendedAt: at(4), SettleUntil: at(5),
		Sent: new(true), Outcome: "200", Evidence: []submission.Proof{{Name: "p.png", SHA: "h"}},
	}}
	return s
}

func roundTrip(t *testing.T, e ledger.Engine) {
	s := whole()
	store(t, e, s)
	want(t, "loaded", load(t, e, s.ID), s)
	list, err := e.List(t.Context(), ledger.Query{})
	if err != nil {
		t.Fatal(err)
	}
	want(t, "listed", list, []ledger.Summary{ledger.Summarize(s)})
	s.Revisions[0].State = submission.Accepted
	want(t, "an engine keeps values", load(t, e, s.ID), whole())
}

func versions(t *testing.T, e ledger.Engine) {
	s := one("acme", "1", submission.Ready)
	later := s
	later.Version = 2
	conflict(t, "version 2 of nothing", e, later)
	store(t, e, s)
	conflict(t, "version 1 twice", e, s)
	later.Seq = 2
	store(t, e, later)
	conflict(t, "version 2 twice", e, later)
	conflict(t, "version 1 again", e, s)
	later.Version = 4
	conflict(t, "version 4 after 2", e, later)
	want(t, "version", load(t, e, s.ID).Version, int64(2))
}

func conflict(t *testing.T, what string, e ledger.Engine, s submission.Submission) {
	t.Helper()
	if err := e.Store(t.Context(), s, []submission.Entry{entry(99)}); !errors.Is(err, ledger.ErrConflict) {
		t.Errorf("%s: %v, want %v", what, err, ledger.ErrConflict)
	}
}

func noTrace(t *testing.T, e ledger.Engine) {
	s := one("acme", "1", submission.Ready)
	store(t, e, s)
	other := one("acme", "1", submission.Cancelled)
	conflict(t, "again", e, other)
	want(t, "item", load(t, e, s.ID), s)
	want(t, "list", numbers(t, e, ledger.Query{States: []submission.State{submission.Cancelled}}), "")
	history, err := e.History(t.Context(), s.ID)
	if err != nil {
		t.Fatal(err)
	}
	want(t, "history", history, []submission.Entry{entry(1)})
	counts, err := e.Counts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want(t, "counts", counts, []ledger.Count{{Account: "acme", State: submission.Ready, N: 1}})
}

const racers = 32

// contest lets all racers go at once and returns how many won. Whoever does not
// win must be told of a conflict.
func contest(t *testing.T, try func(ctx context.Context, racer int) error) int {
	t.Helper()
	var group sync.WaitGroup
	results := make([]error, racers)
	begin := make(chan struct{})
	for i := range racers {
		group.Go(func() {
			<-begin
			results[i] = try(t.Context(), i)
		})
	}
	close(begin)
	group.Wait()
	won := 0
	for _, err := range results {
		if err == nil {
			won++
		} else if !errors.Is(err, ledger.ErrConflict) {
			t.Errorf("a loser got %v, want %v", err, ledger.ErrConflict)
		}
	}
	return won
}

func race(t *testing.T, e ledger.Engine) {
	for _, version := range []int64{1, 2} {
		won := contest(t, func(ctx context.Context, i int) error {
			s := one("acme", "1", submission.Ready)
			s.Version, s.Seq, s.Lease.Owner = version, version, fmt.Sprint("racer ", i)
			return e.Store(ctx, s, []submission.Entry{entry(version)})
		})
		if won != 1 {
			t.Errorf("version %d: %d writers won", version, won)
		}
	}
}

func accountRace(t *testing.T, e ledger.Engine) {
	for _, version := range []int64{1, 2} {
		won := contest(t, func(ctx context.Context, i int) error {
			return e.StoreAccount(ctx, ledger.Account{Name: "acme", Version: version, Fence: int64(i)})
		})
		if won != 1 {
			t.Errorf("version %d: %d visits won", version, won)
		}
	}
}

func counter(t *testing.T, e ledger.Engine) {
	s := one("acme", "1", submission.Ready)
	store(t, e, s)
	const each = 5
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for done := 0; done < each; {
				s, err := e.Load(t.Context(), s.ID)
				if err != nil {
					t.Errorf("load: %v", err)
					return
				}
				s.Version, s.Seq, s.Fence = s.Version+1, s.Seq+1, s.Fence+1
				switch err := e.Store(t.Context(), s, []submission.Entry{entry(s.Seq)}); {
				case err == nil:
					done++
				case !errors.Is(err, ledger.ErrConflict):
					t.Errorf("store: %v", err)
					return
				}
			}
		})
	}
	group.Wait()
	want(t, "fence", load(t, e, s.ID).Fence, int64(8*each))
	entries, err := e.History(t.Context(), s.ID)
	if err != nil || len(entries) != 8*each+1 {
		t.Errorf("%d entries, want %d: %v", len(entries), 8*each+1, err)
	}
}

func history(t *testing.T, e ledger.Engine) {
	s := one("acme", "1", submission.Ready)
	var all []submission.Entry
	for s.Version = 1; s.Version <= 60; s.Version++ {
		list := []submission.Entry{entry(s.Seq), entry(s.Seq + 1), entry(s.Seq + 2)}
		if err := e.Store(t.Context(), s, list); err != nil {
			t.Fatal(err)
		}
		s.Seq += 3
		all = append(all, list...)
	}
	got, err := e.History(t.Context(), s.ID)
	if err != nil {
		t.Fatal(err)
	}
	want(t, "history", got, all)
}

func accounts(t *testing.T, e ledger.Engine) {
	a := ledger.Account{
		Name: "acme", Version: 1, Fence: 3, LastSent: at(1),
		Visits:    []ledger.Visiting{{Fence: 3, Lease: submission.Lease{Owner: "holder/1", Until: at(60)}}},
		Login:     &ledger.Login{Owner: "holder/1", Fence: 3, At: at(2)},
		Suspended: &ledger.Suspension{At: at(3), Kind: "credentials", Why: "wrong 'password'", SecretVersion: "v1"},
		Paused:    &ledger.Pause{At: at(5), Who: "ann", Why: "they asked us to"},
		Notes:     []ledger.Note{{At: at(4), Who: "ann", Why: "she said so"}},
	}
	b := ledger.Account{Name: "Zürich ✓", Version: 1}
	c := ledger.Account{Name: "carrier:harbor", Version: 1, Site: &breaker.State{Since: at(6), Until: at(7), Kind: carriers.Unavailable,
		Why: "maintenance", Trips: 2, Probes: 3, Probe: &breaker.Probe{ID: 3, Owner: "holder/1", Until: at(8)}}}
	d := ledger.Account{Name: "turn:books", Version: 1, Fence: 2, Turn: &submission.Lease{Owner: "holder/1", Until: at(9)}}
	f := ledger.Account{Name: "slots:", Version: 1, Slots: &ledger.Slots{
		Fence: 12, Taken: []ledger.Slot{
			{N: 1, Fence: 9, Accounts: []string{"acme", "Zürich ✓"}, Until: at(9), Task: "ecs:0123/abc", Asked: 2},
			{N: 4, Fence: 12, Accounts: []string{"bolt"}, Until: at(10), Asked: 1},
		}, Stints: map[string]ledger.Stint{"acme": {At: at(1), Due: at(0), Vain: 3}, "bolt": {At: at(2), Due: at(3)}},
	}}
	for _, account := range []ledger.Account{b, f, a, c, d} {
		if err := e.StoreAccount(t.Context(), account); err != nil {
			t.Fatal(err)
		}
	}
	for _, version := range []int64{1, 3} {
		stale := a
		stale.Version = version
		if err := e.StoreAccount(t.Context(), stale); !errors.Is(err, ledger.ErrConflict) {
			t.Errorf("version %d after 1: %v", version, err)
		}
	}
	got, err := e.LoadAccount(t.Context(), "acme")
	if err != nil {
		t.Fatal(err)
	}
	want(t, "account", got, a)
	all, err := e.Accounts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want(t, "accounts", all, []ledger.Account{b, a, c, f, d})
}

func clockRuns(t *testing.T, e ledger.Engine) {
	first, err := e.Now(t.Context())
	if err != nil || first.IsZero() {
		t.Fatalf("now: %s, %v", first, err)
	}
	second, err := e.Now(t.Context())
	if err != nil || second.Before(first) {
		t.Errorf("the clock went from %s to %s: %v", first, second, err)
	}
}

func ended(t *testing.T, e ledger.Engine) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s := one("acme", "1", submission.Ready)
	if err := e.Store(ctx, s, nil); err == nil {
		t.Error("stored although the context had ended")
	}
	store(t, e, s) // and the engine still works
}

// named: by its name an account knows its home.
func named(t *testing.T, e ledger.Engine) {
	name := nameOf(t, e)
	if !regexp.MustCompile(`^[a-z0-9-]{8,40}$`).MatchString(name) {
		t.Errorf("the ledger's name is %q", name)
	}
	want(t, "name", nameOf(t, e), name)
}

func nameOf(t *testing.T, e ledger.Engine) string {
	t.Helper()
	name, err := e.Name(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return name
}

func persistence(t *testing.T, e ledger.Engine, reopen Reopen) {
	s := whole()
	store(t, e, s)
	enrolled(t, e, "books")
	later := s
	later.Version, later.Seq = 2, 2
	store(t, e, later)
	account := ledger.Account{Name: "acme", Version: 1, Fence: 9}
	if err := e.StoreAccount(t.Context(), account); err != nil {
		t.Fatal(err)
	}
	name := nameOf(t, e)
	e = reopen(t, e)
	want(t, "name", nameOf(t, e), name)
	want(t, "submission", load(t, e, s.ID), later)
	want(t, "owed", owed(t, e, "books"), []ledger.Owed{{ID: s.ID, Delivered: 1}})
	got, err := e.LoadAccount(t.Context(), "acme")
	if err != nil {
		t.Fatal(err)
	}
	want(t, "account", got, account)
	history, err := e.History(t.Context(), s.ID)
	if err != nil {
		t.Fatal(err)
	}
	want(t, "history", history, []submission.Entry{entry(1), entry(2)})
}
