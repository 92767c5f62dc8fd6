package sqlite

import (
	"context"
	"strings"

	"example.com/lodge/internal/ledger"
)

// List implements [ledger.Engine].
func (e *Engine) List(ctx context.Context, q ledger.Query) ([]ledger.Summary, error) {
	query, args := listSQL(q)
	list, err := collect(ctx, e.read, query, args, summary)
	return list, e.explain("list", err)
}

// CountOf implements [ledger.Engine].
func (e *Engine) CountOf(ctx context.Context, q ledger.Query) (int, error) {
	q.After = ""
	var counts []string
	var args []any
	for _, c := range wayOf(q).clauses(q) {
		counts, args = append(counts, "(SELECT count(*) FROM submission WHERE "+c.sql+")"), append(args, c.args...)
	}
	var n int
	err := e.read.QueryRowContext(ctx, "SELECT "+strings.Join(counts, " + "), args...).Scan(&n)
	return n, e.explain("count", err)
}

// listed are the columns that summary reads. The ones that lists are ordered by
// are among them.
const listed = "id, " + summed

// listSQL is one SELECT for each part of q, merged in the order of the list:
// SQLite reads the rows of each in the order of an index and stops at the limit,
// however many rows there are.
func listSQL(q ledger.Query) (string, []any) {
	w := wayOf(q)
	var selects []string
	var args []any
	for _, c := range w.clauses(q) {
		selects = append(selects, "SELECT * FROM (SELECT "+listed+" FROM submission WHERE "+c.sql+" ORDER BY "+w.order.String()+" LIMIT ?)")
		args = append(append(args, c.args...), q.Max())
	}
	return strings.Join(selects, " UNION ALL ") + " ORDER BY " + w.order.String() + " LIMIT ?", append(args, q.Max())
}

// Counts implements [ledger.Engine].
func (e *Engine) Counts(ctx context.Context) ([]ledger.Count, error) {
	const query = "SELECT account, state, n FROM tally WHERE n > 0 ORDER BY account, state"
	list, err := collect(ctx, e.read, query, nil, func(scan func(...any) error) (ledger.Count, error) {
		var c ledger.Count
		err := scan(&c.Account, &c.State, &c.N)
		return c, err
	})
	return list, e.explain("counts", err)
}

// NextDue implements [ledger.Engine]. The tally knows the accounts, so that each
// takes one step in the index.
func (e *Engine) NextDue(ctx context.Context) ([]ledger.Due, error) {
	const query = `SELECT account, at FROM (
		SELECT account, (SELECT min(due_at) FROM submission AS s
			WHERE s.account = a.account AND due_at IS NOT NULL AND owner = '') AS at
		FROM (SELECT DISTINCT account FROM tally) AS a
	) WHERE at IS NOT NULL ORDER BY account`
	list, err := collect(ctx, e.read, query, nil, func(scan func(...any) error) (ledger.Due, error) {
		var d ledger.Due
		var at int64
		err := scan(&d.Account, &at)
		d.At = instant(at)
		return d, err
	})
	return list, e.explain("next due", err)
}

// Groups implements [ledger.Engine].
func (e *Engine) Groups(ctx context.Context) ([]ledger.Group, error) {
	const query = "SELECT needs, account, carrier, state, alike, n, since FROM need ORDER BY since, account, state, alike"
	list, err := collect(ctx, e.read, query, nil, func(scan func(...any) error) (ledger.Group, error) {
		var g ledger.Group
		var since int64
		err := scan(&g.Needs, &g.Account, &g.Carrier, &g.State, &g.Alike, &g.N, &since)
		g.Since = instant(since)
		return g, err
	})
	return list, e.explain("groups", err)
}
