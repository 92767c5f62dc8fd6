package ecs_test

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"example.com/lodge/internal/emulator/ecs"
)

func code(err error) string {
	if failed, ok := errors.AsType[smithy.APIError](err); ok {
		return failed.ErrorCode()
	}
	return fmt.Sprint(err)
}

// API reference, RunTask: "count: … You can specify up to 10 tasks for each call",
// "clientToken: Up to 64 characters … in the range of 33-126", "startedBy: Up to 128
// letters …", "overrides: A total of 8192 characters", "If a launchType is specified,
// the capacityProviderStrategy parameter must be omitted", "networkConfiguration:
// required for task definitions that use the awsvpc network mode", "propagateTags:
// An error will be received if you specify the SERVICE option".
func TestRunTaskRefuses(t *testing.T) {
	r := rigged(t, "leave", ecs.Settings{})
	environment := func(name, value string) *types.TaskOverride {
		return &types.TaskOverride{ContainerOverrides: []types.ContainerOverride{
			{Name: &name, Environment: []types.KeyValuePair{{Name: aws.String("A"), Value: &value}}},
		}}
	}
	for what, c := range map[string]struct {
		change func(*sdk.RunTaskInput)
		want   string
	}{
		"another cluster":      {func(in *sdk.RunTaskInput) { in.Cluster = aws.String("other") }, "ClusterNotFoundException"},
		"another definition":   {func(in *sdk.RunTaskInput) { in.TaskDefinition = aws.String("lodge-test:2") }, "ClientException"},
		"none":                 {func(in *sdk.RunTaskInput) { in.Count = aws.Int32(0) }, "InvalidParameterException"},
		"eleven":               {func(in *sdk.RunTaskInput) { in.Count = aws.Int32(11) }, "InvalidParameterException"},
		"a long token":         {func(in *sdk.RunTaskInput) { in.ClientToken = aws.String(strings.Repeat("a", 65)) }, "InvalidParameterException"},
		"a blank in the token": {func(in *sdk.RunTaskInput) { in.ClientToken = aws.String("a b") }, "InvalidParameterException"},
		"a long starter":       {func(in *sdk.RunTaskInput) { in.StartedBy = aws.String(strings.Repeat("a", 129)) }, "InvalidParameterException"},
		"a strange starter":    {func(in *sdk.RunTaskInput) { in.StartedBy = aws.String("a.b") }, "InvalidParameterException"},
		"long overrides":       {func(in *sdk.RunTaskInput) { in.Overrides = environment("worker", strings.Repeat("a", 8192)) }, "InvalidParameterException"},
		"another container":    {func(in *sdk.RunTaskInput) { in.Overrides = environment("sidecar", "a") }, "InvalidParameterException"},
		"no network":           {func(in *sdk.RunTaskInput) { in.NetworkConfiguration = nil }, "InvalidParameterException"},
		"tags of a service":    {func(in *sdk.RunTaskInput) { in.PropagateTags = types.PropagateTagsService }, "InvalidParameterException"},
		"two ways to launch": {func(in *sdk.RunTaskInput) {
			in.CapacityProviderStrategy = []types.CapacityProviderStrategyItem{{CapacityProvider: aws.String("FARGATE_SPOT")}}
		}, "InvalidParameterException"},
	} {
		if _, err := r.client.RunTask(t.Context(), ask(c.change)); code(err) != c.want {
			t.Errorf("%s: %v, want %s", what, err, c.want)
		}
	}
	if r.Started() != 0 {
		t.Errorf("%d tasks were started all the same", r.Started())
	}
}

