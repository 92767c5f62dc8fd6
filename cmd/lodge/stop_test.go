package main

import (
	"bytes"
	"context"
	"example.com/lodge/internal/stop"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

func stoppable(signals chan os.Signal) (*app, *bytes.Buffer) {
	var said bytes.Buffer
	return &app{err: &said, stops: func() (<-chan os.Signal, func()) { return signals, func() {} }}, &said
}

func TestTheFirstSignalFinishes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		signals := make(chan os.Signal, 2)
		a, said := stoppable(signals)
		hard, soft, done := a.stopping(t.Context(), time.Minute)
		if synctest.Wait(); soft.Err() != nil {
			t.Fatal("stopped without a signal")
		}
		signals <- syscall.SIGTERM
		if synctest.Wait(); soft.Err() == nil || hard.Err() != nil {
			t.Errorf("soft %v, hard %v; want only soft to have ended", soft.Err(), hard.Err())
		}
		if !strings.Contains(said.String(), "finishing what is under way, for up to 1m;") {
			t.Errorf("said %q", said)
		}
		done()
	})
}

func TestTheSecondSignalBreaksOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		signals := make(chan os.Signal, 2)
		a, _ := stoppable(signals)
		hard, _, done := a.stopping(t.Context(), time.Hour)
		signals <- os.Interrupt
		signals <- os.Interrupt // at once: it must not be lost
		if synctest.Wait(); hard.Err() == nil {
			t.Error("the second signal broke nothing off")
		}
		done()
	})
}

// The time to wind up is part of the grace period, not beyond it.
func TestGraceEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		signals := make(chan os.Signal, 2)
		a, _ := stoppable(signals)
		hard, _, done := a.stopping(t.Context(), time.Minute)
		signals <- syscall.SIGTERM
		begun := time.Now()
		<-hard.Done()
		if took := time.Since(begun); took != time.Minute-stop.WindUp {
			t.Errorf("broken off after %s of a minute's grace", took)
		}
		done()
	})
}

func TestDoneLeavesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, said := stoppable(make(chan os.Signal))
		for _, stop := range []func(){
			func() { _, _, done := a.stopping(t.Context(), time.Minute); done() },
			func() { _, done := a.untilStopped(t.Context()); done() },
			func() {
				ctx, cancel := context.WithCancel(t.Context())
				_, _, done := a.stopping(ctx, time.Minute)
				cancel()
				done()
			},
		} {
			stop() // the bubble fails if a goroutine is left
		}
		if said.Len() > 0 {
			t.Errorf("said %q without a signal", said)
		}
	})
}
