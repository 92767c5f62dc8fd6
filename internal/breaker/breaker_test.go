package breaker

import (
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"example.com/lodge/carriers"
)

func noon() time.Time { return time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC) }

func down(of string) *Failure {
	return &Failure{Kind: carriers.Unavailable, Why: "maintenance", Of: of}
}

func changed(of string) *Failure {
	return &Failure{Kind: carriers.SiteChanged, Why: "no such button", Of: of}
}

// A step is one visit: some time passes, it asks, and it ends.
type step struct {
	after  time.Duration
	failed *Failure // nil and worked false: nothing was learnt of the site
	worked bool
	want   string // open, closed, or refused
}

func run(t *testing.T, steps []step) State {
	t.Helper()
	var s State
	now := noon()
	for i, p := range steps {
		now = now.Add(p.after)
		after, pass := s.Enter(now, "h", time.Hour, false)
		got := "refused"
		if pass.Next.IsZero() {
			after = after.Ended(now, End{Probe: pass.Probe, Worked: p.worked, Failed: p.failed})
			got = map[bool]string{false: "closed", true: "open"}[after.Open()]
		}
		if s = after; got != p.want {
			t.Errorf("step %d: %s, want %s: %+v", i+1, got, p.want, s)
		}
	}
	return s
}

func TestVisits(t *testing.T) {
	const m = time.Minute
	for name, c := range map[string]struct {
		steps []step
		until time.Duration // from the last step to the next probe
	}{
		"two failures are none": {[]step{{0, down(""), false, "closed"}, {m, down(""), false, "closed"}, {m, nil, true, "closed"},
			{m, down(""), false, "closed"}, {m, down(""), false, "closed"}}, 0},
		"three in a row": {[]step{{0, down(""), false, "closed"}, {5 * m, down(""), false, "closed"}, {5 * m, down(""), false, "open"}}, 2 * m},
		"of which one is old": {[]step{{0, down(""), false, "closed"}, {5 * m, down(""), false, "closed"},
			{Window - 4*m, down(""), false, "closed"}}, 0},
		"what says nothing does not end the row": {[]step{{0, down(""), false, "closed"}, {m, down(""), false, "closed"},
			{m, nil, false, "closed"}, {m, down(""), false, "open"}}, 2 * m},
		"one invoice is one failure": {[]step{{0, changed("i1"), false, "closed"}, {m, changed("i1"), false, "closed"},
			{m, changed("i1"), false, "closed"}, {m, down("i1"), false, "closed"}}, 0},
		"a site that changed for three": {[]step{{0, changed("i1"), false, "closed"}, {m, changed("i2"), false, "closed"},
			{m, changed("account a"), false, "open"}}, 2 * m},
		"no visit before the probe": {[]step{{0, down(""), false, "closed"}, {m, down(""), false, "closed"}, {m, down(""), false, "open"},
			{2*m - 1, nil, true, "refused"}}, 1},
		"a probe that works closes it": {[]step{{0, down(""), false, "closed"}, {m, down(""), false, "closed"}, {m, down(""), false, "open"},
			{2 * m, nil, true, "closed"}}, 0},
		"one that fails opens it for longer": {[]step{{0, down(""), false, "closed"}, {m, down(""), false, "closed"}, {m, down(""), false, "open"},
			{2 * m, down(""), false, "open"}, {4*m - 1, nil, true, "refused"}, {1, changed("i"), false, "open"}}, 8 * m},
		"one that says nothing lets another go at once": {[]step{{0, down(""), false, "closed"}, {m, down(""), false, "closed"},
			{m, down(""), false, "open"}, {2 * m, nil, false, "open"}, {0, nil, true, "closed"}}, 0},
		"a probe does not submit, so its word is not the last": {[]step{{0, down("1"), false, "closed"}, {m, down("2"), false, "closed"},
			{m, down("3"), false, "open"}, {2 * m, nil, true, "closed"},
			{m, down("1"), false, "closed"}, {m, down("2"), false, "closed"}, {m, down("3"), false, "open"}}, 4 * m},
		"but a visit's is": {[]step{{0, down("1"), false, "closed"}, {m, down("2"), false, "closed"},
			{m, down("3"), false, "open"}, {2 * m, nil, true, "closed"}, {0, nil, true, "closed"},
			{m, down("1"), false, "closed"}, {m, down("2"), false, "closed"}, {m, down("3"), false, "open"}}, 2 * m},
		"and what was long ago is forgotten": {[]step{{0, down("1"), false, "closed"}, {m, down("2"), false, "closed"},
			{m, down("3"), false, "open"}, {2 * m, nil, true, "closed"},
			{Window, down("1"), false, "closed"}, {m, down("2"), false, "closed"}, {m, down("3"), false, "open"}}, 2 * m},
	} {
		t.Run(name, func(t *testing.T) {
			s := run(t, c.steps)
			now := noon()
			for _, p := range c.steps {
				now = now.Add(p.after)
			}
			if s.Open() != (c.until > 0) || s.Open() && s.Until.Sub(now) != c.until {
				t.Errorf("open %v, the next probe in %s, want %s", s.Open(), s.Until.Sub(now), c.until)
			}
		})
	}
}

