package sqlite

import (
	"context"
	"database/sql"
	"slices"
	"strings"

	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
)

// List implements [ledger.Engine].
func (e *Engine) List(ctx context.Context, q ledger.Query) ([]ledger.Summary, error) {
	query, args := listSQL(q)
	list, err := collect(ctx, e.read, query, args, summary)
	return list, e.explain("list", err)
}

// A part is a condition that is put apart: SQLite reads the rows of each part
// in the order of an index and stops at the limit, however many rows there are.
type part struct {
	condition string
	arg       any
}

// listSQL is one SELECT for each part of q, merged in the order of the list.
func listSQL(q ledger.Query) (string, []any) {
	parts, order := partsOf(q)
	where, common := conditions(q)
	var selects []string
	var args []any
	for _, p := range parts {
		all := append([]string{p.condition}, where...)
		selects = append(selects, "SELECT * FROM (SELECT "+listed+" FROM submission WHERE "+strings.Join(all, " AND ")+
			" ORDER BY "+order+" LIMIT ?)")
		args = append(append(args, p.arg), common...)
		args = append(args, q.Max())
	}
	return strings.Join(selects, " UNION ALL ") + " ORDER BY " + order + " LIMIT ?", append(args, q.Max())
}

func partsOf(q ledger.Query) ([]part, string) {
	order := "id"
	if q.NeedsFirst {
		order = "urgent DESC, updated_at DESC, id DESC"
	}
	switch {
	case !q.DueBy.IsZero():
		return []part{{"due_rank = ?", 1}, {"due_rank = ?", 2}}, "due_rank, due_at, id"
	case q.Invoice != "": // a handful in any case
		return []part{{"invoice = ?", q.Invoice}}, order
	case q.NeedsFirst || len(q.States) > 0:
		return stateParts(q.States), order
	}
	return []part{{"id > ?", q.After}}, order
}

func stateParts(states []submission.State) []part {
	if len(states) == 0 {
		states = submission.States()
	}
	var parts []part
	for _, s := range slices.Compact(slices.Sorted(slices.Values(states))) {
		parts = append(parts, part{"state = ?", string(s)})
	}
	return parts
}

// conditions are those that all parts share, with their values. Where few rows
// are left anyway, a plus before a column keeps SQLite from any other index.
func conditions(q ledger.Query) ([]string, []any) {
	var where []string
	var args []any
	add := func(condition string, values ...any) {
		where, args = append(where, condition), append(args, values...)
	}
	held, due, plus := q.Held != nil && *q.Held, !q.DueBy.IsZero(), ""
	if held || q.Invoice != "" {
		plus = "+"
	}
	if q.Account != "" {
		add(plus+"account = ?", q.Account)
	}
	if q.Carrier != "" {
		add(plus+"carrier = ?", q.Carrier)
	}
	if due {
		add("due_at IS NOT NULL AND due_at <= ?", q.DueBy.UnixNano())
	}
	if due && q.Invoice != "" {
		add("+invoice = ?", q.Invoice)
	}
	if len(q.States) > 0 && (due || q.Invoice != "") {
		add("+state IN (?" + strings.Repeat(", ?", len(q.States)-1) + ")")
		for _, s := range q.States {
			args = append(args, string(s))
		}
	}
	if held {
		add("owner <> ''")
	} else if q.Held != nil {
		add("owner = ''")
	}
	switch {
	case q.After == "" || due:
	case q.NeedsFirst:
		add("(urgent, updated_at, id) < (SELECT urgent, updated_at, id FROM submission WHERE id = ?)", q.After)
	default:
		add("id > ?", q.After)
	}
	return where, args
}

// listed are the columns that summary reads. The ones that lists are ordered by
// are among them.
const listed = `id, account, carrier, invoice, revision, state, hold, confirmation, said, attempts, needs, urgent,
	found, owner, object, not_before, due_at, due_rank, updated_at`

func summary(scan func(...any) error) (ledger.Summary, error) {
	var s ledger.Summary
	var urgent, rank int
	var notBefore, updated int64
	var due sql.NullInt64
	err := scan(&s.ID, &s.Account, &s.Carrier, &s.Invoice, &s.Revision, &s.State, &s.Hold, &s.Confirmation, &s.Text,
		&s.Attempts, &s.Needs, &urgent, &s.Found, &s.Owner, &s.Object, &notBefore, &due, &rank, &updated)
	s.NotBefore, s.DueAt, s.UpdatedAt = instant(notBefore), instant(due.Int64), instant(updated)
	return s, err
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
