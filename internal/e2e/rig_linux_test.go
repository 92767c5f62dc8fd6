package e2e

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	s3sdk "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"example.com/lodge/carriers/all"
	"example.com/lodge/internal/browser"
	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/cloud"
	"example.com/lodge/internal/config"
	"example.com/lodge/internal/emulator"
	"example.com/lodge/internal/emulator/ecs"
	"example.com/lodge/internal/emulator/lambda"
	"example.com/lodge/internal/emulator/receivers"
	"example.com/lodge/internal/emulator/s3"
	"example.com/lodge/internal/emulator/secrets"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/ledger/dynamo"
	"example.com/lodge/internal/ledger/dynamo/table"
	"example.com/lodge/internal/portal"
	"example.com/lodge/internal/portal/harbor"
	"example.com/lodge/internal/secret"
	"example.com/lodge/internal/visit/visittest"
)

const (
	bucketName = "smith-lodge-e2e"
	tasks      = 2 // at the same time, at most
)

// programs are the shipped ones.
type programs struct{ trigger, worker, lodge string }

// built builds them where the commands of this checkout lie: the Go tool links again
// only what has changed since the test before.
func built(t *testing.T) programs {
	t.Helper()
	dir, err := filepath.Abs("../../bin/e2e")
	if err != nil {
		t.Fatal(err)
	}
	p := programs{filepath.Join(dir, "bootstrap"), filepath.Join(dir, "worker"), filepath.Join(dir, "lodge")}
	for out, arguments := range map[string][]string{p.trigger: {"-tags", "lambda.norpc", "./cmd/trigger"}, p.worker: {"./cmd/worker"}, p.lodge: {"./cmd/lodge"}} {
		build := exec.CommandContext(t.Context(), "go", append([]string{"build", "-o", out}, arguments...)...)
		build.Dir, build.Env = "../..", append(os.Environ(), "CGO_ENABLED=0")
		if text, err := build.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
	}
	return p
}

// A stage is a Lodge that is deployed on this machine.
type stage struct {
	*cloud.Deployment
	t        *testing.T
	programs programs
	portal   *portal.Server
	bucket   *s3.Bucket
	cluster  *ecs.Cluster
	function *lambda.Function
	queue    queue
	gate     *gate
	books    *httptest.Server // told by webhook
	heard    atomic.Int32     // how often
	topic    *receivers.Topic
	bus      *receivers.Bus
	said     *visittest.Log // by the trigger
	traces   *httptest.Server
	put      int

	mu     sync.Mutex
	rung   [][]byte // notifications of the bucket
	traced []byte   // what workers sent to the collector of traces
}

