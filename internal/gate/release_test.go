package gate

import (
	"context"
	"errors"
	"testing"
	"time"
)

// TestUncertain: once a byte has left, only an answer says that the attempt
// went well, and nothing says that it did not go.
func TestUncertain(t *testing.T) {
	lost := errors.New("connection lost")
	for name, tt := range map[string]struct {
		prepare    func(*script)
		want       error
		unfinished bool
		took       time.Duration
	}{
		"broken off":        {prepare: func(s *script) { s.answers("1", brokenOff("1")) }},
		"taken back late":   {prepare: func(s *script) { s.react["release 1"] = func() error { return ErrGone } }, want: ErrGone},
		"release not heard": {prepare: func(s *script) { s.react["release 1"] = func() error { return lost } }, want: lost, unfinished: true},
		"no answer in time": {prepare: func(s *script) { s.react["blow"] = func() error { s.Paused(brokenOff("1")); return nil } }, took: time.Minute},
		"no end at all":     {prepare: func(*script) {}, want: ErrUnfinished, unfinished: true, took: time.Minute + 10*time.Second},
		"browser died":      {prepare: func(s *script) { s.react["release 1"] = func() error { close(s.done); return nil } }, want: ErrUnfinished, unfinished: true},
		"stopped": {prepare: func(s *script) {
			s.react["release 1"] = func() error { s.cancel(); return nil }
			s.react["blow"] = func() error { s.Paused(brokenOff("1")); return nil }
		}, want: context.Canceled},
	} {
		t.Run(name, func(t *testing.T) {
			play(t, func(s *script) {
				tt.prepare(s)
				start := time.Now()
				out, err := s.commit(declared(), s.clicks(post("1")))
				if !errors.Is(err, ErrNoAnswer) || errors.Is(err, ErrNotSent) || tt.want != nil && !errors.Is(err, tt.want) {
					t.Errorf("error %v", err)
				}
				if !out.Sent || out.Unfinished != tt.unfinished || time.Since(start) != tt.took {
					t.Errorf("outcome %+v after %v", out, time.Since(start))
				}
				if opened := s.count("disarm") > 0; opened == tt.unfinished {
					t.Errorf("the way out is open: %v", opened)
				}
				s.Paused(post("9"))
				if s.count("fail 9") != 1 {
					t.Error("a late copy was not failed")
				}
			})
		})
	}
}

// TestTooLateToLeave: a machine may sleep when the request was let go and no byte has
// left. The fuse is told until when any may: as long as an answer is waited for, time
// asleep included, which the lease outlasts.
func TestTooLateToLeave(t *testing.T) {
	play(t, func(s *script) {
		o := Options{}.withDefaults()
		var inTime, late bool
		s.react["release 1"] = func() error {
			s.boot += o.Release + o.Answer
			inTime = !s.armed.Late()
			s.boot++
			late = s.armed.Late()
			s.Paused(answerTo("1", 200))
			return nil
		}
		if _, err := s.commit(declared(), s.clicks(post("1"))); err != nil {
			t.Error(err)
		}
		if !inTime || !late {
			t.Errorf("at the last moment it may leave: %t, after it: %t", inTime, !late)
		}
		if o.Release+o.Answer >= o.Longest() {
			t.Error("the lease may be over before")
		}
	})
	if (Commit{}).Late() {
		t.Error("nobody says until when, and it is late")
	}
}

// TestAnswerAtTheLastMoment: an answer that comes when the way was just cut is
// an answer.
func TestAnswerAtTheLastMoment(t *testing.T) {
	play(t, func(s *script) {
		s.react["blow"] = func() error { s.Paused(answerTo("1", 200)); return nil }
		out, err := s.commit(declared(), s.clicks(post("1")))
		if err != nil || out.Answer == nil || out.Answer.Status != 200 {
			t.Errorf("%v, %+v", err, out)
		}
	})
}

// TestZeroIsCountedAfterTheCut: "no byte left" is only read once nothing can
// leave any more.
func TestZeroIsCountedAfterTheCut(t *testing.T) {
	play(t, func(s *script) {
		s.spent.Up = 0
		s.answers("1", brokenOff("1"))
		s.react["blow"] = func() error { s.mu.Lock(); s.spent.Up = 7; s.mu.Unlock(); return nil } // left while it was cut
		if _, err := s.commit(declared(), s.clicks(post("1"))); !errors.Is(err, ErrNoAnswer) {
			t.Errorf("error %v", err)
		}
	})
}

// TestUnfinished: a browser that may still send is told nothing but no.
func TestUnfinished(t *testing.T) {
	play(t, func(s *script) {
		s.spent.Up = 0
		s.react["release 1"] = func() error { return context.DeadlineExceeded }
		out, err := s.commit(declared(), s.clicks(post("1")))
		if !errors.Is(err, ErrNotSent) || !out.Unfinished {
			t.Errorf("%v, %+v", err, out)
		}
		s.Paused(get("2", "/"))
		if s.count("fail 2") != 1 {
			t.Error("something was let go")
		}
		if err := s.Gate.Finish(s.ctx, nil); !errors.Is(err, ErrUnfinished) {
			t.Errorf("finish: %v", err)
		}
		if _, err := s.commit(declared(), s.clicks(post("3"))); !errors.Is(err, ErrBusy) || !errors.Is(err, ErrNotSent) {
			t.Errorf("another commit: %v", err)
		}
	})
}

// TestSynchronousClick: a click may block until the answer is there; a commit
// returns only when its click has ended.
func TestSynchronousClick(t *testing.T) {
	play(t, func(s *script) {
		answered := make(chan struct{})
		s.answers("1", answerTo("1", 200))
		s.react["let 1"] = func() error { close(answered); return nil }
		ended := false
		_, err := s.commit(declared(), func(context.Context) error {
			s.Paused(post("1"))
			<-answered
			<-time.NewTimer(time.Second).C
			ended = true
			return errors.New("navigated")
		})
		if err != nil || !ended {
			t.Errorf("%v, ended %v", err, ended)
		}
	})
}

func TestClickThatHangs(t *testing.T) {
	play(t, func(s *script) {
		s.answers("1", answerTo("1", 200))
		start := time.Now()
		out, err := s.commit(declared(), func(ctx context.Context) error { s.Paused(post("1")); <-ctx.Done(); return ctx.Err() })
		if err != nil || out.Unfinished || time.Since(start) != 5*time.Second {
			t.Errorf("one that ends when told: %v, %+v", err, out)
		}
	})
	play(t, func(s *script) {
		s.answers("1", answerTo("1", 200))
		never := make(chan struct{})
		out, err := s.commit(declared(), func(context.Context) error { s.Paused(post("1")); <-never; return nil })
		if err != nil || !out.Unfinished || out.Answer == nil || s.taken()[len(s.taken())-1] != "blow" {
			t.Errorf("one that does not: %v, %+v, %v", err, out, s.taken())
		}
		close(never)
	})
}

// TestOtherAnswersGoOn: only the commit's own answer is the outcome, and only
// its first.
func TestOtherAnswersGoOn(t *testing.T) {
	play(t, func(s *script) {
		s.Paused(answerTo("0", 200))
		s.answers("1", answerTo("1", 200), answerTo("2", 500))
		out, err := s.commit(declared(), s.clicks(post("1")))
		if err != nil || out.Answer.Status != 200 {
			t.Errorf("%v, %+v", err, out)
		}
		s.Paused(answerTo("1", 500))
		if s.count("let 0") != 1 || s.count("let 2") != 1 || s.count("let 1") != 2 {
			t.Errorf("steps %v", s.taken())
		}
	})
}
