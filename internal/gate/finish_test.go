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

// TestMeanwhile: what comes next is prepared once the pages are closed, and Finish
// waits for it; if they do not close it is not.
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
		if err := s.Gate.Finish(s.ctx, prepare); !errors.Is(err, trouble) || prepared != 1 {
			t.Errorf("a page stays: %d times, %v", prepared, err)
		}
		s.react["finish []"] = func() error { return nil }
		if err := s.Gate.Finish(s.ctx, func() {
			prepared++
			if s.count("idle") != 0 {
				t.Error("the holding ended before")
			}
		}); err != nil || prepared != 2 {
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

// TestFollow: while Finish watches for what the closed pages had begun, the tab in
// which the work goes on gets what it asks for, and nobody else does. What it asks
// for does not make the watch longer, what others do does, and is told.
func TestFollow(t *testing.T) {
	play(t, func(s *script) {
		s.answers("1", answerTo("1", 200))
		if _, err := s.commit(declared(), s.clicks(post("1"))); err != nil {
			t.Fatal(err)
		}
		of := func(q Request, frame string) Request { q.Frame = frame; return q }
		elsewhere := of(get("5", "/x"), "next")
		elsewhere.URL = "https://elsewhere.test/x"
		begun := time.Now()
		var failed func() int
		err := s.Gate.Finish(s.ctx, func() {
			s.Paused(of(get("2", "/invoices"), "next")) // before anybody follows
			failed = s.Follow(func(_ context.Context, frame string) bool { return frame == "next" })
			<-time.NewTimer(100 * time.Millisecond).C
			s.Paused(of(get("3", "/invoices"), "next"))
			s.Paused(of(post("4"), "next")) // the page's own, as it would be after the attempt
			s.Paused(elsewhere)             // the way out refuses it, as ever
			if n := failed(); n != 0 {
				t.Errorf("%d failed", n)
			}
			<-time.NewTimer(40 * time.Millisecond).C
			s.Paused(of(post("6"), "old"))
			s.Paused(post("7")) // of nobody knows whom
		})
		if err != nil {
			t.Fatal(err)
		}
		for step, n := range map[string]int{"fail 2": 1, "let 3": 1, "let 4": 1, "let 5": 1, "fail 6": 1, "fail 7": 1, "let 2": 0, "let 6": 0, "let 7": 0} {
			if s.count(step) != n {
				t.Errorf("%s: %d times, want %d: %v", step, s.count(step), n, s.taken())
			}
		}
		if failed() != 2 {
			t.Errorf("%d failed, want 2", failed())
		}
		if took := time.Since(begun); took != 290*time.Millisecond {
			t.Errorf("it took %v: 150 ms after the last of another's", took)
		}
		if n := s.Follow(func(context.Context, string) bool { return true })(); n != 0 {
			t.Errorf("%d failed where nothing is held", n)
		}
	})
}
