package cloud

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"example.com/lodge/internal/config"
)

const (
	// attempts is how often a call is made that was throttled or whose answer was
	// lost, unless AWS_MAX_ATTEMPTS says otherwise. With the SDK's pauses the last
	// of them is some 10 seconds after the first. The SDK's own 3 give up within
	// two, which a throttled account outlasts.
	attempts = 5

	// patience is how long a call waits for the first byte of an answer. The SDK
	// sets no limit; a connection that is dead and says nothing would hold a task
	// until its slot is over.
	patience = 20 * time.Second
)

// Clients makes clients of the services that Lodge uses, in one region with one
// set of credentials. It is safe for use by several goroutines.
type Clients struct{ settings aws.Config }

// Connect reads credentials and settings as every program with the SDK does:
// variables, then the shared files, then the role of the task, function or
// machine. The region is that of a, whatever they say. AWS_ENDPOINT_URL and
// AWS_ENDPOINT_URL_S3, _ECS, … lead to something else in the place of AWS. It
// asks AWS nothing; only settings that cannot be read are an error.
func Connect(ctx context.Context, a config.AWS) (Clients, error) {
	client := awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) {
		t.ResponseHeaderTimeout = patience
	})
	settings, err := awsconfig.LoadDefaultConfig(ctx, awsconfig.WithRegion(a.Region), awsconfig.WithHTTPClient(client))
	if err != nil {
		return Clients{}, fmt.Errorf("the settings of AWS (AWS_… variables and ~/.aws): %w; the operator mends them", err)
	}
	return Clients{settings}, nil
}

// tries is how often clients try that do not decide it themselves.
func (c Clients) tries() int {
	if c.settings.RetryMaxAttempts != 0 {
		return c.settings.RetryMaxAttempts // the operator's
	}
	return attempts
}

// S3 is where objects lie. Something else in its place is addressed by paths: it
// has no name for each bucket.
func (c Clients) S3() *s3.Client {
	return s3.NewFromConfig(c.settings, func(o *s3.Options) {
		o.RetryMaxAttempts, o.UsePathStyle = c.tries(), o.BaseEndpoint != nil
	})
}

// Secrets is Secrets Manager.
func (c Clients) Secrets() *secretsmanager.Client {
	return secretsmanager.NewFromConfig(c.settings, func(o *secretsmanager.Options) { o.RetryMaxAttempts = c.tries() })
}

// ECS runs tasks.
func (c Clients) ECS() *ecs.Client {
	return ecs.NewFromConfig(c.settings, func(o *ecs.Options) { o.RetryMaxAttempts = c.tries() })
}

// EventBridge is where events go that rules pass on.
func (c Clients) EventBridge() *eventbridge.Client {
	return eventbridge.NewFromConfig(c.settings, func(o *eventbridge.Options) { o.RetryMaxAttempts = c.tries() })
}

// SNS is where topics are.
func (c Clients) SNS() *sns.Client {
	return sns.NewFromConfig(c.settings, func(o *sns.Options) { o.RetryMaxAttempts = c.tries() })
}

// SQS is the queue of what rings the bell.
func (c Clients) SQS() *sqs.Client {
	return sqs.NewFromConfig(c.settings, func(o *sqs.Options) { o.RetryMaxAttempts = c.tries() })
}

// DynamoDB holds the ledger, which says itself how often it tries.
func (c Clients) DynamoDB() *dynamodb.Client { return dynamodb.NewFromConfig(c.settings) }
