package dynamo

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/ledger/dynamo/table"
	"example.com/lodge/internal/ledger/memory"
	"example.com/lodge/internal/submission"
)

// An index may be behind. What it still names is looked at as it is now: nothing
// is listed as due that is not, nor as held.
func TestIndexBehind(t *testing.T) {
	s, ok := started(t)
	if !ok {
		return
	}
	e := s.open(t, s.table(t), http.DefaultTransport)
	due := sample("1", 1)
	due.Revisions[0].Date = moments(0)
	if err := e.Store(t.Context(), due, nil); err != nil {
		t.Fatal(err)
	}
	behind := s.open(t, e.table, remembering())
	yes := true
	queries := []ledger.Query{
		{Account: "acme", DueBy: moments(9)}, {States: []submission.State{submission.Ready}}, {NeedsFirst: true, States: []submission.State{submission.Ready}},
		{Unfiled: true},
	}
	for _, q := range queries {
		if list, err := behind.List(t.Context(), q); err != nil || len(list) != 1 {
			t.Fatalf("%+v: %v, %v", q, list, err)
		}
	}
	done := sample("1", 2)
	done.Revisions[0].Date = moments(0)
	done.Revisions[0].State = submission.Accepted
	if err := e.Store(t.Context(), done, nil); err != nil {
		t.Fatal(err)
	}
	for _, q := range append(queries, ledger.Query{Held: &yes}) {
		if list, err := behind.List(t.Context(), q); err != nil || len(list) != 0 {
			t.Errorf("%+v: %v, %v", q, list, err)
		}
	}
}

// remembering answers each query as it was answered first.
func remembering() http.RoundTripper {
	var mu sync.Mutex
	first := map[string][]byte{}
	return tripper(func(r *http.Request) (*http.Response, error) {
		if operation(r) != "Query" {
			return http.DefaultTransport.RoundTrip(r)
		}
		mu.Lock()
		defer mu.Unlock()
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		if answer, ok := first[string(body)]; ok {
			return says(r, http.StatusOK, string(answer)), nil
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		answer, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			return nil, err
		}
		first[string(body)], err = io.ReadAll(answer.Body)
		answer.Body = io.NopCloser(bytes.NewReader(first[string(body)]))
		return answer, err
	})
}

// Whatever is asked, this engine and the one in memory say the same.
func TestAsInMemory(t *testing.T) {
	s, ok := started(t)
	if !ok {
		return
	}
	random := rand.New(rand.NewPCG(7, 8))
	e, other := s.open(t, s.table(t), http.DefaultTransport), memory.New()
	for range 150 {
		sub := anything(random)
		if old, err := other.Load(t.Context(), sub.ID); err == nil {
			sub.Version, sub.CreatedAt = old.Version+1, old.CreatedAt
		}
		for _, engine := range []ledger.Engine{e, other} {
			if err := engine.Store(t.Context(), sub, nil); err != nil {
				t.Fatal(err)
			}
		}
	}
	for range 150 {
		q := question(random)
		got, err := walk(t, e, q)
		want, also := walk(t, other, q)
		if err != nil || also != nil || !slices.Equal(got, want) {
			t.Errorf("%+v (held %v):\n got %q\nwant %q: %v, %v", q, q.Held != nil && *q.Held, got, want, err, also)
		}
		n, err := e.CountOf(t.Context(), q)
		if m, _ := other.CountOf(t.Context(), q); n != m || err != nil {
			t.Errorf("%+v: counted %d, want %d: %v", q, n, m, err)
		}
	}
}

// walk lists page by page.
func walk(t *testing.T, e ledger.Engine, q ledger.Query) (found []string, err error) {
	for range 60 {
		page, err := e.List(t.Context(), q)
		if err != nil {
			return nil, err
		}
		for _, s := range page {
			found = append(found, s.ID)
		}
		if len(page) < q.Max() || !q.DueBy.IsZero() {
			break
		}
		q.After = page[len(page)-1].ID
	}
	return found, nil
}

