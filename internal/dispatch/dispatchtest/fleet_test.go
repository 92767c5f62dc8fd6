package dispatchtest_test

import (
	"sync/atomic"
	"testing"
	"time"

	"example.com/lodge/internal/dispatch"
	"example.com/lodge/internal/dispatch/dispatchtest"
)

// TestFleet: the fleet within this process keeps the contract, quick or slow.
func TestFleet(t *testing.T) {
	for name, slow := range map[string]time.Duration{"quick": 0, "slow": 20 * time.Millisecond} {
		t.Run(name, func(t *testing.T) {
			dispatchtest.Run(t, func(t *testing.T) dispatchtest.World {
				var lose atomic.Bool
				f := &dispatchtest.Fleet{StartUp: slow, Fate: func(int) dispatchtest.Fate {
					if lose.Swap(false) {
						return dispatchtest.Lost
					}
					return dispatchtest.Answered
				}}
				t.Cleanup(f.Close)
				return dispatchtest.World{
					Launcher: func() dispatch.Launcher { return f }, Room: f.Room, Lose: func() { lose.Store(true) }, End: f.Kill, Alive: f.Alive,
				}
			})
		})
	}
}
