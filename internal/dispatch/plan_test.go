package dispatch_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"example.com/lodge/internal/dispatch"
	"example.com/lodge/internal/ledger"
)

var noon = time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC)

// waitingFor are so many accounts, a00 since an hour, each next one a second less.
func waitingFor(n int) (list []ledger.Due) {
	for i := range n {
		list = append(list, ledger.Due{Account: fmt.Sprintf("a%02d", i), At: noon.Add(-time.Hour + time.Duration(i)*time.Second)})
	}
	return list
}

func all(due []ledger.Due) map[string]bool {
	may := map[string]bool{}
	for _, d := range due {
		may[d.Account] = true
	}
	return may
}

// told is a plan in a line: the accounts of each task.
func told(starts []dispatch.Start) string {
	var list []string
	for _, s := range starts {
		var names []string
		for _, d := range s {
			names = append(names, d.Account)
		}
		list = append(list, strings.Join(names, " "))
	}
	return strings.Join(list, " | ")
}

// TestHowManyTasks: as many as visit all side by side, and no more; what is left is
// dealt out.
func TestHowManyTasks(t *testing.T) {
	limits := dispatch.Limits{Tasks: 3, Accounts: 5, Beside: 2}
	for n, want := range map[int]string{
		0: "", 1: "a00", 2: "a00 a01", 3: "a00 a02 | a01", 4: "a00 a02 | a01 a03", 5: "a00 a03 | a01 a04 | a02",
		7:  "a00 a03 a06 | a01 a04 | a02 a05",
		40: "a00 a03 a06 a09 a12 | a01 a04 a07 a10 a13 | a02 a05 a08 a11 a14",
	} {
		due := waitingFor(n)
		if got := told(dispatch.Plan(dispatch.Situation{Now: noon, Due: due, May: all(due), Limits: limits})); got != want {
			t.Errorf("%d accounts: %s; want %s", n, got, want)
		}
	}
	due := waitingFor(100)
	s := dispatch.Situation{Now: noon, Due: due, May: all(due), Limits: dispatch.Limits{Tasks: 2}}
	if p := dispatch.Plan(s); len(p) != 2 || len(p[0]) != dispatch.Accounts || len(p[1]) != dispatch.Accounts {
		t.Errorf("where nothing is said: %s", told(p))
	}
	s.Due = waitingFor(dispatch.Beside)
	if p := dispatch.Plan(s); len(p) != 1 {
		t.Errorf("where nothing is said: %s", told(p))
	}
	s.Limits = dispatch.Limits{Tasks: 2, Accounts: 1, Beside: 4}
	if p := dispatch.Plan(s); told(p) != "a00 | a01" {
		t.Errorf("one account each: %s", told(p))
	}
}

// TestLeftOut is who gets no task.
func TestLeftOut(t *testing.T) {
	at := func(minutes int) time.Time { return noon.Add(time.Duration(minutes) * time.Minute) }
	due := []ledger.Due{
		{Account: "later", At: at(1)}, {Account: "now", At: at(0)}, {Account: "held", At: at(-9)}, {Account: "shut", At: at(-9)},
		{Account: "vain", At: at(-9)}, {Account: "rested", At: at(-8)}, {Account: "went on", At: at(-7)}, {Account: "went on", At: at(-1)},
		{Account: "down 1", At: at(-2)}, {Account: "down 2", At: at(-3)}, {Account: "down 3", At: at(-1)},
	}
	may, down := all(due), ledger.SiteName{Carrier: "harbor", Host: "h"}
	delete(may, "shut")
	s := dispatch.Situation{
		Now: noon, Due: due, May: may, Limits: dispatch.Limits{Tasks: 9},
		Probes: map[string]ledger.SiteName{"down 1": down, "down 2": down, "down 3": {Carrier: "pier", Host: "h"}},
		Slots: ledger.Slots{
			Taken: []ledger.Slot{{N: 1, Accounts: []string{"other", "held"}}},
			Stints: map[string]ledger.Stint{
				"vain": {At: at(-5), Due: at(-9), Vain: 2}, "rested": {At: at(-5), Due: at(-8), Vain: 1}, "went on": {At: at(-1), Due: at(-8), Vain: 5},
			},
		},
	}
	var planned []string
	for _, start := range dispatch.Plan(s) {
		for _, d := range start {
			planned = append(planned, d.Account)
		}
	}
	slices.Sort(planned)
	if got := strings.Join(planned, ", "); got != "down 2, down 3, now, rested, went on" {
		t.Errorf("planned: %s", got)
	}
	for vain, rest := range map[int]time.Duration{0: 2 * time.Minute, 1: 4 * time.Minute, 4: 32 * time.Minute, 5: time.Hour, 1000: time.Hour} {
		s.Slots.Stints = map[string]ledger.Stint{"vain": {At: noon, Due: at(-9), Vain: vain}}
		s.Due, s.May = due[4:5], all(due)
		for _, c := range []struct {
			now  time.Time
			want int
		}{{noon.Add(rest - 1), 0}, {noon.Add(rest), 1}} {
			if s.Now = c.now; len(dispatch.Plan(s)) != c.want {
				t.Errorf("after %d stints in vain and %s: %s", vain, c.now.Sub(noon), told(dispatch.Plan(s)))
			}
		}
	}
}