func pick[T any](random *rand.Rand, list ...T) T { return list[random.IntN(len(list))] }

func anything(random *rand.Rand) submission.Submission {
	s := sample(fmt.Sprint(random.IntN(30)), 1)
	account := pick(random, "acme", "bolt", "acme 2")
	s.Key.Account, s.ID = account, account+s.ID
	s.Carrier = pick(random, "harbor", "keel")
	s.CreatedAt = moments(random.IntN(20)).AddDate(0, random.IntN(3), 0)
	s.UpdatedAt, s.NotBefore = moments(random.IntN(9)), moments(random.IntN(9))
	s.Lease.Owner = pick(random, "", "", "holder")
	r := &s.Revisions[0]
	r.State, r.Needs = pick(random, submission.States()...), pick(random, "", "", carriers.Biller, carriers.Operator)
	r.Since, r.Why = moments(random.IntN(9)), pick(random, "closed", "code X9")
	if random.IntN(4) > 0 {
		r.Date = moments(0).AddDate(0, 0, -random.IntN(9))
	}
	return s
}

// question asks by a few things at a time.
func question(random *rand.Rand) ledger.Query {
	q := ledger.Query{Limit: pick(random, 0, 0, 3, 7)}
	rarely := func(set func()) {
		if random.IntN(5) == 0 {
			set()
		}
	}
	rarely(func() { q.Account = pick(random, "acme", "bolt", "nobody") })
	rarely(func() { q.Carrier = "keel" })
	rarely(func() { q.Invoice = fmt.Sprint(random.IntN(30)) })
	rarely(func() { q.States = []submission.State{pick(random, submission.States()...), submission.Ready} })
	rarely(func() { q.DueBy = moments(random.IntN(9)) })
	rarely(func() { q.Unfiled = true })
	rarely(func() { q.DatedFrom = moments(0).AddDate(0, 0, -random.IntN(9)) })
	rarely(func() { q.DatedTo = moments(0).AddDate(0, 0, -random.IntN(9)) })
	rarely(func() { q.Needs = []carriers.Person{carriers.Biller, pick(random, carriers.Operator, carriers.Author)} })
	rarely(func() { q.Alike = "closed" })
	rarely(func() { q.From = moments(random.IntN(20)).AddDate(0, random.IntN(3), 0) })
	rarely(func() { q.To = moments(random.IntN(20)).AddDate(0, random.IntN(3), 0) })
	rarely(func() { q.Held = new(random.IntN(2) == 0) })
	rarely(func() { q.NeedsFirst = true })
	return q
}

// calls are all that the engine may ask of DynamoDB: no scan, and no transaction,
// which the open emulators lack.
func calls() []string {
	return []string{"GetItem", "BatchGetItem", "Query", "UpdateItem", "PutItem", "DeleteItem"}
}

// allowed fails the test on any other call.
func allowed(t *testing.T) http.RoundTripper {
	return tripper(func(r *http.Request) (*http.Response, error) {
		if name := operation(r); !slices.Contains(calls(), name) {
			t.Errorf("DynamoDB was asked for %s", name)
		}
		return http.DefaultTransport.RoundTrip(r)
	})
}

// fit fails the test if an item is one that DynamoDB would not take or would
// forget: dynalite takes an empty key of an index.
func fit(t *testing.T, items []item) {
	t.Helper()
	definition := table.Definition()
	for _, it := range items {
		for _, index := range definition.Indexes {
			for _, name := range []string{index.Partition, index.Sort} {
				if v, ok := it[name]; ok && (textOf(it, name) == "" || len(textOf(it, name)) > 1024) {
					t.Errorf("the key %s is %v", name, v)
				}
			}
		}
		if it[definition.Expires] != nil {
			t.Errorf("%s would expire", strings.Join([]string{textOf(it, definition.Key.Partition), textOf(it, definition.Key.Sort)}, " "))
		}
	}
}
