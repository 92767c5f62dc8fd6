package main

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"example.com/lodge/internal/config"
	"example.com/lodge/internal/emulator"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/ledger/dynamo"
	"example.com/lodge/internal/ledger/dynamo/table"
	"example.com/lodge/internal/visit/visittest"
)

// TestOpen: the function is opened by its variables alone; what of them is missing or
// wrong is told with who acts, and nothing is opened.
func TestOpen(t *testing.T) {
	url, ok := emulator.Dynalite(t)
	if !ok {
		return
	}
	t.Setenv("AWS_ENDPOINT_URL_DYNAMODB", url)
	r := newRig(t, settings(2, "outbox: {files: {status: true}}\n"), exits(0))
	broken := func(name, value, says string) {
		t.Helper()
		env := func(asked string) (string, bool) {
			if asked == name {
				return value, value != ""
			}
			return r.lookup(asked)
		}
		if tr, err := open(t.Context(), env, r.said); tr != nil || err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s=%q: %v, want %q", name, value, err, says)
		}
	}
	broken(config.EnvYAML, "", "there is no lodge.yaml")
	broken(config.EnvYAML, "stage: [", "$LODGE_YAML")
	broken(config.EnvYAML, strings.Replace(r.env[config.EnvYAML], "aws:", "#", 1), "says nothing of AWS: the operator")
	broken("", "", "lodge-test") // there is no table yet
	client, made := r.deployment.Clients.DynamoDB(), dynamo.CreateTable("lodge-test", table.Definition())
	_, err := client.CreateTable(t.Context(), made)
	r.check(err)
	there := dynamodb.NewTableExistsWaiter(client, func(o *dynamodb.TableExistsWaiterOptions) { o.MinDelay, o.MaxDelay = 20*time.Millisecond, time.Second })
	r.check(there.Wait(t.Context(), &dynamodb.DescribeTableInput{TableName: made.TableName}, time.Minute))
	for _, name := range []string{config.EnvTaskDefinition, config.EnvSubnets, config.EnvSecurityGroups, config.EnvPublicIP} {
		broken(name, "", name+" not set: the deployment gives them to the trigger")
	}
	broken(config.EnvYAML, strings.ReplaceAll(r.env[config.EnvYAML], "carrier: harbor", "carrier: acme"), "acme")
	opened, err := open(t.Context(), r.lookup, r.said)
	r.check(err)
	r.trigger = opened
	r.arrive(visittest.Moor, "INV-1")
	r.slots("1/1 moor")
	if list, err := opened.deployment.Ledger.All(t.Context(), ledger.Query{}); err != nil || len(list) != 1 {
		t.Errorf("%v, %v", list, err)
	}
	if owed, err := opened.deployment.Ledger.Owed(t.Context(), "files", "", 9); err != nil || len(owed) != 1 {
		t.Errorf("what it takes in is owed to %v, %v", owed, err)
	}
}