// situation draws anything.
func situation(t *rapid.T) dispatch.Situation {
	names := rapid.SampledFrom([]string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"})
	moment := rapid.Custom(func(t *rapid.T) time.Time {
		return noon.Add(time.Duration(rapid.IntRange(-90, 5).Draw(t, "minute")) * time.Minute)
	})
	s := dispatch.Situation{
		Now: noon, May: map[string]bool{}, Probes: map[string]ledger.SiteName{},
		Limits: dispatch.Limits{Tasks: rapid.IntRange(0, 5).Draw(t, "tasks"), Accounts: rapid.IntRange(0, 4).Draw(t, "accounts"), Beside: rapid.IntRange(0, 4).Draw(t, "beside")},
		Slots:  ledger.Slots{Stints: map[string]ledger.Stint{}},
	}
	for range rapid.IntRange(0, 14).Draw(t, "due") {
		s.Due = append(s.Due, ledger.Due{Account: names.Draw(t, "account"), At: moment.Draw(t, "at")})
	}
	for _, name := range rapid.SliceOf(names).Draw(t, "may") {
		s.May[name] = true
	}
	for _, name := range rapid.SliceOfN(names, 0, 3).Draw(t, "probes") {
		s.Probes[name] = ledger.SiteName{Carrier: rapid.SampledFrom([]string{"harbor", "pier"}).Draw(t, "carrier")}
	}
	for i, name := range rapid.SliceOfNDistinct(names, 0, 3, rapid.ID[string]).Draw(t, "taken") {
		s.Slots.Taken = append(s.Slots.Taken, ledger.Slot{N: i + 1, Accounts: []string{name}})
	}
	for _, name := range rapid.SliceOfN(names, 0, 4).Draw(t, "stints") {
		s.Slots.Stints[name] = ledger.Stint{At: moment.Draw(t, "taken at"), Due: moment.Draw(t, "due then"), Vain: rapid.IntRange(0, 9).Draw(t, "vain")}
	}
	return s
}

func copied(s dispatch.Situation) dispatch.Situation {
	s.Due, s.May, s.Probes = slices.Clone(s.Due), maps.Clone(s.May), maps.Clone(s.Probes)
	s.Slots.Taken, s.Slots.Stints = slices.Clone(s.Slots.Taken), maps.Clone(s.Slots.Stints)
	return s
}

// TestPlanProperties: whatever the situation, the limits hold, nobody is in twice,
// everybody in it is due and may, and nobody else who could go is left while there
// is room. The same is said of the same, in whatever order it comes, and nothing of
// it is changed.
func TestPlanProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := situation(t)
		before := copied(s)
		p := dispatch.Plan(s)
		if diff := cmp.Diff(before, s); diff != "" {
			t.Fatalf("the situation was changed: %s", diff)
		}
		other := copied(s)
		slices.Reverse(other.Due)
		slices.Reverse(other.Slots.Taken)
		if diff := cmp.Diff(p, dispatch.Plan(other)); diff != "" {
			t.Fatalf("another plan for the same: %s", diff)
		}
		limited(t, s, p)
		urgent(t, s, p)
	})
}

