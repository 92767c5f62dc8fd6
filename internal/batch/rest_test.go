package batch

import (
	"cmp"
	"errors"
	"fmt"
	"testing"
	"time"

	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/ledger"
)

// still is a clock that goes on only when told.
type still struct {
	clock.System
	boot time.Duration
}

// Boot implements [clock.Clock].
func (s *still) Boot() time.Duration { return s.boot }

// TestRestOfASite: an account whose carrier's site is left alone rests until the
// site may be asked again, and not for as long as after a failure of its own; a
// run that is made once leaves both to the next.
func TestRestOfASite(t *testing.T) {
	down := fmt.Errorf("account a: %w", &ledger.SiteDownError{Wait: 2 * time.Minute})
	for name, c := range map[string]struct {
		err  error
		rest time.Duration // of the batch
		want time.Duration // 0: it does not end
	}{
		"a site":             {down, 5 * time.Minute, 2 * time.Minute},
		"a failure":          {errors.New("disk full"), 5 * time.Minute, 5 * time.Minute},
		"nothing for us":     {nil, 5 * time.Minute, 5 * time.Minute},
		"a site, made once":  {down, 0, 0},
		"a failure, as well": {errors.New("disk full"), 0, 0},
	} {
		now := &still{boot: time.Hour}
		r := newRun(&Batch{Rest: c.rest, Clock: now})
		r.close("a", c.err)
		for _, at := range []struct {
			after time.Duration
			want  bool
		}{{0, true}, {max(c.want-1, 0), true}, {cmp.Or(c.want, 24*time.Hour), c.want == 0}} {
			now.boot = time.Hour + at.after
			if got := r.isClosed("a"); got != at.want {
				t.Errorf("%s: after %s it rests: %v", name, at.after, got)
			}
		}
	}
}
