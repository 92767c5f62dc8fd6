package campaign

import (
	"context"
	"sync"
	"time"

	"example.com/lodge/internal/gate"
)

// way is the model of the way out: the fuse as the proxy keeps it.
type way struct {
	b *window

	mu     sync.Mutex
	phase  phase
	commit gate.Commit // that it is armed for
	spent  gate.Spent
	used   bool
	shut   chan struct{} // closed by Blow; a new one with each attempt
}

type phase int

const (
	open phase = iota
	hushed
	armed
	blown
)

var _ gate.Fuse = (*way)(nil)

func newWay(b *window) *way { return &way{b: b, shut: make(chan struct{})} }

func (y *way) set(p phase) {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.phase = p
}

func (y *way) Allowed(string) bool { return true }

// HoldSockets implements [gate.Fuse].
func (y *way) HoldSockets() {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.spent, y.used = gate.Spent{}, false
	select {
	case <-y.shut:
		y.shut = make(chan struct{})
	default:
	}
}

func (y *way) Hush()   { y.set(hushed) }
func (y *way) Unhush() { y.set(open) }

// Arm implements [gate.Fuse].
func (y *way) Arm(ctx context.Context, commit gate.Commit, calm, _ time.Duration) error {
	if err := y.b.side.point("arm"); err != nil {
		return err
	}
	t := time.NewTimer(calm)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	if y.b.side.fails(noCalm) {
		return gate.ErrNotCalm
	}
	y.mu.Lock()
	y.phase, y.commit = armed, commit
	y.mu.Unlock()
	return y.b.side.point("armed")
}

// Blow implements [gate.Fuse].
func (y *way) Blow() { y.set(blown); y.cut() }

// cut ends what is on its way.
func (y *way) cut() {
	y.mu.Lock()
	defer y.mu.Unlock()
	select {
	case <-y.shut:
	default:
		close(y.shut)
	}
}

func (y *way) blown() <-chan struct{} {
	y.mu.Lock()
	defer y.mu.Unlock()
	return y.shut
}

// Spent implements [gate.Fuse].
func (y *way) Spent() gate.Spent {
	y.mu.Lock()
	defer y.mu.Unlock()
	return y.spent
}

// Disarm implements [gate.Fuse].
func (y *way) Disarm() { y.set(open) }

// leaves says whether bytes may leave for the site, and counts them.
func (y *way) leaves(bytes int64) bool {
	y.mu.Lock()
	defer y.mu.Unlock()
	if y.b.w.Rules.Intent {
		return true
	}
	if y.phase != armed || y.used || y.commit.Late() {
		return false
	}
	y.used = true
	y.spent.Tunnels++
	y.spent.Up += bytes
	return true
}