func limited(t *rapid.T, s dispatch.Situation, p []dispatch.Start) {
	if len(p) > 0 && len(p)+len(s.Slots.Taken) > s.Limits.Tasks {
		t.Fatalf("%d tasks beside %d, at most %d: %s", len(p), len(s.Slots.Taken), s.Limits.Tasks, told(p))
	}
	seen := map[string]bool{}
	for _, start := range p {
		if len(start) == 0 || s.Limits.Accounts > 0 && len(start) > s.Limits.Accounts {
			t.Fatalf("a task with %d accounts: %s", len(start), told(p))
		}
		for _, d := range start {
			if seen[d.Account] || !s.May[d.Account] || d.At.After(s.Now) || s.Slots.Holds(d.Account) || !slices.Contains(s.Due, d) {
				t.Fatalf("%s must not be there: %s", d.Account, told(p))
			}
			seen[d.Account] = true
		}
	}
}

// urgent: whoever is left out, though alone it would be in, waits no longer than
// any that is in, and all tasks are full; or another of its site goes to see.
func urgent(t *rapid.T, s dispatch.Situation, p []dispatch.Start) {
	since := func(d ledger.Due) time.Time {
		if at := s.Slots.Stints[d.Account].At; at.After(d.At) {
			return at
		}
		return d.At
	}
	in, room, last := map[string]bool{}, false, time.Time{}
	for _, start := range p {
		room = room || len(start) < s.Limits.Accounts || s.Limits.Accounts == 0
		for _, d := range start {
			in[d.Account] = true
			if since(d).After(last) {
				last = since(d)
			}
		}
	}
	for _, d := range s.Due {
		alone := copied(s)
		alone.Due = slices.DeleteFunc(alone.Due, func(o ledger.Due) bool { return o.Account != d.Account })
		alone.Slots.Taken = slices.DeleteFunc(alone.Slots.Taken, func(t ledger.Slot) bool { return !slices.Contains(t.Accounts, d.Account) })
		site, probe := s.Probes[d.Account]
		first := dispatch.Plan(alone)
		switch {
		case in[d.Account] || len(first) == 0:
		case probe && slices.ContainsFunc(slices.Collect(maps.Keys(in)), func(o string) bool { return s.Probes[o] == site && in[o] }):
		case len(p) == 0 && s.Limits.Tasks <= len(s.Slots.Taken):
		case room || since(first[0][0]).Before(last):
			t.Fatalf("%s waits since %s and is left out: %s", d.Account, since(first[0][0]), told(p))
		}
	}
}

// TestNobodyStarves: however many accounts there are whose tasks get nowhere and
// which are due for ever, each account has its slot before long.
func TestNobodyStarves(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 30).Draw(t, "accounts")
		limits := dispatch.Limits{Tasks: rapid.IntRange(1, 3).Draw(t, "tasks"), Accounts: rapid.IntRange(1, 3).Draw(t, "each")}
		due := waitingFor(n)
		slots := ledger.Slots{Stints: map[string]ledger.Stint{}}
		had := map[string]int{}
		now := noon
		for range (n + limits.Accounts - 1) / limits.Accounts { // by the slowest: one task at a time
			for _, start := range dispatch.Plan(dispatch.Situation{Now: now, Due: due, May: all(due), Slots: slots, Limits: limits}) {
				for _, d := range start {
					had[d.Account]++
					slots.Stints[d.Account] = ledger.Stint{At: now, Due: d.At, Vain: had[d.Account] - 1}
				}
			}
			now = now.Add(dispatch.LongestRest) // all of them want to go again
		}
		for _, d := range due {
			if had[d.Account] == 0 {
				t.Fatalf("%s never had a slot: %v", d.Account, had)
			}
		}
	})
}
