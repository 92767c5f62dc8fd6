package ecs

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// A fault is an error as awsJson1.1 has it: 400 with a type and a message, 500 for
// those of the service.
type fault struct {
	kind, message string
	resources     []string
	status        int
}

func invalid(format string, args ...any) *fault {
	return &fault{kind: "InvalidParameterException", message: fmt.Sprintf(format, args...)}
}

// target begins the header that names the operation.
const target = "AmazonEC2ContainerServiceV20141113."

// ServeHTTP is the endpoint of the service, and that of the tasks' metadata.
func (c *Cluster) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if id, ok := strings.CutPrefix(r.URL.Path, "/v4/"); ok {
		c.metadata(w, id)
		return
	}
	operation, ok := strings.CutPrefix(r.Header.Get("X-Amz-Target"), target)
	body, err := io.ReadAll(r.Body)
	switch {
	case !ok || r.Method != http.MethodPost || err != nil:
		answer(w, nil, &fault{kind: "UnknownOperationException"})
		return
	case !strings.HasPrefix(r.Header.Get("Authorization"), "AWS4-HMAC-SHA256 "):
		answer(w, nil, &fault{kind: "MissingAuthenticationTokenException", message: "Missing Authentication Token"})
		return
	}
	out, failed, lost := c.call(operation, body)
	if lost {
		if hijacker, ok := w.(http.Hijacker); ok {
			if conn, _, err := hijacker.Hijack(); err == nil {
				_ = conn.Close()
				return
			}
		}
	}
	answer(w, out, failed)
}

// call does one operation, unless the knobs say otherwise.
func (c *Cluster) call(operation string, body []byte) (out any, failed *fault, lost bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls[operation]++
	switch {
	case used(&c.knobs.Throttled):
		return nil, &fault{kind: "ThrottlingException", message: "Rate exceeded"}, false
	case used(&c.knobs.Broken):
		return nil, &fault{kind: "ServerException", message: "Please try again later.", status: http.StatusInternalServerError}, false
	}
	switch operation {
	case "RunTask":
		out, failed = with(body, c.runTask)
		lost = used(&c.knobs.Lost)
	case "StopTask":
		out, failed = with(body, c.stopTask)
	case "DescribeTasks":
		out, failed = with(body, c.describeTasks)
	case "ListTasks":
		out, failed = with(body, c.listTasks)
	default:
		failed = &fault{kind: "UnknownOperationException", message: operation + " is not in this ECS"}
	}
	return out, failed, lost
}

// used takes one off a count that is not used up.
func used(n *int) bool {
	if *n <= 0 {
		return false
	}
	*n--
	return true
}

// with reads the input of an operation and does it.
func with[In any](body []byte, do func(In) (any, *fault)) (any, *fault) {
	var in In
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, &fault{kind: "SerializationException", message: err.Error()}
	}
	return do(in)
}

func answer(w http.ResponseWriter, out any, failed *fault) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	w.Header().Set("X-Amzn-Requestid", rand.Text())
	if failed != nil {
		v := map[string]any{"__type": failed.kind, "message": failed.message}
		if failed.resources != nil {
			v["resourceIds"] = failed.resources
		}
		out = v
		w.WriteHeader(max(failed.status, http.StatusBadRequest))
	}
	_ = json.NewEncoder(w).Encode(out)
}

// named says what is wrong with a cluster's name in a call.
func (c *Cluster) named(name string) *fault {
	if name == c.settings.Cluster || name == c.arn() {
		return nil
	}
	return &fault{kind: "ClusterNotFoundException", message: "Cluster not found."}
}

// metadata is what a container asks to know itself (Developer Guide, "Task metadata
// endpoint version 4 for tasks on Fargate").
func (c *Cluster) metadata(w http.ResponseWriter, path string) {
	id, rest, _ := strings.Cut(path, "/")
	c.mu.Lock()
	defer c.mu.Unlock()
	t := c.find(id)
	if t == nil || rest != "" && rest != "task" {
		http.Error(w, "not found", http.StatusNotFound)
		return
	}
	container := map[string]any{
		"Name": c.settings.Container, "KnownStatus": running, "DesiredStatus": running,
		"Labels": map[string]string{"com.amazonaws.ecs.cluster": c.arn(), "com.amazonaws.ecs.task-arn": t.arn()},
	}
	var out any = container
	if rest == "task" {
		family, revision, _ := strings.Cut(c.settings.Definition, ":")
		out = map[string]any{
			"Cluster": c.arn(), "TaskARN": t.arn(), "Family": family, "Revision": revision, "DesiredStatus": t.desired,
			"KnownStatus": running, "LaunchType": "FARGATE", "AvailabilityZone": Region + "a", "Containers": []any{container},
		}
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(out)
}
