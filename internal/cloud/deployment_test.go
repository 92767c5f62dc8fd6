package cloud_test

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"example.com/lodge/carriers"
	"example.com/lodge/carriers/all"
	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/cloud"
	"example.com/lodge/internal/config"
	"example.com/lodge/internal/dispatch"
	"example.com/lodge/internal/emulator"
	"example.com/lodge/internal/emulator/s3"
	"example.com/lodge/internal/emulator/secrets"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/ledger/dynamo"
	"example.com/lodge/internal/ledger/dynamo/table"
	"example.com/lodge/internal/ledger/sqlite"
	"example.com/lodge/internal/objects"
	"example.com/lodge/internal/secret"
	"example.com/lodge/internal/submission"
	"example.com/lodge/ledes"
)

// settings is a lodge.yaml of a Lodge in AWS, with more at its end.
func settings(t *testing.T, more string) config.Config {
	t.Helper()
	c, err := config.Read(config.FromVariable, all.Carriers(), lookup(map[string]string{config.EnvYAML: fmt.Sprintf(`stage: test
watermark: 2026-01-01T00:00:00Z
aws: {region: us-east-1, bucket: %s}
accounts:
  %s: {carrier: harbor, portal: "https://127.0.0.1:9"}
%s`, bucket, account, more)}))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// deployed is a Lodge in AWS with a bucket and secrets of the emulator's, whose ledger
// is a file.
func deployed(t *testing.T, more string) *cloud.Deployment {
	t.Helper()
	apart(t)
	t.Setenv("AWS_ENDPOINT_URL_S3", s3.Start(t, s3.Settings{Name: bucket}).URL)
	t.Setenv("AWS_ENDPOINT_URL_SECRETS_MANAGER", secrets.Start(t).URL)
	engine, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "ledger.db"))
	if err != nil {
		t.Fatal(err)
	}
	d := &cloud.Deployment{
		Config: settings(t, more), Clients: connected(t), Ledger: ledger.New(engine, clock.System{}, nobody{}, submission.Limits{}),
	}
	d.Secrets = cloud.NewSecrets(d.Clients.Secrets(), d.Config.AWS.SecretName, []string{account}, clock.System{})
	d.Table = ledgerTable{}
	t.Cleanup(func() { _ = d.Close() })
	return d
}

// A ledgerTable is where the ledger lies, as far as an inbox asks for it.
type ledgerTable struct{ cloud.Table }

// ID implements [cloud.Table].
func (ledgerTable) ID(context.Context) (string, error) { return tableID, nil }

const tableID = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"

// TestOpen: two programs with one lodge.yaml have one ledger, and neither asks anything
// of the other services, or starts tasks, until it is told from what.
func TestOpen(t *testing.T) {
	url, ok := emulator.Dynalite(t)
	if !ok {
		return
	}
	apart(t)
	others := serving(t, func(w http.ResponseWriter) { w.WriteHeader(http.StatusBadRequest) })
	t.Setenv("AWS_ENDPOINT_URL", others.url)
	t.Setenv("AWS_ENDPOINT_URL_DYNAMODB", url)
	c, client := settings(t, ""), connected(t).DynamoDB()
	if _, err := client.CreateTable(t.Context(), dynamo.CreateTable(c.AWS.Name(), table.Definition())); err != nil {
		t.Fatal(err)
	}
	there, name := dynamodb.NewTableExistsWaiter(client, func(o *dynamodb.TableExistsWaiterOptions) { o.MinDelay, o.MaxDelay = 20*time.Millisecond, time.Second }), c.AWS.Name()
	if err := there.Wait(t.Context(), &dynamodb.DescribeTableInput{TableName: &name}, time.Minute); err != nil {
		t.Fatal(err)
	}
	var names []string
	for range 2 {
		d, err := cloud.Open(t.Context(), c, clock.System{})
		if err != nil {
			t.Fatal(err)
		}
		name, err := d.Ledger.Name(t.Context())
		if err != nil || name == "" {
			t.Fatalf("%q, %v", name, err)
		}
		names = append(names, name)
		if _, err := d.Tasks.Start(t.Context(), dispatch.Task{Slot: 1}); err == nil || !strings.Contains(err.Error(), "not told what tasks are started from") {
			t.Errorf("it starts tasks: %v", err)
		}
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	}
	if names[0] != names[1] || len(others.requests()) != 0 {
		t.Errorf("ledgers %v, %d requests of other services", names, len(others.requests()))
	}
}

