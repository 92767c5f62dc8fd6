package ledgertest

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
	"example.com/lodge/ledes"
)

func arrived(t *testing.T, e ledger.Engine) {
	for i, seconds := range []int{5, 1, 3, 3, 9} {
		s := one("acme", fmt.Sprint(i), submission.Accepted)
		s.CreatedAt, s.UpdatedAt = at(seconds), at(50-seconds)
		if i == 2 {
			s.Key.Account, s.Revisions[0].State, s.Revisions[0].Needs = "bolt", submission.Rejected, carriers.Biller
		}
		store(t, e, s)
	}
	twins := []string{"2", "3"} // at the same time: in the order of ids
	if one("acme", "3", "").ID < one("acme", "2", "").ID {
		twins = []string{"3", "2"}
	}
	both := strings.Join(twins, " ")
	for _, c := range []struct {
		q    ledger.Query
		want string
	}{
		{ledger.Query{From: at(1), To: at(5)}, "1 " + both},
		{ledger.Query{From: at(3)}, both + " 0 4"},
		{ledger.Query{To: at(5)}, "1 " + both},
		{ledger.Query{From: at(5), To: at(5)}, ""},
		{ledger.Query{From: at(1).Add(1), To: at(9).Add(1)}, both + " 0 4"},
		{ledger.Query{From: at(1), To: at(9), Limit: 3}, "1 " + both},
		{ledger.Query{From: at(1), After: one("acme", twins[1], "").ID}, "0 4"},
		{ledger.Query{From: at(1), Account: "bolt"}, "2"},
		{ledger.Query{From: at(1), States: []submission.State{submission.Accepted}}, "1 3 0 4"},
		{ledger.Query{From: at(2), NeedsFirst: true}, "2 3 0 4"},
		{ledger.Query{From: at(4), Invoice: "0"}, "0"},
		{ledger.Query{From: at(6), Invoice: "0"}, ""},
		{ledger.Query{From: at(1), To: at(4), Needs: []carriers.Person{carriers.Biller}}, "2"},
		{ledger.Query{From: at(4), Needs: []carriers.Person{carriers.Biller}}, ""},
	} {
		want(t, fmt.Sprintf("%+v", c.q), numbers(t, e, c.q), c.want)
	}
}

// obstructed is a submission that needs somebody since a time, with the
// carrier's words.
func obstructed(account, number string, who carriers.Person, seconds int, words string) submission.Submission {
	s := one(account, number, submission.Rejected)
	s.Revisions[0].Needs, s.Revisions[0].Since = who, at(seconds)
	s.Revisions[0].Receipt = carriers.Receipt{Text: words, State: carriers.StateRejected}
	return s
}

func needs(t *testing.T, e ledger.Engine) {
	store(t, e,
		obstructed("acme", "A-1", carriers.Biller, 5, "code X9 is invalid"),
		obstructed("acme", "A-2", carriers.Operator, 1, "code X9 is invalid"),
		obstructed("bolt", "A-3", carriers.Biller, 2, "invoice A-3 of 1,250.00 is too late"),
		obstructed("bolt", "A-4", carriers.Biller, 9, "invoice A-4 of 70.00 is too late"), one("acme", "A-5", submission.Accepted))
	biller := []carriers.Person{carriers.Biller}
	late := "invoice … of … is too late"
	for _, c := range []struct {
		q    ledger.Query
		want string
	}{
		{ledger.Query{Needs: biller}, "A-3 A-1 A-4"},
		{ledger.Query{Needs: []carriers.Person{carriers.Operator, carriers.Biller, carriers.Author, carriers.Biller}}, "A-2 A-3 A-1 A-4"},
		{ledger.Query{Needs: []carriers.Person{carriers.Author}}, ""},
		{ledger.Query{Needs: biller, Limit: 2}, "A-3 A-1"},
		{ledger.Query{Needs: biller, Limit: 2, After: one("acme", "A-1", "").ID}, "A-4"},
		{ledger.Query{Needs: biller, Account: "acme"}, "A-1"},
		{ledger.Query{Needs: biller, Alike: late}, "A-3 A-4"},
		{ledger.Query{Needs: biller, Alike: late, Carrier: "harbor", States: []submission.State{submission.Rejected}}, "A-3 A-4"},
		{ledger.Query{Needs: biller, Alike: late, Carrier: "harbor", States: []submission.State{submission.Rejected}, Account: "acme"}, ""},
		{ledger.Query{Alike: "code X9 is invalid", NeedsFirst: true, Account: "acme", Needs: biller}, "A-1"},
		{ledger.Query{Invoice: "A-2", Needs: biller}, ""},
		{ledger.Query{Invoice: "A-2", Needs: []carriers.Person{carriers.Operator}}, "A-2"},
	} {
		want(t, fmt.Sprintf("%+v", c.q), numbers(t, e, c.q), c.want)
	}
}

