package dynamo

import (
	"crypto/rand"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/lodge/internal/emulator"
	"example.com/lodge/internal/ledger/dynamo/table"
	"example.com/lodge/internal/submission"
)

// A store is an emulator with tables in it.
type store struct{ url string }

// started is an emulator of the test's own; false where there is none.
func started(t testing.TB) (store, bool) {
	t.Helper()
	url, ok := emulator.Dynalite(t)
	return store{url}, ok
}

// client is one that asks through transport, once or as often as tries says.
func (s store) client(transport http.RoundTripper, tries int) *dynamodb.Client {
	return dynamodb.New(dynamodb.Options{
		Region: "us-east-1", BaseEndpoint: &s.url, Credentials: credentials.NewStaticCredentialsProvider("AKIDTEST", "secret", ""),
		HTTPClient: &http.Client{Transport: transport}, RetryMaxAttempts: tries,
	})
}

// table makes an empty table. That it is there already is no error: the name is
// random, so an earlier try made it, whose answer was lost.
func (s store) table(t testing.TB) string {
	t.Helper()
	client, name := s.client(http.DefaultTransport, 3), "lodge-"+rand.Text()
	_, err := client.CreateTable(t.Context(), CreateTable(name, table.Definition()))
	if _, ok := errors.AsType[*types.ResourceInUseException](err); err != nil && !ok {
		t.Fatal(err)
	}
	there := dynamodb.NewTableExistsWaiter(client, func(o *dynamodb.TableExistsWaiterOptions) { o.MinDelay, o.MaxDelay = 20*time.Millisecond, time.Second })
	if err := there.Wait(t.Context(), &dynamodb.DescribeTableInput{TableName: &name}, time.Minute); err != nil {
		t.Fatal(err)
	}
	return name
}

// open opens the ledger in a table through transport.
func (s store) open(t testing.TB, name string, transport http.RoundTripper) *Engine {
	t.Helper()
	e, err := Open(t.Context(), s.client(transport, 3), name)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// everything are all items of a table, as only a test reads them.
func everything(t testing.TB, e *Engine) []item {
	t.Helper()
	pages := dynamodb.NewScanPaginator(e.client, &dynamodb.ScanInput{TableName: &e.table, ConsistentRead: aws.Bool(true)})
	var items []item
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		items = append(items, page.Items...)
	}
	return items
}

// A tripper is a transport made of a function.
type tripper func(*http.Request) (*http.Response, error)

func (f tripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// moments is a time of the tests, in seconds.
func moments(seconds int) time.Time { return time.Date(2026, 11, 2, 9, 0, seconds, 0, time.UTC) }

// sample is a version of the submission of an invoice.
func sample(number string, version int64) submission.Submission {
	s := submission.New(submission.Key{Account: "acme", LawFirmID: "1", ClientID: "2", Number: number}, "harbor")
	s.Version, s.Seq, s.CreatedAt, s.UpdatedAt = version, version, moments(0), moments(0)
	s.Revisions = []submission.Revision{{Number: 1, State: submission.Ready, Why: "because"}}
	return s
}

// line is an entry with a reason.
func line(seq int64, why string) submission.Entry {
	return submission.Entry{Seq: seq, Event: submission.Event{Kind: submission.Noted, Who: "ann", Why: why, At: moments(0)}}
}
