package cloud_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/cloud"
	emulated "example.com/lodge/internal/emulator/s3"
	"example.com/lodge/internal/intake"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/ledger/sqlite"
	"example.com/lodge/internal/objects"
	"example.com/lodge/internal/staged"
	"example.com/lodge/internal/submission"
	"example.com/lodge/ledes"
)

const (
	bucket  = "smith-lodge"
	account = "firm-harbor"
)

// A world is a bucket with versions, a ledger and what takes in.
type world struct {
	t      *testing.T
	mem    *s3mem.Backend
	server http.Handler
	client *s3.Client
	ledger *ledger.Ledger
	inbox  cloud.Inbox

	mu    sync.Mutex
	now   time.Time
	page  int                                              // of lists of versions
	fault func(http.ResponseWriter, *http.Request) bool    // answers a request, or does not
	asked func(*http.Request)                              // sees each request
	after func(http.ResponseWriter, *http.Request, []byte) // sees each list of versions that was answered
}

func (w *world) Now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) Since(t time.Time) time.Duration { return w.Now().Sub(t) }

func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

type nobody struct{}

func (nobody) Dead(context.Context, string) (bool, error) { return false, nil }

// newWorld's bucket begins at nine, and its watermark is at ten. The time stands at
// eleven.
func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, now: time.Date(2026, 11, 2, 11, 0, 0, 0, time.UTC), page: 1000}
	w.mem = s3mem.New(s3mem.WithTimeSource(w))
	w.server = gofakes3.New(w.mem).Server()
	server := httptest.NewServer(w)
	t.Cleanup(server.Close)
	w.client = s3.New(s3.Options{
		BaseEndpoint: &server.URL, UsePathStyle: true, Region: "us-east-1", RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider("k", "s", ""),
	})
	_, err := w.client.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: aws.String(bucket)})
	w.check(err)
	_, err = w.client.PutBucketVersioning(t.Context(), &s3.PutBucketVersioningInput{Bucket: aws.String(bucket),
		VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusEnabled}})
	w.check(err)
	dir := t.TempDir()
	engine, err := sqlite.Open(t.Context(), filepath.Join(dir, "ledger.db"))
	w.check(err)
	w.ledger = ledger.New(engine, clock.System{}, nobody{}, submission.Limits{})
	t.Cleanup(func() { w.check(w.ledger.Close()) })
	copies, err := objects.OpenFolder(dir)
	w.check(err)
	t.Cleanup(func() { w.check(copies.Close()) })
	w.inbox = cloud.Inbox{
		S3: w.client, Bucket: bucket, Strays: w.ledger, Watermark: w.now.Add(-time.Hour), Build: "1.0.0",
		Taker: intake.Taker{
			Accounts: map[string]carriers.Carrier{account: {Name: "harbor", Title: "Harbor", Accepts: []ledes.Format{ledes.LEDES1998B}}},
			Staged:   staged.Copies{Store: copies}, Ledger: w.ledger,
		},
	}
	return w
}

func (w *world) check(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// ServeHTTP is gofakes3, but for the list of versions, which it gives in another
// order than S3 and never continues.
func (w *world) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	fault, asked, after := w.fault, w.asked, w.after
	w.mu.Unlock()
	if asked != nil {
		asked(r)
	}
	if fault != nil && fault(out, r) {
		return
	}
	if r.Method == http.MethodGet && r.URL.Query().Has("versions") {
		text := w.versions(r.URL.Query())
		if after != nil {
			after(out, r, text)
		}
		_, _ = out.Write(text)
		return
	}
	w.server.ServeHTTP(out, r)
}

// versions is the list, in pages as long as the test wants them.
func (w *world) versions(q url.Values) []byte {
	w.mu.Lock()
	page := w.page
	w.mu.Unlock()
	return emulated.Versions(w.mem, bucket, q, page)
}

// put puts an object and returns its version.
func (w *world) put(key, content string) string {
	w.t.Helper()
	out, err := w.client.PutObject(context.WithoutCancel(w.t.Context()),
		&s3.PutObjectInput{Bucket: aws.String(bucket), Key: &key, Body: strings.NewReader(content)})
	w.check(err)
	return aws.ToString(out.VersionId)
}

func (w *world) remove(key string) {
	w.t.Helper()
	_, err := w.client.DeleteObject(w.t.Context(), &s3.DeleteObjectInput{Bucket: aws.String(bucket), Key: &key})
	w.check(err)
}

