package ecs

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// contain puts a process into a group of its own, and lets the kernel kill it when
// the test dies.
func contain(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// empty kills what is left in a container whose main process has ended, as the end
// of a container does: its group, and whatever left the group, by the folder that
// it works in or by what it was started with.
func empty(t *task, process *exec.Cmd) {
	_ = syscall.Kill(-process.Process.Pid, syscall.SIGKILL)
	for range 100 {
		left := 0
		for _, pid := range inside(t) {
			left++
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
		if left == 0 {
			return
		}
		time.Sleep(10 * time.Millisecond) //nolint:forbidigo // nothing tells when another's child is gone
	}
}

// inside are the processes of the task's container, those that nobody has waited
// for left out.
func inside(t *task) []int {
	var pids []int
	folders, _ := filepath.Glob("/proc/[0-9]*")
	for _, folder := range folders {
		pid, err := strconv.Atoi(filepath.Base(folder))
		if err != nil || pid == os.Getpid() {
			continue
		}
		cwd, _ := os.Readlink(filepath.Join(folder, "cwd"))
		args, _ := os.ReadFile(filepath.Join(folder, "cmdline"))
		env, _ := os.ReadFile(filepath.Join(folder, "environ"))
		if strings.HasPrefix(cwd, t.folder()) || bytes.Contains(args, []byte(t.folder())) || bytes.Contains(env, []byte(t.mark())) {
			pids = append(pids, pid)
		}
	}
	return pids
}
