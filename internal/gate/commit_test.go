package gate

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/lodge/carriers"
)

func TestStepsInOrder(t *testing.T) {
	play(t, func(s *script) {
		s.answers("1", answerTo("1", 200))
		out, err := s.commit(declared(), s.clicks(get("0", "/logo"), post("1")))
		if err != nil {
			t.Fatal(err)
		}
		want := []string{"sockets", "hold", "click", "intent", "arm POST https://portal.test:443/commit", "release 1", "body 1", "disarm", "let 1"}
		if diff := cmp.Diff(want, slices.DeleteFunc(s.taken(), func(step string) bool { return step == "let 0" })); diff != "" {
			t.Error(diff)
		}
		if s.count("let 0") != 1 {
			t.Error("the picture did not come")
		}
		wantOut := Outcome{Held: post("1"), Sent: true, Answer: &Answer{Status: 200}, Body: []byte("body of 1"), Seen: 1,
			Let: []string{"GET https://portal.test/logo"}, Spent: s.spent}
		if diff := cmp.Diff(wantOut, out); diff != "" {
			t.Error(diff)
		}
	})
}

// TestNothingLeavesBeforeTheIntent: while the intent is written the commit is
// held, the way out is not armed, and what else the page wants waits.
func TestNothingLeavesBeforeTheIntent(t *testing.T) {
	play(t, func(s *script) {
		s.react["intent"] = func() error {
			s.Paused(get("2", "/next"))
			if got := s.taken(); !slices.Equal(got, []string{"sockets", "hold", "click", "intent"}) {
				t.Errorf("before the intent was written: %v", got)
			}
			return nil
		}
		s.answers("1", answerTo("1", 200))
		if _, err := s.commit(declared(), s.clicks(post("1"))); err != nil {
			t.Fatal(err)
		}
	})
}

// TestProvenNotSent: each reason not to send ends the held request, opens the
// way again and is told as proven; what looks like the commit fails afterwards.
func TestProvenNotSent(t *testing.T) {
	refusal := errors.New("the lease is over")
	undeclared := Rules{Harmless: []carriers.Request{{Path: "/poll"}}}
	for name, tt := range map[string]struct {
		rules   Rules
		prepare func(*script)
		do      func(*script) func(context.Context) error
		want    error
		kind    carriers.Kind
		took    time.Duration
	}{
		"refused intent":  {prepare: step("intent", refusal), want: refusal},
		"refused, marked": {prepare: step("intent", refusal), want: ErrRefused},
		"not calm":        {prepare: step(armed, ErrNotCalm), want: ErrNotCalm, kind: carriers.Unavailable},
		"no holding":      {prepare: step("hold", refusal), want: refusal},
		"taken back": {want: ErrGone, prepare: func(s *script) {
			s.react["release 1"] = func() error { s.spent.Up = 0; return ErrGone }
		}},
		"no byte":         {prepare: func(s *script) { s.answers("1", brokenOff("1")); s.spent.Up = 0 }},
		"answer, no byte": {prepare: func(s *script) { s.answers("1", answerTo("1", 200)); s.spent.Up = 0 }},
		"slept": {want: ErrRefused, kind: carriers.Unavailable, prepare: func(s *script) {
			s.react[armed] = func() error { s.boot += 11 * time.Second; return nil }
		}},
		"stopped in time": {want: context.Canceled, prepare: func(s *script) {
			s.react[armed] = func() error { s.cancel(); return nil }
		}},

		"click failed":         {do: does(func(*script) error { return refusal }), want: refusal},
		"click failed, marked": {do: does(func(*script) error { return refusal }), want: ErrNoCommit},
		"caller gave up":       {do: does(func(s *script) error { s.cancel(); return nil }), want: context.Canceled},
		"browser died":         {do: does(func(s *script) error { close(s.done); return nil }), want: ErrNoCommit, kind: carriers.Unavailable},

		"no commit":    {do: pauses(), want: ErrNoCommit, kind: carriers.SiteChanged, took: 30 * time.Second},
		"renamed":      {do: pauses(renamed), want: ErrNoCommit, kind: carriers.SiteChanged, took: 30 * time.Second},
		"foreign host": {do: pauses(foreign), want: ErrNoCommit, kind: carriers.SiteChanged, took: 30 * time.Second},

		"undeclared GET":   {rules: undeclared, do: pauses(get("1", "/commit")), want: ErrUndeclared, kind: carriers.SiteChanged},
		"undeclared HEAD":  {rules: undeclared, do: pauses(head), want: ErrUndeclared, kind: carriers.SiteChanged},
		"only a beacon":    {rules: undeclared, do: pauses(beacon), want: ErrNoCommit, kind: carriers.SiteChanged, took: 30 * time.Second},
		"only a preflight": {rules: undeclared, do: pauses(preflight), want: ErrNoCommit, kind: carriers.SiteChanged, took: 30 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			play(t, func(s *script) {
				if tt.rules.Harmless == nil {
					tt.rules = declared()
				}
				do := s.clicks(post("1"))
				if tt.do != nil {
					do = tt.do(s)
				}
				if tt.prepare != nil {
					tt.prepare(s)
				}
				start := time.Now()
				out, err := s.commit(tt.rules, do)
				if !errors.Is(err, ErrNotSent) || errors.Is(err, ErrNoAnswer) || tt.want != nil && !errors.Is(err, tt.want) || carriers.KindOf(err) != tt.kind {
					t.Errorf("error %v of kind %q", err, carriers.KindOf(err))
				}
				if out.Sent || out.Unfinished {
					t.Errorf("outcome %+v", out)
				}
				if took := time.Since(start); took != tt.took {
					t.Errorf("took %v", took)
				}
				if strings.Contains(err.Error(), "secret") {
					t.Errorf("the query is in the error: %v", err)
				}
				if s.count("disarm") != 1 {
					t.Errorf("steps %v", s.taken())
				}
				released := s.count("release 1") > 0
				s.Paused(post("9"))
				s.Paused(Request{ID: "10", Method: "PUT", URL: "https://portal.test/else", Type: Active})
				if s.count("fail 9") != 1 || s.count("fail 10") != 1 {
					t.Errorf("a late copy was not failed: %v", s.taken())
				}
				if out.Held.ID != "" && !released && s.count("fail "+out.Held.ID) != 1 {
					t.Errorf("the held commit was not failed: %v", s.taken())
				}
			})
		})
	}
}

