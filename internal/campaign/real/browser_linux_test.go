package real

import (
	"fmt"
	mathrand "math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/lodge/internal/portal"
	"example.com/lodge/internal/submission"
	"example.com/lodge/internal/visit/visittest"
)

// play lives through a row, and what follows, until all is settled.
func (s *trial) play(r row) facts {
	s.t.Helper()
	id := s.Register(visittest.Moor, number, r.odd)
	s.numbers = append(s.numbers, number)
	if r.setup != nil {
		r.setup(s)
	}
	for _, f := range r.fault {
		if !r.stays {
			f.Next = 1
		}
		if f.What == portal.Elsewhere || f.What == portal.ElsewhereAfter {
			f.To = s.trap.URL()
		}
		s.Fault(f)
	}
	s.visit(r.point, r.act)
	s.Portal.Faults().Clear()
	s.errand.User, s.errand.Password, s.errand.Pin = s.user.Name, s.user.Password, s.Portal.Pin()
	for n, d := range []time.Duration{16 * time.Minute, 50 * time.Hour, 6 * time.Hour, 6 * time.Hour} {
		rev := s.Get(id).Current()
		swept := n > 0 || r.point == "" || r.act.browser // what a dead process left, the next one removes
		if settled := ends(rev.State) || rev.State == submission.NeedsPerson; settled && swept {
			break
		}
		<-s.door.quiet()
		s.Later(d)
		s.later += d
		s.operator()
		s.visit("", act{})
	}
	return s.facts()
}

// operator lets the account go on if it waits for somebody to look.
func (s *trial) operator() {
	s.t.Helper()
	a, err := s.Ledger.Account(s.t.Context(), visittest.Moor)
	s.check(err)
	if a.Suspended != nil {
		s.check(s.Portal.Door().Unlock(s.user.Name))
		s.check(s.Ledger.LiftSuspension(s.t.Context(), visittest.Moor, "ada", "looked, and set it right"))
	}
}

func (s *trial) facts() facts {
	s.t.Helper()
	f := facts{leaks: s.leaked, left: s.left, foreign: int(s.trap.met.Load()), allowed: s.allowed}
	s.check(known(s.t.Context(), &f, s.Ledger, s.Evidence, s.Portal, map[string][]string{visittest.Moor: s.numbers}))
	found, err := leaksBelow(s.Dir, s.passwords)
	s.check(err)
	f.leaks = append(append(f.leaks, found...), leaks("what was said", s.said.Bytes(), s.passwords)...)
	profiles, err := filepath.Glob(filepath.Join(s.Profiles(), "profile-*"))
	s.check(err)
	for _, p := range profiles {
		f.left = append(f.left, "a profile is left: "+filepath.Base(p))
	}
	f.left = append(f.left, using(s.Dir)...)
	return f
}

// runs are n rows: each of the site's and of the breaks' once, then pairs. The seed
// says in which order.
func runs(n int, seed uint64) []row {
	random := mathrand.New(mathrand.NewPCG(seed, 156))
	site, breaks := siteRows(), breakRows()
	all := slices.Concat(site, breaks)
	random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	if singles := n - n/4; n < len(all) {
		all = all[:singles]
	}
	for len(all) < n {
		r, b := site[random.IntN(len(site))], breaks[random.IntN(len(breaks))]
		r.name, r.fact, r.point, r.act = r.name+"+"+b.name, r.fact+" "+b.fact, b.point, b.act
		r.fault = slices.Concat(b.fault, r.fault)
		r.ends = slices.Concat(r.ends, b.ends, []submission.State{accepted, person})
		all = append(all, r)
	}
	return all
}

// TestBrowser breaks visits in a real Chromium, each in its own way, and lets
// others follow until all is settled. Its last line is the sum.
func TestBrowser(t *testing.T) {
	n, begun := asked[int](t, "browser"), time.Now()
	if few(n) {
		t.Parallel()
	}
	rows := runs(n, asked[uint64](t, "seed"))
	var mu sync.Mutex
	var broken []string
	done, asks, uploads, singles := 0, 0, 0, 0
	t.Run("run", func(t *testing.T) {
		room := make(chan struct{}, sideBySide)
		for i, r := range rows {
			t.Run(fmt.Sprintf("%d/%s", i, r.name), func(t *testing.T) {
				t.Parallel()
				room <- struct{}{}
				defer func() { <-room }()
				f, _ := broke(t, r)
				mu.Lock()
				defer mu.Unlock()
				done++
				broken = append(broken, f.broken()...)
				for _, i := range f.invoices {
					uploads += i.uploads
					if i.needs != "" && i.state == person {
						asks++
					}
				}
				if !strings.Contains(r.name, "+") {
					singles++
				}
				if done%10 == 0 {
					t.Logf("%d of %d runs, %s", done, n, time.Since(begun).Round(time.Second))
				}
			})
		}
	})
	t.Logf("browser: %d visits broken, %d of them in two ways, %d uploads taken in, %d with a person, in %s",
		done, done-singles, uploads, asks, time.Since(begun).Round(time.Second))
	record(t, "browser", broken, map[string]int{"chromium": done, "chromium_pairs": done - singles, "chromium_with_a_person": asks})
}

// broke lives through one row and judges it.
func broke(t *testing.T, r row) (facts, *trial) {
	t.Helper()
	s := newTrial(t)
	begun := time.Now()
	f := s.play(r)
	want := r.ends
	if want == nil {
		want = []submission.State{accepted}
	}
	got := &f.invoices[0]
	if slices.Contains(want, person) {
		got.blamed = r.name
	}
	for _, b := range f.broken() {
		t.Error(b)
	}
	if !slices.Contains(want, got.state) {
		t.Errorf("in the end it is %s (%s); want %v", got.state, got.why, want)
	}
	if r.point != "" && r.point != taken && !strings.Contains(r.name, "+") && !slices.Contains(s.points, r.point) {
		t.Errorf("it never came to %q; it passed %q", r.point, s.points)
	}
	if len(s.missed) > 0 && !strings.Contains(r.name, "+") {
		t.Errorf("there was no process with %q to break", s.missed)
	}
	if t.Failed() || flagStory(t) {
		t.Logf("said:\n%s", &s.said)
	}
	t.Logf("%s (%s): %s, %s", r.name, r.fact, got.state, time.Since(begun).Round(100*time.Millisecond))
	return f, s
}
