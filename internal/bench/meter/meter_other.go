//go:build !linux

package meter

import (
	"context"
	"errors"
	"time"
)

// errLinux refuses what rests on /proc and cgroups.
var errLinux = errors.New("meter: processes are measured on Linux only")

// A Tree is a command under way with all its processes.
type Tree struct{}

// Start fails: see the package's documentation.
func Start(context.Context, []string, Command) (*Tree, error) { return nil, errLinux }

// Inside fails: see the package's documentation.
func Inside([]string) error { return errLinux }

// Stop does nothing.
func (t *Tree) Stop() error { return errLinux }

// Wait fails.
func (t *Tree) Wait() (Usage, error) { return Usage{}, errLinux }

// CPU is nothing.
func (t *Tree) CPU() time.Duration { return 0 }

// Processes are none.
func (t *Tree) Processes(bool) []Process { return nil }

// Sample does nothing.
func (t *Tree) Sample(time.Duration, bool, func([]Process)) (done func()) { return func() {} }

// Threads are none.
func (p Process) Threads() map[string]time.Duration { return nil }
