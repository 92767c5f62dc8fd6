package cloud_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"

	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/cloud"
	"example.com/lodge/internal/dispatch"
	"example.com/lodge/internal/dispatch/dispatchtest"
	"example.com/lodge/internal/emulator/ecs"
)

// worker is a container that says what it was given, waits, and ends when it is
// told to.
const worker = `printf '%s\n' "$LODGE_SLOT" "$LODGE_FENCE" "$LODGE_ACCOUNTS"; trap 'exit 0' TERM; echo ready; while :; do sleep 1 & wait; done`

// A yard is a cluster of the emulator's, with tasks over it.
type yard struct {
	*ecs.Cluster
	t *testing.T
	n int
}

func opened(t *testing.T, settings ecs.Settings) *yard {
	t.Helper()
	apart(t)
	settings.Program = []string{"/bin/sh", "-c", worker}
	y := &yard{Cluster: ecs.Start(t, settings), t: t}
	t.Setenv("AWS_ENDPOINT_URL_ECS", y.URL)
	t.Setenv("AWS_MAX_ATTEMPTS", "1")
	return y
}

// tasks is a program of its own, deployed a little differently each time.
func (y *yard) tasks() *cloud.Tasks {
	y.t.Helper()
	y.n++
	tasks := cloud.NewTasks(connected(y.t).ECS(), "lodge-test")
	tasks.Launch = &cloud.Launch{Definition: "lodge-test:1", Subnets: []string{fmt.Sprint("subnet-", y.n)}, SecurityGroups: []string{"sg-1"}}
	return tasks
}

// alive are the tasks that have not ended, with what they were given.
func (y *yard) alive() map[string]dispatch.Task {
	y.t.Helper()
	alive := map[string]dispatch.Task{}
	for _, id := range y.Tasks() {
		out, err := connected(y.t).ECS().DescribeTasks(y.t.Context(), &sdk.DescribeTasksInput{Cluster: aws.String("lodge-test"), Tasks: []string{id}})
		if err != nil {
			y.t.Fatal(err)
		}
		if *out.Tasks[0].LastStatus == "STOPPED" {
			continue
		}
		env := map[string]string{}
		for _, v := range out.Tasks[0].Overrides.ContainerOverrides[0].Environment {
			env[*v.Name] = *v.Value
		}
		task, err := cloud.ReadTask(lookup(env))
		if err != nil {
			y.t.Fatal(err)
		}
		alive["ecs:"+id] = task
	}
	return alive
}

// started starts a task and waits until it listens to signals.
func (y *yard) started(task dispatch.Task) string {
	y.t.Helper()
	id, err := y.tasks().Start(y.t.Context(), task)
	if err != nil {
		y.t.Fatal(err)
	}
	y.until("ready", func() bool { return strings.Contains(y.Output(strings.TrimPrefix(id, "ecs:")), "ready") })
	return id
}

// until waits for something that another process brings about.
func (y *yard) until(what string, there func() bool) {
	y.t.Helper()
	ctx, cancel := context.WithTimeout(y.t.Context(), 20*time.Second)
	defer cancel()
	for !there() {
		if !clock.Pause(ctx, 5*time.Millisecond) {
			y.t.Fatalf("never %s", what)
		}
	}
}

func (y *yard) ended(id string) {
	y.t.Helper()
	y.until("ended", func() bool {
		states, err := y.tasks().State(y.t.Context(), id)
		return err == nil && states[id] == dispatch.Ended
	})
}

func lookup(env map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) { value, ok := env[name]; return value, ok }
}

func slot(n int) dispatch.Task {
	return dispatch.Task{Token: fmt.Sprintf("ledger-%d-7", n), Slot: n, Fence: 7, Accounts: []string{"acme", "zenith"}}
}

// TestLauncher: tasks of ECS are a launcher, for whatever deployment asks.
func TestLauncher(t *testing.T) {
	dispatchtest.Run(t, func(t *testing.T) dispatchtest.World {
		y := opened(t, ecs.Settings{StopTimeout: 10 * time.Second})
		return dispatchtest.World{
			Launcher: func() dispatch.Launcher { return y.tasks() },
			Room:     func(n int) { y.Set(func(k *ecs.Knobs) { k.Capacity = n }) },
			Lose:     func() { y.Set(func(k *ecs.Knobs) { k.Lost = 1 }) },
			End:      func(id string) { y.Kill(strings.TrimPrefix(id, "ecs:"), "") },
			Alive:    y.alive,
			Patience: 20 * time.Second,
		}
	})
}

// A script is an ECS that answers each call as it is told, and keeps what it was
// asked.
type script struct {
	mu    sync.Mutex
	lines []line
	asked []map[string]any
}

// A line is one answer: a status of 0 is none at all.
type line struct {
	status int
	body   string
}

// scripted are tasks over a script; each line is one try.
func scripted(t *testing.T, lines ...line) (*cloud.Tasks, *script) {
	t.Helper()
	apart(t)
	s := &script{lines: lines}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	t.Setenv("AWS_ENDPOINT_URL_ECS", server.URL)
	t.Setenv("AWS_MAX_ATTEMPTS", fmt.Sprint(max(1, len(lines))))
	tasks := cloud.NewTasks(connected(t).ECS(), "lodge-test")
	tasks.Launch = &cloud.Launch{Definition: "arn:d:1", Subnets: []string{"subnet-1", "subnet-2"}, SecurityGroups: []string{"sg-1"},
		Table: "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"}
	return tasks, s
}

func (s *script) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var in map[string]any
	body, _ := io.ReadAll(r.Body)
	_ = json.Unmarshal(body, &in)
	s.asked = append(s.asked, in)
	if len(s.lines) == 0 {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	l := s.lines[0]
	s.lines = s.lines[1:]
	if l.status == 0 {
		panic(http.ErrAbortHandler) // the connection is cut
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	w.WriteHeader(l.status)
	_, _ = io.WriteString(w, l.body)
}

// requests are what it was asked.
func (s *script) requests() []map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked
}

func failed(code string) line {
	return line{http.StatusBadRequest, fmt.Sprintf(`{"__type":%q,"message":"because"}`, code)}
}

func failure(reason string) line {
	return line{http.StatusOK, fmt.Sprintf(`{"tasks":[],"failures":[{"reason":%q,"detail":"d"}]}`, reason)}
}
