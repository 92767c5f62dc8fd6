package real

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/portal"
	"example.com/lodge/internal/secret"
)

// worldKills is how often the program is killed in one world, and sideBySide how
// many worlds go on at once.
const (
	worldKills = 10
	sideBySide = 3
)

// A toll is what became of a campaign.
type toll struct {
	mu                                        sync.Mutex
	kills, terms, runs, invoices, asked, acts int
	broken                                    []string
	at                                        map[string]int // kills, by moment
}

// TestKills kills the program at random moments and starts it again. In the end
// nobody disturbs it, and all must have come right. Its last line is the sum.
func TestKills(t *testing.T) {
	if few(asked[int](t, "kills")) {
		t.Parallel()
	}
	p, err := build(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	p.check(t)
	want, seed, worlds := asked[int](t, "kills"), asked[uint64](t, "seed"), asked[int](t, "worlds")
	sum := &toll{at: map[string]int{}}
	begun := time.Now()
	planned := (want + worldKills - 1) / worldKills
	if worlds > 0 {
		planned, want = worlds, worlds*worldKills
	}
	t.Run("world", func(t *testing.T) {
		room := make(chan struct{}, sideBySide)
		for n := range planned {
			t.Run(fmt.Sprint(seed+uint64(n)), func(t *testing.T) {
				t.Parallel()
				room <- struct{}{}
				defer func() { <-room }()
				world(t, p, seed+uint64(n), min(worldKills, want-n*worldKills), sum)
			})
		}
	})
	// Where nothing is left to do, programs end before they are killed; other worlds make up for it.
	for n := planned; worlds == 0 && sum.kills < want && n < 2*planned; n++ {
		t.Run(fmt.Sprintf("more/%d", seed+uint64(n)), func(t *testing.T) { world(t, p, seed+uint64(n), min(worldKills, want-sum.kills), sum) })
	}
	if worlds == 0 && sum.kills < want {
		t.Errorf("%d kills of %d", sum.kills, want)
	}
	for _, m := range moments() {
		t.Logf("%4d killed: %s", sum.at[m.about], m.about)
	}
	t.Logf("kills: %d in %d runs, with %d invoices, of which %d are with a person, after %d acts of the operator, in %s",
		sum.kills, sum.runs, sum.invoices, sum.asked, sum.acts, time.Since(begun).Round(time.Second))
	record(t, "kills", sum.broken, map[string]int{"real_kills": sum.kills, "real_terms": sum.terms, "real_invoices": sum.invoices,
		"real_with_a_person": sum.asked})
}

// world is one office in which the program is killed so many times.
func world(t *testing.T, p program, seed uint64, kills int, sum *toll) {
	o := newOffice(t, p)
	random := rand.New(rand.NewPCG(seed, 1998))
	var story []string
	tell := func(format string, args ...any) { story = append(story, fmt.Sprintf(format, args...)) }
	allowed, runs, killed, terms := 0, 0, 0, 0
	at := map[string]int{}
	for killed < kills && runs < 4*kills {
		runs++
		if o.unsettled() < 4 {
			o.supply(moor, 2)
			o.supply(pier, 2)
		}
		x := draw(random, o.trap.URL())
		o.provoke(x)
		if x.wrong {
			allowed++
		}
		before := o.portal.Counts()
		end := o.strike(x)
		tell("run %d, %s later: %s+%d %s +%s, %s, faults %v, wrong password %v: %s; uploads %d to %d", runs, time.Duration(o.later.Load()),
			x.signal, x.n, x.place, x.delay.Round(time.Millisecond), x.about, names(x.faults), x.wrong, end, before.Uploads, o.portal.Counts().Uploads)
		switch end {
		case "killed":
			killed++
			at[x.about]++
			if o.portal.Counts().FailedLogins > before.FailedLogins {
				allowed++ // Lodge could not learn that it was refused
			}
		case "stopped":
			terms++
		}
		o.portal.Faults().Clear()
		if random.IntN(3) > 0 {
			o.wait(16*time.Minute + time.Duration(random.Int64N(int64(20*time.Minute))))
			o.operator()
		}
	}
	o.settle(&runs)
	f := o.facts()
	f.allowed = allowed
	broken := f.broken()
	asked := 0
	for _, i := range f.invoices {
		if i.needs != "" {
			asked++
			tell("%s: %s, the %s is asked: %s", i.number, i.state, i.needs, i.why)
		}
	}
	for _, b := range broken {
		t.Errorf("%s (again: -test.run TestKills -seed %d -worlds 1)", b, seed)
	}
	if len(broken) > 0 || t.Failed() || flagStory(t) {
		t.Logf("story:\n%s\nsaid:\n%s", strings.Join(story, "\n"), &o.said)
	}
	sum.mu.Lock()
	defer sum.mu.Unlock()
	sum.kills, sum.terms, sum.runs, sum.acts = sum.kills+killed, sum.terms+terms, sum.runs+runs, sum.acts+o.acts
	sum.invoices, sum.asked, sum.broken = sum.invoices+len(f.invoices), sum.asked+asked, append(sum.broken, broken...)
	for about, n := range at {
		sum.at[about] += n
	}
	t.Logf("%d kills, %d runs, %d invoices, %d with a person, operator %d times", killed, runs, len(f.invoices), asked, o.acts)
}

func flagStory(t *testing.T) bool { return asked[bool](t, "story") }

func names(faults []portal.Fault) []string {
	var list []string
	for _, f := range faults {
		list = append(list, string(f.What))
	}
	return list
}

// provoke sets up what a run is to meet.
func (o *office) provoke(x plan) {
	o.t.Helper()
	_, err := o.portal.Faults().Add(x.faults...)
	o.check(err)
	if x.wrong {
		o.wrong++
		password := fmt.Sprintf("canary-not-the-password-%d", o.wrong)
		o.passwords = append(o.passwords, password)
		o.check(o.secrets.Set(o.t.Context(), moor, "password", secret.NewValue(password)))
	}
}

// strike makes one run and ends it as planned. It says how it ended: "killed",
// "stopped", or "by itself" if it was faster.
func (o *office) strike(x plan) string {
	o.t.Helper()
	var reached <-chan struct{}
	if x.place == "" {
		now := make(chan struct{})
		close(now)
		reached = now
	} else {
		reached = o.door.await(x.place, x.n)
	}
	r := o.start("run")
	ctx, cancel := context.WithTimeout(o.t.Context(), hung)
	defer cancel()
	go func() {
		<-r.ended
		cancel()
	}()
	select {
	case <-reached:
		clock.Pause(ctx, x.delay)
	case <-ctx.Done():
	}
	h := herded(r.Process.Pid)
	o.leaked = append(o.leaked, h.holds(o.passwords)...)
	hit := ctx.Err() == nil && r.Process.Signal(x.signal) == nil
	o.done(r)
	// What it started ends with it. Five seconds are for a machine that does other things.
	o.left = append(o.left, h.end(5*time.Second)...)
	if x.signal == syscall.SIGKILL {
		found, err := leaksBelow(o.Config.Profiles(), o.passwords) // before the next run sweeps them
		if err == nil {
			o.leaked = append(o.leaked, found...)
		}
	}
	failed, _ := errors.AsType[*exec.ExitError](r.err)
	switch {
	case failed != nil && failed.Sys().(syscall.WaitStatus).Signaled():
		return "killed"
	case x.signal == syscall.SIGTERM && hit:
		return "stopped"
	default:
		return "by itself"
	}
}

// settle lets time pass and Lodge work until all is settled, or with a person, and
// what was accepted has been looked at again: by then all evidence is sealed, also of
// what a full disk kept from being sealed.
func (o *office) settle(runs *int) {
	o.t.Helper()
	undisturbed := func(after time.Duration) {
		o.wait(after)
		o.operator()
		*runs++
		r := o.start("run")
		o.done(r)
		if failed, ok := errors.AsType[*exec.ExitError](r.err); ok && !slices.Contains([]int{0, 1, 3}, failed.ExitCode()) {
			o.t.Errorf("a run that nobody disturbed ended with %v", r.err)
		}
	}
	for _, d := range []time.Duration{20 * time.Minute, 6 * time.Hour, 50 * time.Hour, 6 * time.Hour, 6 * time.Hour} {
		if undisturbed(d); o.unsettled() == 0 {
			break
		}
	}
	undisturbed(8 * time.Hour)
	r := o.start("evidence", "verify")
	o.done(r)
	if r.err != nil {
		o.t.Errorf("lodge evidence verify: %v", r.err)
	}
}
