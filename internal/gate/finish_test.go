package gate

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"example.com/lodge/carriers"
)

func TestFinish(t *testing.T) {
	play(t, func(s *script) {
		if err := s.Gate.Finish(s.ctx, nil); err != nil || len(s.taken()) != 0 {
			t.Errorf("without an attempt: %v, %v", err, s.taken())
		}
		rules := declared()
		rules.Origins = []string{"https://portal.test"}
		s.answers("1", answerTo("1", 200))
		s.react["intent"] = func() error {
			if err := s.Gate.Finish(s.ctx, nil); !errors.Is(err, ErrBusy) {
				t.Errorf("under way: %v", err)
			}
			if _, err := s.commit(rules, s.clicks(post("2"))); !errors.Is(err, ErrBusy) {
				t.Errorf("two at a time: %v", err)
			}
			return nil
		}
		if _, err := s.commit(rules, s.clicks(post("1"))); err != nil {
			t.Fatal(err)
		}
		trouble := errors.New("a page stays")
		s.react["finish [https://portal.test]"] = func() error { return trouble }
		if err := s.Gate.Finish(s.ctx, nil); !errors.Is(err, trouble) || s.count("idle") != 0 {
			t.Errorf("%v, %v", err, s.taken())
		}
		s.react["finish [https://portal.test]"] = func() error {
			s.Paused(post("7"))
			return nil
		}
		if err := s.Gate.Finish(s.ctx, nil); err != nil || s.count("fail 7") != 1 {
			t.Errorf("%v, %v", err, s.taken())
		}
		if got := s.taken(); slices.Index(got, "idle") < slices.Index(got, "finish [https://portal.test]") {
			t.Errorf("holding ends before the pages are gone: %v", got)
		}
		s.Paused(post("8"))
		if s.count("let 8") != 1 {
			t.Error("between attempts nothing is held")
		}
		s.react = map[string]func() error{}
		s.answers("9", answerTo("9", 200))
		if _, err := s.commit(rules, s.clicks(post("9"))); err != nil {
			t.Errorf("the next attempt: %v", err)
		}
	})
}

// TestMeanwhile: what comes next is prepared once, and not before the pages are
// closed; Finish waits for it.
func TestMeanwhile(t *testing.T) {
	play(t, func(s *script) {
		prepared := 0
		prepare := func() { prepared++ }
		if err := s.Gate.Finish(s.ctx, prepare); err != nil || prepared != 1 {
			t.Errorf("without an attempt: %d times, %v", prepared, err)
		}
		s.answers("1", answerTo("1", 200))
		if _, err := s.commit(declared(), s.clicks(post("1"))); err != nil {
			t.Fatal(err)
		}
		trouble := errors.New("a page stays")
		s.react["finish []"] = func() error {
			if prepared != 1 {
				t.Error("prepared while the pages lived")
			}
			return trouble
		}
		if err := s.Gate.Finish(s.ctx, prepare); !errors.Is(err, trouble) || prepared != 2 {
			t.Errorf("a page stays: %d times, %v", prepared, err)
		}
		s.react["finish []"] = func() error { return nil }
		if err := s.Gate.Finish(s.ctx, func() {
			prepared++
			if s.count("idle") != 0 {
				t.Error("the holding ended before")
			}
		}); err != nil || prepared != 3 {
			t.Errorf("%d times, %v", prepared, err)
		}
	})
}

// TestNothingOutlivesItsPage: what a page had begun to send arrives after the
// page is gone, and fails, before the holding ends; and so does all else.
func TestNothingOutlivesItsPage(t *testing.T) {
	play(t, func(s *script) {
		s.answers("1", answerTo("1", 200))
		if _, err := s.commit(declared(carriers.Request{Path: "/poll"}), s.clicks(post("1"))); err != nil {
			t.Fatal(err)
		}
		s.react["finish []"] = func() error {
			s.Paused(get("2", "/poll"))
			time.AfterFunc(100*time.Millisecond, func() { s.Paused(post("3")) })
			time.AfterFunc(200*time.Millisecond, func() { s.Paused(renamed) })
			return nil
		}
		s.react["idle"] = func() error { s.Paused(post("4")); return nil }
		start := time.Now()
		if err := s.Gate.Finish(s.ctx, nil); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start); took != 350*time.Millisecond {
			t.Errorf("took %v", took)
		}
		for _, step := range []string{"fail 2", "fail 3", "fail 1", "fail 4"} {
			if s.count(step) != 1 {
				t.Errorf("no %q in %v", step, s.taken())
			}
		}
	})
}

func TestFinishGivesUp(t *testing.T) {
	for _, tt := range []struct {
		patience time.Duration
		want     error
	}{{time.Hour, ErrNotCalm}, {time.Second, context.DeadlineExceeded}} {
		play(t, func(s *script) {
			s.answers("1", answerTo("1", 200))
			if _, err := s.commit(declared(), s.clicks(post("1"))); err != nil {
				t.Fatal(err)
			}
			tick := time.NewTicker(100 * time.Millisecond)
			defer tick.Stop()
			stop := make(chan struct{})
			defer close(stop)
			go func() {
				for {
					select {
					case <-tick.C:
						s.Paused(get("2", "/"))
					case <-stop:
						return
					}
				}
			}()
			ctx, cancel := context.WithTimeout(s.ctx, tt.patience)
			defer cancel()
			if err := s.Gate.Finish(ctx, nil); !errors.Is(err, tt.want) || s.count("idle") != 0 {
				t.Errorf("%v, %v", err, s.taken())
			}
			if _, err := s.commit(declared(), s.clicks(post("3"))); !errors.Is(err, ErrBusy) {
				t.Errorf("the next attempt: %v", err)
			}
		})
	}
}
