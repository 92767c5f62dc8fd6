//go:build unix && !linux

package ecs

import (
	"os/exec"
	"syscall"
)

// contain puts a process into a group of its own.
func contain(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// empty kills what is left of the group of a container's main process.
func empty(_ *task, process *exec.Cmd) { _ = syscall.Kill(-process.Process.Pid, syscall.SIGKILL) }
