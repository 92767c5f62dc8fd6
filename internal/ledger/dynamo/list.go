package dynamo

import (
	"cmp"
	"context"
	"math"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/ledger/dynamo/table"
	"example.com/lodge/internal/submission"
)

// List implements [ledger.Engine]: half a read unit for each 4 KB of rows read,
// and for each 4 KB of each item listed. In the order of an index reading stops at
// the limit; the other queries read all that their index has of them: those by
// invoice and by lease have few, those by state alone every row of the state,
// those by carrier alone every submission.
func (e *Engine) List(ctx context.Context, q ledger.Query) ([]ledger.Summary, error) {
	list, err := e.list(ctx, q)
	return list, e.explain("list", err)
}

func (e *Engine) list(ctx context.Context, q ledger.Query) ([]ledger.Summary, error) {
	r, err := e.routeOf(ctx, q)
	if err != nil || len(r.streams) == 0 {
		return nil, err
	}
	after, err := e.after(ctx, q)
	if err != nil {
		return nil, err
	}
	next, err := e.rows(ctx, q, r, after)
	if err != nil {
		return nil, err
	}
	var list []ledger.Summary
	seen := map[string]bool{}
	for n := q.Max(); len(list) < q.Max(); n = min(n, pageOfItems) * 2 { // twice as many where most are not chosen
		rows, err := next(ctx, min(n, beside*pageOfItems))
		if err != nil {
			return nil, err
		}
		if len(rows) == 0 {
			break
		}
		page, err := e.summaries(ctx, rows)
		if err != nil {
			return nil, err
		}
		for _, s := range page {
			if q.Chooses(s) && !seen[s.ID] && (after == nil || q.Compare(s, *after) > 0) {
				seen[s.ID] = true
				list = append(list, s)
			}
		}
	}
	slices.SortFunc(list, q.Compare) // items may be newer than what named them
	return list[:min(len(list), q.Max())], nil
}

// after is the last submission of the page before, as it is now, or nil.
func (e *Engine) after(ctx context.Context, q ledger.Query) (*ledger.Summary, error) {
	if q.After == "" || !q.DueBy.IsZero() {
		return nil, nil
	}
	it, err := e.get(ctx, submissionKey(q.After), self, true)
	if err != nil || it == nil {
		return &ledger.Summary{ID: q.After}, err
	}
	s, err := unpacked[submission.Submission](bytesIn(it, value))
	sum := ledger.Summarize(s)
	return &sum, err
}

// A taker gives the next n rows; none: there are no more.
type taker func(ctx context.Context, n int) ([]row, error)

// rows gives the rows of r in the order in which they are to be looked at.
func (e *Engine) rows(ctx context.Context, q ledger.Query, r route, after *ledger.Summary) (taker, error) {
	if r.sorting == asListed {
		for i := range r.streams {
			if after != nil {
				r.streams[i].resume(*after)
			}
		}
		return newMerge(e, r.streams, q.Max()).take, nil
	}
	all, err := newMerge(e, r.streams, 0).take(ctx, math.MaxInt)
	if err != nil {
		return nil, err
	}
	if r.sorting == byID {
		slices.SortFunc(all, func(a, b row) int { return cmp.Compare(a.id, b.id) })
		all = slices.DeleteFunc(all, func(r row) bool { return r.id <= q.After })
	}
	return func(_ context.Context, n int) ([]row, error) {
		if r.sorting == unsorted {
			n = len(all)
		}
		rows := all[:min(n, len(all))]
		all = all[len(rows):]
		return rows, nil
	}, nil
}

// resume has a stream that is in the order of a list go on after a submission.
func (s *stream) resume(after ledger.Summary) {
	order := map[string]string{
		table.ByID().Name:      after.ID,
		table.ByState().Name:   byChange(after),
		table.ByDate().Name:    ordered(after.ID, moment(after.Date)),
		table.ByNeed().Name:    ordered(after.ID, moment(after.Since)),
		table.ByArrival().Name: ordered(after.ID, moment(after.ArrivedAt)),
	}[s.index.Name]
	if s.backward {
		s.to = order
	} else {
		s.from = max(s.from, order)
	}
}