// API reference, RunTask: what is kept and shown; Developer Guide, "Task lifecycle":
// the states in their order; "Task metadata endpoint version 4".
func TestRunTask(t *testing.T) {
	r := rigged(t, "show", ecs.Settings{Knobs: ecs.Knobs{Provisioning: 50 * time.Millisecond, Pending: 50 * time.Millisecond}})
	tasks := r.started(func(in *sdk.RunTaskInput) {
		in.StartedBy = aws.String("lodge-test/slot-1")
		in.Tags = []types.Tag{{Key: aws.String("lodge:stage"), Value: aws.String("test")}}
		in.Overrides = &types.TaskOverride{ContainerOverrides: []types.ContainerOverride{{
			Name: aws.String("worker"), Environment: []types.KeyValuePair{{Name: aws.String("LODGE_SLOT"), Value: aws.String("1")}},
		}}}
	})
	if len(tasks) != 1 || *tasks[0].LastStatus != "PROVISIONING" || *tasks[0].DesiredStatus != "RUNNING" {
		t.Fatalf("count defaults to 1, and a task is PROVISIONING first: %+v", tasks)
	}
	arn := *tasks[0].TaskArn
	last := r.reaches(arn, "STOPPED")
	if *last.StartedBy != "lodge-test/slot-1" || *last.Overrides.ContainerOverrides[0].Environment[0].Value != "1" {
		t.Errorf("what it was started with is not kept: %+v", last)
	}
	if last.StopCode != types.TaskStopCodeEssentialContainerExited || *last.Containers[0].ExitCode != 0 || last.CreatedAt == nil || last.StoppedAt == nil {
		t.Errorf("what became of it: %+v", last)
	}
	if last.Tags != nil {
		t.Errorf("tags without being asked for: %v", last.Tags)
	}
	want := []string{"PROVISIONING", "PENDING", "RUNNING", "STOPPING", "DEPROVISIONING", "STOPPED EssentialContainerExited 0"}
	eventually(t, "the last event", func() bool { return len(r.told()) == len(want) })
	if diff := cmp.Diff(want, r.told()); diff != "" {
		t.Errorf("events: -want +got\n%s", diff)
	}
	text := r.Output(arn[len(arn)-32:])
	for _, part := range []string{"LODGE_SLOT=1\n", "ECS_CONTAINER_METADATA_URI_V4=" + r.URL, arn + " arn:aws:ecs:us-east-1:111122223333:cluster/lodge-test <nil>"} {
		if !strings.Contains(text, part) {
			t.Errorf("the container did not say %q but\n%s", part, text)
		}
	}
	if strings.Contains(text, "GOCACHE") || strings.Contains(text, "USER=") {
		t.Errorf("the container inherits the test's environment:\n%s", text)
	}
}

// API reference, "Ensuring idempotency": "If you retry a request that completed
// successfully using the same client token and the same parameters, the retry
// succeeds without performing any further actions"; RunTask, ConflictException: "The
// provided clientToken is already in use with a different RunTask request. The
// resourceIds are the existing task ARNs". A token lives for 24 hours, or until an hour
// after its task, whichever is shorter.
func TestClientToken(t *testing.T) {
	r := rigged(t, "wait", ecs.Settings{})
	token := func(in *sdk.RunTaskInput) { in.ClientToken = aws.String("slot-1-fence-1") }
	first := *r.started(token)[0].TaskArn
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			out, err := r.client.RunTask(t.Context(), ask(token))
			if err != nil || len(out.Tasks) != 1 || *out.Tasks[0].TaskArn != first {
				t.Errorf("the same again: %+v, %v", out, err)
			}
		})
	}
	group.Wait()
	if r.Started() != 1 {
		t.Errorf("%d tasks for one token", r.Started())
	}
	_, err := r.client.RunTask(t.Context(), ask(func(in *sdk.RunTaskInput) { token(in); in.StartedBy = aws.String("somebody") }))
	if conflict, ok := errors.AsType[*types.ConflictException](err); !ok || !cmp.Equal(conflict.ResourceIds, []string{first}) {
		t.Errorf("the same token for something else: %v", err)
	}
	r.stop(first)
	r.reaches(first, "STOPPED")
	if again := *r.started(token)[0].TaskArn; again != first {
		t.Errorf("the task ended, and its token started %s", again)
	}
	if r.started(nil); r.Started() != 2 {
		t.Errorf("without a token: %d tasks", r.Started())
	}
	r.Set(func(k *ecs.Knobs) { k.Forget = time.Nanosecond })
	if again := *r.started(token)[0].TaskArn; again == first {
		t.Error("a token is remembered for longer than its task")
	}
}

// API reference, RunTask, response: "failures: Any failures associated with the call";
// "tasks: … that were successfully placed" beside them. Developer Guide, "API failure
// reasons". Capacity is that of tasks that are not STOPPED.
func TestCapacity(t *testing.T) {
	r := rigged(t, "wait", ecs.Settings{Knobs: ecs.Knobs{Capacity: 2}})
	out, err := r.client.RunTask(t.Context(), ask(func(in *sdk.RunTaskInput) { in.Count = aws.Int32(3); in.ClientToken = aws.String("a") }))
	if err != nil || len(out.Tasks) != 2 || len(out.Failures) != 1 || !strings.HasPrefix(*out.Failures[0].Reason, "Capacity is unavailable at this time") {
		t.Fatalf("three where there is room for two: %+v, %v", out, err)
	}
	full, err := r.client.RunTask(t.Context(), ask(func(in *sdk.RunTaskInput) { in.ClientToken = aws.String("b") }))
	if err != nil || len(full.Tasks) != 0 || len(full.Failures) != 1 {
		t.Fatalf("one more: %+v, %v", full, err)
	}
	arn := *out.Tasks[0].TaskArn
	r.stop(arn)
	r.reaches(arn, "STOPPED")
	if got := r.started(func(in *sdk.RunTaskInput) { in.ClientToken = aws.String("b") }); len(got) != 1 {
		t.Error("the place of a stopped task is not free, or a token that started nothing is used up")
	}
	if r.Most() != 2 {
		t.Errorf("most at once: %d", r.Most())
	}
	r.Set(func(k *ecs.Knobs) { k.Capacity, k.Refuse = 0, "RESOURCE:ENI" })
	out, err = r.client.RunTask(t.Context(), ask(nil))
	if err != nil || len(out.Tasks) != 0 || *out.Failures[0].Reason != "RESOURCE:ENI" {
		t.Errorf("refused: %+v, %v", out, err)
	}
}

