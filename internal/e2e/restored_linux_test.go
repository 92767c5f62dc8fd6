package e2e

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/visit/visittest"
)

// The table is restored to a time before an invoice arrived. The bucket still has the
// file, and the evidence the attempt: the invoice is known again, is looked up, and is
// not sent a second time.
func TestRestored(t *testing.T) {
	s, ok := deploy(t)
	if !ok {
		return
	}
	client, name := s.Clients.DynamoDB(), aws.String(s.Config.AWS.Name())
	before := s.items(client, name)
	s.arrive(visittest.Moor, "INV-1")
	s.until("it is accepted", 3*time.Minute, accepted)
	s.until("no task is left", time.Minute, s.idle)

	_, err := client.DeleteTable(t.Context(), &dynamodb.DeleteTableInput{TableName: name})
	s.check(err)
	gone := dynamodb.NewTableNotExistsWaiter(client, func(o *dynamodb.TableNotExistsWaiterOptions) {
		o.MinDelay, o.MaxDelay = 20*time.Millisecond, time.Second
	})
	s.check(gone.Wait(t.Context(), &dynamodb.DescribeTableInput{TableName: name}, time.Minute))
	s.table(client, *name)
	for _, item := range before {
		_, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: name, Item: item})
		s.check(err)
	}
	s.function.Recycle()

	s.sweep()
	sums := s.until("it is accepted again", 3*time.Minute, accepted)
	s.proven(sums)
	s.told(len(sums))
}

// idle says whether no slot is taken.
func (s *stage) idle([]ledger.Summary) bool {
	slots, err := s.Ledger.Slots(s.t.Context())
	return err == nil && len(slots.Taken) == 0
}

// items are all that is in the table.
func (s *stage) items(client *dynamodb.Client, name *string) []map[string]types.AttributeValue {
	s.t.Helper()
	out, err := client.Scan(s.t.Context(), &dynamodb.ScanInput{TableName: name, ConsistentRead: aws.Bool(true)})
	s.check(err)
	return out.Items
}
