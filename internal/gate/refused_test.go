package gate

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/lodge/carriers"
)

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
