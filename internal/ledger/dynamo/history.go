package dynamo

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/lodge/internal/ledger/dynamo/table"
	"example.com/lodge/internal/submission"
)

// bulky is how many bytes of history an item has, packed, before they are moved
// out. Each write costs by the size of the whole item, so that a long history
// kept inside would make every further write dearer; most submissions end before.
const bulky = 4 << 10

// makeRoom moves the history that is in an item to another beside it. The other
// is written first, under a name that is its content's; only then, and only while
// nobody has stored anything since, is the history taken out of the item. If this
// ends half-way the entries are in both, and History knows them by their numbers.
func (e *Engine) makeRoom(ctx context.Context, id string, it item) error {
	lines := listIn(it, history)
	entries, err := decoded(lines)
	if err != nil {
		return err
	}
	beside := key(submissionKey(id), fmt.Sprintf("h#%020d-%020d", firstOf(entries), lastOf(entries)))
	beside[history] = &types.AttributeValueMemberL{Value: lines}
	if _, err := e.client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &e.table, Item: beside}); err != nil {
		return err
	}
	x := &expression{}
	x.equal(version, intOf(it, version))
	x.set(history, &types.AttributeValueMemberL{Value: []types.AttributeValue{}})
	x.set(bulk, number(0))
	x.set(moved, number(intOf(it, moved)+int64(len(lines))))
	if err := e.write(ctx, submissionKey(id), self, x); err != nil && !refused(err) {
		return err
	}
	return nil
}

// History implements [ledger.Engine]: what Load costs, and as much again for what
// was moved out of the item. The item is read first: what is moved out meanwhile
// is then read twice, and never missed.
func (e *Engine) History(ctx context.Context, id string) ([]submission.Entry, error) {
	it, err := e.get(ctx, submissionKey(id), self, true)
	if err != nil || it == nil {
		return nil, e.explain("history of "+id, err)
	}
	entries, err := decoded(listIn(it, history))
	if err == nil && intOf(it, moved) > 0 {
		entries, err = e.withMoved(ctx, id, it, entries)
	}
	return entries, e.explain("history of "+id, err)
}

// withMoved puts what was moved out of an item before what is in it.
func (e *Engine) withMoved(ctx context.Context, id string, it item, within []submission.Entry) ([]submission.Entry, error) {
	items, err := e.collection(ctx, submissionKey(id), "h#")
	if err != nil {
		return nil, err
	}
	seen := map[int64]bool{}
	for _, entry := range within {
		seen[entry.Seq] = true
	}
	var all []submission.Entry
	for _, beside := range items {
		entries, err := decoded(listIn(beside, history))
		if err != nil {
			return nil, err
		}
		for _, entry := range entries {
			if !seen[entry.Seq] && entry.Seq <= intOf(it, last) { // else it was written since
				seen[entry.Seq] = true
				all = append(all, entry)
			}
		}
	}
	if want := int(intOf(it, moved)); len(all) != want {
		return nil, fmt.Errorf("%d entries are there of the %d that were moved beside the item; "+
			"the operator restores the table from before somebody removed them", len(all), want)
	}
	all = append(all, within...)
	slices.SortStableFunc(all, func(a, b submission.Entry) int { return int(a.Seq - b.Seq) })
	return all, nil
}

func decoded(lines []types.AttributeValue) ([]submission.Entry, error) {
	var entries []submission.Entry
	for _, line := range lines {
		b, ok := line.(*types.AttributeValueMemberB)
		if !ok {
			return nil, errors.New("an entry is not packed: somebody else has written it; the operator restores the table")
		}
		entry, err := unpacked[submission.Entry](b.Value)
		if err != nil {
			return nil, err
		}
		entries = append(entries, entry)
	}
	return entries, nil
}

// collection reads, consistently, the items under a partition key of which the
// sort key begins with prefix; "" are all.
func (e *Engine) collection(ctx context.Context, pk, prefix string) ([]item, error) {
	x := &expression{}
	x.require(x.name(table.PK) + " = " + x.value(text(pk)))
	if prefix != "" {
		x.require("begins_with(" + x.name(table.SK) + ", " + x.value(text(prefix)) + ")")
	}
	pages := dynamodb.NewQueryPaginator(e.client, &dynamodb.QueryInput{
		TableName: &e.table, KeyConditionExpression: x.condition(), ConsistentRead: aws.Bool(true),
		ExpressionAttributeNames: x.names, ExpressionAttributeValues: x.values,
	})
	var items []item
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		items = append(items, page.Items...)
	}
	return items, nil
}
