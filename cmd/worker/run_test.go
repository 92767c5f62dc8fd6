package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"example.com/lodge/carriers/all"
	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/cloud"
	"example.com/lodge/internal/config"
	"example.com/lodge/internal/dispatch"
	"example.com/lodge/internal/emulator"
	"example.com/lodge/internal/emulator/ecs"
	"example.com/lodge/internal/emulator/s3"
	"example.com/lodge/internal/emulator/secrets"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/ledger/dynamo"
	"example.com/lodge/internal/ledger/dynamo/table"
	"example.com/lodge/internal/submission"
	"example.com/lodge/internal/visit/visittest"
)

// A task is this program as a task of an emulated cluster, with everything that it
// needs but something to do.
type task struct {
	*cloud.Deployment
	t     *testing.T
	env   map[string]string
	vault *secrets.Fake
	said  *visittest.Log
}

// apart keeps the settings of whoever runs the tests out of them.
func apart(t *testing.T, more map[string]string) {
	t.Helper()
	none := filepath.Join(t.TempDir(), "none")
	for _, list := range []map[string]string{{
		"AWS_ACCESS_KEY_ID": "AKIDTEST", "AWS_SECRET_ACCESS_KEY": "test", "AWS_SESSION_TOKEN": "", "AWS_PROFILE": "", "AWS_REGION": ecs.Region,
		"AWS_CONFIG_FILE": none, "AWS_SHARED_CREDENTIALS_FILE": none, "AWS_EC2_METADATA_DISABLED": "true", "AWS_MAX_ATTEMPTS": "1",
		"ECS_CONTAINER_METADATA_URI_V4": "",
	}, more} {
		for name, value := range list {
			t.Setenv(name, value)
		}
	}
}

// newTask starts it; false: an emulator is not there.
func newTask(t *testing.T, more string) (*task, bool) {
	t.Helper()
	url, ok := emulator.Dynalite(t)
	if !ok {
		return nil, false
	}
	cluster := ecs.Start(t, ecs.Settings{Program: []string{"/bin/sh", "-c", "sleep 600"}})
	w := &task{t: t, vault: secrets.Start(t), said: &visittest.Log{}}
	apart(t, map[string]string{
		"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_ENDPOINT_URL_DYNAMODB": url, "AWS_ENDPOINT_URL_ECS": cluster.URL,
		"AWS_ENDPOINT_URL_S3": s3.Start(t, s3.Settings{Name: "smith-lodge"}).URL, "AWS_ENDPOINT_URL_SECRETS_MANAGER": w.vault.URL,
	})
	w.env = environment(t, more)
	c, err := config.Read(config.FromVariable, all.Carriers(), w.lookup)
	w.check(err)
	clients, err := cloud.Connect(t.Context(), *c.AWS)
	w.check(err)
	made := dynamo.CreateTable(c.AWS.Name(), table.Definition())
	_, err = clients.DynamoDB().CreateTable(t.Context(), made)
	w.check(err)
	there := dynamodb.NewTableExistsWaiter(clients.DynamoDB(), func(o *dynamodb.TableExistsWaiterOptions) { o.MinDelay, o.MaxDelay = 20*time.Millisecond, time.Second })
	w.check(there.Wait(t.Context(), &dynamodb.DescribeTableInput{TableName: made.TableName}, time.Minute))
	w.Deployment, err = cloud.Open(t.Context(), c, clock.System{})
	w.check(err)
	_, err = w.Relay(t.Context(), "trigger", c.Outbox, clock.System{}, slog.New(slog.DiscardHandler))
	w.check(err)
	slots, err := w.Ledger.TakeSlots(t.Context(), ledger.Wanted{Max: 1, TTL: time.Minute, Seen: time.Now(),
		Starts: [][]ledger.Due{{{Account: visittest.Moor}, {Account: visittest.Pier}}}})
	w.check(err)
	w.Tasks.Launch = &cloud.Launch{Definition: "lodge-test:1", Subnets: []string{"subnet-1"}, SecurityGroups: []string{"sg-1"}}
	id, err := w.Tasks.Start(t.Context(), dispatch.Task{Token: "t", Slot: slots[0].N, Fence: slots[0].Fence, Accounts: slots[0].Accounts})
	w.check(err)
	t.Setenv("ECS_CONTAINER_METADATA_URI_V4", cluster.URL+"/v4/"+strings.TrimPrefix(id, "ecs:"))
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("said:\n%s", w.said)
		}
	})
	return w, true
}

