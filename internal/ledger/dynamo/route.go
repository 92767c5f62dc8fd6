package dynamo

import (
	"context"
	"slices"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/ledger/dynamo/table"
	"example.com/lodge/internal/submission"
)

// A sorting says how the order of rows serves that of a query's list.
type sorting int

const (
	unsorted sorting = iota // not at all: every item is read
	byID                    // the list is in the order of ids: every row is read
	asListed                // it is the list's own: reading stops at the limit
)

// A route is the way to what a query chooses.
type route struct {
	streams []stream
	sorting sorting
	settles ledger.Query // what a row already tells: the restrictions of the query that need no look at the item
}

// routeOf chooses the index with the fewest rows beside those that q chooses. What
// spans all accounts goes through each of them, side by side.
func (e *Engine) routeOf(ctx context.Context, q ledger.Query) (route, error) {
	switch {
	case q.Invoice != "":
		return route{streams: []stream{{index: table.ByInvoice(), partition: invoiceKey(q.Invoice)}}}, nil
	case len(q.Needs) > 0:
		return needing(q), nil
	case q.Alike != "":
		all := needing(ledger.Query{Needs: carriers.People()})
		return route{streams: all.streams}, nil
	case arrivedOnly(q):
		return e.arrived(ctx, q)
	}
	accounts := []string{q.Account}
	if q.Account == "" {
		var err error
		if accounts, err = e.names(ctx, accountNames); err != nil {
			return route{}, err
		}
	}
	r := ofAccount(q)
	var streams []stream
	for _, account := range accounts {
		for _, s := range r.streams {
			s.partition = account
			streams = append(streams, s)
		}
	}
	r.streams = streams
	return r, nil
}

// ofAccount is the route within one account.
func ofAccount(q ledger.Query) route {
	switch {
	case !q.DueBy.IsZero():
		return route{streams: due(q), sorting: asListed}
	case q.Unfiled:
		s := stream{index: table.ByDate()}
		if !q.DatedFrom.IsZero() {
			s.from = moment(q.DatedFrom)
		}
		if !q.DatedTo.IsZero() {
			s.to = moment(q.DatedTo)
		}
		return route{[]stream{s}, asListed, ledger.Query{Account: q.Account, Unfiled: true, DatedFrom: q.DatedFrom, DatedTo: q.DatedTo}}
	case q.Held != nil && *q.Held:
		return route{streams: []stream{{index: table.ByWork(), prefix: held}}}
	case q.NeedsFirst, len(q.States) > 0:
		r := route{sorting: byID, settles: ledger.Query{Account: q.Account, States: q.States, NeedsFirst: q.NeedsFirst}}
		if q.NeedsFirst {
			r.sorting = asListed
		}
		for _, state := range statesOf(q) {
			r.streams = append(r.streams, stream{index: table.ByState(), prefix: string(state) + "#", backward: q.NeedsFirst})
		}
		return r
	}
	return route{[]stream{{index: table.ByID()}}, asListed, ledger.Query{Account: q.Account}}
}

func statesOf(q ledger.Query) []submission.State {
	if len(q.States) == 0 {
		return submission.States()
	}
	states := slices.Clone(q.States)
	slices.Sort(states)
	return slices.Compact(states)
}

// due are the parts of the index of work: look-ups, what is to be filed, and what
// is looked at again, free and held.
func due(q ledger.Query) []stream {
	var streams []stream
	for _, prefix := range []string{free, held} {
		if q.Held != nil && *q.Held != (prefix == held) {
			continue
		}
		for _, rank := range []string{"1", "2", "3"} {
			streams = append(streams, stream{
				index: table.ByWork(), prefix: prefix,
				from: rank + "#0002", // after the zero time, which is never due
				to:   rank + "#" + moment(q.DueBy) + "$",
			}) // $ comes after the # before the id
		}
	}
	return streams
}

// needing is the route to what the people of q act on.
func needing(q ledger.Query) route {
	r := route{settles: ledger.Query{Needs: q.Needs}}
	if q.DueBy.IsZero() && !q.Unfiled {
		r.sorting = asListed
	}
	people := slices.Clone(q.Needs)
	slices.Sort(people)
	for _, who := range slices.Compact(people) {
		if who != carriers.Nobody {
			r.streams = append(r.streams, stream{index: table.ByNeed(), partition: string(who)})
		}
	}
	return r
}

// arrivedOnly says whether q is about a time of arrival and nothing that has an
// order or an index of its own.
func arrivedOnly(q ledger.Query) bool {
	return (!q.From.IsZero() || !q.To.IsZero()) && q.DueBy.IsZero() && !q.Unfiled && !q.NeedsFirst
}

// arrived goes through the months in which anything arrived.
func (e *Engine) arrived(ctx context.Context, q ledger.Query) (route, error) {
	months, err := e.names(ctx, monthNames)
	r := route{sorting: asListed, settles: ledger.Query{From: q.From, To: q.To}}
	for _, m := range months {
		s := stream{index: table.ByArrival(), partition: m}
		if !q.From.IsZero() {
			s.from = moment(q.From)
		}
		if !q.To.IsZero() {
			s.to = moment(q.To)
		}
		if (q.From.IsZero() || month(q.From) <= m) && (q.To.IsZero() || m <= month(q.To)) {
			r.streams = append(r.streams, s)
		}
	}
	return r, err
}

// names are the sort keys of a list of items.
func (e *Engine) names(ctx context.Context, pk string) ([]string, error) {
	items, err := e.collection(ctx, pk, "")
	var names []string
	for _, it := range items {
		names = append(names, textOf(it, table.SK))
	}
	return names, err
}
