package dynamo

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/lodge/internal/ledger/dynamo/table"
)

// CreateTable is what makes a table with definition t. Time to live and
// point-in-time recovery are calls of their own in DynamoDB's API; a deployment
// sets them from t.
func CreateTable(name string, t table.Table) *dynamodb.CreateTableInput {
	in := &dynamodb.CreateTableInput{
		TableName: &name, KeySchema: schema(t.Key), BillingMode: types.BillingModePayPerRequest,
	}
	attributes := []string{t.Key.Partition, t.Key.Sort}
	for _, index := range t.Indexes {
		attributes = append(attributes, index.Partition, index.Sort)
		in.GlobalSecondaryIndexes = append(in.GlobalSecondaryIndexes, types.GlobalSecondaryIndex{
			IndexName: &index.Name, KeySchema: schema(index.Key),
			Projection: &types.Projection{ProjectionType: types.ProjectionTypeKeysOnly},
		})
	}
	slices.Sort(attributes)
	for _, name := range slices.Compact(attributes) {
		in.AttributeDefinitions = append(in.AttributeDefinitions,
			types.AttributeDefinition{AttributeName: &name, AttributeType: types.ScalarAttributeTypeS})
	}
	return in
}

func schema(k table.Key) []types.KeySchemaElement {
	return []types.KeySchemaElement{
		{AttributeName: aws.String(k.Partition), KeyType: types.KeyTypeHash},
		{AttributeName: aws.String(k.Sort), KeyType: types.KeyTypeRange},
	}
}
