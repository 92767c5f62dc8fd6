// Package s3 is an S3 for tests: one bucket with versions in memory, by gofakes3,
// with what that lacks, as S3's documentation has it: lists of versions in order and
// page by page, checksums given back, and notifications. Nothing but tests imports
// it.
package s3

import (
	"cmp"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
)

// Settings say what a bucket is like.
type Settings struct {
	Name  string               // of the bucket
	Clock gofakes3.TimeSource  // nil: the machine's
	Page  int                  // versions that one answer lists; 0: 1,000
	Rings string               // notifications are about keys that begin so
	Rung  func(message []byte) // is given each notification, from the goroutine of the request; nil: nobody
}

// A Bucket is an S3 with one bucket.
type Bucket struct {
	URL string // for AWS_ENDPOINT_URL_S3, with path style

	settings Settings
	memory   *s3mem.Backend
	fake     http.Handler

	mu     sync.Mutex
	sums   map[string]string // checksums by path
	events int
}

// Start starts a bucket that ends with the test.
func Start(t testing.TB, s Settings) *Bucket {
	t.Helper()
	var options []s3mem.Option
	if s.Clock != nil {
		options = append(options, s3mem.WithTimeSource(s.Clock))
	}
	b := &Bucket{settings: s, memory: s3mem.New(options...), sums: map[string]string{}}
	b.settings.Page = cmp.Or(s.Page, 1000)
	b.fake = gofakes3.New(b.memory).Server()
	if err := b.memory.CreateBucket(s.Name); err != nil {
		t.Fatal(err)
	}
	if err := b.memory.SetVersioningConfiguration(s.Name, gofakes3.VersioningConfiguration{Status: gofakes3.VersioningEnabled}); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(b)
	t.Cleanup(server.Close)
	b.URL = server.URL
	return b
}

const checksum = "X-Amz-Checksum-Sha256"

// ServeHTTP implements [http.Handler].
func (b *Bucket) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Method == http.MethodGet && r.URL.Query().Has("versions"):
		_, _ = w.Write(Versions(b.memory, b.settings.Name, r.URL.Query(), b.settings.Page)) //nolint:gosec // XML, for the SDK
	case r.Method == http.MethodPut:
		answer := httptest.NewRecorder()
		b.fake.ServeHTTP(answer, r)
		if answer.Code == http.StatusOK {
			b.keep(r.URL.Path, r.Header.Get(checksum))
		}
		for name, values := range answer.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(answer.Code)
		_, _ = w.Write(answer.Body.Bytes())
		if answer.Code == http.StatusOK {
			b.ring(r, answer.Header().Get("X-Amz-Version-Id"))
		}
	default:
		if sum := b.kept(r.URL.Path); sum != "" && r.Header.Get("X-Amz-Checksum-Mode") == "ENABLED" {
			w.Header().Set(checksum, sum)
		}
		b.fake.ServeHTTP(w, r)
	}
}

func (b *Bucket) keep(path, sum string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.sums[path] = sum
}

func (b *Bucket) kept(path string) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.sums[path]
}

// ring tells of an object that came (Amazon S3 User Guide, "Event message
// structure"): the key is URL-encoded there.
func (b *Bucket) ring(r *http.Request, version string) {
	key := strings.TrimPrefix(r.URL.Path, "/"+b.settings.Name+"/")
	if b.settings.Rung == nil || !strings.HasPrefix(key, b.settings.Rings) {
		return
	}
	name := "ObjectCreated:Put"
	if r.Header.Get("X-Amz-Copy-Source") != "" {
		name = "ObjectCreated:Copy"
	}
	b.mu.Lock()
	b.events++
	n := b.events
	b.mu.Unlock()
	type object = map[string]any
	message, err := json.Marshal(object{"Records": []object{{
		"eventVersion": "2.1", "eventSource": "aws:s3", "awsRegion": "us-east-1", "eventName": name,
		"eventTime": time.Now().UTC().Format(time.RFC3339),
		"s3": object{
			"s3SchemaVersion": "1.0", "bucket": object{"name": b.settings.Name, "arn": "arn:aws:s3:::" + b.settings.Name},
			"object": object{"key": url.QueryEscape(key), "size": r.ContentLength, "versionId": version, "sequencer": fmt.Sprintf("%018X", n)},
		},
	}}})
	if err == nil {
		b.settings.Rung(message)
	}
}

type row struct {
	XMLName      xml.Name
	Key          string
	VersionID    string `xml:"VersionId"`
	IsLatest     bool
	LastModified string
	ETag         string `xml:",omitempty"`
	Size         int64
}

// Versions answers as the API reference has it (ListObjectVersions), at most page
// rows: keys in order, of each the newest version first, keys encoded where that is
// asked for, and lists that go on after the last row of the one before.
func Versions(memory *s3mem.Backend, bucket string, q url.Values, page int) []byte {
	rows := rowsOf(memory, bucket, q.Get("prefix"))
	if from := q.Get("key-marker"); from != "" {
		i := slices.IndexFunc(rows, func(r row) bool { return r.Key == from && r.VersionID == q.Get("version-id-marker") })
		rows = rows[i+1:]
	}
	type answer struct {
		XMLName             xml.Name `xml:"ListVersionsResult"`
		IsTruncated         bool
		EncodingType        string `xml:",omitempty"`
		NextKeyMarker       string `xml:",omitempty"`
		NextVersionIDMarker string `xml:"NextVersionIdMarker,omitempty"`
		Rows                []row
	}
	a := answer{EncodingType: q.Get("encoding-type")}
	encoded := func(s string) string { return s }
	if a.EncodingType == "url" {
		encoded = url.QueryEscape
	}
	if len(rows) > page {
		rows = rows[:page]
		a.IsTruncated, a.NextKeyMarker, a.NextVersionIDMarker = true, encoded(rows[page-1].Key), rows[page-1].VersionID
	}
	for i := range rows {
		rows[i].Key = encoded(rows[i].Key)
	}
	a.Rows = rows
	text, err := xml.Marshal(a)
	if err != nil {
		panic(err)
	}
	return text
}

// rowsOf are all versions below a prefix, in order.
func rowsOf(memory *s3mem.Backend, bucket, below string) []row {
	prefix := gofakes3.NewFolderPrefix("")
	prefix.HasDelimiter, prefix.HasPrefix, prefix.Prefix = false, true, below
	all, err := memory.ListBucketVersions(bucket, &prefix, nil)
	if err != nil {
		panic(err)
	}
	stamp := func(t gofakes3.ContentTime) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
	var rows []row
	for _, v := range all.Versions {
		r := row{VersionID: string(v.GetVersionID())}
		switch v := v.(type) {
		case *gofakes3.Version:
			r.XMLName.Local, r.Key, r.IsLatest, r.LastModified, r.Size, r.ETag = "Version", v.Key, v.IsLatest, stamp(v.LastModified), v.Size, v.ETag
		case *gofakes3.DeleteMarker:
			r.XMLName.Local, r.Key, r.IsLatest, r.LastModified = "DeleteMarker", v.Key, v.IsLatest, stamp(v.LastModified)
		}
		rows = append(rows, r)
	}
	slices.Reverse(rows)
	slices.SortStableFunc(rows, func(a, b row) int { return cmp.Compare(a.Key, b.Key) })
	return rows
}