// step makes one step of the browser or the caller fail.
func step(name string, err error) func(*script) {
	return func(s *script) { s.react[name] = func() error { return err } }
}

// pauses is a click that causes requests; does is one that does something else.
func pauses(list ...Request) func(*script) func(context.Context) error {
	return func(s *script) func(context.Context) error { return s.clicks(list...) }
}

func does(what func(*script) error) func(*script) func(context.Context) error {
	return func(s *script) func(context.Context) error {
		return func(context.Context) error { return what(s) }
	}
}

const armed = "arm POST https://portal.test:443/commit"

var (
	renamed   = Request{ID: "1", Method: "POST", URL: "https://portal.test/submit?secret=1", Type: Active}
	foreign   = Request{ID: "1", Method: "POST", URL: "https://evil.test/commit", Type: Active}
	head      = Request{ID: "1", Method: "HEAD", URL: "https://portal.test/commit", Type: Active}
	beacon    = Request{ID: "1", Method: "POST", URL: "https://portal.test/stats", Type: Beacon}
	preflight = Request{ID: "1", Method: "OPTIONS", URL: "https://portal.test/commit", Type: Active}
)

// TestTheAuthorIsTold: what was stopped is named, so that it can be declared.
func TestTheAuthorIsTold(t *testing.T) {
	play(t, func(s *script) {
		out, err := s.commit(declared(), s.clicks(renamed))
		if !strings.Contains(err.Error(), "POST https://portal.test/submit") || !slices.Equal(out.Stopped, []string{"POST https://portal.test/submit"}) {
			t.Errorf("%v, %v", err, out.Stopped)
		}
	})
}

// TestTheFirstByDefault: with nothing declared, the first that may change
// something is the commit.
func TestTheFirstByDefault(t *testing.T) {
	play(t, func(s *script) {
		s.answers("3", answerTo("3", 200))
		style := Request{ID: "2", Method: "GET", URL: "https://portal.test/a.css", Type: Passive}
		out, err := s.commit(Rules{}, s.clicks(preflight, style, post("3"), post("4")))
		if err != nil || out.Held.ID != "3" || out.Seen != 2 || out.Blocked != 1 {
			t.Errorf("%v, %+v", err, out)
		}
		for _, step := range []string{"let 1", "let 2", "fail 4"} {
			if s.count(step) != 1 {
				t.Errorf("no %q in %v", step, s.taken())
			}
		}
	})
}

// TestSecondCopyIsAborted: before and after the answer, until the attempt is
// finished.
func TestSecondCopyIsAborted(t *testing.T) {
	play(t, func(s *script) {
		s.answers("1", answerTo("1", 200), post("2"), get("3", "/leave"))
		out, err := s.commit(declared(), s.clicks(post("1"), post("4")))
		if err != nil || out.Seen != 3 || out.Blocked != 2 {
			t.Errorf("%v, %+v", err, out)
		}
		s.Paused(post("5"))
		s.Paused(Request{ID: "6", Method: "POST", URL: "https://portal.test/look-up", Type: Active})
		got := s.taken()
		for _, step := range []string{"fail 2", "fail 4", "fail 5", "let 3", "let 6"} {
			if !slices.Contains(got, step) {
				t.Errorf("no %q in %v", step, got)
			}
		}
		if slices.Index(got, "let 3") < slices.Index(got, "let 1") {
			t.Errorf("parked requests go before the page has its answer: %v", got)
		}
	})
}

