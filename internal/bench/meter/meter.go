// Package meter measures what a command costs, over the whole tree of its
// processes: processor time, memory, open files.
//
// A browser's processes are forked by one another, leave their parents and end
// early, so neither the time of one process nor that of its children tells
// anything. The command is therefore run by a small process of our own, see
// [Inside]: it is put into a cgroup of its own, where the kernel adds up every
// process that ever was in it, and it adopts what loses its parent, so that
// nothing can be left behind unseen. Where no cgroup can be made, the sum of
// what was waited for (getrusage) stands in. Linux only.
package meter

import (
	"io"
	"time"
)

// A Command is what is measured.
type Command struct {
	Args   []string // the program and its arguments
	Dir    string   // "" is the current folder
	Env    []string // nil is ours
	Stdin  io.Reader
	Stdout io.Writer
	Stderr io.Writer
}

// The ways in which processor time is counted, best first.
const (
	ByCgroup = "cgroup"
	ByRusage = "rusage"
)

// Usage is what a command cost.
type Usage struct {
	Wall time.Duration // from its start until it ended
	CPU  time.Duration // user and system, of all its processes
	By   string        // how CPU was counted: [ByCgroup] or [ByRusage]
	Exit int           // its exit status; -1 if a signal ended it
	Left int           // processes that outlived it by two seconds, and were killed

	// Rusage is the processor time of all processes that somebody waited for. It
	// misses those whose parents let the kernel reap them.
	Rusage time.Duration
}

// A Process is one process of the tree, at one moment.
type Process struct {
	PID   int
	Kind  string        // "browser", "renderer", "gpu-process", "zygote", "utility network", or the program's name
	CPU   time.Duration // since it began
	RSS   int64         // bytes
	PSS   int64         // bytes, shared pages divided among those who share them; 0 if it was not asked for
	Files int           // open descriptors
}

// PSS is the memory of the processes together, in bytes.
func PSS(list []Process) int64 {
	var sum int64
	for _, p := range list {
		sum += p.PSS
	}
	return sum
}
