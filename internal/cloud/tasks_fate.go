package cloud

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/dispatch"
)

// A Fate says what has become of a task.
type Fate struct {
	State dispatch.State
	Since time.Time // when it ended; zero if it has not, or nobody knows
	End             // why; zero if it has not ended
	arn   string
}

// An End says why a task ended, in plain words.
type End struct {
	Why  string
	Acts carriers.Person // Nobody: it did what it should, or the cloud took it away
}

// page is how many tasks one DescribeTasks takes (API Reference, DescribeTasks).
const page = 100

// State implements [dispatch.Launcher].
func (t *Tasks) State(ctx context.Context, ids ...string) (map[string]dispatch.State, error) {
	fates, err := t.Fates(ctx, ids...)
	if err != nil {
		return nil, err
	}
	states := map[string]dispatch.State{}
	for id, f := range fates {
		states[id] = f.State
	}
	return states, nil
}

// Fates is [Tasks.State] with the reasons.
func (t *Tasks) Fates(ctx context.Context, ids ...string) (map[string]Fate, error) {
	fates := map[string]Fate{}
	var names []string
	for _, id := range ids {
		names = append(names, ecsID(id))
	}
	slices.Sort(names)
	byID := map[string]Fate{}
	for some := range slices.Chunk(slices.Compact(names), page) {
		out, err := t.client.DescribeTasks(ctx, &ecs.DescribeTasksInput{Cluster: &t.cluster, Tasks: some})
		if err != nil {
			return nil, fmt.Errorf("what became of %d tasks in cluster %s: %w; if it stays, the operator acts", len(ids), t.cluster, err)
		}
		for _, task := range out.Tasks {
			byID[ecsID(OwnerOf(aws.ToString(task.TaskArn)))] = fateOf(task)
		}
		for _, f := range out.Failures {
			if aws.ToString(f.Reason) == missing {
				byID[ecsID(OwnerOf(aws.ToString(f.Arn)))] = Fate{State: dispatch.Missing}
			}
		}
	}
	for _, id := range ids {
		f, ok := byID[ecsID(id)]
		if !ok {
			return nil, fmt.Errorf("what became of task %s in cluster %s: ECS says nothing of it", id, t.cluster)
		}
		fates[id] = f
	}
	return fates, nil
}

// missing is what ECS says of a task that it does not know: yet, any more, or at
// all (Developer Guide, "API failure reasons").
const missing = "MISSING"

// fateOf is what ECS says of a task. Only STOPPED is its end: before that its
// container may still be ending.
func fateOf(task types.Task) Fate {
	f := Fate{State: dispatch.Running, arn: aws.ToString(task.TaskArn)}
	switch aws.ToString(task.LastStatus) {
	case "PROVISIONING", "PENDING", "ACTIVATING":
		f.State = dispatch.Starting
	case "STOPPED":
		f.State, f.Since = dispatch.Ended, aws.ToTime(task.StoppedAt)
		f.End = EndOf(string(task.StopCode), aws.ToString(task.StoppedReason), containers(task)...)
	}
	return f
}

// A Container is what is known of the end of one.
type Container struct {
	Exit   *int32 // nil: it never ran
	Reason string
}

func containers(task types.Task) []Container {
	var list []Container
	for _, c := range task.Containers {
		list = append(list, Container{c.ExitCode, aws.ToString(c.Reason)})
	}
	return list
}

// Stop implements [dispatch.Launcher] with StopTask: the worker gets a SIGTERM, and
// two minutes.
func (t *Tasks) Stop(ctx context.Context, id string) error {
	return t.end(ctx, id, "Lodge: its slot's lease is over, or the slot is another task's")
}

// longestReason is how much of a reason ECS is given.
const longestReason = 255

// end tells a task to end. ECS wants the ARN of it, which it knows itself.
func (t *Tasks) end(ctx context.Context, id, why string) error {
	fates, err := t.Fates(ctx, id)
	if err != nil {
		return fmt.Errorf("tell task %s to end: %w", id, err)
	}
	f := fates[id]
	if f.State == dispatch.Ended || f.State == dispatch.Missing {
		return nil
	}
	why = strings.ToValidUTF8(why[:min(len(why), longestReason)], "")
	_, err = t.client.StopTask(ctx, &ecs.StopTaskInput{Cluster: &t.cluster, Task: &f.arn, Reason: &why})
	if err != nil && !isGone(err) {
		return fmt.Errorf("tell task %s to end: %w; it is told again", id, err)
	}
	return nil
}
