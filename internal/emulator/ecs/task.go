package ecs

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/lodge/internal/config"
)

// The states of a task: Developer Guide, "Task lifecycle".
const (
	provisioning   = "PROVISIONING"
	pending        = "PENDING"
	running        = "RUNNING"
	stopping       = "STOPPING"
	deprovisioning = "DEPROVISIONING"
	stopped        = "STOPPED"
)

// A task is one that was started. What changes is guarded by the cluster's mu.
type task struct {
	cluster *Cluster
	id      string
	n       int // from 1
	ask     runTask
	token   string

	last, desired                string
	version                      int
	created, started             time.Time
	stoppingAt, ended, stoppedAt time.Time // ended: of the process
	code, reason                 string    // why it stopped
	exit                         *int
	why                          string // the container's own reason

	stop chan struct{} // closed when it is told to end
	kill chan string   // the host dies: with the container's reason
}

func (t *task) arn() string {
	return "arn:aws:ecs:" + Region + ":" + Account + ":task/" + t.cluster.settings.Cluster + "/" + t.id
}

func (t *task) mark() string { return t.cluster.URL + "/v4/" + t.id }

func (t *task) folder() string { return filepath.Join(t.cluster.folder, t.id) }

// gone says whether its process has ended, or will never begin.
func (t *task) gone() bool { return !t.ended.IsZero() }

// accounts are those that it was given.
func (t *task) accounts() []string {
	for _, v := range t.environment() {
		list, ok := strings.CutPrefix(v, config.EnvAccounts+"=")
		if !ok {
			continue
		}
		var names []string
		for _, escaped := range strings.Split(list, ",") {
			name, _ := url.PathUnescape(escaped)
			names = append(names, name)
		}
		return names
	}
	return nil
}

// environment is what the overrides add.
func (t *task) environment() []string {
	var list []string
	for _, o := range t.ask.Overrides.ContainerOverrides {
		for _, v := range o.Environment {
			list = append(list, v.Name+"="+v.Value)
		}
	}
	return list
}

// seconds is a time as awsJson has it; nil if there was none.
func seconds(at time.Time) any {
	if at.IsZero() {
		return nil
	}
	return json.Number(fmt.Sprintf("%d.%03d", at.Unix(), at.Nanosecond()/int(time.Millisecond)))
}

// view is the task as calls show it (API reference, "Task"). mu is held.
func (t *task) view(tags bool) map[string]any {
	v := map[string]any{
		"taskArn": t.arn(), "clusterArn": t.cluster.arn(), "taskDefinitionArn": t.cluster.definition(),
		"lastStatus": t.last, "desiredStatus": t.desired, "launchType": "FARGATE", "startedBy": t.ask.StartedBy,
		"overrides": t.ask.Overrides, "version": t.version, "createdAt": seconds(t.created), "startedAt": seconds(t.started),
		"stoppingAt": seconds(t.stoppingAt), "executionStoppedAt": seconds(t.ended), "stoppedAt": seconds(t.stoppedAt),
		"containers": []any{t.container()}, "group": "family:" + t.cluster.settings.Cluster,
	}
	if t.code != "" {
		v["stopCode"], v["stoppedReason"] = t.code, t.reason
	}
	if tags {
		v["tags"] = t.ask.Tags
	}
	return v
}

// container is the task's one container. mu is held.
func (t *task) container() map[string]any {
	v := map[string]any{"name": t.cluster.settings.Container, "taskArn": t.arn(), "lastStatus": pending}
	switch {
	case t.gone():
		v["lastStatus"] = stopped
	case t.last == running, t.last == stopping:
		v["lastStatus"] = running
	}
	if t.exit != nil {
		v["exitCode"] = *t.exit
	}
	if t.why != "" {
		v["reason"] = t.why
	}
	return v
}

func (c *Cluster) arn() string {
	return "arn:aws:ecs:" + Region + ":" + Account + ":cluster/" + c.settings.Cluster
}

func (c *Cluster) definition() string {
	return "arn:aws:ecs:" + Region + ":" + Account + ":task-definition/" + c.settings.Definition
}

// Output is what a task wrote so far, on both streams.
func (c *Cluster) Output(id string) string {
	text, _ := os.ReadFile(filepath.Join(c.folder, id+".log"))
	return string(text)
}

// tell shows what became of the tasks of a test that failed.
func (c *Cluster) tell(t testing.TB) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, task := range c.tasks {
		text := c.Output(task.id)
		t.Logf("task %s: %s, %s %s\n%s", task.id, task.last, task.code, task.reason, text[max(0, len(text)-4000):])
	}
}
