package cloud_test

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"example.com/lodge/internal/cloud"
	"example.com/lodge/internal/config"
)

// apart keeps the settings of whoever runs the tests out of them.
func apart(t *testing.T) {
	t.Helper()
	for name, value := range map[string]string{
		"AWS_ACCESS_KEY_ID": "AKIDTEST", "AWS_SECRET_ACCESS_KEY": "test", "AWS_SESSION_TOKEN": "", "AWS_PROFILE": "",
		"AWS_CONFIG_FILE": filepath.Join(t.TempDir(), "none"), "AWS_SHARED_CREDENTIALS_FILE": filepath.Join(t.TempDir(), "none"),
		"AWS_REGION": "eu-south-2", "AWS_EC2_METADATA_DISABLED": "true", "AWS_MAX_ATTEMPTS": "", "AWS_ENDPOINT_URL": "",
	} {
		t.Setenv(name, value)
	}
}

func connected(t *testing.T) cloud.Clients {
	t.Helper()
	c, err := cloud.Connect(t.Context(), config.AWS{Region: "us-east-1", Bucket: "smith-lodge"})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// A service answers everything alike and remembers what it was asked.
type service struct {
	url    string
	answer func(http.ResponseWriter)

	mu    sync.Mutex
	asked []*http.Request
}

func serving(t *testing.T, answer func(http.ResponseWriter)) *service {
	t.Helper()
	s := &service{answer: answer}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.asked = append(s.asked, r)
		s.mu.Unlock()
		s.answer(w)
	}))
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

func (s *service) requests() []*http.Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked
}

// A region in the environment is that of whoever is logged in; where the
// deployment is says lodge.yaml.
func TestRegionIsTheDeployments(t *testing.T) {
	apart(t)
	c := connected(t)
	for what, region := range map[string]string{
		"S3": c.S3().Options().Region, "secrets": c.Secrets().Options().Region, "ECS": c.ECS().Options().Region,
		"SQS": c.SQS().Options().Region, "DynamoDB": c.DynamoDB().Options().Region,
	} {
		if region != "us-east-1" {
			t.Errorf("%s in %s", what, region)
		}
	}
}

// AWS SDKs and Tools Reference Guide, "Service-specific endpoints".
func TestEndpoints(t *testing.T) {
	apart(t)
	all := serving(t, func(w http.ResponseWriter) { w.WriteHeader(http.StatusBadRequest) })
	bucket := serving(t, func(w http.ResponseWriter) { w.WriteHeader(http.StatusNotFound) })
	t.Setenv("AWS_ENDPOINT_URL", all.url)
	t.Setenv("AWS_ENDPOINT_URL_S3", bucket.url)
	c := connected(t)
	name, key := "smith-lodge", "a/b"
	if _, err := c.S3().GetObject(t.Context(), &s3.GetObjectInput{Bucket: &name, Key: &key}); err == nil {
		t.Error("an object that is not there")
	}
	if got := bucket.requests(); len(got) != 1 || got[0].URL.Path != "/smith-lodge/a/b" {
		t.Errorf("S3 was asked %v, want one path with the bucket in it", got)
	}
	if _, err := c.Secrets().GetSecretValue(t.Context(), &secretsmanager.GetSecretValueInput{SecretId: &name}); err == nil {
		t.Error("a secret that is not there")
	}
	if got := all.requests(); len(got) != 1 || !strings.HasPrefix(got[0].Header.Get("X-Amz-Target"), "secretsmanager.") {
		t.Errorf("the endpoint of all others was asked %v", got)
	}
	if !c.S3().Options().UsePathStyle {
		t.Error("an endpoint of one's own has no host for each bucket")
	}
}

func TestRealAWSIsAddressedByHost(t *testing.T) {
	apart(t)
	if connected(t).S3().Options().UsePathStyle {
		t.Error("buckets by path, as AWS no longer wants them")
	}
}

func TestTries(t *testing.T) {
	apart(t)
	for _, c := range []struct {
		set  string
		want int
	}{{"", 5}, {"2", 2}} {
		t.Setenv("AWS_MAX_ATTEMPTS", c.set)
		clients := connected(t)
		options := clients.ECS().Options()
		if got := options.Retryer.MaxAttempts(); got != c.want {
			t.Errorf("AWS_MAX_ATTEMPTS=%q: %d attempts, want %d", c.set, got, c.want)
		}
	}
	// The operator's word counts for the ledger too; without one it decides itself.
	t.Setenv("AWS_MAX_ATTEMPTS", "")
	if got := connected(t).DynamoDB().Options().RetryMaxAttempts; got != 0 {
		t.Errorf("DynamoDB tries %d times, whatever the ledger wants", got)
	}
}

// A service that is briefly not there is asked again.
func TestAsksAgain(t *testing.T) {
	apart(t)
	var s *service
	s = serving(t, func(w http.ResponseWriter) {
		if len(s.requests()) == 1 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		_, _ = w.Write([]byte(`{"QueueUrl":"http://q"}`))
	})
	t.Setenv("AWS_ENDPOINT_URL_SQS", s.url)
	name := "q"
	if _, err := connected(t).SQS().GetQueueUrl(t.Context(), &sqs.GetQueueUrlInput{QueueName: &name}); err != nil || len(s.requests()) != 2 {
		t.Errorf("asked %d times: %v", len(s.requests()), err)
	}
}

func TestSettingsThatCannotBeRead(t *testing.T) {
	apart(t)
	t.Setenv("AWS_MAX_ATTEMPTS", "many")
	_, err := cloud.Connect(t.Context(), config.AWS{Region: "us-east-1"})
	if err == nil || !strings.Contains(err.Error(), "the operator mends them") {
		t.Errorf("%v", err)
	}
}
