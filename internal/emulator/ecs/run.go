package ecs

import (
	"cmp"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// A runTask is the input of RunTask, as far as this ECS looks at it.
type runTask struct {
	ClientToken              string          `json:"clientToken"`
	Cluster                  string          `json:"cluster"`
	Count                    *int            `json:"count"`
	TaskDefinition           string          `json:"taskDefinition"`
	LaunchType               string          `json:"launchType"`
	CapacityProviderStrategy json.RawMessage `json:"capacityProviderStrategy"`
	NetworkConfiguration     json.RawMessage `json:"networkConfiguration"`
	StartedBy                string          `json:"startedBy"`
	PropagateTags            string          `json:"propagateTags"`
	Overrides                overrides       `json:"overrides"`
	Tags                     []tag           `json:"tags"`
}

type overrides struct {
	ContainerOverrides []containerOverride `json:"containerOverrides,omitempty"`
}

type containerOverride struct {
	Name        string     `json:"name"`
	Environment []variable `json:"environment,omitempty"`
}

type variable struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type tag struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// A request is a RunTask that started something, under a token.
type request struct {
	text  string // without the token
	at    time.Time
	tasks []*task
}

// The bounds of RunTask, from its API reference.
const (
	mostTasks     = 10
	mostOverrides = 8192
	mostToken     = 64
	mostStartedBy = 128
	tokenLife     = 24 * time.Hour // "Ensuring idempotency"
)

// runTask starts tasks. mu is held.
func (c *Cluster) runTask(in runTask) (any, *fault) {
	n := 1
	if in.Count != nil {
		n = *in.Count
	}
	if failed := c.wrong(in, n); failed != nil {
		return nil, failed
	}
	token := in.ClientToken
	in.ClientToken = ""
	text, _ := json.Marshal(in) //nolint:gosec // no secret is in it: the token is what makes a call the same call
	before, known := c.tokens[token]
	switch {
	case token == "", !known, time.Since(before.at) > tokenLife, c.forgot(before):
	case before.text != string(text):
		return nil, &fault{
			kind:    "ConflictException",
			message: "The client token is already in use with a different RunTask request.", resources: arns(before.tasks),
		}
	default:
		return outcome(before.tasks, nil), nil
	}
	var begun []*task
	var failures []map[string]string
	for range n {
		reason := c.knobs.Refuse
		if reason == "" && c.knobs.Capacity > 0 && c.running() >= c.knobs.Capacity {
			reason = "Capacity is unavailable at this time. Please try again later or in a different availability zone"
		}
		if reason != "" {
			failures = append(failures, map[string]string{"reason": reason})
			continue
		}
		begun = append(begun, c.begin(in, token))
	}
	if token != "" && len(begun) > 0 {
		c.tokens[token] = request{string(text), time.Now(), begun}
	}
	return outcome(begun, failures), nil
}

// forgot says whether the tasks of a request ended so long ago that its token is
// forgotten with them. mu is held.
func (c *Cluster) forgot(r request) bool {
	return !slices.ContainsFunc(r.tasks, func(t *task) bool {
		return t.last != stopped || time.Since(t.stoppedAt) <= cmp.Or(c.knobs.Forget, forget)
	})
}

// wrong says what is wrong with the parameters of RunTask.
func (c *Cluster) wrong(in runTask, n int) *fault {
	text, _ := json.Marshal(in.Overrides)
	strange := func(r rune) bool { return r < 33 || r > 126 }
	family, _, _ := strings.Cut(c.settings.Definition, ":")
	if failed := c.named(in.Cluster); failed != nil {
		return failed
	}
	switch {
	case !slices.Contains([]string{family, c.settings.Definition, c.definition()}, in.TaskDefinition):
		return &fault{kind: "ClientException", message: "TaskDefinition not found."}
	case n < 1 || n > mostTasks:
		return invalid("count must be between 1 and %d.", mostTasks)
	case len(in.ClientToken) > mostToken || strings.ContainsFunc(in.ClientToken, strange):
		return invalid("clientToken must have at most %d characters in the range of 33-126.", mostToken)
	case len(in.StartedBy) > mostStartedBy || strings.ContainsFunc(in.StartedBy, strangeStarter):
		return invalid("Invalid startedBy: at most %d letters, numbers, hyphens, slashes and underscores.", mostStartedBy)
	case len(text) > mostOverrides:
		return invalid("Container Overrides length must be at most %d.", mostOverrides)
	case in.LaunchType != "" && len(in.CapacityProviderStrategy) > 0:
		return invalid("Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.")
	case len(in.NetworkConfiguration) == 0:
		return invalid("Network Configuration must be provided when networkMode 'awsvpc' is specified.")
	case in.PropagateTags == "SERVICE":
		return invalid("Invalid value for propagateTags")
	}
	for _, o := range in.Overrides.ContainerOverrides {
		if o.Name != c.settings.Container {
			return invalid("Override for container named %s is not a container in the TaskDefinition.", o.Name)
		}
	}
	return nil
}

func strangeStarter(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("-/_", r)
}

// begin starts one task. mu is held.
func (c *Cluster) begin(in runTask, token string) *task {
	t := &task{
		cluster: c, id: newID(), n: len(c.tasks) + 1, ask: in, token: token,
		last: provisioning, desired: running, version: 1, created: time.Now(),
		stop: make(chan struct{}), kill: make(chan string, 1),
	}
	c.tasks = append(c.tasks, t)
	c.count()
	first := t.event()
	c.living.Go(func() { t.live(first) })
	return t
}

// newID is an id as tasks have it: 32 hexadecimal digits.
func newID() string {
	id := make([]byte, 16)
	_, _ = rand.Read(id) // it never fails
	return hex.EncodeToString(id)
}

// outcome is the answer of RunTask: what began, and what did not, side by side.
func outcome(begun []*task, failures []map[string]string) any {
	views := []any{}
	for _, t := range begun {
		views = append(views, t.view(true))
	}
	if failures == nil {
		failures = []map[string]string{}
	}
	return map[string]any{"tasks": views, "failures": failures}
}

func arns(tasks []*task) []string {
	var list []string
	for _, t := range tasks {
		list = append(list, t.arn())
	}
	return list
}
