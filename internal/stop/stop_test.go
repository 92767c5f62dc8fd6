package stop_test

import (
	"context"
	"errors"
	"os"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"example.com/lodge/internal/stop"
)

// A watched program has its signals sent by the test, in a bubble.
type watched struct {
	*testing.T
	signals    chan os.Signal
	hard, soft context.Context
	done       func()
	told       []os.Signal // nil: that it is broken off
	late       bool        // it was told of a step that had been taken already
}

func watch(t *testing.T, grace time.Duration, test func(w *watched)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := &watched{T: t, signals: make(chan os.Signal, 2)}
		w.hard, w.soft, w.done = stop.On(t.Context(), w.signals, grace, func(s os.Signal) {
			w.told = append(w.told, s)
			w.late = w.late || w.hard.Err() != nil || s != nil && w.soft.Err() != nil
		})
		test(w)
		w.done() // the bubble fails if a goroutine is left
		if w.hard.Err() == nil || w.soft.Err() == nil || w.late {
			t.Errorf("hard %v, soft %v after the end; told late: %v", w.hard.Err(), w.soft.Err(), w.late)
		}
	})
}

// ends checks which of the two has ended, and of what it was told.
func (w *watched) ends(soft, hard bool, told ...os.Signal) {
	w.Helper()
	synctest.Wait()
	if (w.soft.Err() != nil) != soft || (w.hard.Err() != nil) != hard {
		w.Errorf("soft %v, hard %v", w.soft.Err(), w.hard.Err())
	}
	for ctx, ended := range map[context.Context]bool{w.soft: soft, w.hard: hard} {
		if ended && !errors.Is(context.Cause(ctx), stop.ErrStopped) {
			w.Errorf("ended for %v", context.Cause(ctx))
		}
	}
	if len(w.told) != len(told) {
		w.Fatalf("told of %v, want %v", w.told, told)
	}
	for i, s := range told {
		if w.told[i] != s {
			w.Errorf("told of %v, want %v", w.told, told)
		}
	}
}

func TestTheFirstSignalFinishes(t *testing.T) {
	watch(t, time.Minute, func(w *watched) {
		w.ends(false, false)
		w.signals <- syscall.SIGTERM
		w.ends(true, false, syscall.SIGTERM)
	})
}

func TestTheSecondSignalBreaksOff(t *testing.T) {
	watch(t, time.Hour, func(w *watched) {
		w.signals <- os.Interrupt
		w.signals <- syscall.SIGTERM // at once: it must not be lost
		w.ends(true, true, os.Interrupt, nil)
	})
}

// The time to wind up is part of the grace period, not beyond it; where the period is
// no longer than that, what is under way is broken off at once.
func TestGraceEnds(t *testing.T) {
	for grace, after := range map[time.Duration]time.Duration{
		time.Minute: time.Minute - stop.WindUp, stop.WindUp: 0, time.Second: 0,
	} {
		watch(t, grace, func(w *watched) {
			begun := time.Now()
			w.signals <- syscall.SIGTERM
			<-w.hard.Done()
			if took := time.Since(begun); took != after {
				t.Errorf("broken off after %s of a grace of %s, want %s", took, grace, after)
			}
			w.ends(true, true, syscall.SIGTERM, nil)
		})
	}
}

// Whoever ends by itself, or with what it was derived from, was told by nobody.
func TestEndsWithoutASignal(t *testing.T) {
	watch(t, time.Minute, func(*watched) {})
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		signals := make(chan os.Signal, 2)
		hard, soft, done := stop.On(ctx, signals, time.Minute, func(s os.Signal) {
			if s != syscall.SIGTERM {
				t.Errorf("told of %v", s)
			}
		})
		signals <- syscall.SIGTERM
		synctest.Wait()
		cancel()
		if synctest.Wait(); hard.Err() == nil || soft.Err() == nil || errors.Is(context.Cause(hard), stop.ErrStopped) {
			t.Errorf("hard %v, soft %v, for %v", hard.Err(), soft.Err(), context.Cause(hard))
		}
		done()
	})
}

// Once done has returned nobody is told of anything any more: whoever listens may go.
func TestDoneWaitsForWhoIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		signals, release := make(chan os.Signal, 2), make(chan struct{})
		_, _, done := stop.On(t.Context(), signals, time.Minute, func(os.Signal) { <-release })
		signals <- syscall.SIGTERM
		synctest.Wait()
		over := make(chan struct{})
		go func() {
			defer close(over)
			done()
		}()
		synctest.Wait()
		select {
		case <-over:
			t.Error("done while somebody is being told")
		default:
		}
		close(release)
		<-over
	})
}