// TestOpenNothing: what is wrong is told with who acts.
func TestOpenNothing(t *testing.T) {
	apart(t)
	t.Setenv("AWS_ENDPOINT_URL", serving(t, func(w http.ResponseWriter) {
		w.Header().Set("Content-Type", "application/x-amz-json-1.0")
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte(`{"__type":"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException","message":"Requested resource not found"}`))
	}).url)
	here := settings(t, "")
	here.AWS, here.Path = nil, "/etc/lodge.yaml"
	for says, c := range map[string]config.Config{
		"/etc/lodge.yaml says nothing of AWS: the operator": here,
		"lodge-test": settings(t, ""), // the table, which is not there
	} {
		if d, err := cloud.Open(t.Context(), c, clock.System{}); d != nil || err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v, want %q", err, says)
		}
	}
}

// TestOpenParts: what only needs the bucket or the secrets asks AWS nothing to open them.
func TestOpenParts(t *testing.T) {
	apart(t)
	vault, all := secrets.Start(t), serving(t, func(w http.ResponseWriter) { w.WriteHeader(http.StatusBadRequest) })
	t.Setenv("AWS_ENDPOINT_URL", all.url)
	t.Setenv("AWS_ENDPOINT_URL_SECRETS_MANAGER", vault.URL)
	c := settings(t, "")
	part, err := cloud.OpenObjects(t.Context(), c, config.EvidenceKeys)
	if err != nil || part.Place("a") != "s3://"+bucket+"/evidence/a" {
		t.Errorf("%v, %v", part, err)
	}
	kept, err := cloud.OpenSecrets(t.Context(), c, clock.System{})
	if err != nil || len(all.requests()) != 0 || len(vault.Calls()) != 0 {
		t.Fatalf("%v, after %d requests", err, len(all.requests())+len(vault.Calls()))
	}
	// The keys of webhooks lie beside the accounts' own, and are told of with them.
	for _, name := range []string{account, config.OutboxAccount} {
		if err := kept.Set(t.Context(), name, "key", secret.NewValue("a value that is long enough")); err != nil {
			t.Fatal(err)
		}
	}
	entries, err := kept.List(t.Context())
	var places []string
	for _, e := range entries {
		places = append(places, e.From)
	}
	if slices.Sort(places); err != nil || !slices.Equal(places, []string{"lodge/test/" + account, "lodge/test/outbox"}) {
		t.Errorf("%v, %v", places, err)
	}
}

// put puts a file with invoice A-1 into the deployment's bucket, which it returns.
func put(t *testing.T, d *cloud.Deployment) objects.Store {
	t.Helper()
	parts, err := d.Objects("")
	if err != nil {
		t.Fatal(err)
	}
	if err := parts.Put(t.Context(), one, []byte(file(t, 100, "A-1"))); err != nil {
		t.Fatal(err)
	}
	return parts
}

// TestDeploymentsInbox: it takes in for the accounts of lodge.yaml, below the inbox of
// the bucket, from the watermark on; and not at all without an account's carrier.
func TestDeploymentsInbox(t *testing.T) {
	d := deployed(t, "")
	in, err := d.Inbox(t.Context(), all.Carriers(), "1.0.0")
	if err != nil || in.Bucket != bucket || !in.Watermark.Equal(d.Config.Watermark) || in.Build != "1.0.0" || in.Table != tableID {
		t.Fatalf("%+v, %v", in, err)
	}
	parts := put(t, d)
	b, err := in.Batch(t.Context(), []cloud.Message{rings("m", one)})
	if err != nil || len(b.Arrivals) != 1 || len(b.Arrivals[0].Invoices) != 1 {
		t.Fatalf("%+v, %v", b, err)
	}
	s, err := d.Ledger.Get(t.Context(), key("A-1").ID())
	if err != nil {
		t.Fatal(err)
	}
	at := s.Current().Object.Path
	if _, err := parts.Stat(t.Context(), at); err != nil || !strings.HasPrefix(at, config.StagedKeys) {
		t.Errorf("its copy lies at %s: %v", at, err)
	}
	if _, err := d.Inbox(t.Context(), []carriers.Carrier{{Name: "acme"}}, "1.0.0"); err == nil ||
		!strings.Contains(err.Error(), `account `+account+`: this program has no carrier "harbor": the operator deploys one that has`) {
		t.Errorf("without the carrier: %v", err)
	}
}

// TestDeploymentsDemands: what lodge.yaml demands of an account's invoices counts in the
// cloud, too.
func TestDeploymentsDemands(t *testing.T) {
	d := deployed(t, "")
	d.Config.Accounts[0].LEDES.MaxLength = map[string]int{"CLIENT_ID": 1}
	in, err := d.Inbox(t.Context(), all.Carriers(), "1.0.0")
	if err != nil {
		t.Fatal(err)
	}
	put(t, d)
	b, err := in.Batch(t.Context(), []cloud.Message{rings("m", one)})
	if err != nil || len(b.Arrivals) != 1 || len(b.Arrivals[0].Findings) == 0 || b.Arrivals[0].Findings[0].Code != ledes.CodeTooLong {
		t.Errorf("%+v, %v", b, err)
	}
}