// API reference, StopTask: "This results in a stop signal value and a default
// 30-second timeout, after which the SIGKILL value is sent"; the reason "appears in
// subsequent DescribeTasks". Exit codes as a container reports signals: 128 + n.
func TestStopTask(t *testing.T) {
	for deed, want := range map[string]struct {
		patience time.Duration
		code     int32
		told     string
	}{
		"heed":     {time.Minute, 0, "STOPPED UserInitiated 0"},
		"wait":     {time.Minute, 143, "STOPPED UserInitiated 143"},
		"stubborn": {100 * time.Millisecond, 137, "STOPPED UserInitiated 137"},
	} {
		t.Run(deed, func(t *testing.T) {
			r := rigged(t, deed, ecs.Settings{StopTimeout: want.patience})
			arn := *r.started(nil)[0].TaskArn
			r.ready(arn)
			r.stop(arn)
			r.stop(arn) // again: it is no error
			last := r.reaches(arn, "STOPPED")
			if got := last.Containers[0].ExitCode; got == nil || *got != want.code || *last.StoppedReason != "enough" || *last.DesiredStatus != "STOPPED" {
				t.Errorf("%+v, want exit code %d", last, want.code)
			}
			events := r.told()
			eventually(t, want.told, func() bool { events = r.told(); return events[len(events)-1] == want.told })
		})
	}
}

func TestStopTaskUnknown(t *testing.T) {
	r := rigged(t, "wait", ecs.Settings{})
	_, err := r.client.StopTask(t.Context(), &sdk.StopTaskInput{Cluster: aws.String("lodge-test"), Task: aws.String("arn:aws:ecs:us-east-1:111122223333:task/lodge-test/none")})
	if code(err) != "InvalidParameterException" || !strings.Contains(err.Error(), "The referenced task was not found.") {
		t.Errorf("%v", err)
	}
	arn := *r.started(nil)[0].TaskArn
	_, err = r.client.StopTask(t.Context(), &sdk.StopTaskInput{Cluster: aws.String("lodge-test"), Task: aws.String(arn[len(arn)-32:])})
	if code(err) != "InvalidParameterException" {
		t.Errorf("by its id, where the reference wants an ARN: %v", err)
	}
	_, err = r.client.StopTask(t.Context(), &sdk.StopTaskInput{Cluster: aws.String("other"), Task: aws.String("none")})
	if code(err) != "ClusterNotFoundException" {
		t.Errorf("%v", err)
	}
}

// Developer Guide, "Task lifecycle": a task that is stopped before it runs never has
// a container that exits.
func TestStopBeforeItRuns(t *testing.T) {
	r := rigged(t, "wait", ecs.Settings{Knobs: ecs.Knobs{Pending: time.Minute}})
	arn := *r.started(nil)[0].TaskArn
	r.reaches(arn, "PENDING")
	r.stop(arn)
	last := r.reaches(arn, "STOPPED")
	if last.Containers[0].ExitCode != nil || last.StopCode != types.TaskStopCodeUserInitiated || r.Output(arn[len(arn)-32:]) != "" {
		t.Errorf("%+v", last)
	}
}

