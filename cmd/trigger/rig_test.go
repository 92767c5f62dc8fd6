package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	s3sdk "github.com/aws/aws-sdk-go-v2/service/s3"

	"example.com/lodge/carriers/all"
	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/cloud"
	"example.com/lodge/internal/config"
	"example.com/lodge/internal/emulator/ecs"
	"example.com/lodge/internal/emulator/s3"
	"example.com/lodge/internal/emulator/secrets"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/ledger/sqlite"
	"example.com/lodge/internal/submission"
	"example.com/lodge/internal/visit/visittest"
)

const bucketName = "smith-lodge"

// Tasks that wait until they are told to end, and that end at once with a code.
func waits() []string {
	return []string{"/bin/sh", "-c", `trap 'exit 0' TERM; while :; do sleep 1 & wait; done`}
}
func exits(code int) []string {
	return []string{"/bin/sh", "-c", fmt.Sprint("exit ", code)}
}

// A rig is a trigger with a bucket, secrets and a cluster of the emulators', over a
// ledger in a file whose clock can be put forward.
type rig struct {
	*trigger
	t       *testing.T
	env     map[string]string
	cluster *ecs.Cluster
	vault   *secrets.Fake
	engine  *engine
	said    *visittest.Log // the log and the metrics
	read    int            // how much of it was looked at

	refuses atomic.Value // string: part of the URL of a request that S3 answers 500; "": none

	mu     sync.Mutex
	rung   []string            // what the bucket told the queue
	states map[string][][]byte // what the cluster told of each state
}

// engine is a ledger's engine whose clock can be put forward, and whose calls fail.
type engine struct {
	ledger.Engine
	later atomic.Int64
	fails atomic.Bool // each write of an account's item
}

// Now implements [ledger.Engine].
func (e *engine) Now(ctx context.Context) (time.Time, error) {
	now, err := e.Engine.Now(ctx)
	return now.Add(time.Duration(e.later.Load())), err
}

// StoreAccount implements [ledger.Engine].
func (e *engine) StoreAccount(ctx context.Context, a ledger.Account) error {
	if e.fails.Load() {
		return context.DeadlineExceeded
	}
	return e.Engine.StoreAccount(ctx, a)
}

func (e *engine) pass(d time.Duration) { e.later.Add(int64(d)) }

// settings is lodge.yaml, with two accounts and what else a test says.
func settings(tasks int, more string) string {
	return fmt.Sprintf(`stage: test
watermark: 2026-01-01T00:00:00Z
aws: {region: %s, bucket: %s, tasks: %d}
accounts:
  %s: {carrier: harbor, portal: "https://127.0.0.1:9"}
  %s: {carrier: harbor, portal: "https://127.0.0.1:9"}
%s`, ecs.Region, bucketName, tasks, visittest.Moor, visittest.Pier, more)
}

// newRig starts all of it, for the lodge.yaml that is given.
func newRig(t *testing.T, yaml string, program []string) *rig {
	t.Helper()
	r := &rig{t: t, said: &visittest.Log{}, states: map[string][][]byte{}, vault: secrets.Start(t)}
	r.refuses.Store("")
	bucket := s3.Start(t, s3.Settings{Name: bucketName, Rings: config.InboxKeys, Rung: r.notified})
	r.cluster = ecs.Start(t, ecs.Settings{Program: program, StopTimeout: time.Second, Events: r.changed})
	r.env = map[string]string{
		"AWS_ENDPOINT_URL_S3": r.before(bucket), "AWS_ENDPOINT_URL_ECS": r.cluster.URL, "AWS_ENDPOINT_URL_SECRETS_MANAGER": r.vault.URL,
		"AWS_ACCESS_KEY_ID": "AKIDTEST", "AWS_SECRET_ACCESS_KEY": "test", "AWS_SESSION_TOKEN": "", "AWS_PROFILE": "", "AWS_REGION": ecs.Region,
		"AWS_CONFIG_FILE": filepath.Join(t.TempDir(), "none"), "AWS_SHARED_CREDENTIALS_FILE": filepath.Join(t.TempDir(), "none"),
		"AWS_EC2_METADATA_DISABLED": "true", "AWS_MAX_ATTEMPTS": "1", "AWS_ENDPOINT_URL": "http://127.0.0.1:9", config.EnvYAML: yaml,
		config.EnvTaskDefinition: "lodge-test:1", config.EnvSubnets: "subnet-1", config.EnvSecurityGroups: "sg-1", config.EnvPublicIP: "true",
	}
	for name, value := range r.env {
		t.Setenv(name, value)
	}
	e, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "ledger.db"))
	r.check(err)
	r.engine = &engine{Engine: e}
	t.Cleanup(func() {
		r.check(e.Close())
		if t.Failed() {
			t.Logf("said:\n%s", r.said)
		}
	})
	r.again()
	return r
}

// A ledgerTable is where the ledger lies, as far as a trigger asks for it.
type ledgerTable struct{ cloud.Table }

// ID implements [cloud.Table].
func (ledgerTable) ID(context.Context) (string, error) {
	return "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0", nil
}

// again is another environment of the function, over the same ledger.
func (r *rig) again() {
	r.t.Helper()
	c, err := config.Read(config.FromVariable, all.Carriers(), r.lookup)
	r.check(err)
	clients, err := cloud.Connect(r.t.Context(), *c.AWS)
	r.check(err)
	tasks := cloud.NewTasks(clients.ECS(), c.AWS.Name())
	d := &cloud.Deployment{
		Config: c, Clients: clients, Tasks: tasks, Ledger: ledger.New(r.engine, clock.System{}, tasks, submission.Limits{}),
		Secrets: cloud.NewSecrets(clients.Secrets(), c.AWS.SecretName, c.Names(), clock.System{}), Table: ledgerTable{},
	}
	r.trigger, err = newTrigger(r.t.Context(), d, all.Carriers(), r.lookup, r.said)
	r.check(err)
}

