package cloud

import (
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"example.com/lodge/carriers"
)

// isGone says whether StopTask was asked to end a task that ECS does not know.
func isGone(err error) bool {
	wrong, ok := errors.AsType[*types.InvalidParameterException](err)
	return ok && strings.Contains(wrong.ErrorMessage(), "not found")
}

// ends are why tasks end (Developer Guide, "Stopped tasks error codes" and "Stopped
// tasks error messages"), by what begins the stop code or a reason. The first that
// fits counts.
func ends() []cause {
	return []cause{
		{"OutOfMemory", "it ran out of memory: give tasks more, or let fewer visits go side by side", carriers.Operator},
		{"CannotPull", "its image could not be fetched: push it, or deploy one that is there; see the way to ECR", carriers.Operator},
		{"ResourceInitialization", "it could not be set up: see the execution role, and the way to ECR and to the logs", carriers.Operator},
		{"CannotStart", "its container could not be started: see the image and the task definition", carriers.Operator},
		{"CannotCreate", "its volumes could not be made", carriers.Operator},
		{"ContainerRuntime", "Fargate could not run its container", carriers.Nobody},
		{"Timeout waiting for network", "Fargate could not connect it in time", carriers.Nobody},
		{"SpotInterruption", "Fargate Spot took its machine back", carriers.Nobody},
		{"TerminationNotice", "Fargate took its machine away", carriers.Nobody},
		{"InfrastructureHealth", "Fargate took its machine away", carriers.Nobody},
		{"ServiceSchedulerInitiated", "ECS ended it", carriers.Nobody},
		{"UserInitiated", "it was told to end", carriers.Nobody},
		{"TaskFailedToStart", "it could not be started", carriers.Operator},
	}
}

// exits are what the exit codes of a container mean that are not the worker's own:
// 128 and the number of a signal.
func exits() map[int32]cause {
	return map[int32]cause{
		0:   {says: "it came to its end", acts: carriers.Nobody},
		134: {says: "it crashed (SIGABRT)", acts: carriers.Author},
		137: {says: "it was killed (SIGKILL), for want of memory or since it did not end in time", acts: carriers.Operator},
		139: {says: "it crashed (SIGSEGV)", acts: carriers.Author},
		143: {says: "it ended when it was told to (SIGTERM)", acts: carriers.Nobody},
	}
}

// EndOf says in plain words why a task ended, from what DescribeTasks or an "ECS
// Task State Change" says: its stop code, its reason, and what its containers say.
func EndOf(code, reason string, containers ...Container) End {
	texts := []string{reason, code}
	var exit *int32
	for _, c := range containers {
		texts = append([]string{c.Reason}, texts...)
		if exit == nil {
			exit = c.Exit
		}
	}
	for _, text := range texts {
		for _, c := range ends() {
			if strings.HasPrefix(text, c.code) {
				return End{Why: in(c.says, reason, exit), Acts: c.acts}
			}
		}
	}
	if exit == nil {
		return End{Why: in("nobody knows why it ended", reason, nil), Acts: carriers.Operator}
	}
	c, ok := exits()[*exit]
	if !ok {
		c = cause{says: "the worker gave up: its log says why", acts: carriers.Operator}
	}
	return End{Why: in(c.says, reason, exit), Acts: c.acts}
}

// in adds to what an end means what ECS itself says.
func in(says, reason string, exit *int32) string {
	if exit != nil {
		says += fmt.Sprintf("; exit code %d", *exit)
	}
	if reason != "" && reason != "Essential container in task exited" {
		says += fmt.Sprintf(" (ECS: %q)", reason)
	}
	return says
}