// opened is a breaker that has just opened.
func opened(t *testing.T) State {
	t.Helper()
	return run(t, []step{{0, down(""), false, "closed"}, {0, down(""), false, "closed"}, {0, down(""), false, "open"}})
}

// TestOneProbe: a second one goes only when the first is known to be dead, or its
// time is over; what the first says after that is not heard.
func TestOneProbe(t *testing.T) {
	due := noon().Add(Shortest)
	first, pass := opened(t).Enter(due, "a", 10*time.Minute, false)
	if pass.Probe != 1 || !pass.Next.IsZero() {
		t.Fatalf("no probe: %+v", pass)
	}
	if _, p := first.Enter(due, "b", 10*time.Minute, false); !p.Next.Equal(due.Add(Busy)) {
		t.Errorf("a second probe went beside the first: %+v", p)
	}
	for name, c := range map[string]struct {
		at   time.Time
		dead bool
	}{"dead": {due, true}, "out of time": {due.Add(10 * time.Minute), false}} {
		second, p := first.Enter(c.at, "b", 10*time.Minute, c.dead)
		if p.Probe != 2 || second.Probe.Owner != "b" {
			t.Errorf("%s: no other probe went: %+v", name, p)
		}
		for _, e := range []End{{Probe: 1, Worked: true}, {Probe: 1, Failed: down("")}, {Probe: 1}} {
			if late := second.Ended(c.at, e); !reflect.DeepEqual(late, second) {
				t.Errorf("%s: the late end %+v changed something:%s", name, e, cmp.Diff(second, late))
			}
		}
		if second.Ended(c.at, End{Probe: 2, Worked: true}).Open() {
			t.Errorf("%s: the second probe does not close it", name)
		}
	}
}

// TestUnderWay: visits that were under way when it opened neither close it nor
// have it open for longer.
func TestUnderWay(t *testing.T) {
	s := opened(t)
	for _, e := range []End{{Worked: true}, {Failed: down("")}, {Failed: changed("x")}, {}} {
		if after := s.Ended(noon().Add(time.Minute), e); !reflect.DeepEqual(after, s) {
			t.Errorf("%+v changed something:%s", e, cmp.Diff(s, after))
		}
	}
}

func TestPause(t *testing.T) {
	for n, want := range map[int]time.Duration{1: 2 * time.Minute, 2: 4 * time.Minute, 5: 32 * time.Minute, 6: time.Hour, 1_000_000: time.Hour} {
		if got := pause(n, 0); got != want {
			t.Errorf("opening %d: %s, want %s", n, got, want)
		}
	}
	if got := pause(1, 0.5); got != 105*time.Second {
		t.Errorf("with half of the jitter: %s", got)
	}
	for _, wrong := range []float64{-3, 7} {
		if got := pause(1, wrong); got < 90*time.Second || got > 2*time.Minute {
			t.Errorf("with jitter %v: %s", wrong, got)
		}
	}
}