// rings is a message about an object of the bucket, as S3 sends it.
func rings(id, key string) cloud.Message {
	return cloud.Message{ID: id, Body: `{"Records":[{"eventVersion":"2.1","eventSource":"aws:s3","eventName":"ObjectCreated:Put","s3":{"bucket":{"name":"` +
		bucket + `"},"object":{"key":"` + url.QueryEscape(key) + `","size":1,"versionId":"whatever","sequencer":"0055AED6DCD90281E5"}}}]}`}
}

// batch hands messages over.
func (w *world) batch(messages ...cloud.Message) cloud.Batch {
	w.t.Helper()
	b, err := w.inbox.Batch(w.t.Context(), messages)
	w.check(err)
	return b
}

// looked hands one message about a key over, which must be settled.
func (w *world) looked(key string) cloud.Arrival {
	w.t.Helper()
	b := w.batch(rings("m", key))
	if len(b.Failures) != 0 || len(b.Arrivals) != 1 {
		w.t.Fatalf("%s: %+v", key, b)
	}
	return b.Arrivals[0]
}

func (w *world) compare() ([]cloud.Arrival, error) {
	w.t.Helper()
	begun, ok, err := w.ledger.BeginComparison(w.t.Context(), "table", 0, 0)
	if err != nil || !ok {
		w.t.Fatalf("%v, %v", ok, err)
	}
	return w.inbox.Compare(w.t.Context(), begun)
}

// strays are the names of what belongs to nobody.
func (w *world) strays() []string {
	w.t.Helper()
	s, err := w.ledger.Strays(w.t.Context())
	w.check(err)
	var names []string
	for _, x := range s.List {
		if x.Why == "" || x.Needs == carriers.Nobody || x.Since.IsZero() {
			w.t.Errorf("nobody can act on %+v", x)
		}
		names = append(names, x.Name)
	}
	slices.Sort(names)
	return names
}

func (w *world) submissions() []ledger.Summary {
	w.t.Helper()
	list, err := w.ledger.All(w.t.Context(), ledger.Query{})
	w.check(err)
	return list
}

func (w *world) get(number string) submission.Submission {
	w.t.Helper()
	s, err := w.ledger.Get(w.t.Context(), key(number).ID())
	w.check(err)
	return s
}

// key is the key of an invoice of file.
func key(number string) submission.Key {
	return submission.Key{Account: account, LawFirmID: "74-2210934", ClientID: "NORTHQUAY", Number: number}
}

// file is a LEDES file with an invoice of so many cents for each number.
func file(t testing.TB, cents int64, numbers ...string) string {
	t.Helper()
	day := time.Date(2026, 3, 5, 0, 0, 0, 0, time.UTC)
	var invoices []ledes.Invoice
	for _, number := range numbers {
		invoices = append(invoices, ledes.Invoice{
			Number: number, ClientID: "NORTHQUAY", Matter: "2025-0417", ClientMatter: "CL-9", LawFirmID: "74-2210934",
			Date: day, Start: day, End: day, Total: ledes.Cents(cents),
			Lines: []ledes.Line{{
				Number: "1", Kind: ledes.Expense, Date: day, Expense: "E101", Description: "Copies",
				Units: ledes.Cents(100), UnitCost: ledes.Cents(cents), Total: ledes.Cents(cents),
			}},
		})
	}
	var out bytes.Buffer
	if err := ledes.Write(&out, invoices...); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// failing answers each request for the content, or the mark, of what is below prefix
// with an error of S3's.
func (w *world) failing(method, prefix string, status int, code string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.fault = func(out http.ResponseWriter, r *http.Request) bool {
		path := strings.TrimPrefix(r.URL.Path, "/"+bucket+"/")
		if r.Method != method || !strings.HasPrefix(path, prefix) || r.URL.Query().Has("versions") {
			return false
		}
		text := fmt.Sprintf("<Error><Code>%s</Code><Message>no</Message></Error>", code)
		out.Header().Set("Content-Length", strconv.Itoa(len(text)))
		out.WriteHeader(status)
		_, _ = out.Write([]byte(text))
		return true
	}
}

func (w *world) works() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.fault = nil
}

// failingLists fails each list of the versions of one key.
func (w *world) failingLists(key string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.page = 1000
	w.fault = func(out http.ResponseWriter, r *http.Request) bool {
		if !r.URL.Query().Has("versions") || r.URL.Query().Get("prefix") != key {
			return false
		}
		out.WriteHeader(http.StatusInternalServerError)
		return true
	}
}

// refusing is a ledger that does not take one invoice.
type refusing struct {
	*ledger.Ledger
	number string
}

func (l refusing) Register(
	ctx context.Context, carrier string, key submission.Key, rev submission.Revision, who string,
) (ledger.Registered, error) {
	if key.Number == l.number {
		return ledger.Registered{}, errRefuses
	}
	return l.Ledger.Register(ctx, carrier, key, rev, who)
}
