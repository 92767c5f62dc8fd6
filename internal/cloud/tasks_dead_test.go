package cloud_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/cloud"
	"example.com/lodge/internal/dispatch"
	"example.com/lodge/internal/emulator/ecs"
	"example.com/lodge/internal/holder"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/ledger/memory"
	"example.com/lodge/internal/submission"
)

// stranger is a task that nobody knows.
const stranger = "ecs:0123456789abcdef0123456789abcdef"

// TestDead: only STOPPED proves it.
func TestDead(t *testing.T) {
	y := opened(t, ecs.Settings{Knobs: ecs.Knobs{Provisioning: 30 * time.Millisecond, Pending: 30 * time.Millisecond}})
	id := y.started(slot(1))
	dead := func(want bool) {
		t.Helper()
		for _, owner := range []string{id, id + "/visit-1"} {
			if got, err := y.tasks().Dead(t.Context(), owner); got != want || err != nil {
				t.Errorf("%s: dead %v, want %v: %v", owner, got, want, err)
			}
		}
	}
	dead(false)
	y.Set(func(k *ecs.Knobs) { k.Provisioning = time.Second })
	young, err := y.tasks().Start(t.Context(), slot(2)) // PROVISIONING
	if err != nil {
		t.Fatal(err)
	}
	if got, err := y.tasks().Dead(t.Context(), young); got || err != nil {
		t.Errorf("one that does not run yet: dead %v, %v", got, err)
	}
	if err := y.tasks().Stop(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	y.ended(id)
	dead(true)
}

// TestUnknownWhetherDead: whatever is not proven is not known, however long ago.
func TestUnknownWhetherDead(t *testing.T) {
	y := opened(t, ecs.Settings{Knobs: ecs.Knobs{DescribeLag: time.Hour}})
	young, err := y.tasks().Start(t.Context(), slot(1))
	if err != nil {
		t.Fatal(err)
	}
	unknown := func(what string, tasks *cloud.Tasks, owner string, ended time.Duration) {
		t.Helper()
		if got, err := tasks.DeadSince(t.Context(), owner, ended); got || !errors.Is(err, holder.ErrUnknown) {
			t.Errorf("%s: dead %v, %v", what, got, err)
		}
	}
	unknown("a task too new to be seen", y.tasks(), young, 0)
	unknown("a stranger whose lease lasts", y.tasks(), stranger, -time.Minute)
	unknown("a stranger whose lease ended 59 minutes ago", y.tasks(), stranger, 59*time.Minute)
	if got, err := y.tasks().Dead(t.Context(), stranger); got || !errors.Is(err, holder.ErrUnknown) {
		t.Errorf("a stranger of whose lease nothing is known: dead %v, %v", got, err)
	}
	elsewhere := cloud.NewTasks(connected(t).ECS(), "lodge-other")
	unknown("a cluster that is not there", elsewhere, stranger, 24*time.Hour)
	y.Set(func(k *ecs.Knobs) { k.Throttled = 1 })
	unknown("throttled", y.tasks(), stranger, 24*time.Hour)
	y.Set(func(k *ecs.Knobs) { k.Broken = 1 })
	unknown("broken", y.tasks(), stranger, 24*time.Hour)
	if got, err := y.tasks().DeadSince(t.Context(), stranger, time.Hour); !got || err != nil {
		t.Errorf("forgotten: dead %v, %v", got, err)
	}
	calls := y.Calls("DescribeTasks")
	for _, owner := range []string{"", "ecs:", "ecs:/visit", "01JD0000000000000000000000-1", "ecs:../x", strings.TrimPrefix(stranger, "ecs:"), stranger + "\n", "ecs:0123456789ABCDEF0123456789ABCDEF"} {
		unknown(fmt.Sprintf("%q", owner), y.tasks(), owner, 24*time.Hour)
	}
	if y.Calls("DescribeTasks") != calls {
		t.Error("ECS was asked after what is no task")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if got, err := y.tasks().DeadSince(ctx, stranger, time.Hour); got || err == nil {
		t.Errorf("an ended context: dead %v, %v", got, err)
	}
}

// Developer Guide, "Task lifecycle": until it is STOPPED something of a task may be
// left, and STOPPED is for good.
func TestStates(t *testing.T) {
	for status, want := range map[string]dispatch.State{
		"PROVISIONING": dispatch.Starting, "PENDING": dispatch.Starting, "ACTIVATING": dispatch.Starting, "RUNNING": dispatch.Running,
		"DEACTIVATING": dispatch.Running, "STOPPING": dispatch.Running, "DEPROVISIONING": dispatch.Running, "NEW": dispatch.Running,
		"": dispatch.Running, "STOPPED": dispatch.Ended,
	} {
		answer := line{http.StatusOK, fmt.Sprintf(`{"tasks":[{"taskArn":"arn:aws:ecs:us-east-1:1:task/lodge-test/%s","lastStatus":%q,`+
			`"desiredStatus":"STOPPED","executionStoppedAt":1}]}`, strings.TrimPrefix(stranger, "ecs:"), status)}
		tasks, _ := scripted(t, answer)
		if got, err := tasks.State(t.Context(), stranger); err != nil || got[stranger] != want {
			t.Errorf("%s is %q, want %q: %v", status, got[stranger], want, err)
		}
		tasks, _ = scripted(t, answer)
		if dead, err := tasks.Dead(t.Context(), stranger); err != nil || dead != (want == dispatch.Ended) {
			t.Errorf("%s: dead %v, %v", status, dead, err)
		}
	}
	for what, text := range map[string]string{
		"nothing":        `{"tasks":[],"failures":[]}`,
		"another reason": `{"tasks":[],"failures":[{"arn":"arn:aws:ecs:us-east-1:1:task/lodge-test/` + strings.TrimPrefix(stranger, "ecs:") + `","reason":"ACCESS"}]}`,
	} {
		tasks, _ := scripted(t, line{http.StatusOK, text})
		if got, err := tasks.State(t.Context(), stranger); err == nil {
			t.Errorf("%s is said of it: %v", what, got)
		}
	}
}

// TestAskedOnce: a takeover asks for each lease; ECS is asked for each task.
func TestAskedOnce(t *testing.T) {
	y := opened(t, ecs.Settings{})
	id, tasks := y.started(slot(1)), y.tasks()
	calls := y.Calls("DescribeTasks")
	for i := range 10 {
		if dead, err := tasks.Dead(t.Context(), fmt.Sprintf("%s/visit-%d", id, i)); dead || err != nil {
			t.Errorf("dead %v, %v", dead, err)
		}
	}
	if got := y.Calls("DescribeTasks") - calls; got != 1 {
		t.Errorf("%d calls", got)
	}
}

// TestEnd: the reason is told to whoever looks at the task, and is not too long.
func TestEnd(t *testing.T) {
	y := opened(t, ecs.Settings{})
	id := y.started(slot(1))
	for range 2 {
		if err := y.tasks().End(t.Context(), id, "a lease ended; ecs:b waits"+strings.Repeat(" é", 200)); err != nil {
			t.Error(err)
		}
	}
	y.ended(id)
	out, err := connected(t).ECS().DescribeTasks(t.Context(), &sdk.DescribeTasksInput{Cluster: aws.String("lodge-test"), Tasks: []string{strings.TrimPrefix(id, "ecs:")}})
	if err != nil {
		t.Fatal(err)
	}
	if why := *out.Tasks[0].StoppedReason; !strings.HasPrefix(why, "Lodge: a lease ended; ecs:b waits") || len(why) > 255 {
		t.Errorf("it was told %q", why)
	}
	fates, err := y.tasks().Fates(t.Context(), id)
	if f := fates[id]; err != nil || f.State != dispatch.Ended || !strings.HasPrefix(f.Why, "it was told to end; exit code 0 (ECS: ") || f.Since.IsZero() {
		t.Errorf("%+v, %v", f, err)
	}
	calls := y.Calls("StopTask")
	for _, owner := range []string{id, stranger, "01JD0000000000000000000000-1", ""} {
		if err := y.tasks().End(t.Context(), owner, "why"); err != nil {
			t.Errorf("end of %q: %v", owner, err)
		}
	}
	if y.Calls("StopTask") != calls {
		t.Error("what has ended, or is no task, was told to end")
	}
	other := y.started(slot(2))
	y.Set(func(k *ecs.Knobs) { k.Throttled = 1 })
	if err := y.tasks().End(t.Context(), other, "why"); err == nil || !strings.Contains(err.Error(), other[4:]) {
		t.Errorf("nobody told it: %v", err)
	}
}

// API reference, StopTask: what can be wrong with it. A task that is forgotten
// between two calls has ended.
func TestEndInBetween(t *testing.T) {
	runs := line{http.StatusOK, `{"tasks":[{"taskArn":"arn:aws:ecs:us-east-1:1:task/lodge-test/` + strings.TrimPrefix(stranger, "ecs:") + `","lastStatus":"RUNNING"}]}`}
	for text, fails := range map[string]bool{
		`{"__type":"InvalidParameterException","message":"The referenced task was not found."}`: false,
		`{"__type":"InvalidParameterException","message":"Identifier is of the wrong form"}`:    true,
		`{"__type":"AccessDeniedException","message":"not found"}`:                              true,
	} {
		tasks, s := scripted(t, runs, line{http.StatusBadRequest, text})
		if err := tasks.Stop(t.Context(), stranger); (err != nil) != fails || len(s.requests()) != 2 {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// A later is a memory engine whose clock can be moved.
type later struct {
	ledger.Engine
	by time.Duration
}

func (l *later) Now(ctx context.Context) (time.Time, error) {
	now, err := l.Engine.Now(ctx)
	return now.Add(l.by), err
}

// TestTakeover: a task that let its lease run out is told to end, for real, and
// what it left submitting is touched when its process is gone.
func TestTakeover(t *testing.T) {
	y := opened(t, ecs.Settings{StopTimeout: time.Minute})
	engine := &later{Engine: memory.New()}
	l := ledger.New(engine, clock.System{}, y.tasks(), submission.Limits{})
	id := y.started(slot(1))
	key := submission.Key{Account: "acme", LawFirmID: "1", ClientID: "2", Number: "3"}
	file := submission.Revision{State: submission.Ready, Object: submission.Object{Name: "a.txt", SHA: "sha", Canon: "canon"}}
	r, err := l.Register(t.Context(), "harbor", key, file, "intake")
	if err != nil {
		t.Fatal(err)
	}
	_, c, err := l.Claim(t.Context(), r.Submission.ID, id+"/visit-1", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	if _, err := l.Move(t.Context(), c, submission.Event{
		Kind: submission.Intended, Actor: submission.ByGate, Look: &submission.Look{At: now, Visit: "v"},
		Attempt: &submission.Attempt{ID: "1", SHA: "sha", SettleUntil: now.Add(time.Hour)},
	}); err != nil {
		t.Fatal(err)
	}
	takeover := func() int {
		t.Helper()
		// Another program each time: a takeover that asks a moment later would be told
		// what ECS said before.
		taken, err := ledger.New(engine, clock.System{}, y.tasks(), submission.Limits{}).Takeover(t.Context(), stranger)
		if err != nil {
			t.Fatal(err)
		}
		return len(taken)
	}
	if takeover() != 0 || y.Calls("StopTask") != 0 {
		t.Error("while its lease lasts")
	}
	engine.by = time.Minute + time.Second
	if takeover() != 0 || y.Calls("StopTask") != 1 {
		t.Errorf("after its lease: told %d times", y.Calls("StopTask"))
	}
	if s, err := l.Get(t.Context(), r.Submission.ID); err != nil || s.Current().State != submission.Submitting {
		t.Errorf("touched before the task is dead: %s, %v", s.Current().State, err)
	}
	y.ended(id)
	if takeover() != 1 {
		t.Error("not taken over from the dead")
	}
	if s, err := l.Get(t.Context(), r.Submission.ID); err != nil || s.Current().State != submission.Uncertain {
		t.Errorf("%s, %v", s.Current().State, err)
	}
}

func TestSelf(t *testing.T) {
	y := opened(t, ecs.Settings{Knobs: ecs.Knobs{Provisioning: time.Hour}})
	t.Setenv("ECS_CONTAINER_METADATA_URI_V4", "")
	if _, err := cloud.Self(t.Context()); !errors.Is(err, cloud.ErrNoTask) || !strings.Contains(err.Error(), "lodge run") {
		t.Errorf("outside ECS: %v", err)
	}
	id, err := y.tasks().Start(t.Context(), slot(1))
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("ECS_CONTAINER_METADATA_URI_V4", y.URL+"/v4/"+strings.TrimPrefix(id, "ecs:"))
	got, err := cloud.Self(t.Context())
	if err != nil || got.Owner != id || got.Cluster != "lodge-test" || !strings.HasPrefix(got.ARN, "arn:aws:ecs:us-east-1:111122223333:task/lodge-test/") {
		t.Errorf("%+v, %v", got, err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	t.Setenv("ECS_CONTAINER_METADATA_URI_V4", y.URL+"/v4/none")
	if got, err := cloud.Self(ctx); err == nil || !strings.Contains(err.Error(), "404") {
		t.Errorf("metadata of nobody: %+v, %v", got, err)
	}
}

// The metadata may not be there in the first moment.
func TestSelfAsksAgain(t *testing.T) {
	var s *service
	s = serving(t, func(w http.ResponseWriter) {
		switch len(s.requests()) {
		case 1:
			w.WriteHeader(http.StatusServiceUnavailable)
		default:
			_, _ = fmt.Fprintf(w, `{"Cluster":"lodge-test","TaskARN":"arn:aws:ecs:us-east-1:1:task/lodge-test/%s"}`, strings.TrimPrefix(stranger, "ecs:"))
		}
	})
	t.Setenv("ECS_CONTAINER_METADATA_URI_V4", s.url+"/v4/x")
	if got, err := cloud.Self(t.Context()); err != nil || got.Owner != stranger || got.Cluster != "lodge-test" {
		t.Errorf("%+v, %v", got, err)
	}
	if path := s.requests()[1].URL.Path; path != "/v4/x/task" {
		t.Errorf("asked %s", path)
	}
}

func TestSelfDoubts(t *testing.T) {
	for _, text := range []string{`{}`, `{"Cluster":"c","TaskARN":"x"}`, `{"TaskARN":"arn:aws:ecs:us-east-1:1:task/c/0123456789abcdef0123456789abcdef"}`, `{`} {
		s := serving(t, func(w http.ResponseWriter) { _, _ = w.Write([]byte(text)) })
		t.Setenv("ECS_CONTAINER_METADATA_URI_V4", s.url)
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		if got, err := cloud.Self(ctx); err == nil {
			t.Errorf("%s: %+v", text, got)
		}
		cancel()
	}
}

// Developer Guide, "Stopped tasks error codes"; exit codes above 128 are signals.
func TestEndOf(t *testing.T) {
	exit := func(code int32, reason string) cloud.Container { return cloud.Container{Exit: &code, Reason: reason} }
	const essential = "Essential container in task exited"
	for _, c := range []struct {
		code, reason string
		container    cloud.Container
		says         string
		acts         carriers.Person
	}{
		{"EssentialContainerExited", essential, exit(0, ""), "it came to its end; exit code 0", carriers.Nobody},
		{"EssentialContainerExited", essential, exit(1, ""), "the worker gave up: its log says why; exit code 1", carriers.Operator},
		{"EssentialContainerExited", essential, exit(143, ""), "SIGTERM", carriers.Nobody},
		{"EssentialContainerExited", essential, exit(139, ""), "SIGSEGV", carriers.Author},
		{"EssentialContainerExited", essential, exit(137, "OutOfMemoryError: Container killed due to memory usage"), "out of memory", carriers.Operator},
		{"EssentialContainerExited", essential, exit(137, ""), "SIGKILL", carriers.Operator},
		{"TaskFailedToStart", "CannotPullContainerError: no such tag", cloud.Container{}, `image could not be fetched`, carriers.Operator},
		{"TaskFailedToStart", "ResourceInitializationError: unable to pull secrets", cloud.Container{}, "could not be set up", carriers.Operator},
		{"TaskFailedToStart", "Something new", cloud.Container{}, `could not be started (ECS: "Something new")`, carriers.Operator},
		{"UserInitiated", "Lodge: enough", exit(0, ""), `it was told to end; exit code 0 (ECS: "Lodge: enough")`, carriers.Nobody},
		{"SpotInterruption", "Your Spot Task was interrupted.", exit(143, ""), "Fargate Spot", carriers.Nobody},
		{"", "", cloud.Container{}, "nobody knows", carriers.Operator},
	} {
		if got := cloud.EndOf(c.code, c.reason, c.container); !strings.Contains(got.Why, c.says) || got.Acts != c.acts {
			t.Errorf("%s, %q, %+v: %+v, want %q and %q", c.code, c.reason, c.container, got, c.says, c.acts)
		}
	}
}