func TestParking(t *testing.T) {
	play(t, func(s *script) {
		s.react["release 1"] = func() error {
			for range maxParked + 1 {
				s.Paused(get("p", "/poll"))
			}
			s.Paused(Request{ID: "b", Method: "POST", URL: "https://portal.test/stats", Type: Beacon})
			s.Paused(preflight2)
			if n := s.count("let p") + s.count("let o"); n != 0 {
				t.Errorf("%d requests went while the commit was under way", n)
			}
			if s.count("fail p") != 0 && s.count("fail b") != 1 {
				t.Errorf("steps %v", s.taken())
			}
			s.Paused(answerTo("1", 200))
			return nil
		}
		if _, err := s.commit(declared(carriers.Request{Path: "/poll"}), s.clicks(post("1"))); err != nil {
			t.Fatal(err)
		}
		if s.count("let p") != maxParked || s.count("fail p") != 1 || s.count("fail b") != 1 {
			t.Errorf("%d let, %d failed", s.count("let p"), s.count("fail p"))
		}
	})
}

var preflight2 = Request{ID: "o", Method: "OPTIONS", URL: "https://portal.test/next", Type: Active}

func TestRedirects(t *testing.T) {
	follow := func(id, by, method, path string) Request {
		q := get(id, path)
		q.Method, q.RedirectedBy = method, by
		return q
	}
	for _, rules := range []Rules{{}, declared()} {
		play(t, func(s *script) {
			s.answers("1", answerTo("1", 307))
			s.react["let 1"] = func() error {
				s.Paused(follow("2", "1", "GET", "/step"))
				s.Paused(follow("3", "2", "POST", "/again"))
				s.Paused(follow("4", "2", "GET", "/done"))
				return nil
			}
			out, err := s.commit(rules, s.clicks(post("1")))
			if err != nil || s.count("let 2") != 1 || s.count("fail 3") != 1 || s.count("let 4") != 1 {
				t.Errorf("%v, %v", err, s.taken())
			}
			if out.Body != nil || s.count("body 1") != 0 || out.Seen != 2 {
				t.Errorf("outcome %+v", out)
			}
		})
	}
}

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
		if err := s.Gate.Finish(s.ctx); !errors.Is(err, ErrUnfinished) {
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

func TestFinish(t *testing.T) {
	play(t, func(s *script) {
		if err := s.Gate.Finish(s.ctx); err != nil || len(s.taken()) != 0 {
			t.Errorf("without an attempt: %v, %v", err, s.taken())
		}
		rules := declared()
		rules.Origins = []string{"https://portal.test"}
		s.answers("1", answerTo("1", 200))
		s.react["intent"] = func() error {
			if err := s.Gate.Finish(s.ctx); !errors.Is(err, ErrBusy) {
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
		if err := s.Gate.Finish(s.ctx); !errors.Is(err, trouble) || s.count("idle") != 0 {
			t.Errorf("%v, %v", err, s.taken())
		}
		s.react["finish [https://portal.test]"] = func() error {
			s.Paused(post("7"))
			return nil
		}
		if err := s.Gate.Finish(s.ctx); err != nil || s.count("fail 7") != 1 {
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
		if err := s.Gate.Finish(s.ctx); err != nil {
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
			if err := s.Gate.Finish(ctx); !errors.Is(err, tt.want) || s.count("idle") != 0 {
				t.Errorf("%v, %v", err, s.taken())
			}
			if _, err := s.commit(declared(), s.clicks(post("3"))); !errors.Is(err, ErrBusy) {
				t.Errorf("the next attempt: %v", err)
			}
		})
	}
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

func TestPausedNeverBlocks(t *testing.T) {
	play(t, func(s *script) {
		stuck := make(chan struct{})
		s.react["let 1"] = func() error { <-stuck; return nil }
		s.Paused(get("1", "/"))
		s.Paused(get("2", "/"))
		synctest.Wait()
		if s.count("let 2") != 1 {
			t.Error("one command holds up the next")
		}
		close(stuck)
	})
}

func TestCloseOrdersNothingMore(t *testing.T) {
	play(t, func(s *script) {
		s.Close()
		s.Paused(get("1", "/"))
		if len(s.taken()) != 0 {
			t.Errorf("steps %v", s.taken())
		}
	})
}