func TestWhoActs(t *testing.T) {
	s := opened(t)
	for after, want := range map[time.Duration]carriers.Person{0: carriers.Nobody, Long - 1: carriers.Nobody, Long: carriers.Operator} {
		if got := s.Acts(noon().Add(after)); got != want {
			t.Errorf("down for %s: %q acts", after, got)
		}
	}
	s.Kind = carriers.SiteChanged
	if got := s.Acts(noon()); got != carriers.Author {
		t.Errorf("changed: %q acts", got)
	}
	if got := (State{Kind: carriers.SiteChanged}).Acts(noon()); got != carriers.Nobody {
		t.Errorf("closed: %q acts", got)
	}
}

// TestAnyStory: whatever visits meet, in whatever order, side by side.
func TestAnyStory(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s State
		now := noon()
		var underWay []Pass
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(0, 40).Draw(t, "minutes")) * time.Minute)
			before := s
			if len(underWay) == 0 || rapid.Bool().Draw(t, "enter") {
				after, pass := s.Enter(now, "h", 30*time.Minute, rapid.Bool().Draw(t, "dead"))
				s = after
				judgeEnter(t, before, after, pass, now)
				if pass.Next.IsZero() {
					underWay = append(underWay, pass)
				}
				continue
			}
			i := rapid.IntRange(0, len(underWay)-1).Draw(t, "which")
			e := End{Probe: underWay[i].Probe, Jitter: rapid.Float64Range(0, 1).Draw(t, "jitter")}
			switch rapid.IntRange(0, 3).Draw(t, "end") {
			case 0:
				e.Worked = true
			case 1, 2:
				e.Failed = down(rapid.SampledFrom([]string{"", "1", "2"}).Draw(t, "of"))
			}
			underWay = append(underWay[:i:i], underWay[i+1:]...)
			s = s.Ended(now, e)
			judgeEnd(t, before, s, e, now)
		}
	})
}

// judgeEnter: only a closed breaker lets a visit go that may submit, and none
// holds visits back for longer than it may.
func judgeEnter(t *rapid.T, before, after State, pass Pass, now time.Time) {
	free := pass.Next.IsZero() && pass.Probe == 0
	switch {
	case free != !before.Open():
		t.Fatalf("open %v, and the pass is %+v", before.Open(), pass)
	case pass.Probe != 0 && (now.Before(before.Until) || pass.Probe <= before.Probes):
		t.Fatalf("probe %d at %s: %+v", pass.Probe, now, before)
	case !pass.Next.IsZero() && (!pass.Next.After(now) || pass.Next.Sub(now) > Longest):
		t.Fatalf("ask again at %s, it is %s", pass.Next, now)
	case after.Open() != before.Open():
		t.Fatal("asking opened or closed it")
	}
}

// judgeEnd: only enough failures open a breaker, only its probe closes it, and
// it says everything that people are told.
func judgeEnd(t *rapid.T, before, after State, e End, now time.Time) {
	switch {
	case after.Probes < before.Probes:
		t.Fatalf("a number of a probe can come again: %d after %d", after.Probes, before.Probes)
	case !before.Open() && after.Open() && (len(before.Row) < Enough-1 || e.Failed == nil):
		t.Fatalf("opened by %+v after %+v", e, before)
	case before.Open() && !after.Open() && (!e.Worked || before.Probe == nil || e.Probe != before.Probe.ID):
		t.Fatalf("closed by %+v, the probe is %+v", e, before.Probe)
	case after.Open() && (after.Kind == "" || after.Why == "" || after.Since.After(now) || after.Until.Sub(now) > Longest):
		t.Fatalf("says too little: %+v", after)
	case !after.Open() && (after.Probe != nil || !after.Until.IsZero() || len(after.Row) >= Enough):
		t.Fatalf("closed, and not quite: %+v", after)
	}
}
