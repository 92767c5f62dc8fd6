package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"example.com/lodge/internal/stop"
)

// A stoppable app has its signals sent by the test.
type stoppable struct {
	*app
	signals chan os.Signal
	said    bytes.Buffer
	given   int // back
}

func newStoppable() *stoppable {
	s := &stoppable{signals: make(chan os.Signal, 2)}
	s.app = &app{err: &s.said, stops: func() (<-chan os.Signal, func()) { return s.signals, func() { s.given++ } }}
	return s
}

// TestStoppingIsTold: people hear what a signal did and what another one would do, also
// where a bar stands in the line.
func TestStoppingIsTold(t *testing.T) {
	for columns, want := range map[int]string{
		0:  "lodge: terminated: finishing what is under way, for up to 1m; once more breaks it off\nlodge: breaking off; the next run settles what was under way\n",
		80: "\nlodge: terminated: finishing what is under way, for up to 1m; once more breaks it off\n\nlodge: breaking off; the next run settles what was under way\n",
	} {
		synctest.Test(t, func(t *testing.T) {
			s := newStoppable()
			s.errColumns = columns
			hard, soft, done := s.stopping(t.Context(), time.Minute)
			s.signals <- syscall.SIGTERM
			if synctest.Wait(); soft.Err() == nil || hard.Err() != nil {
				t.Errorf("soft %v, hard %v; want only soft to have ended", soft.Err(), hard.Err())
			}
			s.signals <- syscall.SIGTERM
			if synctest.Wait(); hard.Err() == nil || s.said.String() != want {
				t.Errorf("hard %v; said %q", hard.Err(), &s.said)
			}
			done()
		})
	}
}

// TestUntilStopped: the first signal ends all.
func TestUntilStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStoppable()
		ctx, done := s.untilStopped(t.Context())
		if synctest.Wait(); ctx.Err() != nil {
			t.Error("stopped without a signal")
		}
		s.signals <- os.Interrupt
		if synctest.Wait(); !errors.Is(context.Cause(ctx), stop.ErrStopped) {
			t.Errorf("stopped for %v", context.Cause(ctx))
		}
		done()
	})
}

func TestDoneLeavesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStoppable()
		for n, stop := range []func(){
			func() { _, _, done := s.stopping(t.Context(), time.Minute); done() },
			func() { _, done := s.untilStopped(t.Context()); done() },
			func() {
				ctx, cancel := context.WithCancel(t.Context())
				_, _, done := s.stopping(ctx, time.Minute)
				cancel()
				done()
			},
		} {
			if stop(); s.given != n+1 { // the bubble fails if a goroutine is left
				t.Errorf("signals were given back %d times of %d", s.given, n+1)
			}
		}
		if s.said.Len() > 0 {
			t.Errorf("said %q without a signal", &s.said)
		}
	})
}
