package dynamo

import (
	"context"
	"crypto/rand"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/ledger/dynamo/table"
)

// owing is the one partition of the index of what is owed.
const owing = "owed"

// enrolments are the ids of the enrolments of all destinations, by their names. A
// destination that is enrolled again has another id, so that what it was once
// owed is not owed to it.
func (e *Engine) enrolments(ctx context.Context) (map[string]string, error) {
	items, err := e.collection(ctx, destinationItems, "")
	ids := map[string]string{}
	for _, it := range items {
		ids[textOf(it, table.SK)] = textOf(it, enrolment)
	}
	return ids, err
}

// Enrol implements [ledger.Engine]: 1 write unit. A Store of another program that
// is under way while this returns, and so neither before nor after it, may owe
// nothing.
func (e *Engine) Enrol(ctx context.Context, destination string) error {
	if err := name(destination); err != nil {
		return fmt.Errorf("enrol: %w", err)
	}
	x := &expression{}
	id := x.name(enrolment)
	x.assign(id, "if_not_exists("+id+", "+x.value(text(strings.ToLower(rand.Text()[:8])))+")")
	return e.explain("enrol "+destination, e.write(ctx, destinationItems, destination, x))
}

// Dismiss implements [ledger.Engine]. It settles what is owed, which costs what
// delivering it would. If it fails half-way, nothing more is owed, and the next
// Dismiss of any destination settles the rest.
func (e *Engine) Dismiss(ctx context.Context, destination string) error {
	ids, err := e.enrolments(ctx)
	if id, ok := ids[destination]; ok && err == nil {
		if _, err = e.client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &e.table, Item: key(dismissedItems, id)}); err == nil {
			err = e.erase(ctx, destinationItems, destination)
		}
	}
	if err == nil {
		err = e.settleDismissed(ctx)
	}
	return e.explain("dismiss "+destination, err)
}

// settleDismissed removes the marks of enrolments that are no more. One that is
// still there is of a Dismiss that failed before it did anything.
func (e *Engine) settleDismissed(ctx context.Context) error {
	dismissed, err := e.names(ctx, dismissedItems)
	if err != nil || len(dismissed) == 0 {
		return err
	}
	enrolled, err := e.enrolments(ctx)
	if err != nil {
		return err
	}
	for _, id := range dismissed {
		if slices.Contains(slices.Collect(maps.Values(enrolled)), id) {
			continue
		}
		if err := e.forgive(ctx, id); err != nil {
			return err
		}
		if err := e.erase(ctx, dismissedItems, id); err != nil {
			return err
		}
	}
	return nil
}

// forgive settles all that is owed to an enrolment.
func (e *Engine) forgive(ctx context.Context, enrolment string) error {
	for after := ""; ; {
		page, err := e.owed(ctx, enrolment, after, pageOfItems)
		if err != nil || len(page) == 0 {
			return err
		}
		for _, o := range page {
			if err := e.delivered(ctx, enrolment, o.ID, math.MaxInt64); err != nil {
				return err
			}
			after = o.ID
		}
	}
}

func (e *Engine) erase(ctx context.Context, pk, sk string) error {
	_, err := e.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &e.table, Key: key(pk, sk)})
	return err
}

// Owed implements [ledger.Engine]: a read unit for each 4 KB of the items that are
// owed to anybody after the id after.
func (e *Engine) Owed(ctx context.Context, destination, after string, limit int) ([]ledger.Owed, error) {
	ids, err := e.enrolments(ctx)
	if err != nil {
		return nil, e.explain("what is owed to "+destination, err)
	}
	id, ok := ids[destination]
	if !ok {
		return nil, nil
	}
	list, err := e.owed(ctx, id, after, limit)
	return list, e.explain("what is owed to "+destination, err)
}

func (e *Engine) owed(ctx context.Context, enrolment, after string, limit int) ([]ledger.Owed, error) {
	rows := newMerge(e, []stream{{index: table.ByDebt(), partition: owing, from: after}}, limit)
	var list []ledger.Owed
	for len(list) < limit {
		page, err := rows.take(ctx, min(limit, pageOfItems))
		if err != nil || len(page) == 0 {
			return list, err
		}
		items, err := e.items(ctx, page, true, told)
		if err != nil {
			return nil, err
		}
		for _, r := range page {
			mark, ok := mapIn(items[r.id], told)[enrolment]
			if ok && r.id > after && len(list) < limit {
				list = append(list, ledger.Owed{ID: r.id, Delivered: intOf(item{told: mark}, told)})
			}
		}
	}
	return list, nil
}

// Delivered implements [ledger.Engine]: 1 write unit for each KB of the item, and
// 1 where nothing is owed any more. It leaves the version alone, so that it is in
// nobody's way.
func (e *Engine) Delivered(ctx context.Context, destination, id string, seq int64) error {
	ids, err := e.enrolments(ctx)
	if enrolment, ok := ids[destination]; ok && err == nil {
		err = e.delivered(ctx, enrolment, id, seq)
	}
	return e.explain("delivered "+id, err)
}

// delivered reads how far an enrolment was told and writes what follows, again
// where the history has gone on in between.
func (e *Engine) delivered(ctx context.Context, enrolment, id string, seq int64) error {
	for {
		it, err := e.get(ctx, submissionKey(id), self, true)
		if err != nil {
			return err
		}
		marks := mapIn(it, told)
		mark, owed := marks[enrolment]
		if before := intOf(item{told: mark}, told); !owed || seq <= before && before < intOf(it, last) {
			return nil
		}
		err = e.write(ctx, submissionKey(id), self, settlement(it, enrolment, seq, len(marks)))
		if !refused(err) {
			return err
		}
	}
}

// settlement is the write that follows from what an item says. What is told up to
// the last entry is owed no more; where that was the last debt the item leaves
// the index.
func settlement(it item, enrolment string, seq int64, debts int) *expression {
	x := &expression{}
	mark := x.name(told, enrolment)
	if seq < intOf(it, last) {
		x.require(mark + " < " + x.value(number(seq)))
		x.assign(mark, x.value(number(seq)))
		return x
	}
	x.require("attribute_exists(" + mark + ")")
	x.require(x.name(last) + " = " + x.value(number(intOf(it, last))))
	x.require("size(" + x.name(told) + ") = " + x.value(number(int64(debts))))
	x.remove(told, enrolment)
	if debts == 1 {
		x.remove(table.Owes)
	}
	return x
}
