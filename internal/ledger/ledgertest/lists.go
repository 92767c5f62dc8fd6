package ledgertest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
)

func pages(t *testing.T, e ledger.Engine) {
	states := submission.States()
	var ids []string
	for i := range 57 {
		s := one("acme", fmt.Sprint(i), states[i%len(states)])
		s.UpdatedAt = at(i / 10) // many of the same time
		if i%3 == 0 {
			s.Revisions[0].Needs = carriers.Operator
		}
		store(t, e, s)
		ids = append(ids, s.ID)
	}
	slices.Sort(ids)
	for _, q := range []ledger.Query{
		{Limit: 10}, {Limit: 1}, {Limit: 57}, {Limit: 10, NeedsFirst: true}, {Limit: 7, States: states},
		{Limit: 9, Account: "acme", States: states, NeedsFirst: true},
	} {
		var got []string
		for {
			page, err := e.List(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			if len(page) > q.Limit {
				t.Errorf("%+v: a page of %d", q, len(page))
			}
			if len(page) == 0 || len(got) > len(ids) {
				break
			}
			for _, s := range page {
				got = append(got, s.ID)
			}
			q.After = page[len(page)-1].ID
		}
		if !q.NeedsFirst && !slices.IsSorted(got) {
			t.Errorf("%+v: not in the order of ids", q)
		}
		slices.Sort(got)
		want(t, fmt.Sprintf("all pages of %+v", q), got, ids)
	}
}

func filters(t *testing.T, e ledger.Engine) {
	a, b, c := one("acme", "1", submission.Ready), one("acme", "2", submission.Accepted), one("bolt", "1", submission.Ready)
	b.Carrier, c.Lease = "other", submission.Lease{Owner: "x", Until: at(1)}
	store(t, e, a, b, c)
	yes, no := true, false
	for _, f := range []struct {
		q    ledger.Query
		want []submission.Submission
	}{
		{ledger.Query{}, []submission.Submission{a, b, c}},
		{ledger.Query{Account: "acme"}, []submission.Submission{a, b}},
		{ledger.Query{Account: "acm"}, nil},
		{ledger.Query{Account: "%"}, nil},
		{ledger.Query{Carrier: "other"}, []submission.Submission{b}},
		{ledger.Query{Invoice: "1"}, []submission.Submission{a, c}},
		{ledger.Query{Invoice: "1", Account: "bolt"}, []submission.Submission{c}},
		{ledger.Query{Invoice: "1", States: []submission.State{submission.Accepted}}, nil},
		{
			ledger.Query{Invoice: "1", Carrier: "harbor", States: []submission.State{submission.Ready, submission.Accepted}},
			[]submission.Submission{a, c},
		},
		{ledger.Query{Invoice: "1", DueBy: at(99)}, []submission.Submission{a, c}},
		{ledger.Query{States: []submission.State{submission.Ready}}, []submission.Submission{a, c}},
		{ledger.Query{States: []submission.State{submission.Ready, submission.Ready}}, []submission.Submission{a, c}},
		{ledger.Query{States: []submission.State{submission.Ready, submission.Accepted}, Account: "acme"}, []submission.Submission{a, b}},
		{ledger.Query{Held: &yes}, []submission.Submission{c}},
		{ledger.Query{Held: &no}, []submission.Submission{a, b}},
		{ledger.Query{Held: &no, NeedsFirst: true, Invoice: "1"}, []submission.Submission{a}},
	} {
		list, err := e.List(t.Context(), f.q)
		if err != nil {
			t.Fatal(err)
		}
		var got, ids []string
		for _, s := range list {
			got = append(got, s.ID)
		}
		for _, s := range f.want {
			ids = append(ids, s.ID)
		}
		slices.Sort(got)
		slices.Sort(ids)
		want(t, fmt.Sprintf("%+v", f.q), got, ids)
	}
}

func needsFirst(t *testing.T, e ledger.Engine) {
	for _, c := range []struct {
		number  string
		state   submission.State
		needs   carriers.Person
		seconds int
	}{
		{"old", submission.Accepted, "", 1}, {"urgent-old", submission.Rejected, carriers.Biller, 2},
		{"new", submission.Ready, "", 9}, {"urgent-new", submission.NeedsPerson, carriers.Author, 5},
		{"middle", submission.Uncertain, "", 6},
	} {
		s := one("acme", c.number, c.state)
		s.Revisions[0].Needs, s.UpdatedAt = c.needs, at(c.seconds)
		store(t, e, s)
	}
	want(t, "order", numbers(t, e, ledger.Query{NeedsFirst: true}), "urgent-new urgent-old new middle old")
	want(t, "first three", numbers(t, e, ledger.Query{NeedsFirst: true, Limit: 3}), "urgent-new urgent-old new")
	want(t, "of an account", numbers(t, e, ledger.Query{NeedsFirst: true, Account: "acme", Limit: 1}), "urgent-new")
}

// dues stores submissions with work at several times and returns a query for
// what is due at 10 s.
func dues(t *testing.T, e ledger.Engine) ledger.Query {
	for _, c := range []struct {
		number  string
		state   submission.State
		seconds int
		hold    submission.Hold
	}{
		{"ready-late", submission.Ready, 5, ""}, {"ready-early", submission.Ready, 1, ""}, {"look-late", submission.Submitted, 9, ""},
		{"look-early", submission.Uncertain, 3, ""}, {"not-yet", submission.Uncertain, 11, ""}, {"on-time", submission.Ready, 10, ""},
		{"window", submission.Ready, 2, submission.HoldWindow},
		{"again", submission.Accepted, 1, ""}, {"again-later", submission.Accepted, 12, ""},
		{"under-way", submission.Submitting, 1, ""}, {"person", submission.NeedsPerson, 1, ""},
	} {
		s := one("acme", c.number, c.state)
		s.NotBefore, s.Hold = at(c.seconds), c.hold
		store(t, e, s)
	}
	held, leased := one("acme", "held", submission.Ready), one("acme", "leased", submission.Ready)
	held.Hold, leased.Lease.Owner = submission.HoldCredentials, "x"
	store(t, e, held, leased, one("bolt", "other", submission.Ready), one("acme", "done", submission.Accepted))
	return ledger.Query{Account: "acme", DueBy: at(10)}
}

func dueOrder(t *testing.T, e ledger.Engine) {
	q := dues(t, e)
	want(t, "due", numbers(t, e, q), "look-early look-late leased ready-early window ready-late on-time again")
	q.Limit = 3
	want(t, "first three", numbers(t, e, q), "look-early look-late leased")
	free := false
	q.Held, q.States = &free, []submission.State{submission.Ready}
	want(t, "free and ready", numbers(t, e, q), "ready-early window ready-late")
	want(t, "of all accounts", numbers(t, e, ledger.Query{DueBy: at(0)}), strings.Join([]string{"leased", "other"}, " "))
}

func nextDue(t *testing.T, e ledger.Engine) {
	dues(t, e)
	store(t, e, one("zero", "1", submission.Accepted))
	got, err := e.NextDue(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want(t, "next due", got, []ledger.Due{{Account: "acme", At: at(1)}, {Account: "bolt", At: at(0)}})
}

func counts(t *testing.T, e ledger.Engine) {
	a := one("acme", "1", submission.Ready)
	store(t, e, a, one("acme", "2", submission.Ready), one("bolt", "1", submission.Ready))
	a.Version, a.Seq = 2, 2
	a.Revisions = slices.Clone(a.Revisions)
	a.Revisions[0].State = submission.Accepted
	store(t, e, a)
	got, err := e.Counts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(got, func(a, b ledger.Count) int {
		return strings.Compare(a.Account+string(a.State), b.Account+string(b.State))
	})
	want(t, "counts", got, []ledger.Count{
		{Account: "acme", State: submission.Accepted, N: 1},
		{Account: "acme", State: submission.Ready, N: 1},
		{Account: "bolt", State: submission.Ready, N: 1},
	})
}

// biting are values that break what is built from strings. They stay below what
// the smallest store takes as one item (400 KB in DynamoDB).
func biting() []string {
	return []string{
		`'; DROP TABLE submission; --`, `"quoted"`, "back`tick", `\`, "%_*?", "a\nb\tc\r\n", "\x01\x1f", "Ünïcödé", "日本語", "👩‍⚖️",
		"\u202e", "\ufeff", " edge ", strings.Repeat("long ", 12_000), "null", "{}", "1e3",
	}
}

func bites(t *testing.T, e ledger.Engine) {
	for i, v := range biting() {
		s := one("account "+v[:min(len(v), 40)], v[:min(len(v), 1000)], submission.Rejected)
		s.Revisions[0].Receipt = carriers.Receipt{Number: v, Text: v, Status: v, State: carriers.StateRejected}
		s.Revisions[0].Object.Name, s.Lease.Owner, s.UpdatedAt = v, v, at(i)
		line := entry(1)
		line.Why = v
		if err := e.Store(t.Context(), s, []submission.Entry{line}); err != nil {
			t.Errorf("%.40q: %v", v, err)
			continue
		}
		want(t, "item", load(t, e, s.ID), s)
		list, err := e.List(t.Context(), ledger.Query{Account: s.Key.Account, Invoice: s.Key.Number})
		if err != nil {
			t.Fatal(err)
		}
		want(t, "summary", list, []ledger.Summary{ledger.Summarize(s)})
		history, err := e.History(t.Context(), s.ID)
		if err != nil {
			t.Fatal(err)
		}
		want(t, "history", history, []submission.Entry{line})
	}
}

func badNames(t *testing.T, e ledger.Engine) {
	for _, bad := range []string{"", "a\x00b", "a\xffb"} {
		id, account := one("acme", "1", submission.Ready), one("acme", "2", submission.Ready)
		id.ID, account.Key.Account = bad, bad
		for _, s := range []submission.Submission{id, account} {
			if err := e.Store(t.Context(), s, nil); !errors.Is(err, ledger.ErrValue) {
				t.Errorf("%q: %v, want %v", bad, err, ledger.ErrValue)
			}
		}
		if err := e.StoreAccount(t.Context(), ledger.Account{Name: bad, Version: 1}); !errors.Is(err, ledger.ErrValue) {
			t.Errorf("account %q: %v, want %v", bad, err, ledger.ErrValue)
		}
	}
}
