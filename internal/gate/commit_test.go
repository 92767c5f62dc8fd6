package gate

import (
	"slices"
	"testing"
	"testing/synctest"

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
		want := []string{"sockets", "hold", "click", "hush", "intent", "arm POST https://portal.test:443/commit", "release 1", "body 1", "disarm", "let 1"}
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
			if got := s.taken(); !slices.Equal(got, []string{"sockets", "hold", "click", "hush", "intent"}) {
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
