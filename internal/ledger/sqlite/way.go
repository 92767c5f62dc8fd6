package sqlite

import (
	"slices"
	"strings"

	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
)

// A clause is a condition with its values.
type clause struct {
	sql  string
	args []any
}

// A way is how a list is read: the parts that it is put together from, each of
// which one index holds in the list's order, and the columns by which that index
// finds rows.
type way struct {
	parts []clause
	order order
	finds []string
}

// An order is that of a list: columns in one direction, the id last.
type order struct {
	columns string
	newest  bool // the greatest comes first
}

func (o order) String() string {
	if !o.newest {
		return o.columns
	}
	return strings.ReplaceAll(o.columns, ", ", " DESC, ") + " DESC"
}

// after is the condition that a row comes after that of an id.
func (o order) after() string {
	switch {
	case o.columns == "id":
		return "id > ?"
	case o.newest:
		return "(" + o.columns + ") < (SELECT " + o.columns + " FROM submission WHERE id = ?)"
	}
	return "(" + o.columns + ") > (SELECT " + o.columns + " FROM submission WHERE id = ?)"
}

func wayOf(q ledger.Query) way {
	w := drivenBy(q)
	switch {
	case q.Invoice != "" && q.DueBy.IsZero(): // a handful in any case
		w.parts, w.finds = one("invoice = ?", q.Invoice), []string{"invoice"}
	case q.Held != nil && *q.Held: // the leases are few
		w.finds = nil
	}
	return w
}

// drivenBy finds the index that serves q best.
func drivenBy(q ledger.Query) way {
	switch {
	case !q.DueBy.IsZero():
		parts := slices.Concat(one("due_rank = ?", 1), one("due_rank = ?", 2), one("due_rank = ?", 3))
		return way{parts, order{columns: "due_rank, due_at, id"}, []string{"account", "due_at"}}
	case q.Unfiled:
		return way{one("unfiled = 1"), order{columns: "dated, id"}, []string{"carrier", "dated"}}
	case len(q.Needs) > 0:
		return needing(q)
	case q.NeedsFirst:
		return way{stateParts(q.States), order{"urgent, updated_at, id", true}, []string{"account", "carrier"}}
	case !q.From.IsZero() || !q.To.IsZero():
		return way{one("TRUE"), order{columns: "arrived_at, id"}, []string{"arrived_at"}}
	case len(q.States) > 0:
		return way{stateParts(q.States), order{columns: "id"}, []string{"account", "carrier"}}
	}
	return way{one("TRUE"), order{columns: "id"}, []string{"account", "carrier"}}
}

func one(sql string, args ...any) []clause { return []clause{{sql, args}} }

func stateParts(states []submission.State) []clause {
	if len(states) == 0 {
		states = submission.States()
	}
	var parts []clause
	for _, s := range slices.Compact(slices.Sorted(slices.Values(states))) {
		parts = append(parts, clause{"state = ?", []any{string(s)}})
	}
	return parts
}

// needing reads what needs somebody: the alike of one carrier and state by an
// index of their own.
func needing(q ledger.Query) way {
	w := way{order: order{columns: "since, id"}}
	for _, who := range slices.Compact(slices.Sorted(slices.Values(q.Needs))) {
		w.parts = append(w.parts, clause{"urgent = 1 AND needs = ?", []any{string(who)}})
	}
	if q.Alike != "" && q.Carrier != "" && len(q.States) == 1 {
		w.finds = []string{"carrier", "state", "alike"}
	}
	return w
}

// clauses are the conditions of the parts, with what q asks of all of them. A
// plus before a column keeps SQLite from an index other than the way's.
func (w way) clauses(q ledger.Query) []clause {
	common := clause{}
	for _, f := range filters(q) {
		if f.column != "" && !slices.Contains(w.finds, f.column) {
			f.sql = "+" + f.sql
		}
		common.sql, common.args = common.sql+" AND "+f.sql, append(common.args, f.args...)
	}
	if q.After != "" && q.DueBy.IsZero() {
		common.sql, common.args = common.sql+" AND "+w.order.after(), append(common.args, q.After)
	}
	var list []clause
	for _, p := range w.parts {
		list = append(list, clause{p.sql + common.sql, slices.Concat(p.args, common.args)})
	}
	return list
}

// A filter is a condition on a column; "" is one that has an index for itself.
type filter struct {
	column string
	clause
}

func filters(q ledger.Query) []filter {
	var all []filter
	add := func(there bool, column, condition string, args ...any) {
		if there {
			all = append(all, filter{column, clause{strings.TrimSpace(column + " " + condition), args}})
		}
	}
	add(q.Account != "", "account", "= ?", q.Account)
	add(q.Carrier != "", "carrier", "= ?", q.Carrier)
	add(q.Invoice != "" && !q.DueBy.IsZero(), "invoice", "= ?", q.Invoice)
	add(len(q.States) > 0, "state", in(len(q.States)), anys(q.States)...)
	add(!q.DueBy.IsZero(), "", "due_at IS NOT NULL")
	add(!q.DueBy.IsZero(), "due_at", "<= ?", nanos(q.DueBy))
	add(q.Unfiled, "", "unfiled = 1")
	add(q.Unfiled, "dated", "> 0")
	add(!q.DatedFrom.IsZero(), "dated", ">= ?", nanos(q.DatedFrom))
	add(!q.DatedTo.IsZero(), "dated", "< ?", nanos(q.DatedTo))
	add(len(q.Needs) > 0, "needs", in(len(q.Needs)), anys(q.Needs)...)
	add(q.Alike != "", "alike", "= ?", q.Alike)
	add(!q.From.IsZero(), "arrived_at", ">= ?", nanos(q.From))
	add(!q.To.IsZero(), "arrived_at", "< ?", nanos(q.To))
	add(q.Held != nil && *q.Held, "", "owner <> ''")
	add(q.Held != nil && !*q.Held, "", "owner = ''")
	return all
}

func in(n int) string { return "IN (?" + strings.Repeat(", ?", max(n-1, 0)) + ")" }

func anys[T ~string](list []T) []any {
	var all []any
	for _, v := range list {
		all = append(all, string(v))
	}
	return all
}
