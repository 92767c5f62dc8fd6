package dynamo

import (
	"net/http"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// A table that DynamoDB restored holds what the other one held, and is known by its
// own id.
func TestRestored(t *testing.T) {
	s, ok := started(t)
	if !ok {
		return
	}
	before := s.open(t, s.table(t), http.DefaultTransport)
	tells := func(what string, e *Engine, want bool) {
		t.Helper()
		if got, err := e.Restored(t.Context()); err != nil || got != want {
			t.Errorf("%s: restored %t, %v", what, got, err)
		}
	}
	tells("a new table", before, true)
	if err := before.Recovered(t.Context()); err != nil {
		t.Fatal(err)
	}
	tells("one that was recovered", before, false)

	into := s.table(t)
	for _, it := range everything(t, before) { // dynalite restores nothing: its items are what DynamoDB restores
		if _, err := before.client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &into, Item: it}); err != nil {
			t.Fatal(err)
		}
	}
	after := s.open(t, into, http.DefaultTransport)
	if after.name != before.name {
		t.Errorf("it is called %q, and was %q", after.name, before.name)
	}
	tells("the restored one", after, true)
	if err := after.Recovered(t.Context()); err != nil {
		t.Fatal(err)
	}
	tells("once it was recovered", after, false)
	tells("the first one still", before, false)
}
