package gate

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"example.com/lodge/carriers"
)

// script is a browser and its way out that do as they are told and write down
// what was asked of them.
type script struct {
	*Gate
	t *testing.T

	mu     sync.Mutex
	steps  []string
	react  map[string]func() error // what a step does besides being written down
	spent  Spent
	boot   time.Duration
	armed  Commit // what the fuse is armed for
	busy   bool   // a page waits for something
	done   chan struct{}
	cancel context.CancelFunc
	ctx    context.Context
}

// play runs a test in a bubble of its own time.
func play(t *testing.T, test func(s *script)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := &script{t: t, react: map[string]func() error{}, spent: Spent{Tunnels: 1, Up: 100}, busy: true, done: make(chan struct{})}
		s.ctx, s.cancel = context.WithCancel(t.Context())
		defer s.cancel()
		s.Gate = New(s, s, Options{Clock: s})
		defer s.Close()
		test(s)
	})
}

func (s *script) step(format string, args ...any) error {
	name := fmt.Sprintf(format, args...)
	s.mu.Lock()
	s.steps = append(s.steps, name)
	react := s.react[name]
	s.mu.Unlock()
	if react == nil {
		return nil
	}
	return react()
}

// taken are the steps so far, once everything has come to rest.
func (s *script) taken() []string {
	synctest.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.steps...)
}

// count is how often a step was taken.
func (s *script) count(step string) int {
	n := 0
	for _, taken := range s.taken() {
		if taken == step {
			n++
		}
	}
	return n
}

// The wire.

func (s *script) Hold(context.Context) error { return s.step("hold") }
func (s *script) Idle(context.Context) error { return s.step("idle") }
func (s *script) Continue(_ context.Context, id string, answer bool) error {
	if answer {
		return s.step("release %s", id)
	}
	return s.step("let %s", id)
}
func (s *script) Fail(_ context.Context, id string) error { return s.step("fail %s", id) }
func (s *script) Body(_ context.Context, id string) ([]byte, error) {
	return []byte("body of " + id), s.step("body %s", id)
}
func (s *script) Finish(_ context.Context, origins []string) error {
	return s.step("finish %v", origins)
}
func (s *script) Busy() bool            { return s.busy }
func (s *script) Done() <-chan struct{} { return s.done }

// The fuse.

func (s *script) Allowed(hostPort string) bool { return hostPort == "portal.test:443" }
func (s *script) HoldSockets()                 { _ = s.step("sockets") }
func (s *script) Hush()                        { _ = s.step("hush") }
func (s *script) Unhush()                      { _ = s.step("unhush") }
func (s *script) Arm(_ context.Context, c Commit, _, _ time.Duration) error {
	s.armed = c
	return s.step("arm %s %s://%s%s", c.Method, c.Scheme, c.HostPort, c.Path)
}
func (s *script) Blow()   { _ = s.step("blow") }
func (s *script) Disarm() { _ = s.step("disarm") }
func (s *script) Spent() Spent {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.spent
}

// The clock.

func (s *script) Now() time.Time { return time.Now() }
func (s *script) Boot() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.boot
}

// What the page does.

func post(id string) Request {
	return Request{ID: id, Method: "POST", URL: "https://portal.test/commit?secret=1", Type: Document}
}

func get(id, path string) Request {
	return Request{ID: id, Method: "GET", URL: "https://portal.test" + path, Type: Document}
}

func answerTo(id string, status int) Request {
	return Request{ID: id, Method: "POST", URL: "https://portal.test/commit", Answer: &Answer{Status: status}}
}

func brokenOff(id string) Request {
	return Request{ID: id, Method: "POST", URL: "https://portal.test/commit", Answer: &Answer{Error: "Failed"}}
}

// clicks pauses requests, one after the other, as the click's doing.
func (s *script) clicks(list ...Request) func(context.Context) error {
	return func(context.Context) error {
		_ = s.step("click")
		for _, q := range list {
			s.Paused(q)
		}
		return nil
	}
}

// answers has the site answer the commit with q once it is released, after more
// requests of the page.
func (s *script) answers(id string, q Request, before ...Request) {
	s.react["release "+id] = func() error {
		for _, b := range before {
			s.Paused(b)
		}
		s.Paused(q)
		return nil
	}
}

func (s *script) intent(context.Context, Request) error { return s.step("intent") }

// commit plays a commit of one POST with the carrier's rules.
func (s *script) commit(rules Rules, do func(context.Context) error) (Outcome, error) {
	return s.Commit(s.ctx, rules, s.intent, do)
}

// declared are the rules of a carrier that says what its commit is.
func declared(harmless ...carriers.Request) Rules {
	return Rules{Commits: []carriers.Request{{Method: "POST", Path: "/commit"}}, Harmless: harmless}
}