// deploy deploys it; false: an emulator is not there. change sees what the cluster is
// before it is started.
func deploy(t *testing.T, change ...func(*ecs.Settings)) (*stage, bool) {
	t.Helper()
	ledgerURL, ok := emulator.Dynalite(t)
	if !ok {
		return nil, false
	}
	queueURL, ok := emulator.SQS(t)
	if !ok {
		return nil, false
	}
	begun := time.Now()
	p := built(t)
	s := &stage{t: t, programs: p, said: &visittest.Log{}}
	t.Logf("programs built in %s", time.Since(begun).Round(time.Second))
	begun = time.Now()
	defer func() { t.Logf("deployed in %s", time.Since(begun).Round(time.Second)) }()
	var err error
	s.portal, err = harbor.Start(context.WithoutCancel(t.Context()), portal.Options{Dir: t.TempDir(), Users: harbor.Users()})
	s.check(err)
	t.Cleanup(func() { s.check(s.portal.Close()) })
	s.traces = httptest.NewServer(http.HandlerFunc(s.trace))
	t.Cleanup(s.traces.Close)
	s.bucket = s3.Start(t, s3.Settings{Name: bucketName, Rings: config.InboxKeys, Rung: s.notify})
	vault := secrets.Start(t)
	chromium, err := browser.Find()
	s.check(err)
	s.listeners()
	for service, address := range map[string]string{
		"dynamodb": ledgerURL, "s3": s.bucket.URL, "secretsmanager": vault.URL, "sns": s.topic.URL, "events": s.bus.URL,
	} {
		s.gate.before(service, address)
	}
	env := map[string]string{
		"AWS_ENDPOINT_URL": s.gate.URL, "AWS_ENDPOINT_URL_ECS": s.gate.URL, "AWS_ENDPOINT_URL_SQS": queueURL,
		"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "example",
		"AWS_REGION": ecs.Region, "AWS_EC2_METADATA_DISABLED": "true", config.EnvYAML: s.settings(), "LODGE_CHROMIUM": chromium,
	}
	o := ecs.Settings{
		Cluster: "lodge-e2e", Program: []string{p.worker}, Env: as(asWorker, list(env)), Events: func(event []byte) { go s.ring(event) },
	}
	for _, f := range change {
		f(&o)
	}
	s.cluster = ecs.Start(t, o)
	s.gate.before("ecs", s.cluster.URL)
	for name, value := range env {
		t.Setenv(name, value)
	}
	c, err := config.Read(config.FromVariable, all.Carriers(), os.LookupEnv)
	s.check(err)
	clients, err := cloud.Connect(t.Context(), *c.AWS)
	s.check(err)
	s.table(clients.DynamoDB(), c.AWS.Name())
	s.Deployment, err = cloud.Open(t.Context(), c, clock.System{})
	s.check(err)
	t.Cleanup(func() { s.check(s.Close()) })
	for account, user := range map[string]portal.User{visittest.Moor: harbor.Users()[0], visittest.Pier: harbor.Users()[2]} {
		s.check(s.Secrets.Set(t.Context(), account, "username", secret.NewValue(user.Name)))
		s.check(s.Secrets.Set(t.Context(), account, "password", secret.NewValue(user.Password)))
	}
	s.check(s.Secrets.Set(t.Context(), config.OutboxAccount, "books", secret.NewValue("whsec_"+base64.StdEncoding.EncodeToString(make([]byte, 32)))))
	maps := map[string]string{config.EnvTaskDefinition: "lodge-e2e:1", config.EnvSubnets: "subnet-1", config.EnvSecurityGroups: "sg-1", config.EnvPublicIP: "true"}
	for name, value := range env {
		maps[name] = value
	}
	s.function = lambda.New(lambda.Options{Bootstrap: p.trigger, Env: as(asTrigger, list(maps)), Timeout: time.Minute, Most: 4, Log: s.said})
	s.listen(clients.SQS(), c.AWS.Name())
	t.Cleanup(func() {
		s.function.Close()
		if t.Failed() {
			t.Logf("the trigger said:\n%s", s.said)
		}
	})
	return s, true
}

// listeners are who is told what becomes of invoices.
func (s *stage) listeners() {
	s.gate, s.topic, s.bus = openGate(s.t), receivers.StartTopic(s.t), receivers.StartBus(s.t)
	s.books = httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { s.heard.Add(1) }))
	s.t.Cleanup(s.books.Close)
}

// as are variables with which a program is whoever has a key.
func as(key string, env []string) []string { return append(env, "AWS_ACCESS_KEY_ID="+key) }

func list(env map[string]string) []string {
	var variables []string
	for name, value := range env {
		variables = append(variables, name+"="+value)
	}
	slices.Sort(variables)
	return variables
}

// settings is lodge.yaml.
func (s *stage) settings() string {
	return fmt.Sprintf(`stage: e2e
watermark: 2026-01-01T00:00:00Z
visits: 2
browser: {allow_unsandboxed: true}
aws: {region: %s, bucket: %s, tasks: %d}
outbox:
  files: {status: true}
  books: {webhook: %q}
  topic: {sns: "arn:aws:sns:us-east-1:111122223333:invoices.fifo"}
  bus: {eventbridge: smith-invoices}
telemetry: %q
accounts:
  %s: {carrier: harbor, portal: %q, pin: %q}
  %s: {carrier: harbor, portal: %q, pin: %q}
`, ecs.Region, bucketName, tasks, s.books.URL, s.traces.URL, visittest.Moor, s.portal.URL(), s.portal.Pin(), visittest.Pier, s.portal.URL(), s.portal.Pin())
}

// trace keeps what the collector is sent.
func (s *stage) trace(_ http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil && r.URL.Path == "/v1/traces" {
		s.traced = append(s.traced, body...)
	}
}

// table makes the ledger's.
func (s *stage) table(client *dynamodb.Client, name string) {
	s.t.Helper()
	_, err := client.CreateTable(s.t.Context(), dynamo.CreateTable(name, table.Definition()))
	s.check(err)
	there := dynamodb.NewTableExistsWaiter(client, func(o *dynamodb.TableExistsWaiterOptions) { o.MinDelay, o.MaxDelay = 20*time.Millisecond, time.Second })
	s.check(there.Wait(s.t.Context(), &dynamodb.DescribeTableInput{TableName: &name}, time.Minute))
}

