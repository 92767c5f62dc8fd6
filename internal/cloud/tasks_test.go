package cloud_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/cloud"
	"example.com/lodge/internal/dispatch"
	"example.com/lodge/internal/emulator/ecs"
)

// TestWorkerIsGiven: the process itself is given its slot, fence and accounts.
func TestWorkerIsGiven(t *testing.T) {
	y := opened(t, ecs.Settings{})
	task := slot(3)
	task.Accounts = []string{"acme", `Zürich ✓, "two"`, "a%2Cb/c d"}
	id := y.started(task)
	lines := strings.Split(y.Output(strings.TrimPrefix(id, "ecs:")), "\n")
	got, err := cloud.ReadTask(lookup(map[string]string{"LODGE_SLOT": lines[0], "LODGE_FENCE": lines[1], "LODGE_ACCOUNTS": lines[2]}))
	got.Token = task.Token
	if diff := cmp.Diff(task, got); err != nil || diff != "" {
		t.Errorf("%v: -want +got\n%s", err, diff)
	}
}

// API reference, RunTask: what is asked for. Nothing but the variable for the task
// names an account.
func TestAsksFor(t *testing.T) {
	tasks, s := scripted(t, line{http.StatusOK, `{"tasks":[{"taskArn":"arn:aws:ecs:us-east-1:1:task/lodge-test/0123"}]}`})
	id, err := tasks.Start(t.Context(), slot(3))
	if err != nil || id != "ecs:0123" {
		t.Fatalf("%q, %v", id, err)
	}
	var want map[string]any
	if err := json.Unmarshal([]byte(`{
		"cluster": "lodge-test", "taskDefinition": "arn:d:1", "count": 1, "clientToken": "043cefbc9330c2bc1bedc3f84680c651", "launchType": "FARGATE",
		"startedBy": "lodge-test/slot-3/fence-7", "propagateTags": "TASK_DEFINITION", "tags": [{"key": "lodge", "value": "lodge-test"}],
		"networkConfiguration": {"awsvpcConfiguration":
			{"subnets": ["subnet-1", "subnet-2"], "securityGroups": ["sg-1"], "assignPublicIp": "DISABLED"}},
		"overrides": {"containerOverrides": [{"name": "worker", "environment": [
			{"name": "LODGE_SLOT", "value": "3"}, {"name": "LODGE_FENCE", "value": "7"}, {"name": "LODGE_ACCOUNTS", "value": "acme,zenith"}]}]}
	}`), &want); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]map[string]any{want}, s.requests()); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestAsksForAPublicAddress(t *testing.T) {
	tasks, s := scripted(t, failure("x"))
	tasks.Launch.PublicIP = true
	_, _ = tasks.Start(t.Context(), slot(1))
	if text, _ := json.Marshal(s.requests()); !strings.Contains(string(text), `"assignPublicIp":"ENABLED"`) {
		t.Errorf("%s", text)
	}
}

// TestEachTryCounts: only where every try was refused in so many words it is certain that
// nothing was started. What is known of the others is asked again.
func TestEachTryCounts(t *testing.T) {
	task := line{http.StatusOK, `{"tasks":[{"taskArn":"arn:aws:ecs:us-east-1:1:task/lodge-test/0123"}]}`}
	lost, broken, throttled := line{}, line{http.StatusInternalServerError, `{"__type":"ServerException"}`}, failed("ThrottlingException")
	const started, refused, open = "started", "refused", "open"
	for what, c := range map[string]struct {
		lines []line
		want  string
	}{
		"at once":                         {[]line{task}, started},
		"after one that was lost":         {[]line{lost, task}, started},
		"throttled each time":             {[]line{throttled, throttled}, refused},
		"lost":                            {[]line{lost}, open},
		"broken":                          {[]line{broken}, open},
		"lost, then throttled":            {[]line{lost, throttled}, open},
		"broken, then throttled":          {[]line{broken, throttled}, open},
		"broken, then denied":             {[]line{broken, failed("AccessDeniedException")}, open},
		"throttled, then lost":            {[]line{throttled, lost}, open},
		"throttled, then denied":          {[]line{throttled, failed("AccessDeniedException")}, refused},
		"throttled, then no room":         {[]line{throttled, failure("Capacity is unavailable")}, refused},
		"lost, then no room":              {[]line{lost, failure("Capacity is unavailable")}, open},
		"an answer that says nothing":     {[]line{{http.StatusOK, `{}`}}, open},
		"an answer that is cut off":       {[]line{{http.StatusOK, `{"tasks":[{"task`}}, open},
		"an error that nobody knows":      {[]line{failed("SurpriseException")}, open},
		"a request that was not all read": {[]line{{http.StatusRequestTimeout, `{"__type":"InvalidParameterException"}`}}, open},
		"a token in use for another's":    {[]line{{http.StatusBadRequest, `{"__type":"ConflictException","resourceIds":["arn:aws:ecs:us-east-1:1:task/lodge-test/0123"]}`}}, started},
		"a token in use for two":          {[]line{{http.StatusBadRequest, `{"__type":"ConflictException","resourceIds":["a/1","a/2"]}`}}, open},
	} {
		t.Run(what, func(t *testing.T) {
			tasks, s := scripted(t, c.lines...)
			id, err := tasks.Start(t.Context(), slot(1))
			got := open
			switch {
			case err == nil && id == "ecs:0123":
				got = started
			case errors.Is(err, dispatch.ErrRefused):
				got = refused
			}
			if got != c.want || len(s.requests()) != len(c.lines) {
				t.Errorf("%s after %d tries, want %s: %q, %v", got, len(s.requests()), c.want, id, err)
			}
		})
	}
}

