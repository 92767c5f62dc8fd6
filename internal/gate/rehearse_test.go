package gate

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/lodge/carriers"
)

// TestRehearse: from the first moment to the last nothing goes that could change
// something, and what was failed is told, each request once.
func TestRehearse(t *testing.T) {
	play(t, func(s *script) {
		put := Request{ID: "4", Method: "PUT", URL: "https://portal.test/draft?secret=1", Type: Active}
		poll := Request{ID: "6", Method: "POST", URL: "https://portal.test/poll", Type: Active}
		other := Request{ID: "7", Method: "POST", URL: "https://elsewhere.test/x", Type: Active}
		s.react["hold"] = func() error { s.Paused(post("1")); return nil }
		if err := s.Rehearse(s.ctx, declared(carriers.Request{Path: "/poll"})); err != nil {
			t.Fatal(err)
		}
		time.AfterFunc(100*time.Millisecond, func() { s.Paused(post("12")) }) // what a click causes comes after it
		for _, q := range []Request{get("2", "/form"), post("3"), put, {ID: "5", Method: "OPTIONS", URL: put.URL}, poll, other,
			{ID: "8", Method: "POST", URL: "https://portal.test/stats", Type: Beacon}} {
			s.Paused(q)
		}
		want := []string{"POST https://portal.test/commit", "PUT https://portal.test/draft", "POST https://portal.test/stats"}
		stopped, commits := s.Stopped(s.ctx)
		if diff := cmp.Diff(want, stopped); diff != "" || commits != 3 {
			t.Errorf("%d commits; stopped: %s", commits, diff)
		}
		if _, err := s.commit(declared(), s.clicks(post("9"))); !errors.Is(err, ErrBusy) {
			t.Errorf("a commit meanwhile: %v", err)
		}
		s.taken() // until all orders are given
		s.react["finish []"] = func() error { s.Paused(post("10")); return nil }
		if err := s.Gate.Finish(s.ctx, nil); err != nil {
			t.Fatal(err)
		}
		steps := s.taken()
		for _, step := range []string{"let 2", "let 5", "let 6", "fail 1", "fail 3", "fail 4", "fail 7", "fail 8", "fail 10", "fail 12", "disarm"} {
			if s.count(step) != 1 {
				t.Errorf("%q was done %d times: %v", step, s.count(step), steps)
			}
		}
		order := []int{slices.Index(steps, "sockets"), slices.Index(steps, "hold"), slices.Index(steps, "finish []"),
			slices.Index(steps, "idle"), slices.Index(steps, "disarm")}
		if !slices.IsSorted(order) || order[0] != 0 {
			t.Errorf("out of order: %v", steps)
		}
		if stopped, commits := s.Stopped(s.ctx); stopped != nil || commits != 0 {
			t.Errorf("after the end %v, %d are stopped", stopped, commits)
		}
		s.react = map[string]func() error{}
		s.answers("11", answerTo("11", 200))
		if _, err := s.commit(declared(), s.clicks(post("11"))); err != nil {
			t.Errorf("a commit after it: %v", err)
		}
	})
}

// TestNotHeld: if the browser cannot be told to hold, the way out is shut, and
// nothing of this browser goes any more.
func TestNotHeld(t *testing.T) {
	play(t, func(s *script) {
		trouble := errors.New("no answer")
		s.react["hold"] = func() error { return trouble }
		if err := s.Rehearse(s.ctx, declared()); !errors.Is(err, trouble) || s.count("blow") != 1 {
			t.Errorf("%v: %v", err, s.taken())
		}
		s.Paused(get("1", "/form"))
		if err := s.Gate.Finish(s.ctx, nil); !errors.Is(err, ErrUnfinished) || s.count("fail 1") != 1 {
			t.Errorf("%v: %v", err, s.taken())
		}
	})
}

// TestTold: where a commit could be taken for a request that only asks, nothing
// is rehearsed.
func TestTold(t *testing.T) {
	for _, tt := range []struct {
		commits []carriers.Request
		want    bool
	}{
		{nil, false},
		{[]carriers.Request{{Path: "/commit"}}, false},
		{[]carriers.Request{{Method: "get", Path: "/commit"}}, false},
		{[]carriers.Request{{Method: "POST"}, {Method: "HEAD", Path: "/commit"}}, false},
		{[]carriers.Request{{Method: "POST"}, {Method: "put", Path: "/commit"}}, true},
	} {
		play(t, func(s *script) {
			err := s.Rehearse(s.ctx, Rules{Commits: tt.commits})
			if errors.Is(err, ErrUntold) == tt.want || len(s.taken()) > 0 != tt.want {
				t.Errorf("%v: %v, after %v", tt.commits, err, s.taken())
			}
		})
	}
}

// FuzzRehearse: whatever a request looks like, it goes only if it asks, or was
// declared harmless.
func FuzzRehearse(f *testing.F) {
	f.Add("POST", "https://portal.test/commit", string(Active), "body", false)
	f.Add("post", "https://portal.test/poll", string(Passive), "", true)
	f.Fuzz(func(t *testing.T, method, url, kind, body string, heir bool) {
		q := Request{Method: method, URL: url, Type: Type(kind), Body: body}
		if safe(method) || offline(url) {
			return
		}
		if declared().judge(rehearsing, q, true, heir) == let {
			t.Errorf("%+v goes", q)
		}
	})
}
