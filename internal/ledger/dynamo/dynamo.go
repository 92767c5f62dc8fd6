package dynamo

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/ledger/dynamo/table"
)

// attempts is how often the SDK tries a call that was throttled or whose answer
// was lost, with its growing pauses, where the client says nothing else.
const attempts = 8

// format is how this package writes items. A table with a greater one is of a
// newer Lodge.
const format = 1

// Attributes that are no keys.
const (
	version   = "v"  // of the value
	value     = "s"  // packed
	history   = "h"  // the end of the history: a list of packed entries
	bulk      = "hb" // bytes of that list
	moved     = "hm" // entries that were moved out of the item
	last      = "q"  // Seq of the last entry
	told      = "to" // a map: how far each enrolment was told, while it is owed something
	enrolment = "e"  // of a destination
	named     = "n"  // the ledger's name
	written   = "f"  // the ledger's format
	origin    = "t"  // the id of the table that the ledger was last whole in
)

// self is the sort key of an item that is alone, or the first, under its
// partition key.
const self = "-"

// The partition keys that are no submission's.
const (
	accountItems     = "account"
	destinationItems = "destination"
	accountNames     = "of"
	monthNames       = "month"
	ledgerItem       = "ledger"
	dismissedItems   = "dismissed" // enrolments, until what they were owed is settled
)

// An Engine is a [ledger.Engine] over one table. It is safe for use by several
// goroutines.
type Engine struct {
	client *dynamodb.Client
	table  string
	name   string
	time   *timekeeper
	listed sync.Map // accounts and months, as pk and sk, that are known to be in their lists
}

var _ ledger.Engine = (*Engine)(nil)

// Open opens the ledger in a table that [CreateTable] made. Who opens it first
// gives the ledger its name; that alone needs the right to write. client is
// copied: the copy reads the service's clock from each answer, and tries 8 times
// unless client says otherwise. Errors: [ledger.ErrNewer], or what is wrong with
// the table and who acts.
func Open(ctx context.Context, client *dynamodb.Client, table string) (*Engine, error) {
	return open(ctx, client, table, clock.System{})
}

func open(ctx context.Context, client *dynamodb.Client, table string, clk clock.Clock) (*Engine, error) {
	e := &Engine{table: table, time: &timekeeper{clock: clk}}
	options := client.Options()
	options.APIOptions = append(append([]func(*stack) error{}, options.APIOptions...), e.time.listen)
	if options.RetryMaxAttempts == 0 {
		options.RetryMaxAttempts = attempts
	}
	e.client = dynamodb.New(options)
	it, err := e.get(ctx, ledgerItem, self, true)
	if err == nil && textOf(it, named) == "" {
		it, err = e.christen(ctx)
	}
	if err != nil {
		return nil, e.explain("open", err)
	}
	if f := intOf(it, written); f > format {
		return nil, fmt.Errorf("ledger %s: it has format %d, this program knows %d: %w", table, f, format, ledger.ErrNewer)
	}
	e.name = textOf(it, named)
	return e, nil
}

// christen gives the ledger its name, unless somebody else has by now.
func (e *Engine) christen(ctx context.Context) (item, error) {
	x := &expression{}
	name := x.name(named)
	x.assign(name, "if_not_exists("+name+", "+x.value(text(strings.ToLower(rand.Text())))+")")
	f := x.name(written)
	x.assign(f, "if_not_exists("+f+", "+x.value(number(format))+")")
	out, err := e.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &e.table, Key: key(ledgerItem, self), UpdateExpression: x.update(),
		ExpressionAttributeNames: x.names, ExpressionAttributeValues: x.values, ReturnValues: types.ReturnValueAllNew,
	})
	if err != nil {
		return nil, err
	}
	return out.Attributes, nil
}

// Name implements [ledger.Engine].
func (e *Engine) Name(ctx context.Context) (string, error) { return e.name, ctx.Err() }

// Close implements [ledger.Engine]. There is nothing to close.
func (e *Engine) Close() error { return nil }

// Now implements [ledger.Engine] with the service's clock, as far as its answers
// tell it: see [Margin].
func (e *Engine) Now(ctx context.Context) (time.Time, error) {
	if !e.time.known() {
		if _, err := e.get(ctx, ledgerItem, self, false); err != nil {
			return time.Time{}, e.explain("ask the time", err)
		}
	}
	now, err := e.time.now()
	if err != nil {
		return time.Time{}, e.explain("the time", err)
	}
	return now, ctx.Err()
}

func key(pk, sk string) item { return item{table.PK: text(pk), table.SK: text(sk)} }

// get reads one item, nil if there is none: consistently, or for half the price.
func (e *Engine) get(ctx context.Context, pk, sk string, consistent bool) (item, error) {
	out, err := e.client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: &e.table, Key: key(pk, sk), ConsistentRead: aws.Bool(consistent),
	})
	if err != nil {
		return nil, err
	}
	return out.Item, nil
}

// write makes one conditional update.
func (e *Engine) write(ctx context.Context, pk, sk string, x *expression) error {
	_, err := e.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &e.table, Key: key(pk, sk), UpdateExpression: x.update(), ConditionExpression: x.condition(),
		ExpressionAttributeNames: x.names, ExpressionAttributeValues: x.values,
	})
	return err
}

// enlist sees to it that sk is in the list pk before anything is stored that is
// found through that list. This program writes it once.
func (e *Engine) enlist(ctx context.Context, pk, sk string) error {
	known := pk + "#" + sk
	if _, ok := e.listed.Load(known); ok {
		return nil
	}
	_, err := e.client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &e.table, Item: key(pk, sk)})
	if err == nil {
		e.listed.Store(known, true)
	}
	return err
}

// longest is how many bytes a name may have: sort keys have 1,024 at most
// (Developer Guide, "Quotas"), and what stands beside an id in one takes 100.
const longest = 900

// name refuses what cannot be a key.
func name(s string) error {
	switch {
	case s == "" || !utf8.ValidString(s) || strings.ContainsRune(s, 0):
		return fmt.Errorf("the name %q: %w", s, ledger.ErrValue)
	case len(s) > longest:
		return fmt.Errorf("the name %.40q… has %d bytes, more than %d: %w", s, len(s), longest, ledger.ErrValue)
	}
	return nil
}
