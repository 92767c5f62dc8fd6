package clock_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"example.com/lodge/internal/clock"
)

func TestPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		if !clock.Pause(t.Context(), time.Minute) || time.Since(begun) != time.Minute {
			t.Errorf("a minute lasted %s", time.Since(begun))
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if clock.Pause(ctx, time.Minute) || time.Since(begun) != time.Minute+time.Second {
			t.Errorf("it went on after its context had ended, for %s", time.Since(begun))
		}
		if clock.Pause(ctx, 0) {
			t.Error("an ended context lets no time pass")
		}
	})
}
