package cloud

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
)

// A wire is an ECS that says the same of one task each time.
type wire struct {
	status string
	asked  int
}

func (w *wire) Do(*http.Request) (*http.Response, error) {
	w.asked++
	text := `{"tasks":[{"taskArn":"arn:aws:ecs:us-east-1:1:task/c/0123456789abcdef0123456789abcdef","lastStatus":"` + w.status + `"}]}`
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(text))}, nil
}

// What ECS said of the living counts for a moment; the dead stay dead.
func TestKnownForAMoment(t *testing.T) {
	w := &wire{status: "RUNNING"}
	client := ecs.New(ecs.Options{Region: "us-east-1", HTTPClient: w, Credentials: aws.CredentialsProviderFunc(
		func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "AKIDTEST", SecretAccessKey: "x"}, nil
		})})
	tasks := NewTasks(client, "c")
	now := time.Now()
	tasks.now = func() time.Time { return now }
	dead := func(want bool, asked int) {
		t.Helper()
		got, err := tasks.Dead(t.Context(), "ecs:0123456789abcdef0123456789abcdef/visit")
		if got != want || err != nil || w.asked != asked {
			t.Errorf("dead %v, %v, after %d calls; want %v after %d", got, err, w.asked, want, asked)
		}
	}
	dead(false, 1)
	now = now.Add(fresh - 1)
	dead(false, 1)
	w.status = "STOPPED"
	now = now.Add(1)
	dead(true, 2)
	w.status = "RUNNING" // which cannot be
	now = now.Add(time.Hour)
	dead(true, 2)
}
