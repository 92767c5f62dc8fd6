package real

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// A process is one of this machine's.
type process struct {
	pid, parent, group int
	state              byte // R, S, Z, ...
	args               string
}

// processes are all that can be read.
func processes() []process {
	dirs, _ := filepath.Glob("/proc/[0-9]*")
	var all []process
	for _, dir := range dirs {
		stat, err := os.ReadFile(filepath.Join(dir, "stat"))
		i := bytes.LastIndexByte(stat, ')') // names may hold anything
		if err != nil || i < 0 {
			continue // it ended meanwhile
		}
		p := process{}
		p.pid, _ = strconv.Atoi(filepath.Base(dir))
		fields := strings.Fields(string(stat[i+1:]))
		p.state = fields[0][0]
		p.parent, _ = strconv.Atoi(fields[1])
		p.group, _ = strconv.Atoi(fields[2])
		args, _ := os.ReadFile(filepath.Join(dir, "cmdline"))
		p.args = string(bytes.ReplaceAll(args, []byte{0}, []byte{' '}))
		all = append(all, p)
	}
	return all
}

// below are the processes that pid started, and those that these started.
func below(pid int) []process {
	all, mine := processes(), map[int]bool{pid: true}
	var list []process
	for grown := true; grown; {
		grown = false
		for _, p := range all {
			if mine[p.parent] && !mine[p.pid] {
				mine[p.pid], grown = true, true
				list = append(list, p)
			}
		}
	}
	return list
}

// A herd is processes that are to end together.
type herd struct {
	list []process
	fds  []unix.PollFd
}

// herded watches what pid has started. A process that ends is told apart from
// another that gets its number.
func herded(pid int) *herd {
	h := &herd{}
	for _, p := range below(pid) {
		h.watch(p)
	}
	return h
}

func (h *herd) watch(p process) {
	if fd, err := unix.PidfdOpen(p.pid, 0); err == nil { // else it has ended
		h.list, h.fds = append(h.list, p), append(h.fds, unix.PollFd{Fd: int32(fd), Events: unix.POLLIN})
	}
}

// holds are those whose arguments or environment hold a password.
func (h *herd) holds(passwords []string) []string {
	var found []string
	for _, p := range h.list {
		environ, _ := os.ReadFile(fmt.Sprintf("/proc/%d/environ", p.pid))
		found = append(found, leaks("the environment of a child", environ, passwords)...)
		found = append(found, leaks("the arguments of a child", []byte(p.args), passwords)...)
	}
	return found
}

// end waits until all have ended, and what was started beside them, for up to
// patience in all, and names those that have not.
func (h *herd) end(patience time.Duration) []string {
	until := time.Now().Add(patience)
	groups := map[int]bool{}
	for _, p := range h.list {
		groups[p.group] = p.group != syscall.Getpgrp()
	}
	var left []string
	for i := 0; i < len(h.list); i++ {
		if !ended(h.fds[i:i+1], until) {
			left = append(left, fmt.Sprintf("process %d is still there %s after its parent: %.120s", h.list[i].pid, patience, h.list[i].args))
		}
		_ = unix.Close(int(h.fds[i].Fd))
		if i+1 < len(h.list) || left != nil {
			continue
		}
		for _, p := range processes() { // begun since
			if groups[p.group] && p.state != 'Z' {
				h.watch(p)
			}
		}
	}
	return left
}

// ended waits for the end of a process, until a time.
func ended(fd []unix.PollFd, until time.Time) bool {
	for {
		_, err := unix.Poll(fd, int(max(0, time.Until(until)).Milliseconds()))
		if !errors.Is(err, unix.EINTR) {
			return fd[0].Revents != 0
		}
	}
}

// using are the processes that name a path below dir.
func using(dir string) []string {
	var list []string
	for _, p := range processes() {
		if p.state != 'Z' && p.pid != os.Getpid() && strings.Contains(p.args, dir+"/") {
			list = append(list, fmt.Sprintf("process %d uses %s: %.120s", p.pid, dir, p.args))
		}
	}
	return list
}

// A child that outlives its parent is seen, and so is a secret in its arguments.
func TestHerd(t *testing.T) {
	const password = "canary-Zg7+42"
	cmd := exec.Command("/bin/sh", "-c", "sleep 60 & echo $!; wait", password)
	cmd.Env = []string{"TOKEN=" + password}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := out.Read(make([]byte, 16)); err != nil {
		t.Fatal(err)
	}
	h := herded(cmd.Process.Pid)
	if len(h.list) != 1 || len(h.holds([]string{password})) == 0 {
		t.Errorf("%d children; secrets: %q", len(h.list), h.holds([]string{password}))
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	if left := h.end(50 * time.Millisecond); len(left) != 1 {
		t.Errorf("left: %q", left)
	}
	_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
}
