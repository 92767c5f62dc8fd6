package ecs

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"time"
)

type stopTask struct {
	Cluster string `json:"cluster"`
	Task    string `json:"task"`
	Reason  string `json:"reason"`
}

// stopTask tells a task to end and shows it as it is then. mu is held.
func (c *Cluster) stopTask(in stopTask) (any, *fault) {
	if failed := c.named(in.Cluster); failed != nil {
		return nil, failed
	}
	t := c.seen(in.Task)
	if t == nil || in.Task != t.arn() { // "The full Amazon Resource Name (ARN) of the task"
		return nil, invalid("The referenced task was not found.")
	}
	reason := in.Reason
	if reason == "" {
		reason = "Task stopped by user"
	}
	t.tell("UserInitiated", reason)
	return map[string]any{"task": t.view(false)}, nil
}

// tell tells a task to end, once. mu is held.
func (t *task) tell(code, reason string) {
	if t.desired == stopped {
		return
	}
	t.desired, t.code, t.reason, t.stoppingAt = stopped, code, reason, time.Now()
	close(t.stop)
}

// Kill ends a task's process at once, as when its host dies or, with why, as the
// container's reason tells: "OutOfMemoryError: Container killed due to memory usage".
func (c *Cluster) Kill(id, why string) {
	c.mu.Lock()
	t := c.find(id)
	c.mu.Unlock()
	if t != nil {
		select {
		case t.kill <- why:
		default: // it is being killed
		}
	}
}

// Interrupt ends a task as Fargate Spot does when it wants the machine back: with a
// SIGTERM (Developer Guide, "Fargate Spot termination notices").
func (c *Cluster) Interrupt(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if t := c.find(id); t != nil {
		t.tell("SpotInterruption", "Your Spot Task was interrupted.")
	}
}

// live is the life of a task, from PROVISIONING to STOPPED.
func (t *task) live(first []byte) {
	c := t.cluster
	c.deliver(first)
	knobs := c.turned()
	if t.wait(knobs.Provisioning) && t.become(pending, nil) && t.wait(knobs.Pending) {
		t.run(knobs)
	}
	t.become(deprovisioning, func() {
		if !t.gone() {
			t.ended = time.Now()
		}
		if t.desired != stopped { // it ended by itself
			t.desired, t.stoppingAt = stopped, time.Now()
		}
	})
	t.rest(knobs.Provisioning)
	t.become(stopped, func() { t.stoppedAt = time.Now() })
}

// turned are the knobs as they are now.
func (c *Cluster) turned() Knobs {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.knobs
}

// wait waits; false: the task was told to end, or the cluster is over.
func (t *task) wait(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-t.stop:
	case <-t.cluster.over.Done():
	}
	return false
}

// rest waits, whatever the task was told.
func (t *task) rest(d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-t.cluster.over.Done():
	}
}

// become changes the state and tells of it.
func (t *task) become(status string, change func()) bool {
	c := t.cluster
	c.mu.Lock()
	t.last = status
	t.version++
	if change != nil {
		change()
	}
	event := t.event()
	c.mu.Unlock()
	c.deliver(event)
	return true
}

// run is the life of the container's process.
func (t *task) run(knobs Knobs) {
	// The kernel kills the process when the thread that started it ends.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	process, err := t.start(knobs)
	if err != nil {
		t.change(func() { t.tell("TaskFailedToStart", err.Error()) })
		return
	}
	t.become(running, func() { t.started = time.Now() })
	exited := make(chan error, 1)
	go func() { exited <- process.Wait() }()
	why := t.watch(process, exited, knobs)
	empty(t, process)
	t.become(stopping, func() {
		code := exitCode(process.ProcessState)
		t.exit, t.why, t.ended = &code, why, time.Now()
		t.tell("EssentialContainerExited", "Essential container in task exited")
	})
}

func (t *task) change(do func()) {
	t.cluster.mu.Lock()
	defer t.cluster.mu.Unlock()
	do()
}

// start starts the process in a folder of its own.
func (t *task) start(knobs Knobs) (*exec.Cmd, error) {
	s := t.cluster.settings
	switch {
	case knobs.Pull != "":
		return nil, errors.New("CannotPullContainerError: " + knobs.Pull)
	case len(s.Program) == 0:
		return nil, errors.New("CannotStartContainerError: the test gave no program")
	}
	tmp := filepath.Join(t.folder(), "tmp")
	if err := os.MkdirAll(tmp, 0o700); err != nil {
		return nil, err
	}
	log, err := os.Create(t.folder() + ".log")
	if err != nil {
		return nil, err
	}
	defer log.Close()
	cmd := exec.Command(s.Program[0], s.Program[1:]...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = t.folder(), log, log
	cmd.Env = append([]string{
		"HOME=" + t.folder(), "TMPDIR=" + tmp, "PATH=" + os.Getenv("PATH"), "AWS_ENDPOINT_URL_ECS=" + t.cluster.URL,
	}, s.Env...)
	cmd.Env = append(append(cmd.Env, t.environment()...), "ECS_CONTAINER_METADATA_URI_V4="+t.mark(), "AWS_EXECUTION_ENV=AWS_ECS_FARGATE")
	contain(cmd)
	if err := cmd.Start(); err != nil {
		return nil, errors.New("CannotStartContainerError: " + err.Error())
	}
	return cmd, nil
}

// watch waits for the end of the process and brings it about where it must. It
// returns the container's reason, if there is one.
func (t *task) watch(process *exec.Cmd, exited <-chan error, knobs Knobs) (why string) {
	var dies <-chan time.Time
	if knobs.Life != nil {
		if life := knobs.Life(t.n); life > 0 {
			timer := time.NewTimer(life)
			defer timer.Stop()
			dies = timer.C
		}
	}
	told := t.stop
	var late <-chan time.Time
	for {
		select {
		case <-exited:
			return why
		case <-told:
			_ = process.Process.Signal(syscall.SIGTERM)
			told, late = nil, time.After(t.cluster.settings.StopTimeout)
			continue
		case why = <-t.kill:
		case <-late:
		case <-dies:
		case <-t.cluster.over.Done():
		}
		_ = process.Process.Kill()
		<-exited
		return why
	}
}

// exitCode is the code that a container reports: of a process that a signal ended,
// 128 and the signal's number.
func exitCode(state *os.ProcessState) int {
	if status, ok := state.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return 128 + int(status.Signal())
	}
	return state.ExitCode()
}