// environment is that of a task with slot 1. No browser is started in these tests, so
// that any program does for one.
func environment(t *testing.T, more string) map[string]string {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return map[string]string{
		config.EnvYAML: settings(filepath.Join(t.TempDir(), "state"), more), "LODGE_CHROMIUM": program,
		config.EnvSlot: "1", config.EnvFence: "1", config.EnvAccounts: visittest.Moor + "," + visittest.Pier,
	}
}

func (w *task) lookup(name string) (string, bool) { value, ok := w.env[name]; return value, ok }

func (w *task) check(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// arrive registers an invoice.
func (w *task) arrive(account, number string) submission.Submission {
	w.t.Helper()
	return registered(w.t, w.Ledger, account, number)
}

// begins runs the program, whose process is not the first, and returns what it ends with.
func (w *task) begins(signals <-chan os.Signal) <-chan error {
	done := make(chan error, 1)
	go func() {
		done <- run(context.WithoutCancel(w.t.Context()), w.lookup, 7, signals, slog.New(slog.NewJSONHandler(w.said, nil)))
	}()
	return done
}

// until waits for something that another goroutine brings about.
func (w *task) until(what string, there func() bool) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), 20*time.Second)
	defer cancel()
	for !there() {
		if !clock.Pause(ctx, 5*time.Millisecond) {
			w.t.Fatalf("never: %s", what)
		}
	}
}

// due says whether what arrived is, to whoever opens the ledger now: each learns the
// time of the service by itself, which tells whole seconds.
func (w *task) due(s submission.Submission) bool {
	now, err := w.Ledger.Now(w.t.Context())
	w.check(err)
	return now.Sub(s.CreatedAt) > 2*time.Second
}

func (w *task) ends(done <-chan error) error {
	w.t.Helper()
	var err error
	w.until("it ends", func() bool {
		select {
		case err = <-done:
			return true
		default:
			return false
		}
	})
	s, failed := w.Ledger.Slots(w.t.Context())
	if w.check(failed); len(s.Taken) != 0 {
		w.t.Errorf("its slot is not given back: %+v", s.Taken)
	}
	return err
}

// TestRun: a task is opened by its variables and by what the cluster says of it; it
// tells who is told without a key, and never asks for one.
func TestRun(t *testing.T) {
	var hooked atomic.Int32
	hook := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { hooked.Add(1) }))
	defer hook.Close()
	w, ok := newTask(t, fmt.Sprintf("outbox: {files: {status: true}, books: {webhook: %q}}\n", hook.URL))
	if !ok {
		return
	}
	s := w.arrive("another", "INV-1") // of no account of its own
	if err := w.ends(w.begins(nil)); err != nil {
		t.Error(err)
	}
	owed := map[string]int{}
	for _, name := range []string{"files", "books"} {
		list, err := w.Ledger.Owed(t.Context(), name, "", 9)
		w.check(err)
		owed[name] = len(list)
	}
	if owed["files"] != 0 || owed["books"] != 1 || hooked.Load() != 0 || len(w.vault.Calls()) != 0 {
		t.Errorf("still owed: %v; the webhook was called %d times, for secrets it asked %v", owed, hooked.Load(), w.vault.Calls())
	}
	status, err := w.Objects(config.StatusKeys)
	w.check(err)
	if _, err := status.Stat(t.Context(), "another/"+s.ID+".json"); err != nil {
		t.Error(err)
	}
	if line := linesOf(t, w.said.String())[0]; line["msg"] != "at work" || line["sandboxed"] != false {
		t.Errorf("first it says %v", line)
	}
}