// CountOf implements [ledger.Engine]. What rows tell is counted in the index; else
// it costs what the whole list would.
func (e *Engine) CountOf(ctx context.Context, q ledger.Query) (int, error) {
	q.After, q.Limit = "", math.MaxInt
	if reflect.ValueOf(withoutOrder(q)).IsZero() {
		q.NeedsFirst = true // by state, where every submission has one row
	}
	r, err := e.routeOf(ctx, q)
	if err != nil {
		return 0, e.explain("count", err)
	}
	if !reflect.DeepEqual(withoutOrder(q), withoutOrder(r.settles)) {
		list, err := e.list(ctx, q)
		return len(list), e.explain("count", err)
	}
	n, err := e.countAll(ctx, r.streams)
	total := 0
	for _, n := range n {
		total += n
	}
	return total, e.explain("count", err)
}

// withoutOrder is what q chooses by.
func withoutOrder(q ledger.Query) ledger.Query {
	q.After, q.Limit, q.NeedsFirst = "", 0, false
	return q
}

// countAll counts the rows of streams, side by side.
func (e *Engine) countAll(ctx context.Context, streams []stream) (map[stream]int, error) {
	var mu sync.Mutex
	counts := map[stream]int{}
	err := sideBySide(ctx, streams, func(ctx context.Context, s stream) error {
		n, err := e.count(ctx, s)
		mu.Lock()
		defer mu.Unlock()
		counts[s] = n
		return err
	})
	return counts, err
}

// Counts implements [ledger.Engine]: half a read unit for each account and state,
// and for each 4 KB of their rows, about 30 submissions. It is for people and is
// no part of filing.
func (e *Engine) Counts(ctx context.Context) ([]ledger.Count, error) {
	r, err := e.routeOf(ctx, ledger.Query{NeedsFirst: true})
	if err != nil {
		return nil, e.explain("counts", err)
	}
	counts, err := e.countAll(ctx, r.streams)
	var list []ledger.Count
	for s, n := range counts {
		if n > 0 {
			list = append(list, ledger.Count{Account: s.partition, State: submission.State(strings.TrimSuffix(s.prefix, "#")), N: n})
		}
	}
	slices.SortFunc(list, func(a, b ledger.Count) int {
		return cmp.Or(cmp.Compare(a.Account, b.Account), cmp.Compare(a.State, b.State))
	})
	return list, e.explain("counts", err)
}

// Groups implements [ledger.Engine]: what a list of all that needs somebody costs.
func (e *Engine) Groups(ctx context.Context) ([]ledger.Group, error) {
	everybody := ledger.Query{Needs: carriers.People(), Limit: math.MaxInt}
	list, err := e.list(ctx, everybody)
	if err != nil {
		return nil, e.explain("groups", err)
	}
	return ledger.GroupAll(list), nil
}

// NextDue implements [ledger.Engine]: three queries of one row for each account,
// half a read unit each. Nothing is decided on it: what was claimed a moment ago
// may still be told, and its claim refused.
func (e *Engine) NextDue(ctx context.Context) ([]ledger.Due, error) {
	accounts, err := e.names(ctx, accountNames)
	if err != nil {
		return nil, e.explain("next due", err)
	}
	var mu sync.Mutex
	var list []ledger.Due
	err = sideBySide(ctx, accounts, func(ctx context.Context, account string) error {
		at, err := e.nextDue(ctx, account)
		mu.Lock()
		defer mu.Unlock()
		if !at.IsZero() {
			list = append(list, ledger.Due{Account: account, At: at})
		}
		return err
	})
	slices.SortFunc(list, func(a, b ledger.Due) int { return cmp.Compare(a.Account, b.Account) })
	return list, e.explain("next due", err)
}

// nextDue is when the first of an account is due that nobody holds; zero: never.
func (e *Engine) nextDue(ctx context.Context, account string) (next time.Time, err error) {
	for _, rank := range []string{"1#", "2#", "3#"} {
		s := stream{index: table.ByWork(), partition: account, prefix: free + rank}
		rows, err := newMerge(e, []stream{s}, 1).take(ctx, 1)
		if err != nil {
			return time.Time{}, err
		}
		if len(rows) == 0 {
			continue
		}
		at, err := momentIn(rows[0].order)
		if err != nil {
			return time.Time{}, err
		}
		if next.IsZero() || at.Before(next) {
			next = at
		}
	}
	return next, nil
}