func (r *rig) lookup(name string) (string, bool) { value, ok := r.env[name]; return value, ok }

func (r *rig) check(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

// before stands before the bucket and answers what it is told to with an error.
func (r *rig) before(bucket http.Handler) string {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if part, _ := r.refuses.Load().(string); part != "" && strings.Contains(req.Method+" "+req.URL.String(), part) {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		bucket.ServeHTTP(w, req)
	}))
	r.t.Cleanup(server.Close)
	return server.URL
}

func (r *rig) notified(message []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.rung = append(r.rung, string(message))
}

func (r *rig) changed(event []byte) {
	var e struct{ Detail struct{ LastStatus string } }
	if json.Unmarshal(event, &e) != nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.states[e.Detail.LastStatus] = append(r.states[e.Detail.LastStatus], event)
}

// put puts an invoice into the bucket and returns what the queue is told.
func (r *rig) put(account, number string) string {
	r.t.Helper()
	return r.putFile(account+"/"+number+".txt", visittest.File(r.t, number, visittest.Invoice{}))
}

func (r *rig) putFile(name string, file []byte) string {
	r.t.Helper()
	_, err := r.deployment.Clients.S3().PutObject(r.t.Context(), &s3sdk.PutObjectInput{
		Bucket: aws.String(bucketName), Key: aws.String(config.InboxKeys + name), Body: bytes.NewReader(file),
	})
	r.check(err)
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.rung[len(r.rung)-1]
}

// queued are messages as Lambda hands them over, with the ids m1, m2, …
func queued(bodies ...string) json.RawMessage {
	var e events.SQSEvent
	for i, body := range bodies {
		e.Records = append(e.Records, events.SQSMessage{MessageId: fmt.Sprint("m", i+1), Body: body, EventSource: "aws:sqs"})
	}
	data, err := json.Marshal(e)
	if err != nil {
		panic(err)
	}
	return data
}

// called has the trigger handle what must succeed, and returns the answer as Lambda
// gets it.
func (r *rig) called(payload json.RawMessage) string {
	r.t.Helper()
	answer, err := r.handle(r.t.Context(), payload)
	r.check(err)
	data, err := json.Marshal(answer)
	r.check(err)
	return string(data)
}

// arrive puts an invoice into the bucket, of which the trigger is told.
func (r *rig) arrive(account, number string) {
	r.t.Helper()
	r.called(queued(r.put(account, number)))
}

func sweep() json.RawMessage { return json.RawMessage(config.SweepEvent) }

// told is the cluster's word of the nth task to have come into a state, from 1.
func (r *rig) told(state string, n int) json.RawMessage {
	r.t.Helper()
	var event []byte
	r.until(fmt.Sprintf("%d tasks are %s", n, state), func() bool {
		r.mu.Lock()
		defer r.mu.Unlock()
		if len(r.states[state]) >= n {
			event = r.states[state][n-1]
		}
		return event != nil
	})
	return event
}

// until waits for something that another process brings about.
func (r *rig) until(what string, there func() bool) {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), 20*time.Second)
	defer cancel()
	for !there() {
		if !clock.Pause(ctx, 5*time.Millisecond) {
			r.t.Fatalf("never: %s", what)
		}
	}
}

// slots are those in use, with their accounts.
func (r *rig) slots(want string) {
	r.t.Helper()
	s, err := r.deployment.Ledger.Slots(r.t.Context())
	r.check(err)
	var list []string
	for _, slot := range s.Taken {
		list = append(list, fmt.Sprintf("%d/%d %s", slot.N, slot.Fence, strings.Join(slot.Accounts, "+")))
	}
	if got := strings.Join(list, ", "); got != want {
		r.t.Errorf("slots in use: %q, want %q", got, want)
	}
}

// registered are the numbers of the invoices that the ledger has, in order.
func (r *rig) registered(want ...string) {
	r.t.Helper()
	list, err := r.deployment.Ledger.All(r.t.Context(), ledger.Query{})
	r.check(err)
	var got []string
	for _, s := range list {
		got = append(got, s.Invoice)
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		r.t.Errorf("the ledger has %v, want %v", got, want)
	}
}

// news is what was said since the last time: lines of the log, and metrics.
func (r *rig) news() (lines []map[string]any, metrics []map[string]any) {
	r.t.Helper()
	text := r.said.String()
	for line := range strings.Lines(text[r.read:]) {
		var said map[string]any
		r.check(json.Unmarshal([]byte(line), &said))
		if said["_aws"] != nil {
			metrics = append(metrics, said)
		} else {
			lines = append(lines, said)
		}
	}
	r.read = len(text)
	return lines, metrics
}

// failures is how many tasks were counted as failed since the last time.
func (r *rig) failures() int {
	r.t.Helper()
	n := 0
	_, metrics := r.news()
	for _, m := range metrics {
		if m[config.MetricTasksFailed] != nil {
			n++
		}
	}
	return n
}

// says fails the test unless a line of the log since the last time has that message,
// and returns the line.
func (r *rig) says(message string) map[string]any {
	r.t.Helper()
	lines, _ := r.news()
	for _, line := range lines {
		if line["msg"] == message {
			return line
		}
	}
	r.t.Fatalf("nothing says %q: %v", message, lines)
	return nil
}
