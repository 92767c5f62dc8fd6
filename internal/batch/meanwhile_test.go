package batch_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/batch"
	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/submission"
	"example.com/lodge/internal/visit"
	"example.com/lodge/internal/visit/visittest"
)

// forward is the machine's clock, put forward.
type forward struct {
	clock.System
	by atomic.Int64
}

// Boot implements [clock.Clock].
func (f *forward) Boot() time.Duration { return f.System.Boot() + time.Duration(f.by.Load()) }

// TestNobodyWaitsForTheSlowest has one account at its login until the others are
// done: one that failed first and has rested, and one whose invoice came meanwhile.
func TestNobodyWaitsForTheSlowest(t *testing.T) {
	t.Parallel()
	slowest, others := make(chan struct{}), make(chan struct{})
	var came atomic.Bool
	b := visittest.New(t, knocking(func(carriers.Visit) {
		if came.CompareAndSwap(false, true) {
			close(slowest)
			within(t, others)
		}
	}))
	var done atomic.Int32
	b.Tell = func(p visit.Progress) {
		if p.Step == visit.StepDone && p.Account != visittest.Moor && done.Add(1) == 2 {
			close(others)
		}
	}
	slow, failed := file(b, visittest.Moor, "M-1"), file(b, visittest.Pier, "P-1")
	var late []string
	var arrive sync.Once
	work := over(b)
	var watch forward
	work.Rest, work.Clock = time.Hour, &watch
	work.Meanwhile = func(_ context.Context, failures []batch.Failure) {
		arrive.Do(func() {
			if len(failures) != 1 || failures[0].Account != visittest.Pier || failures[0].At.IsZero() {
				t.Errorf("failed so far: %+v", failures)
			}
			late = file(b, third, "T-1")
			watch.by.Store(int64(time.Hour))
		})
	}
	prepare, tries := work.Visit, 0
	work.Visit = func(ctx context.Context, account string) (visit.Visit, error) {
		if account == visittest.Pier {
			within(t, slowest)
			if tries++; tries == 1 {
				return visit.Visit{}, errors.New("the site is down")
			}
		}
		return prepare(ctx, account)
	}
	result, err := work.Run(t.Context(), t.Context())
	if err != nil || result.Done != 3 || len(result.Failures) > 0 || tries != 2 {
		t.Errorf("%+v after %d tries, %v", result, tries, err)
	}
	checkAll(t, b, submission.Accepted, append(append(slow, failed...), late...)...)
	checkLeft(t, b)
}

// TestWithoutRestAFailureLasts: in a run that is made once, an account that failed
// is left to the next run.
func TestWithoutRestAFailureLasts(t *testing.T) {
	t.Parallel()
	b := visittest.New(t, knocking(func(carriers.Visit) {}))
	file(b, visittest.Moor, "M-1")
	work := over(b)
	tries := 0
	work.Visit = func(context.Context, string) (visit.Visit, error) {
		tries++
		return visit.Visit{}, errors.New("the site is down")
	}
	if result, err := work.Run(t.Context(), t.Context()); err != nil || len(result.Failures) != 1 || tries != 1 {
		t.Errorf("%+v after %d tries, %v", result, tries, err)
	}
}
