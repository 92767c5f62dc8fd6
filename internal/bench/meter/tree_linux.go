package meter

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"sync"
	"syscall"
	"time"
)

// killAfter is how long a command may take to end once it was asked to.
const killAfter = 20 * time.Second

// A Tree is a command under way with all its processes.
type Tree struct {
	cmd   *exec.Cmd
	group group // "" if none could be made
	told  *os.File
}

// Start starts c below a process of inside, which is a command line of a program
// that calls [Inside] with whatever arguments follow. When ctx ends the command
// is asked to end, and after a while all of it is killed.
func Start(ctx context.Context, inside []string, c Command) (*Tree, error) {
	t := &Tree{group: newGroup()}
	args := slices.Concat(inside[1:], []string{string(t.group), "--"}, c.Args)
	t.cmd = exec.CommandContext(ctx, inside[0], args...)
	t.cmd.Dir, t.cmd.Env = c.Dir, c.Env
	t.cmd.Stdin, t.cmd.Stdout, t.cmd.Stderr = c.Stdin, c.Stdout, c.Stderr
	t.cmd.WaitDelay = killAfter
	t.cmd.Cancel = func() error { return t.cmd.Process.Signal(syscall.SIGTERM) }
	// A group of its own: a terminal's Ctrl-C is ours to pass on, once.
	t.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	told, tell, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("meter: %w", err), t.group.remove())
	}
	t.told, t.cmd.ExtraFiles = told, []*os.File{tell}
	err = t.cmd.Start()
	_ = tell.Close() // the process has its own
	if err != nil {
		return nil, errors.Join(fmt.Errorf("meter: start: %w", err), told.Close(), t.group.remove())
	}
	return t, nil
}

// Stop asks the command to end, as a service manager does (SIGTERM).
func (t *Tree) Stop() error { return t.cmd.Process.Signal(syscall.SIGTERM) }

// Wait waits until the command and all its processes have ended, and tells what
// they cost. A command that fails is no error: see [Usage.Exit].
func (t *Tree) Wait() (Usage, error) {
	defer func() { _ = t.told.Close() }()
	told, err := io.ReadAll(t.told)
	err = errors.Join(err, t.cmd.Wait())
	var r report
	if err == nil {
		err = json.Unmarshal(told, &r)
	}
	if err != nil {
		t.kill()
		return Usage{}, errors.Join(fmt.Errorf("meter: %w", err), t.group.remove())
	}
	u := Usage{Wall: r.Wall, CPU: r.Rusage, By: ByRusage, Exit: r.Exit, Left: r.Left, Rusage: r.Rusage}
	if r.Joined {
		u.By = ByCgroup
		if u.CPU, err = t.group.cpu(); err != nil {
			return u, errors.Join(err, t.group.remove())
		}
	}
	return u, t.group.remove()
}

// kill ends what the process that should have seen to it left.
func (t *Tree) kill() {
	for _, pid := range t.group.members() {
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
}

// CPU is the processor time so far. Without a cgroup it is that of the processes
// that live and of those that they waited for.
func (t *Tree) CPU() time.Duration {
	if t.group != "" {
		if d, err := t.group.cpu(); err == nil {
			return d
		}
	}
	return t.seen()
}

// Processes are the command's processes that live now, the command itself first.
// Their memory proper is looked up only if pss says so: the kernel walks all
// pages for it.
func (t *Tree) Processes(pss bool) []Process {
	var list []Process
	for _, s := range descendants(t.cmd.Process.Pid) {
		p, err := s.process(pss)
		if err == nil {
			list = append(list, p)
		}
	}
	return list
}

func (t *Tree) seen() time.Duration {
	var sum time.Duration
	for _, s := range descendants(t.cmd.Process.Pid) {
		sum += s.cpu + s.waited
	}
	return sum
}

// Sample calls see with the processes again and again until done is called,
// which waits for the last call. The first comes at once.
func (t *Tree) Sample(every time.Duration, pss bool, see func([]Process)) (done func()) {
	stop, over := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(over)
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			see(t.Processes(pss))
			select {
			case <-tick.C:
			case <-stop:
				return
			}
		}
	}()
	return sync.OnceFunc(func() { close(stop); <-over })
}
