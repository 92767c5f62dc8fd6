package browser

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
)

// contain puts the browser into a process group of its own, so that a terminal's
// Ctrl-C does not end it in the middle of a commit and all of it can be killed
// at once, and lets the kernel kill it when we die.
func contain(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}

// killUsers kills the processes whose command line names a path below dir, and
// returns how many there were. Chromium gives its profile to each of its
// processes, also to those that leave its group.
func killUsers(dir string) int {
	lines, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	n := 0
	for _, line := range lines {
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(line)))
		if err != nil || pid == os.Getpid() {
			continue
		}
		args, err := os.ReadFile(line)
		if err == nil && bytes.Contains(args, []byte("="+dir+"/")) && syscall.Kill(pid, syscall.SIGKILL) == nil {
			n++
		}
	}
	return n
}
