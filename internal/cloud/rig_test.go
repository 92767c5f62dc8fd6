package cloud

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
)

const firm = "smith-lodge"

// A fakeS3 is S3 as gofakes3 has it, with what it lacks: it gives the checksum back
// that it was given (API reference, GetObject, "x-amz-checksum-mode").
type fakeS3 struct {
	url string

	mu   sync.RWMutex      // an object and its checksum are written together, as S3 does
	sums map[string]string // by path
}

func newFakeS3(t testing.TB) *fakeS3 {
	t.Helper()
	server := httptest.NewServer(gofakes3.New(s3mem.New()).Server())
	t.Cleanup(server.Close)
	f := &fakeS3{url: server.URL, sums: map[string]string{}}
	if _, err := f.client(nil).CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: aws.String(firm)}); err != nil {
		t.Fatal(err)
	}
	return f
}

// A send passes a request on; a fault does so, or does not, or spoils the answer.
type (
	send  func(*http.Request) (*http.Response, error)
	fault func(req *http.Request, send send) (*http.Response, error)
)

func (s send) RoundTrip(req *http.Request) (*http.Response, error) { return s(req) }

// client is the real SDK, with a fault on its way. It does not wait before it tries
// again.
func (f *fakeS3) client(on fault) *s3.Client {
	way := send(f.exchange)
	if on != nil {
		way = func(req *http.Request) (*http.Response, error) { return on(req, f.exchange) }
	}
	return s3.New(s3.Options{
		BaseEndpoint: &f.url, UsePathStyle: true, Region: "us-east-1",
		Credentials: credentials.NewStaticCredentialsProvider("k", "s", ""),
		HTTPClient:  &http.Client{Transport: way},
		Retryer: retry.NewStandard(func(o *retry.StandardOptions) {
			o.Backoff = retry.BackoffDelayerFunc(func(int, error) (time.Duration, error) { return 0, nil })
		}),
	})
}

func (f *fakeS3) exchange(req *http.Request) (*http.Response, error) {
	if req.Method == http.MethodPut {
		f.mu.Lock()
		defer f.mu.Unlock()
	} else {
		f.mu.RLock()
		defer f.mu.RUnlock()
	}
	answer, err := http.DefaultTransport.RoundTrip(req)
	if err != nil || answer.StatusCode != http.StatusOK {
		return answer, err
	}
	const header = "X-Amz-Checksum-Sha256"
	switch {
	case req.Method == http.MethodPut:
		f.sums[req.URL.Path] = req.Header.Get(header)
	case req.Method == http.MethodGet && req.Header.Get("X-Amz-Checksum-Mode") == "ENABLED":
		answer.Header.Set(header, f.sums[req.URL.Path])
	}
	return answer, nil
}

func (f *fakeS3) bucket(t testing.TB, prefix string, on fault) *Bucket {
	t.Helper()
	b, err := NewBucket(f.client(on), firm, prefix)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// plant makes an object as others do, under any key.
func (f *fakeS3) plant(t testing.TB, keys ...string) {
	t.Helper()
	for _, key := range keys {
		if _, err := f.client(nil).PutObject(context.WithoutCancel(t.Context()), &s3.PutObjectInput{Bucket: aws.String(firm), Key: &key}); err != nil {
			t.Fatal(err)
		}
	}
}