// TestSignals: the first signal has what is under way finish, and ends it well; the
// second breaks it off, which is an error.
func TestSignals(t *testing.T) {
	for name, c := range map[string]struct {
		signals int
		ended   error // nil: it ends well
	}{"one": {1, nil}, "two": {2, context.Canceled}} {
		t.Run(name, func(t *testing.T) {
			w, ok := newTask(t, "")
			if !ok {
				return
			}
			asked, answered := make(chan struct{}, 9), make(chan struct{})
			answer := sync.OnceFunc(func() { close(answered) })
			t.Cleanup(answer)
			w.vault.Meet(func(string) {
				asked <- struct{}{}
				<-answered
			})
			s := w.arrive(visittest.Moor, "INV-1")
			w.until("it is due", func() bool { return w.due(s) })
			signals := make(chan os.Signal, 2)
			done := w.begins(signals)
			w.until("a secret is asked for", func() bool { return len(asked) > 0 })
			for n := range c.signals {
				signals <- syscall.SIGTERM
				w.until("it says so", func() bool {
					return strings.Contains(w.said.String(), []string{"told to end: finishing what is under way", "breaking off"}[n])
				})
			}
			if c.ended == nil {
				if len(done) > 0 {
					t.Error("what was under way was not finished")
				}
				answer()
			}
			if err := w.ends(done); !errors.Is(err, c.ended) {
				t.Errorf("it ends with %v, want %v", err, c.ended)
			}
		})
	}
}

// TestNoInit: the first process of a container does not work without being told that
// it may.
func TestNoInit(t *testing.T) {
	apart(t, nil)
	for _, c := range []struct {
		pid     int
		told    string
		refused bool
	}{{1, "", true}, {1, "false", true}, {1, "yes", true}, {1, "true", false}, {7, "", false}} {
		env := func(name string) (string, bool) {
			if name == config.EnvNoInit {
				return c.told, c.told != ""
			}
			return "", false
		}
		err := run(t.Context(), env, c.pid, nil, slog.New(slog.DiscardHandler))
		if err == nil || errors.Is(err, errNoInit) != c.refused {
			t.Errorf("process %d, told %q: %v", c.pid, c.told, err)
		}
	}
	if says := errNoInit.Error(); !strings.Contains(says, "the operator") || !strings.Contains(says, config.EnvNoInit+"=true") {
		t.Errorf("it says %q", says)
	}
}

// TestPartsMissing: what a task lacks is told, with who acts, before any service is
// asked anything; of the ledger it is only asked whether it is there.
func TestPartsMissing(t *testing.T) {
	var asked atomic.Int32
	services := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/v4/1/task" {
			_, _ = w.Write([]byte(`{"Cluster":"lodge-test","TaskARN":"arn:aws:ecs:us-east-1:111122223333:task/lodge-test/0123456789abcdef0123456789abcdef"}`))
			return
		}
		asked.Add(1)
		w.Header().Set("Content-Type", "application/x-amz-json-1.0")
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte(`{"__type":"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException","message":"Requested resource not found"}`))
	}))
	defer services.Close()
	apart(t, map[string]string{"AWS_ENDPOINT_URL": services.URL})
	for name, c := range map[string]struct {
		without string
		with    string
		task    bool // it runs as one
		says    string
		asked   int32
	}{
		"settings":          {config.EnvYAML, "", true, "there is no lodge.yaml", 0},
		"readable settings": {config.EnvYAML, "stage: [", true, config.FromVariable, 0},
		"a deployment":      {config.EnvYAML, "watermark: 2026-01-01T00:00:00Z\nbrowser: {allow_unsandboxed: true}\naccounts: {moor: {carrier: harbor}}\n", true, "says nothing of AWS: the operator", 0},
		"a slot":            {config.EnvSlot, "", true, "only the dispatcher starts a worker", 0},
		"accounts":          {config.EnvAccounts, "", true, config.EnvAccounts, 0},
		"a task":            {"", "", false, cloud.ErrNoTask.Error(), 0},
		"a browser":         {"LODGE_CHROMIUM", "/nowhere/chromium", true, "is not there", 0},
		"a ledger":          {"", "", true, "lodge-test", 1},
	} {
		t.Run(name, func(t *testing.T) {
			asked.Store(0)
			env := environment(t, "")
			if c.without != "" {
				env[c.without] = c.with
			}
			t.Setenv("ECS_CONTAINER_METADATA_URI_V4", map[bool]string{true: services.URL + "/v4/1"}[c.task])
			said := &visittest.Log{}
			err := run(t.Context(), func(name string) (string, bool) { v, ok := env[name]; return v, ok }, 7, nil, slog.New(slog.NewJSONHandler(said, nil)))
			if err == nil || !strings.Contains(err.Error(), c.says) || asked.Load() != c.asked || said.String() != "" {
				t.Errorf("%v, want %q; asked %d times; said %s", err, c.says, asked.Load(), said)
			}
		})
	}
}
