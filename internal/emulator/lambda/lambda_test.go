package lambda_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	runtime "github.com/aws/aws-lambda-go/lambda"
	"go.uber.org/goleak"

	"example.com/lodge/internal/emulator/lambda"
)

// TestMain is also the function: the binary of this test, started as a bootstrap,
// with AWS's own runtime for Go.
func TestMain(m *testing.M) {
	switch os.Getenv("FUNCTION") {
	case "":
		goleak.VerifyTestMain(m)
	case "broken":
		panic("cannot begin")
	default:
		runtime.Start(handle)
	}
}

// handle does what the first message says with the others.
func handle(ctx context.Context, e events.SQSEvent) (any, error) {
	switch e.Records[0].Body {
	case "fail":
		return nil, errors.New("on purpose")
	case "panic":
		panic("on purpose")
	case "exit":
		os.Exit(3)
	case "hang":
		fmt.Println("hanging")
		<-ctx.Done()
		select {}
	case "nothing":
		return nil, nil
	case "nonsense":
		return map[string]any{"batchItemFailures": []any{map[string]any{"itemIdentifier": "unknown"}}}, nil
	}
	r := events.SQSEventResponse{}
	for _, m := range e.Records {
		if m.Body == "again" {
			r.BatchItemFailures = append(r.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: m.MessageId})
		}
	}
	fmt.Println("handled", len(e.Records), os.Getenv("COLOUR"))
	return r, nil
}

func deploy(t *testing.T, most int, env ...string) (*lambda.Function, *bytes.Buffer) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	log := &bytes.Buffer{}
	f := lambda.New(lambda.Options{Bootstrap: exe, Env: append([]string{"FUNCTION=1", "COLOUR=blue"}, env...), Timeout: 20 * time.Second, Most: most, Log: log})
	t.Cleanup(f.Close)
	return f, log
}

func event(t *testing.T, bodies ...string) []byte {
	t.Helper()
	var e events.SQSEvent
	for i, body := range bodies {
		e.Records = append(e.Records, events.SQSMessage{MessageId: fmt.Sprint("m", i), Body: body})
	}
	data, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestInvoke(t *testing.T) {
	f, log := deploy(t, 1)
	for range 3 {
		got, err := f.Invoke(t.Context(), event(t, "fine", "again", "fine"))
		if want := `{"batchItemFailures":[{"itemIdentifier":"m1"}]}`; err != nil || string(got) != want {
			t.Fatalf("%s, %v; want %s", got, err, want)
		}
	}
	if n := len(f.Inits()); n != 1 {
		t.Errorf("%d environments for one invocation after another, want 1", n)
	}
	f.Close()
	if want := "handled 3 blue\nhandled 3 blue\nhandled 3 blue\n"; log.String() != want {
		t.Errorf("the log is %q, want %q", log, want)
	}
}

func TestFailures(t *testing.T) {
	for _, c := range []struct {
		body, kind string
		stays      bool // the environment serves the next event too
	}{
		{"fail", "errorString", true},
		{"panic", "string", false},
		{"exit", "Runtime.ExitError", false},
		{"hang", "Sandbox.Timedout", false},
	} {
		t.Run(c.body, func(t *testing.T) {
			f, _ := deploy(t, 1)
			if c.body == "hang" {
				f.Timeout = time.Second
			}
			_, err := f.Invoke(t.Context(), event(t, c.body))
			if failed, ok := errors.AsType[*lambda.FunctionError](err); !ok || failed.Type != c.kind {
				t.Errorf("%v, want the type %s", err, c.kind)
			}
			f.Timeout = 20 * time.Second
			_, err = f.Invoke(t.Context(), event(t, "fine"))
			for c.body == "panic" && err != nil { // the process ends after it has answered
				_, err = f.Invoke(t.Context(), event(t, "fine"))
			}
			if n := len(f.Inits()); err != nil || (n == 1) != c.stays {
				t.Errorf("afterwards: %v, %d environments", err, n)
			}
		})
	}
}

func TestCannotBegin(t *testing.T) {
	f, _ := deploy(t, 1, "FUNCTION=broken")
	_, err := f.Invoke(t.Context(), event(t, "fine"))
	if failed, ok := errors.AsType[*lambda.FunctionError](err); !ok || failed.Type != "Runtime.ExitError" {
		t.Errorf("%v", err)
	}
	f.Bootstrap = "/not/there"
	if _, err := f.Invoke(t.Context(), event(t, "fine")); err == nil {
		t.Error("a binary that is not there was started")
	}
}

// A sign is written to once somebody writes.
type sign struct{ once chan struct{} }

func (s sign) Write(b []byte) (int, error) {
	close(s.once)
	return len(b), nil
}

func TestThrottled(t *testing.T) {
	f, _ := deploy(t, 1)
	begun := make(chan struct{})
	f.Log = sign{begun}
	ctx, cancel := context.WithCancel(t.Context())
	var hanging sync.WaitGroup
	hanging.Go(func() { _, _ = f.Invoke(ctx, event(t, "hang")) })
	<-begun
	if _, err := f.Invoke(t.Context(), event(t, "fine")); !errors.Is(err, lambda.ErrThrottled) {
		t.Errorf("%v, want %v", err, lambda.ErrThrottled)
	}
	cancel()
	hanging.Wait()
	f.Log = nil
	if _, err := f.Invoke(t.Context(), event(t, "fine")); err != nil {
		t.Errorf("once there is room: %v", err)
	}
}

// A queue of a test's own: what is received is invisible, and nothing comes back.
type queue struct {
	mu      sync.Mutex
	waiting []lambda.Message
	deleted []string
}

func (q *queue) Receive(_ context.Context, n int) ([]lambda.Message, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	n = min(n, len(q.waiting))
	list := q.waiting[:n]
	q.waiting = q.waiting[n:]
	return list, nil
}

func (q *queue) Delete(_ context.Context, receipts []string) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.deleted = append(q.deleted, receipts...)
	return nil
}

func TestMapping(t *testing.T) {
	for name, c := range map[string]struct {
		bodies []string
		want   string // receipts that were deleted
	}{
		"what failed stays":                {[]string{"fine", "again", "fine"}, "[r0 r2]"},
		"all failed":                       {[]string{"again", "again"}, "[]"},
		"no word means that none failed":   {[]string{"nothing", "fine"}, "[r0 r1]"},
		"an error means that all did":      {[]string{"fail", "fine"}, "[]"},
		"an unknown id means that all did": {[]string{"nonsense", "fine"}, "[]"},
	} {
		t.Run(name, func(t *testing.T) {
			f, _ := deploy(t, 2)
			q := &queue{}
			for i, body := range c.bodies {
				q.waiting = append(q.waiting, lambda.Message{ID: fmt.Sprint("m", i), Receipt: fmt.Sprint("r", i), Body: body})
			}
			ctx, cancel := context.WithCancel(t.Context())
			m := lambda.Mapping{Queue: q, Function: f, Batch: 10, Most: 2, ARN: "arn:aws:sqs:us-east-1:0:q", Done: func(int, error) { cancel() }}
			m.Run(ctx)
			if got := fmt.Sprint(q.deleted); got != c.want {
				t.Errorf("deleted %s, want %s", got, c.want)
			}
		})
	}
}
