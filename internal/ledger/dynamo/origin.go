package dynamo

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// Restored says whether what is in the table came from another table: DynamoDB
// restores into a new one always, whose id no other table has (Developer Guide, "Restoring a
// table to a point in time"; API reference, TableDescription, TableId), and the
// items still name the one that they were written in. Of a ledger that was never
// said to be [Engine.Recovered] it is true.
func (e *Engine) Restored(ctx context.Context) (bool, error) {
	id, err := e.ID(ctx)
	if err != nil {
		return false, err
	}
	it, err := e.get(ctx, ledgerItem, self, true)
	return textOf(it, origin) != id, e.explain("ask whether it was restored", err)
}

// Recovered notes that the ledger knows all that was ever sent, so that it is
// [Engine.Restored] no longer.
func (e *Engine) Recovered(ctx context.Context) error {
	id, err := e.ID(ctx)
	if err != nil {
		return err
	}
	x := &expression{}
	x.assign(x.name(origin), x.value(text(id)))
	return e.explain("note that it was recovered", e.write(ctx, ledgerItem, self, x))
}

// ID is what this table is called and no other is, one of the same name before or
// after it neither.
func (e *Engine) ID(ctx context.Context) (string, error) {
	out, err := e.client.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: &e.table})
	if err == nil && aws.ToString(out.Table.TableId) == "" {
		err = errors.New("DynamoDB does not say which table this is")
	}
	if err != nil {
		return "", e.explain("ask which table it is", err)
	}
	return *out.Table.TableId, nil
}
