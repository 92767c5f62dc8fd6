package dynamo

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/sourcegraph/conc/pool"

	"example.com/lodge/internal/ledger/dynamo/table"
)

// beside is how many requests of one call go on side by side.
const beside = 8

// A stream is a part of one partition of an index, in the order of its sort keys.
type stream struct {
	index     table.Index
	partition string
	prefix    string // of the sort keys; it is no part of the order
	from, to  string // what follows prefix is at least from and less than to; "" bounds nothing
	backward  bool
}

// A row is what an index says of a submission.
type row struct {
	id    string
	order string // the sort key without the stream's prefix
}

// greatest is more than any text that a sort key goes on with.
const greatest = "\U0010ffff"

// query asks for a page of s. Between takes both bounds in; the sort keys go on
// after theirs, so that the upper one is never met.
func (s stream) query(name *string) *dynamodb.QueryInput {
	x := &expression{}
	x.require(x.name(s.index.Partition) + " = " + x.value(text(s.partition)))
	if from := s.prefix + s.from; from != "" || s.to != "" {
		to := s.to
		if to == "" {
			to = greatest
		}
		if from == "" {
			from = "\x01" // what no name is less than
		}
		x.require(x.name(s.index.Sort) + " BETWEEN " + x.value(text(from)) + " AND " + x.value(text(s.prefix+to)))
	}
	return &dynamodb.QueryInput{
		TableName: name, IndexName: aws.String(s.index.Name), ScanIndexForward: aws.Bool(!s.backward),
		KeyConditionExpression: x.condition(), ExpressionAttributeNames: x.names, ExpressionAttributeValues: x.values,
	}
}

// empty says whether nothing can be between the bounds; DynamoDB refuses them.
func (s stream) empty() bool { return s.to != "" && s.from > s.to }

// count is how many rows s has: half a read unit for each 4 KB of them.
func (e *Engine) count(ctx context.Context, s stream) (int, error) {
	if s.empty() {
		return 0, nil
	}
	query := s.query(&e.table)
	query.Select = types.SelectCount
	pages, n := dynamodb.NewQueryPaginator(e.client, query), 0
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return 0, err
		}
		n += int(page.Count)
	}
	return n, nil
}

// A cursor reads a stream page by page.
type cursor struct {
	stream
	pages *dynamodb.QueryPaginator
	rows  []row
}

// fill has at least one row there, unless the stream is at its end.
func (c *cursor) fill(ctx context.Context) error {
	for len(c.rows) == 0 && c.pages.HasMorePages() {
		page, err := c.pages.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, it := range page.Items {
			c.rows = append(c.rows, row{idOf(textOf(it, table.PK)), strings.TrimPrefix(textOf(it, c.index.Sort), c.prefix)})
		}
	}
	return nil
}

// A merge reads streams as one, in their common order.
type merge struct {
	cursors []*cursor
	begun   bool
}

// newMerge expects that n rows of all are wanted; 0: all of them.
func newMerge(e *Engine, streams []stream, n int) *merge {
	m := &merge{}
	for _, s := range streams {
		if s.empty() {
			continue
		}
		query := s.query(&e.table)
		if n > 0 {
			query.Limit = aws.Int32(int32(min(n, 1000)/len(streams) + 10))
		}
		m.cursors = append(m.cursors, &cursor{stream: s, pages: dynamodb.NewQueryPaginator(e.client, query)})
	}
	return m
}

// take returns the next n rows; fewer are the last.
func (m *merge) take(ctx context.Context, n int) ([]row, error) {
	if err := m.begin(ctx); err != nil {
		return nil, err
	}
	var rows []row
	for len(rows) < n {
		var first *cursor
		for _, c := range m.cursors {
			if err := c.fill(ctx); err != nil {
				return nil, err
			}
			if len(c.rows) > 0 && (first == nil || c.rows[0].before(first.rows[0], c.backward)) {
				first = c
			}
		}
		if first == nil {
			break
		}
		rows, first.rows = append(rows, first.rows[0]), first.rows[1:]
	}
	return rows, nil
}

func (r row) before(other row, backward bool) bool {
	if backward {
		return r.order > other.order
	}
	return r.order < other.order
}

// begin reads the first page of all streams side by side.
func (m *merge) begin(ctx context.Context) error {
	if m.begun {
		return nil
	}
	m.begun = true
	return sideBySide(ctx, m.cursors, func(ctx context.Context, c *cursor) error { return c.fill(ctx) })
}

// sideBySide does the same for each of list, a few at a time, and returns the
// first error.
func sideBySide[T any](ctx context.Context, list []T, do func(context.Context, T) error) error {
	p := pool.New().WithMaxGoroutines(beside).WithContext(ctx).WithCancelOnError().WithFirstError()
	for _, one := range list {
		p.Go(func(ctx context.Context) error { return do(ctx, one) })
	}
	return p.Wait()
}