// API reference, ListTasks: "returns up to 100 results and a nextToken", "This value
// can be between 1 and 100", "startedBy … must be the only filter", "Recently stopped
// tasks might appear in the returned results"; RunTask: "an eventual consistency
// model", so that new ones are not there at once.
func TestListTasks(t *testing.T) {
	r := rigged(t, "wait", ecs.Settings{Knobs: ecs.Knobs{ListLag: time.Hour}})
	list := func(change func(*sdk.ListTasksInput)) ([]string, int) {
		in := &sdk.ListTasksInput{Cluster: aws.String("lodge-test")}
		if change != nil {
			change(in)
		}
		var arns []string
		n := 0
		for pages := sdk.NewListTasksPaginator(r.client, in); pages.HasMorePages(); n++ {
			page, err := pages.NextPage(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			arns = append(arns, page.TaskArns...)
		}
		return arns, n
	}
	first := *r.started(func(in *sdk.RunTaskInput) { in.StartedBy = aws.String("a") })[0].TaskArn
	r.started(func(in *sdk.RunTaskInput) { in.Count = aws.Int32(2) })
	if got, _ := list(nil); len(got) != 0 {
		t.Errorf("it does not lag: %v", got)
	}
	r.Set(func(k *ecs.Knobs) { k.ListLag = -1 })
	if got, pages := list(func(in *sdk.ListTasksInput) { in.MaxResults = aws.Int32(2) }); len(got) != 3 || pages != 2 {
		t.Errorf("%d tasks on %d pages", len(got), pages)
	}
	if got, _ := list(func(in *sdk.ListTasksInput) { in.StartedBy = aws.String("a") }); !cmp.Equal(got, []string{first}) {
		t.Errorf("by who started it: %v", got)
	}
	r.Set(func(k *ecs.Knobs) { k.ListLag = 2 * time.Second })
	byStarter := func() []string {
		got, _ := list(func(in *sdk.ListTasksInput) { in.StartedBy = aws.String("a") })
		return got
	}
	eventually(t, "listed", func() bool { return len(byStarter()) == 1 })
	r.stop(first)
	if got := byStarter(); !cmp.Equal(got, []string{first}) {
		t.Errorf("the one just stopped is not listed any more: %v", got)
	}
	r.reaches(first, "STOPPED")
	r.Set(func(k *ecs.Knobs) { k.ListLag = -1 })
	if got, _ := list(func(in *sdk.ListTasksInput) { in.DesiredStatus = types.DesiredStatusStopped }); !cmp.Equal(got, []string{first}) {
		t.Errorf("stopped: %v", got)
	}
	for _, in := range []*sdk.ListTasksInput{
		{Cluster: aws.String("lodge-test"), MaxResults: aws.Int32(101)},
		{Cluster: aws.String("lodge-test"), StartedBy: aws.String("a"), Family: aws.String("lodge-test")},
	} {
		if _, err := r.client.ListTasks(t.Context(), in); code(err) != "InvalidParameterException" {
			t.Errorf("%+v: %v", in, err)
		}
	}
}

// API reference, DescribeTasks: "A list of up to 100 task IDs or full ARN entries",
// "stopped tasks appear in the returned results for at least one hour"; Developer
// Guide, "API failure reasons": MISSING; RunTask: "might not be immediately visible".
func TestDescribeTasks(t *testing.T) {
	r := rigged(t, "leave", ecs.Settings{Knobs: ecs.Knobs{DescribeLag: time.Hour}})
	arn := *r.started(nil)[0].TaskArn
	if _, there := r.described(arn); there {
		t.Error("a new task is seen at once, whatever the lag")
	}
	r.Set(func(k *ecs.Knobs) { k.DescribeLag = 0 })
	if got := r.reaches(arn[len(arn)-32:], "STOPPED"); *got.TaskArn != arn || *got.Containers[0].ExitCode != 3 {
		t.Errorf("by its id: %+v", got)
	}
	if _, there := r.described("0123456789abcdef0123456789abcdef"); there {
		t.Error("a task that never was")
	}
	r.Set(func(k *ecs.Knobs) { k.Forget = time.Nanosecond })
	if _, there := r.described(arn); there {
		t.Error("a stopped task is known for ever")
	}
	for _, names := range [][]string{{}, make([]string, 101)} {
		in := &sdk.DescribeTasksInput{Cluster: aws.String("lodge-test"), Tasks: names}
		if _, err := r.client.DescribeTasks(t.Context(), in); code(err) != "InvalidParameterException" {
			t.Errorf("%d names: %v", len(names), err)
		}
	}
}

// API reference, "Throttling quotas" and "Common Errors": ThrottlingException is a 400,
// ServerException a 500.
func TestTroubles(t *testing.T) {
	r := rigged(t, "leave", ecs.Settings{Knobs: ecs.Knobs{Throttled: 1, Broken: 1}})
	for _, want := range []string{"ThrottlingException", "ServerException"} {
		if _, err := r.client.RunTask(t.Context(), ask(nil)); code(err) != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if r.Started() != 0 || r.Calls("RunTask") != 2 {
		t.Errorf("%d tasks started in %d calls", r.Started(), r.Calls("RunTask"))
	}
	r.Set(func(k *ecs.Knobs) { k.Lost = 1 })
	token := func(in *sdk.RunTaskInput) { in.ClientToken = aws.String("a") }
	if out, err := r.client.RunTask(t.Context(), ask(token)); err == nil {
		t.Errorf("the answer was not lost: %+v", out)
	}
	if r.started(token); r.Started() != 1 {
		t.Errorf("%d tasks were started, one of them untold", r.Started())
	}
}

// Developer Guide, "Stopped tasks error codes".
func TestDeaths(t *testing.T) {
	r := rigged(t, "wait", ecs.Settings{Knobs: ecs.Knobs{Life: func(n int) time.Duration {
		if n == 1 {
			return 10 * time.Millisecond
		}
		return 0
	}}})
	if last := r.reaches(*r.started(nil)[0].TaskArn, "STOPPED"); *last.Containers[0].ExitCode != 137 || last.StopCode != types.TaskStopCodeEssentialContainerExited {
		t.Errorf("killed at random: %+v", last)
	}
	arn := *r.started(nil)[0].TaskArn
	r.ready(arn)
	r.Kill(arn, "OutOfMemoryError: Container killed due to memory usage")
	if last := r.reaches(arn, "STOPPED"); *last.Containers[0].ExitCode != 137 || !strings.HasPrefix(*last.Containers[0].Reason, "OutOfMemoryError") {
		t.Errorf("out of memory: %+v", last)
	}
	arn = *r.started(nil)[0].TaskArn
	r.ready(arn)
	r.Interrupt(arn)
	if last := r.reaches(arn, "STOPPED"); *last.Containers[0].ExitCode != 143 || last.StopCode != types.TaskStopCodeSpotInterruption {
		t.Errorf("Spot: %+v", last)
	}
	r.Set(func(k *ecs.Knobs) { k.Pull = "no such tag" })
	last := r.reaches(*r.started(nil)[0].TaskArn, "STOPPED")
	if last.StopCode != types.TaskStopCodeTaskFailedToStart || !strings.HasPrefix(*last.StoppedReason, "CannotPullContainerError") || last.Containers[0].ExitCode != nil {
		t.Errorf("no image: %+v", last)
	}
}

// Most and MostOf are what the end-to-end test prints.
func TestMost(t *testing.T) {
	r := rigged(t, "wait", ecs.Settings{})
	with := func(accounts string) string { // as the worker reads them: escaped names
		return *r.started(func(in *sdk.RunTaskInput) {
			in.Overrides = &types.TaskOverride{ContainerOverrides: []types.ContainerOverride{{
				Name: aws.String("worker"), Environment: []types.KeyValuePair{{Name: aws.String("LODGE_ACCOUNTS"), Value: &accounts}},
			}}}
		})[0].TaskArn
	}
	first := with("a,b")
	with("b,%61c")
	r.stop(first)
	r.reaches(first, "STOPPED")
	with("a")
	if r.Most() != 2 || r.MostOf("a") != 1 || r.MostOf("b") != 2 || r.MostOf("ac") != 1 || r.MostOf("c") != 0 || len(r.Tasks()) != 3 {
		t.Errorf("most %d, of a %d, of b %d, of c %d", r.Most(), r.MostOf("a"), r.MostOf("b"), r.MostOf("c"))
	}
}

// TestNothingSurvives: a container ends with all that is in it, and all containers
// end with the test.
func TestNothingSurvives(t *testing.T) {
	var pids []int
	child := func(r *rig, arn string) int {
		r.ready(arn)
		_, rest, _ := strings.Cut(r.Output(arn[len(arn)-32:]), "child ")
		line, _, _ := strings.Cut(rest, "\n")
		pid, err := strconv.Atoi(line)
		if err != nil {
			t.Fatal(err)
		}
		return pid
	}
	t.Run("cluster", func(t *testing.T) {
		r := rigged(t, "breed", ecs.Settings{})
		arn := *r.started(nil)[0].TaskArn
		pid := child(r, arn)
		if !lives(pid) {
			t.Fatal("the child is not there yet")
		}
		r.stop(arn)
		r.reaches(arn, "STOPPED")
		if lives(pid) {
			t.Error("a child outlives its container")
		}
		pids = append(pids, child(r, *r.started(nil)[0].TaskArn))
	})
	for _, pid := range pids {
		if lives(pid) {
			t.Error("a child outlives the test")
		}
	}
}

// lives says whether a process is there and no zombie.
func lives(pid int) bool {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return syscall.Kill(pid, 0) == nil && !os.IsNotExist(err)
	}
	_, rest, _ := strings.Cut(string(text), ") ")
	return !strings.HasPrefix(rest, "Z")
}
