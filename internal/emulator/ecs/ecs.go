// Package ecs is an ECS for tests: it answers RunTask, StopTask, DescribeTasks and
// ListTasks as the real one does, as far as its API reference says how, and runs
// each task as a real child process. No emulator that can be had does either. What
// it promises is pinned by tests that name the passage; where the reference is
// silent it does the more awkward thing. Nothing but tests imports it.
package ecs

import (
	"cmp"
	"context"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"
)

// Settings say what a cluster runs.
type Settings struct {
	Cluster     string        // its name; "" is lodge-test
	Definition  string        // family:revision of the one task definition; "" is CLUSTER:1
	Container   string        // the name of its one container; "" is worker
	Program     []string      // what the container runs, with its arguments
	Env         []string      // KEY=value, as in the task definition; overrides come on top, and nothing is inherited
	StopTimeout time.Duration // from SIGTERM to SIGKILL; 0 is 30 seconds, as ECS has it

	// Events is given each "ECS Task State Change", as EventBridge would deliver it:
	// in order for a task, from a goroutine of its own. nil: nobody listens.
	Events func(event []byte)
	Knobs
}

// Knobs can be turned while the cluster runs. The zero Knobs are an ECS that works.
// Counts go down as they are used up.
type Knobs struct {
	Capacity  int    // tasks that are not STOPPED, at most; 0: no limit
	Refuse    string // the reason in failures[] for every task that is asked for; "": none is refused
	Pull      string // why no image can be pulled; "": it can
	Throttled int    // so many calls are throttled and do nothing
	Broken    int    // so many calls answer 500 and do nothing
	Lost      int    // so many RunTask do what they were asked and then lose their answer

	Provisioning time.Duration // how long a task is PROVISIONING, and again DEPROVISIONING
	Pending      time.Duration // how long it is PENDING
	ListLag      time.Duration // how far behind ListTasks is; 0: 200 ms, less than 0: not at all
	DescribeLag  time.Duration // how long DescribeTasks and StopTask do not know a new task
	Forget       time.Duration // how long a STOPPED task is known, and its token; 0: 1 hour

	// Life is how long the nth task, from 1, may run until its host dies; 0: for
	// ever. nil: hosts do not die.
	Life func(n int) time.Duration
}

// The places of this cluster.
const (
	Region  = "us-east-1"
	Account = "111122223333"
	listLag = 200 * time.Millisecond
	forget  = time.Hour
)

// A Cluster is an ECS with one cluster and one task definition.
type Cluster struct {
	URL string // its endpoint, for AWS_ENDPOINT_URL_ECS

	settings Settings
	folder   string // of the containers
	over     context.Context
	server   *httptest.Server
	living   sync.WaitGroup

	mu     sync.Mutex
	knobs  Knobs
	tasks  []*task // in the order in which they were started
	tokens map[string]request
	calls  map[string]int
	most   int
	mostOf map[string]int
}

// Start starts a cluster without tasks on loopback. When the test ends its
// containers are killed, and waited for; what they wrote is told if it failed.
func Start(t testing.TB, s Settings) *Cluster {
	t.Helper()
	s.Cluster = cmp.Or(s.Cluster, "lodge-test")
	s.Definition = cmp.Or(s.Definition, s.Cluster+":1")
	s.Container = cmp.Or(s.Container, "worker")
	s.StopTimeout = cmp.Or(s.StopTimeout, 30*time.Second)
	over, end := context.WithCancel(context.Background())
	c := &Cluster{
		settings: s, folder: t.TempDir(), over: over, knobs: s.Knobs,
		tokens: map[string]request{}, calls: map[string]int{}, mostOf: map[string]int{},
	}
	c.server = httptest.NewServer(c)
	c.URL = c.server.URL
	t.Cleanup(func() {
		end()
		c.living.Wait()
		c.server.CloseClientConnections()
		c.server.Close()
		if t.Failed() {
			c.tell(t)
		}
	})
	return c
}

// Set turns the knobs.
func (c *Cluster) Set(turn func(*Knobs)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	turn(&c.knobs)
}

// Calls is how often an operation was asked for, throttled calls included.
func (c *Cluster) Calls(operation string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.calls[operation]
}

// Started is how many tasks were started.
func (c *Cluster) Started() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.tasks)
}

// Most is the greatest number of tasks that there were at the same time, from
// when they were asked for to the end of their process.
func (c *Cluster) Most() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.most
}

// MostOf is [Cluster.Most] of tasks that were given an account.
func (c *Cluster) MostOf(account string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.mostOf[account]
}

// Tasks are the ids of the tasks, in the order in which they were started.
func (c *Cluster) Tasks() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var ids []string
	for _, t := range c.tasks {
		ids = append(ids, t.id)
	}
	return ids
}

// count brings the greatest numbers up to date. mu is held.
func (c *Cluster) count() {
	n, of := 0, map[string]int{}
	for _, t := range c.tasks {
		if t.gone() {
			continue
		}
		n++
		for _, account := range t.accounts() {
			of[account]++
		}
	}
	c.most = max(c.most, n)
	for account, n := range of {
		c.mostOf[account] = max(c.mostOf[account], n)
	}
}

// running are the tasks that take up capacity: all that are not STOPPED. mu is held.
func (c *Cluster) running() int {
	n := 0
	for _, t := range c.tasks {
		if t.last != stopped {
			n++
		}
	}
	return n
}

// find is the task of that id or ARN, nil if there is none. mu is held.
func (c *Cluster) find(name string) *task {
	i := slices.IndexFunc(c.tasks, func(t *task) bool { return t.id == name || t.arn() == name })
	if i < 0 {
		return nil
	}
	return c.tasks[i]
}

// seen is find as calls see it: late, and not for ever. mu is held.
func (c *Cluster) seen(name string) *task {
	t := c.find(name)
	switch {
	case t == nil, time.Since(t.created) < c.knobs.DescribeLag:
		return nil
	case t.last == stopped && time.Since(t.stoppedAt) > cmp.Or(c.knobs.Forget, forget):
		return nil
	}
	return t
}