func unfiled(t *testing.T, e ledger.Engine) {
	day := func(d int) time.Time { return time.Date(2026, 10, d, 0, 0, 0, 0, time.UTC) }
	for i, c := range []struct {
		account string
		state   submission.State
		day     int
	}{
		{"acme", submission.Ready, 9}, {"acme", submission.Rejected, 3}, {"acme", submission.Accepted, 1}, {"acme", submission.Submitted, 1},
		{"bolt", submission.Uncertain, 2}, {"acme", submission.Quarantined, 0}, {"acme", submission.Cancelled, 1},
		{"acme", submission.NeedsPerson, 8},
	} {
		s := one(c.account, fmt.Sprint(i), c.state)
		if c.day > 0 {
			s.Revisions[0].Date = day(c.day)
		}
		store(t, e, s)
	}
	for _, c := range []struct {
		q    ledger.Query
		want string
	}{
		{ledger.Query{Unfiled: true, DatedTo: day(10), Account: "acme"}, "1 7 0"},
		{ledger.Query{Unfiled: true, DatedTo: day(9), Account: "acme"}, "1 7"},
		{ledger.Query{Unfiled: true, DatedTo: day(9), Account: "acme", Limit: 1}, "1"},
		{ledger.Query{Unfiled: true, DatedTo: day(9), Account: "acme", After: one("acme", "1", "").ID}, "7"},
		{ledger.Query{Unfiled: true, DatedTo: day(10)}, "4 1 7 0"},
		{ledger.Query{Unfiled: true, DatedFrom: day(3), DatedTo: day(9)}, "1 7"},
		{ledger.Query{Unfiled: true}, "4 1 7 0"},
		{ledger.Query{Invoice: "1", DatedFrom: day(3)}, "1"},
		{ledger.Query{Invoice: "1", DatedFrom: day(4)}, ""},
		{ledger.Query{Unfiled: true, DatedTo: day(10), States: []submission.State{submission.Ready}}, "0"},
	} {
		want(t, fmt.Sprintf("%+v", c.q), numbers(t, e, c.q), c.want)
	}
}

// groups stores many moves at random and compares what the engine keeps with
// what the list of all tells.
func groups(t *testing.T, e ledger.Engine) {
	random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // the same moves in every run
	pick := func(list ...string) string { return list[random.IntN(len(list))] }
	versions := map[string]int64{}
	for n := range 300 {
		number := fmt.Sprint("A-", random.IntN(25))
		s := obstructed(pick("acme", "bolt"), number, carriers.Person(pick("biller", "operator", "")), random.IntN(40),
			pick("code X9 is invalid", "closed", "the amount of "+number+" is 12.50"))
		if n%3 == 0 {
			s.Revisions[0].State = submission.State(pick("accepted", "needs_person", "quarantined"))
		}
		versions[s.ID]++
		s.Version, s.Seq = versions[s.ID], versions[s.ID]
		store(t, e, s)
		if n%20 == 0 || n == 299 {
			sameGroups(t, e)
		}
	}
}

func sameGroups(t *testing.T, e ledger.Engine) {
	t.Helper()
	list, err := e.List(t.Context(), ledger.Query{})
	if err != nil {
		t.Fatal(err)
	}
	byKey := map[ledger.Group]ledger.Group{}
	for _, s := range list {
		if s.Needs == "" {
			continue
		}
		key := ledger.Group{Needs: carriers.Person(s.Needs), Account: s.Account, Carrier: s.Carrier, State: s.State, Alike: s.Alike}
		g, ok := byKey[key]
		if !ok {
			g, g.Since = key, s.Since
		}
		g.N++
		if s.Since.Before(g.Since) {
			g.Since = s.Since
		}
		byKey[key] = g
	}
	var all []ledger.Group
	for _, g := range byKey {
		all = append(all, g)
	}
	got, err := e.Groups(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if !slices.IsSortedFunc(got, func(a, b ledger.Group) int { return a.Since.Compare(b.Since) }) {
		t.Errorf("those that have waited longest do not come first: %+v", got)
	}
	for _, l := range [][]ledger.Group{all, got} {
		slices.SortFunc(l, func(a, b ledger.Group) int { return cmp.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	}
	want(t, "groups", got, all)
}

func countOf(t *testing.T, e ledger.Engine) {
	day := time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	for i := range 40 {
		s := one([]string{"acme", "bolt"}[i%2], fmt.Sprint(i), submission.States()[i%10])
		s.CreatedAt, s.Revisions[0].Date, s.Revisions[0].Total = at(i), day.AddDate(0, 0, i), ledes.Cents(int64(i))
		if i%3 == 0 {
			s.Revisions[0].Needs = carriers.Operator
		}
		store(t, e, s)
	}
	for _, q := range []ledger.Query{
		{}, {Limit: 3}, {Account: "acme"}, {States: []submission.State{submission.Ready, submission.Accepted}}, {From: at(3), To: at(20)},
		{Needs: []carriers.Person{carriers.Operator, carriers.Biller}}, {Needs: []carriers.Person{carriers.Operator}, Account: "acme", Limit: 1},
		{Unfiled: true, DatedTo: day.AddDate(0, 0, 20), Account: "bolt"}, {Invoice: "7"}, {NeedsFirst: true, Account: "acme"}, {DueBy: at(30)},
		{After: one("acme", "0", "").ID},
	} {
		all := q
		all.Limit, all.After = 0, ""
		list, err := e.List(t.Context(), all)
		if err != nil {
			t.Fatal(err)
		}
		n, err := e.CountOf(t.Context(), q)
		if err != nil || n != len(list) {
			t.Errorf("%+v: %d, want %d: %v", q, n, len(list), err)
		}
	}
}
