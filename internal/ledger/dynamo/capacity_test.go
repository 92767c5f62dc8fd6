package dynamo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go/middleware"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/ledger/dynamo/table"
	"example.com/lodge/internal/ledger/ledgertest"
	"example.com/lodge/internal/ledger/ledgertest/seed"
	"example.com/lodge/internal/submission"
)

// A meter adds up what calls consume, by the call of the engine under way.
type meter struct {
	mu     sync.Mutex
	units  map[string]float64 // "read" and "write"
	called int
}

// listen has DynamoDB say what each request consumed.
func (m *meter) listen(s *middleware.Stack) error {
	return s.Initialize.Add(middleware.InitializeMiddlewareFunc("Meter", func(
		ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler,
	) (middleware.InitializeOutput, middleware.Metadata, error) {
		request := reflect.ValueOf(in.Parameters).Elem()
		if ask := request.FieldByName("ReturnConsumedCapacity"); ask.IsValid() {
			ask.Set(reflect.ValueOf(types.ReturnConsumedCapacityIndexes))
		}
		out, data, err := next.HandleInitialize(ctx, in)
		if err == nil {
			m.add(in.Parameters, out.Result)
		}
		return out, data, err
	}), middleware.After)
}

// add counts a request. AWS takes at least half a unit for a query, a whole one
// where it is consistent; dynalite takes nothing for one without a result.
func (m *meter) add(request, result any) {
	kind, consumed, least := "read", []types.ConsumedCapacity(nil), 0.0
	if in, ok := request.(*dynamodb.QueryInput); ok {
		least = 0.5
		if in.ConsistentRead != nil && *in.ConsistentRead {
			least = 1
		}
	}
	switch out := result.(type) {
	case *dynamodb.UpdateItemOutput:
		kind, consumed = "write", one(out.ConsumedCapacity)
	case *dynamodb.PutItemOutput:
		kind, consumed = "write", one(out.ConsumedCapacity)
	case *dynamodb.DeleteItemOutput:
		kind, consumed = "write", one(out.ConsumedCapacity)
	case *dynamodb.GetItemOutput:
		consumed = one(out.ConsumedCapacity)
	case *dynamodb.QueryOutput:
		consumed = one(out.ConsumedCapacity)
	case *dynamodb.BatchGetItemOutput:
		consumed = out.ConsumedCapacity
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.called++
	for _, c := range consumed {
		m.units[kind] += max(least, *c.CapacityUnits)
	}
}

func one(c *types.ConsumedCapacity) []types.ConsumedCapacity {
	if c == nil {
		return nil
	}
	return []types.ConsumedCapacity{*c}
}

// metered is an engine over name that m listens to.
func (s store) metered(t testing.TB, name string, m *meter) *Engine {
	t.Helper()
	options := s.client(http.DefaultTransport, 3).Options()
	options.APIOptions = append(options.APIOptions, m.listen)
	e, err := Open(t.Context(), dynamodb.New(options), name)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// take is what was consumed since it was asked last.
func (m *meter) take() spent {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := spent{requests: float64(m.called), read: m.units["read"], write: m.units["write"]}
	m.called = 0
	clear(m.units)
	return now
}

// spent is what one call of the engine consumed. Index is what indexes cost, by
// the rule of the Developer Guide ("Provisioned throughput considerations for
// global secondary indexes"), since dynalite does not count it: a row that comes
// or goes is one write unit, one whose keys change is two.
type spent struct{ requests, read, write, index float64 }

// rows are those of an item in the indexes, by the index.
func rowsOf(it item) map[string]string {
	rows := map[string]string{}
	for _, index := range table.Definition().Indexes {
		if it[index.Partition] != nil && it[index.Sort] != nil {
			rows[index.Name] = textOf(it, index.Partition) + "\x00" + textOf(it, index.Sort)
		}
	}
	return rows
}

func indexUnits(before, after item) (units float64) {
	old, now := rowsOf(before), rowsOf(after)
	for _, index := range table.Definition().Indexes {
		was, is := old[index.Name], now[index.Name]
		switch {
		case was == is:
		case was == "" || is == "":
			units++
		default:
			units += 2
		}
	}
	return units
}

// A gauge is an engine that notes what each of its calls consumes.
type gauge struct {
	ledgertest.Failing
	inner *Engine // through which nothing is counted
	meter *meter
	spent map[string][]spent
}

func newGauge(t testing.TB, s store) *gauge {
	m, name := &meter{units: map[string]float64{}}, s.table(t)
	g := &gauge{meter: m, spent: map[string][]spent{}, inner: s.open(t, name, http.DefaultTransport)}
	g.Failing = ledgertest.Failing{Engine: s.metered(t, name, m), Fail: func(call string, done bool) error {
		if consumed := m.take(); done {
			g.spent[call] = append(g.spent[call], consumed)
		}
		return nil
	}}
	return g
}

func (g *gauge) Store(ctx context.Context, s submission.Submission, entries []submission.Entry) error {
	before, err := g.inner.get(ctx, submissionKey(s.ID), self, true)
	if err == nil {
		err = g.Failing.Store(ctx, s, entries)
	}
	after, unread := g.inner.get(ctx, submissionKey(s.ID), self, true)
	if list := g.spent["Store"]; err == nil && unread == nil {
		list[len(list)-1].index = indexUnits(before, after)
	}
	return errors.Join(err, unread)
}

// TestCapacity prints what each call consumes in a month of 200 invoices that go
// through the ledger's own rules, and sees to it that it stays cheap.
func TestCapacity(t *testing.T) {
	s, ok := started(t)
	if !ok {
		return
	}
	g := newGauge(t, s)
	begin := time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	options := seed.Options{Accounts: seed.Accounts(4, "harbor"), Invoices: 200, Month: begin}
	if err := seed.Month(t.Context(), g, options); err != nil {
		t.Fatal(err)
	}
	held, account := true, "firm-harbor"
	first, err := g.inner.List(t.Context(), ledger.Query{Account: account, Limit: 1})
	if err != nil || len(first) != 1 {
		t.Fatalf("nothing there: %v, %v", first, err)
	}
	number, day := first[0].Invoice, first[0].ArrivedAt.Truncate(24*time.Hour)
	queries := map[string]ledger.Query{
		"List due, 20":             {Account: account, DueBy: begin.AddDate(1, 0, 0), Limit: 20},
		"List held":                {Account: account, Held: &held},
		"List status, 50":          {NeedsFirst: true, Limit: 50},
		"List last accepted, 5":    {Account: account, States: []submission.State{submission.Accepted}, NeedsFirst: true, Limit: 5},
		"List one invoice":         {Invoice: number},
		"List a day's arrivals":    {From: day, To: day.AddDate(0, 0, 1)},
		"List late, 3":             {Account: account, Unfiled: true, DatedTo: begin.AddDate(1, 0, 0), Limit: 3},
		"List all of an account":   {Account: account},
		"List what needs a biller": {Needs: []carriers.Person{carriers.Biller}, Limit: 50},
	}
	call := func(name string, do func() (int, error)) {
		g.meter.take()
		n, err := do()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		g.spent[fmt.Sprintf("%s (%d)", name, n)] = []spent{g.meter.take()}
	}
	for name, q := range queries {
		call(name, func() (int, error) { list, err := g.Engine.List(t.Context(), q); return len(list), err })
	}
	call("Counts", func() (int, error) { list, err := g.Engine.Counts(t.Context()); return len(list), err })
	call("Groups", func() (int, error) { list, err := g.Engine.Groups(t.Context()); return len(list), err })
	call("NextDue", func() (int, error) { list, err := g.Engine.NextDue(t.Context()); return len(list), err })
	firm := ledger.Account{Name: account, Version: 1, Fence: 3, LastSent: begin,
		Visits: []ledger.Visiting{{Fence: 3, Lease: submission.Lease{Owner: "task/1", Until: begin}}}, Notes: []ledger.Note{{At: begin, Who: "ann", Why: "said so"}}}
	call("StoreAccount", func() (int, error) { return 1, g.Engine.StoreAccount(t.Context(), firm) })
	call("LoadAccount", func() (int, error) { _, err := g.Engine.LoadAccount(t.Context(), account); return 1, err })
	call("Accounts", func() (int, error) { list, err := g.Engine.Accounts(t.Context()); return len(list), err })
	outbox(t, g, call)
	for _, line := range report(g.spent) {
		t.Log(line)
	}
	var small, large, items int
	for _, it := range everything(t, g.inner) {
		for _, b := range append([]types.AttributeValue{it[value]}, listIn(it, history)...) {
			if b, ok := b.(*types.AttributeValueMemberB); ok {
				text, err := unpacked[json.RawMessage](b.Value)
				if err != nil {
					t.Fatal(err)
				}
				small, large = small+len(b.Value), large+len(text)
			}
		}
		if it[history] != nil {
			items++
		}
	}
	t.Logf("a submission with its history has %d bytes on average, %d before they are packed", small/items, large/items)
	if m := mean(g.spent["Store"]); m.write > 2 || m.index > 6 || m.read > 1 {
		t.Errorf("a Store costs %+v", m)
	}
	if m := mean(g.spent["Load"]); m.read > 1 || m.requests > 1 {
		t.Errorf("a Load costs %+v", m)
	}
}

// outbox measures what telling a destination costs.
func outbox(t *testing.T, g *gauge, call func(string, func() (int, error))) {
	call("Enrol", func() (int, error) { return 1, g.Engine.Enrol(t.Context(), "books") })
	list, err := g.inner.List(t.Context(), ledger.Query{Limit: 20})
	if err != nil {
		t.Fatal(err)
	}
	for _, sum := range list {
		sub, err := g.inner.Load(t.Context(), sum.ID)
		if err != nil {
			t.Fatal(err)
		}
		sub.Version, sub.Seq = sub.Version+1, sub.Seq+1
		e := submission.Entry{Seq: sub.Seq, Event: submission.Event{Kind: submission.Noted, Who: "ann", Why: "said so"}}
		if err := g.inner.Store(t.Context(), sub, []submission.Entry{e}); err != nil {
			t.Fatal(err)
		}
	}
	call("Owed", func() (int, error) { l, err := g.Engine.Owed(t.Context(), "books", "", 100); return len(l), err })
	call("Delivered", func() (int, error) { return 1, g.Engine.Delivered(t.Context(), "books", list[0].ID, 1<<40) })
}

func mean(list []spent) spent {
	var m spent
	for _, s := range list {
		m.requests, m.read, m.write, m.index = m.requests+s.requests, m.read+s.read, m.write+s.write, m.index+s.index
	}
	n := float64(max(1, len(list)))
	return spent{m.requests / n, m.read / n, m.write / n, m.index / n}
}

// report is a table in Markdown.
func report(all map[string][]spent) []string {
	lines := []string{"| call (results) | calls | requests | read units | write units | index write units |", "|---|--:|--:|--:|--:|--:|"}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		m := mean(all[name])
		lines = append(lines, fmt.Sprintf("| %s | %d | %.1f | %.1f | %.1f | %.1f |", name, len(all[name]), m.requests, m.read, m.write, m.index))
	}
	return lines
}

// TestCostStays: what filing asks costs the same however much is stored.
func TestCostStays(t *testing.T) {
	s, ok := started(t)
	if !ok {
		return
	}
	g := newGauge(t, s)
	stored := 0
	cost := func(upTo int) map[string]spent {
		for ; stored < upTo; stored++ {
			sub := sample(fmt.Sprint(stored), 1)
			sub.Revisions[0].State = []submission.State{submission.Accepted, submission.Ready}[stored%2]
			if err := g.inner.Store(t.Context(), sub, nil); err != nil {
				t.Fatal(err)
			}
		}
		accepted := ledger.Query{Account: "acme", States: []submission.State{submission.Accepted}, NeedsFirst: true, Limit: 5}
		costs := map[string]spent{}
		for name, ask := range map[string]func() error{
			"due": func() error {
				_, err := g.Engine.List(t.Context(), ledger.Query{Account: "acme", DueBy: moments(9), Limit: 5})
				return err
			},
			"accepted": func() error { _, err := g.Engine.List(t.Context(), accepted); return err },
			"page":     func() error { _, err := g.Engine.List(t.Context(), ledger.Query{Limit: 5}); return err },
			"next due": func() error { _, err := g.Engine.NextDue(t.Context()); return err },
			"load":     func() error { _, err := g.Engine.Load(t.Context(), sample("1", 1).ID); return err },
		} {
			g.meter.take()
			if err := ask(); err != nil {
				t.Fatal(err)
			}
			costs[name] = g.meter.take()
		}
		return costs
	}
	few, many := cost(100), cost(400)
	for name := range few {
		if few[name] != many[name] {
			t.Errorf("%s: %+v with 100 stored, %+v with 400", name, few[name], many[name])
		}
	}
}
