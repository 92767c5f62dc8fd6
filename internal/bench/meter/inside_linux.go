package meter

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// grace is how long processes may outlive their command.
const grace = 2 * time.Second

// reportFile is the descriptor on which [Inside] tells what it saw.
const reportFile = 3

// A report is what the process around a command saw.
type report struct {
	Wall   time.Duration
	Rusage time.Duration
	Exit   int
	Left   int
	Joined bool // it was in the cgroup
}

// Inside runs a command as its parent, in a cgroup, and reports to who called
// [Start]. args are what Start put there: the cgroup's folder, "--", the command.
func Inside(args []string) error {
	if len(args) < 3 || args[1] != "--" {
		return errors.New("meter: this is for bench itself: there is nothing to type")
	}
	r := report{Joined: group(args[0]).join() == nil}
	// What loses its parent becomes ours, so that its time is counted and its
	// end is seen.
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("meter: %w", err)
	}
	syscall.CloseOnExec(reportFile)
	if err := r.run(args[2:]); err != nil {
		return fmt.Errorf("meter: %w", err)
	}
	var self unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_CHILDREN, &self); err != nil {
		return fmt.Errorf("meter: %w", err)
	}
	r.Rusage = time.Duration(self.Utime.Nano() + self.Stime.Nano())
	out := os.NewFile(reportFile, "report")
	return errors.Join(json.NewEncoder(out).Encode(r), out.Close())
}

// run runs the command until it and its processes have ended.
func (r *report) run(args []string) error {
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(signals)
	cmd := exec.Command(args[0], args[1:]...) //nolint:gosec // what is to be measured is what the caller names
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
	begun := time.Now()
	if err := cmd.Start(); err != nil {
		return err
	}
	pid := cmd.Process.Pid
	ended := make(chan unix.WaitStatus)
	empty := make(chan struct{})
	go func() { // waits for everybody, the adopted too
		defer close(empty)
		for {
			var status unix.WaitStatus
			who, err := unix.Wait4(-1, &status, 0, nil)
			switch {
			case errors.Is(err, unix.EINTR):
			case err != nil: // there is nobody left
				return
			case who == pid:
				ended <- status
			}
		}
	}()
	r.Exit = await(pid, ended, signals)
	r.Wall = time.Since(begun)
	r.Left = bury(empty)
	return nil
}

// await waits for the command and passes signals on to it.
func await(pid int, ended <-chan unix.WaitStatus, signals <-chan os.Signal) int {
	for {
		select {
		case status := <-ended:
			return status.ExitStatus()
		case <-signals:
			_ = unix.Kill(pid, unix.SIGTERM)
		}
	}
}

// bury waits for what outlives the command, then kills and counts it.
func bury(empty <-chan struct{}) int {
	patience := time.NewTimer(grace)
	defer patience.Stop()
	select {
	case <-empty:
		return 0
	case <-patience.C:
	}
	left := 0
	for again := time.NewTicker(20 * time.Millisecond); ; {
		list := descendants(os.Getpid())
		left = max(left, len(list))
		for _, s := range list {
			_ = unix.Kill(s.pid, unix.SIGKILL)
		}
		select {
		case <-empty:
			again.Stop()
			return left
		case <-again.C: // those that were being forked meanwhile
		}
	}
}
