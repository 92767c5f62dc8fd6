package egress

import (
	"context"
	"time"

	"example.com/lodge/internal/gate"
)

// phase says what the fuse does with what comes in.
type phase int

const (
	open  phase = iota // everything on the list passes
	quiet              // nothing passes
	armed              // one thing passes, to the commit's host
)

// HoldSockets implements [gate.Fuse].
func (p *Proxy) HoldSockets() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sockets, p.spent = false, gate.Spent{}
	p.cut(func(t *tunnel) bool { return t.port == Sockets })
}

// Hush implements [gate.Fuse]. What comes in from now on is refused with an
// answer: a browser that is cut off without one would try again.
func (p *Proxy) Hush() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.hushed.IsZero() {
		return
	}
	p.phase, p.knocked, p.hushed = quiet, time.Now(), time.Now()
	p.one, p.used = nil, false
	p.cut(func(*tunnel) bool { return true })
	p.decided()
}

// Unhush implements [gate.Fuse]. WebSockets stay held.
func (p *Proxy) Unhush() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.hushed.IsZero() {
		return
	}
	p.phase, p.hushed = open, time.Time{}
	p.decided()
}

// Arm implements [gate.Fuse].
func (p *Proxy) Arm(ctx context.Context, commit gate.Commit, calm, limit time.Duration) error {
	p.Hush()
	start := time.Now()
	for {
		rest, done := p.arm(commit, calm)
		switch {
		case done:
			return nil
		case time.Since(start) > limit:
			return gate.ErrNotCalm
		}
		t := time.NewTimer(rest)
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			return context.Cause(ctx)
		}
	}
}

// arm arms if it has been calm for long enough, in one critical section with
// the question. Otherwise it says how long the calm must last yet.
func (p *Proxy) arm(commit gate.Commit, calm time.Duration) (rest time.Duration, done bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if rest := calm - time.Since(p.knocked); rest > 0 {
		return rest, false
	}
	p.phase, p.way = armed, commit
	p.spent.Quiet, p.hushed = time.Since(p.hushed), time.Time{}
	return 0, true
}

// Blow implements [gate.Fuse].
func (p *Proxy) Blow() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.phase, p.knocked, p.hushed = quiet, time.Now(), time.Time{}
	p.cut(func(*tunnel) bool { return true })
	p.decided()
}

// Spent implements [gate.Fuse].
func (p *Proxy) Spent() gate.Spent {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.spent
}

// Disarm implements [gate.Fuse].
func (p *Proxy) Disarm() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.phase, p.sockets, p.hushed = open, true, time.Time{}
	p.decided()
}

// decided wakes everyone in the queue, to ask again; mu is held.
func (p *Proxy) decided() {
	for _, wake := range p.queue {
		close(wake)
	}
	p.queue = nil
}

// admission is the answer to one that asks to pass.
type admission int

const (
	refused admission = iota
	passes
	waits
)

// admit decides about t. It waits in the queue while the commit's way is in use:
// the browser may use this connection or that for one request, and an error on
// either would fail the request.
func (p *Proxy) admit(t *tunnel) bool {
	for {
		a, wake := p.ask(t)
		if a != waits {
			return a == passes
		}
		select {
		case <-wake:
		case <-p.ctx.Done():
			return false
		}
	}
}

func (p *Proxy) ask(t *tunnel) (admission, <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	a := p.judge(t)
	switch a {
	case passes:
		if p.phase == armed && t.port == Requests {
			p.one, t.charged = t, true
			p.spent.Tunnels++
		}
		p.begin(t)
	case waits:
		wake := make(chan struct{})
		p.queue = append(p.queue, wake)
		p.spent.Queued++
		return a, wake
	case refused:
		p.count(t)
	}
	return a, nil
}

// judge says what becomes of t; mu is held.
func (p *Proxy) judge(t *tunnel) admission {
	switch {
	case t.cut || !p.Allowed(t.hostPort):
		return refused
	case t.port == Sockets && !p.sockets:
		return refused
	case t.port == Sockets || p.phase == open:
		return passes
	case p.phase == quiet || p.used || p.way.Late() || !t.carries(p.way):
		return refused
	case p.one == nil:
		return passes
	case t.plain != nil:
		return refused // one request is one request: a second is a re-send
	}
	return waits
}

// count notes a refusal; mu is held.
func (p *Proxy) count(t *tunnel) {
	switch {
	case !p.Allowed(t.hostPort):
		p.stranger(t.hostPort, t.port)
	case t.port == Sockets:
		p.spent.Sockets++
	case p.phase != open:
		p.spent.Refused++
		p.knocked = time.Now()
	}
}