// listen makes the queue and feeds the function from it until the test ends.
func (s *stage) listen(client *sqs.Client, name string) {
	s.t.Helper()
	made, err := client.CreateQueue(s.t.Context(), &sqs.CreateQueueInput{QueueName: &name, Attributes: map[string]string{"VisibilityTimeout": "5"}})
	s.check(err)
	s.queue = queue{client: client, url: made.QueueUrl}
	ctx, cancel := context.WithCancel(context.WithoutCancel(s.t.Context()))
	mapping := lambda.Mapping{Queue: s.queue, Function: s.function, Batch: 10, Most: 2, ARN: "arn:aws:sqs:us-east-1:000000000000:" + name}
	var feeding sync.WaitGroup
	feeding.Go(func() { mapping.Run(ctx) })
	s.t.Cleanup(func() {
		cancel()
		feeding.Wait()
	})
}

// ring calls the function with an event, as EventBridge does: what is throttled is
// tried again.
func (s *stage) ring(event []byte) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(s.t.Context()), time.Minute)
	defer cancel()
	for {
		_, err := s.function.Invoke(ctx, event)
		if !errors.Is(err, lambda.ErrThrottled) || !clock.Pause(ctx, 100*time.Millisecond) {
			return
		}
	}
}

func (s *stage) sweep() { s.ring([]byte(config.SweepEvent)) }

// arrive puts an invoice into the bucket.
func (s *stage) arrive(account, number string) {
	s.t.Helper()
	s.arriveAs(account, number, visittest.Invoice{})
}

// arriveAs puts an invoice into the bucket that is as inv says.
func (s *stage) arriveAs(account, number string, inv visittest.Invoice) {
	s.t.Helper()
	key := config.InboxKeys + account + "/" + number + ".txt"
	_, err := s.Clients.S3().PutObject(s.t.Context(), &s3sdk.PutObjectInput{
		Bucket: aws.String(bucketName), Key: &key, Body: bytes.NewReader(visittest.File(s.t, number, inv)),
	})
	s.check(err)
	s.put++
}

// again has each event come once more.
func (s *stage) again() {
	s.t.Helper()
	s.mu.Lock()
	rung := slices.Clone(s.rung)
	s.mu.Unlock()
	for _, message := range rung {
		s.queue.send(message)
	}
}

// notify keeps a notification of the bucket and sends it on.
func (s *stage) notify(message []byte) {
	s.mu.Lock()
	s.rung = append(s.rung, message)
	s.mu.Unlock()
	s.queue.send(message)
}

// until rings now and then, as the scheduler does, until all that was put holds.
func (s *stage) until(what string, patience time.Duration, holds func([]ledger.Summary) bool) []ledger.Summary {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), patience)
	defer cancel()
	for n := 1; ; n++ {
		sums, err := s.Ledger.List(ctx, ledger.Query{})
		if err == nil && len(sums) == s.put && holds(sums) {
			return sums
		}
		if n%20 == 0 {
			s.sweep()
		}
		if !clock.Pause(ctx, 250*time.Millisecond) {
			var states []string
			for _, sum := range sums {
				states = append(states, fmt.Sprintf("%s: %s %s", sum.Invoice, sum.State, sum.Text))
			}
			s.t.Fatalf("waited %s in vain until %s (%v):\n%s", patience, what, err, strings.Join(states, "\n"))
		}
	}
}

func (s *stage) check(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// A queue is one in SQS, as a mapping reads it.
type queue struct {
	client *sqs.Client
	url    *string
}

func (q queue) send(message []byte) {
	_, _ = q.client.SendMessage(context.Background(), &sqs.SendMessageInput{QueueUrl: q.url, MessageBody: aws.String(string(message))})
}

// Receive implements [lambda.Queue].
func (q queue) Receive(ctx context.Context, n int) ([]lambda.Message, error) {
	out, err := q.client.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{QueueUrl: q.url, MaxNumberOfMessages: int32(n), WaitTimeSeconds: 1,
		MessageSystemAttributeNames: []types.MessageSystemAttributeName{types.MessageSystemAttributeNameAll}})
	if err != nil {
		return nil, err
	}
	var messages []lambda.Message
	for _, m := range out.Messages {
		messages = append(messages, lambda.Message{ID: aws.ToString(m.MessageId), Receipt: aws.ToString(m.ReceiptHandle), Body: aws.ToString(m.Body), Attributes: m.Attributes})
	}
	return messages, nil
}

// Delete implements [lambda.Queue].
func (q queue) Delete(ctx context.Context, receipts []string) error {
	for _, receipt := range receipts {
		if _, err := q.client.DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: q.url, ReceiptHandle: &receipt}); err != nil {
			return err
		}
	}
	return nil
}