func TestNotAsked(t *testing.T) {
	tasks, _ := scripted(t)
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	t.Setenv("AWS_ENDPOINT_URL_ECS", gone.URL)
	nobody := cloud.NewTasks(connected(t).ECS(), "lodge-test")
	nobody.Launch = tasks.Launch
	if _, err := nobody.Start(t.Context(), slot(1)); !errors.Is(err, dispatch.ErrRefused) {
		t.Errorf("nobody listens: %v", err)
	}
	tasks.Launch = nil
	if _, err := tasks.Start(t.Context(), slot(1)); !errors.Is(err, dispatch.ErrRefused) {
		t.Errorf("not told what to start: %v", err)
	}
}

// API reference, RunTask, Errors, and "Common Error Types"; Developer Guide, "API
// failure reasons": who acts.
func TestWhoActs(t *testing.T) {
	for _, c := range []struct {
		line line
		acts carriers.Person
		says string
	}{
		{failed("ThrottlingException"), carriers.Nobody, "takes no more calls"},
		{failed("AccessDeniedException"), carriers.Operator, "ecs:RunTask"},
		{failed("ClusterNotFoundException"), carriers.Operator, "no such cluster"},
		{failed("PlatformTaskDefinitionIncompatibilityException"), carriers.Operator, "Fargate cannot run"},
		{failed("InvalidParameterException"), carriers.Operator, "does not take the request"},
		{failed("ClientException"), carriers.Operator, "does not take the request"},
		{failed("LimitExceededException"), carriers.Operator, "quota"},
		{failed("ExpiredTokenException"), carriers.Operator, "credentials"},
		{line{http.StatusBadRequest, `{"__type":"ClientException","message":"The quota of tasks in PROVISIONING per cluster is reached"}`}, carriers.Nobody, "as it can at once"},
		{failure("Capacity is unavailable at this time. Please try again later or in a different availability zone"), carriers.Nobody, "no room"},
		{failure("You’ve reached the limit on the number of vCPUs you can run concurrently"), carriers.Operator, "quota"},
		{failure("The requested CPU configuration is above your limit"), carriers.Operator, "quota"},
		{failure("RESOURCE:ENI"), carriers.Operator, "network interface"},
		{failure("RESOURCE:MEMORY"), carriers.Operator, "lacks"},
		{failure("AGENT"), carriers.Operator, "Fargate"},
		{failure("The subnet subnet-1 has no free addresses"), carriers.Operator, "no address left"},
		{failure("something new"), carriers.Operator, `"something new: d"`},
	} {
		tasks, _ := scripted(t, c.line)
		_, err := tasks.Start(t.Context(), slot(1))
		refused, ok := errors.AsType[*dispatch.RefusedError](err)
		if !ok || refused.Acts != c.acts || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q acting and %q", c.line.body, err, c.acts, c.says)
		}
	}
}

func TestReadLaunch(t *testing.T) {
	env := map[string]string{
		"LODGE_TASK_DEFINITION": "arn:d:1", "LODGE_SUBNETS": "a,b", "LODGE_SECURITY_GROUPS": "c", "LODGE_PUBLIC_IP": "true",
	}
	got, err := cloud.ReadLaunch(lookup(env))
	want := &cloud.Launch{Definition: "arn:d:1", Subnets: []string{"a", "b"}, SecurityGroups: []string{"c"}, PublicIP: true}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v: -want +got\n%s", err, diff)
	}
	env["LODGE_PUBLIC_IP"] = "perhaps"
	if _, err := cloud.ReadLaunch(lookup(env)); err == nil || !strings.Contains(err.Error(), "LODGE_PUBLIC_IP") {
		t.Errorf("%v", err)
	}
	_, err = cloud.ReadLaunch(lookup(map[string]string{"LODGE_SUBNETS": "a"}))
	if err == nil || !strings.Contains(err.Error(), "LODGE_TASK_DEFINITION, LODGE_SECURITY_GROUPS, LODGE_PUBLIC_IP not set") {
		t.Errorf("%v", err)
	}
}

func TestReadTaskRefuses(t *testing.T) {
	for what, env := range map[string]map[string]string{
		"nothing":     {},
		"no slot":     {"LODGE_SLOT": "0", "LODGE_FENCE": "1", "LODGE_ACCOUNTS": "a"},
		"no fence":    {"LODGE_SLOT": "1", "LODGE_FENCE": "x", "LODGE_ACCOUNTS": "a"},
		"no account":  {"LODGE_SLOT": "1", "LODGE_FENCE": "1"},
		"half a list": {"LODGE_SLOT": "1", "LODGE_FENCE": "1", "LODGE_ACCOUNTS": "a,"},
		"bad escape":  {"LODGE_SLOT": "1", "LODGE_FENCE": "1", "LODGE_ACCOUNTS": "a%zz"},
	} {
		if got, err := cloud.ReadTask(lookup(env)); err == nil || !strings.Contains(err.Error(), "only the dispatcher starts a worker") {
			t.Errorf("%s: %+v, %v", what, got, err)
		}
	}
}
