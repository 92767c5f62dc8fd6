package clock_test

import (
	"testing"
	"time"

	"example.com/lodge/internal/clock"
)

var _ clock.Clock = clock.System{}

// TestBoot compares with Go's monotonic clock: Boot may run ahead of it by the
// time that the machine slept, and is never behind.
func TestBoot(t *testing.T) {
	var c clock.System
	boot, mono := c.Boot(), time.Now()
	timer := time.NewTimer(20 * time.Millisecond)
	defer timer.Stop()
	<-timer.C
	monoPassed := time.Since(mono)
	bootPassed := c.Boot() - boot
	if bootPassed < monoPassed-time.Millisecond {
		t.Errorf("Boot went on by %s while %s passed", bootPassed, monoPassed)
	}
	if boot <= 0 {
		t.Errorf("Boot is %s", boot)
	}
}

func TestNow(t *testing.T) {
	before := time.Now()
	if now := (clock.System{}).Now(); now.Before(before) {
		t.Errorf("the wall is at %s, it was %s before", now, before)
	}
}
