package dynamo

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/ledger/dynamo/table"
	"example.com/lodge/internal/submission"
)

// pageOfItems is how many items one BatchGetItem may ask for (API reference).
const pageOfItems = 100

// summaries reads the submissions that rows name, which may be newer than the
// rows, in their order: half a read unit for each 4 KB of an item.
func (e *Engine) summaries(ctx context.Context, rows []row) ([]ledger.Summary, error) {
	items, err := e.items(ctx, rows, false, value)
	if err != nil {
		return nil, err
	}
	var list []ledger.Summary
	for _, r := range rows {
		it, ok := items[r.id]
		if !ok {
			continue
		}
		s, err := unpacked[submission.Submission](bytesIn(it, value))
		if err != nil {
			return nil, err
		}
		delete(items, r.id) // a row may be there twice while an index follows
		list = append(list, ledger.Summarize(s))
	}
	return list, nil
}

// items reads an attribute of the submissions that rows name, by their ids.
func (e *Engine) items(ctx context.Context, rows []row, consistent bool, attribute string) (map[string]item, error) {
	var ids []string
	for _, r := range rows {
		ids = append(ids, r.id)
	}
	slices.Sort(ids)
	var mu sync.Mutex
	all := map[string]item{}
	pages := slices.Collect(slices.Chunk(slices.Compact(ids), pageOfItems))
	err := sideBySide(ctx, pages, func(ctx context.Context, ids []string) error {
		return e.batch(ctx, ids, consistent, attribute, func(it item) {
			mu.Lock()
			defer mu.Unlock()
			all[idOf(textOf(it, table.PK))] = it
		})
	})
	return all, err
}

// batch reads up to 100 items. What DynamoDB leaves out, because it is more than
// 16 MB or it is asked for too much, is asked for again, after a pause that grows.
func (e *Engine) batch(ctx context.Context, ids []string, consistent bool, attribute string, found func(item)) error {
	x := &expression{}
	keys := &types.KeysAndAttributes{
		ConsistentRead:       aws.Bool(consistent),
		ProjectionExpression: aws.String(x.name(table.PK) + ", " + x.name(attribute)), ExpressionAttributeNames: x.names,
	}
	for _, id := range ids {
		keys.Keys = append(keys.Keys, key(submissionKey(id), self))
	}
	rest := map[string]types.KeysAndAttributes{e.table: *keys}
	for pause := 20 * time.Millisecond; len(rest) > 0; pause *= 2 {
		out, err := e.client.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: rest})
		if err != nil {
			return err
		}
		got := out.Responses[e.table]
		for _, it := range got {
			found(it)
		}
		rest = out.UnprocessedKeys
		switch {
		case len(got) > 0:
			pause = 20 * time.Millisecond
		case pause > 5*time.Second:
			return errors.Join(ledger.ErrBusy, errors.New("DynamoDB gives nothing of what it is asked for; try again"))
		}
		if len(rest) > 0 && !clock.Pause(ctx, pause) {
			return ctx.Err()
		}
	}
	return nil
}
