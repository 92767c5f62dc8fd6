package campaign

import (
	"fmt"
	"time"

	"example.com/lodge/internal/campaign/tally"
	"example.com/lodge/internal/clock"
)

// most is how many points the programs of a world pass, and many more than they
// need: one that passes as many goes round in circles.
const most = 60_000

// point is a moment at which a program may die, be told to stop, or be put to
// sleep. It takes a moment of its own, so that of two goroutines of a world that
// are at points always the same one comes first: else no seed would replay.
func (p *process) point(name string) error { return p.pointBy(p.chance, name) }

func (p *process) pointBy(c *chance, name string) error {
	if p.isDead() {
		return errDead
	}
	clock.Pause(p.ctx, c.between(name, 100*time.Microsecond, 2*time.Millisecond))
	if err := p.passBy(c, name); err != nil {
		return err
	}
	if p.failsBy(c, stoppedByHand) {
		p.w.story.tell(p.w.now(), "STOP %s is told to stop at: %s", p.id, name)
		p.stop()
	}
	if p.fallsAsleep(c, name) {
		nap := c.between("nap", time.Minute, 3*time.Hour)
		p.w.story.tell(p.w.now(), "the machine sleeps for %s; %s is at: %s", nap, p.id, name)
		p.w.slept.Add(int64(nap))
	}
	if p.isDead() {
		return errDead
	}
	return nil
}

// passBy is a point at which nothing can wait, since a lock is held.
func (p *process) passBy(c *chance, name string) error {
	if p.isDead() {
		return errDead
	}
	if p.w.points.Add(1) == most {
		p.w.portal.wrong(tally.Restless, fmt.Sprintf("%s never rests: the world was ended at %s, at: %s", p.id, p.w.now(), name))
		p.kill("is ended, since it never rests")
		return errDead
	}
	if (p.w.storm() || name == p.w.focus.point && p.w.focused()) && c.of("crash", p.deadly(name)) {
		p.dies(name)
		return errDead
	}
	return nil
}

// deadly is how likely a program dies at a point. In a world with a focus it is
// most likely where the fault was met beside which it has to be seen.
func (p *process) deadly(name string) float64 {
	switch name {
	case "ledger: list", "ledger: load", "ledger: load account", "ledger: clock":
		if name != p.w.focus.point {
			return p.w.crashes / 10 // they are most of all, and mostly idle
		}
	}
	if name != p.w.focus.point || p.w.focusIsOver() {
		return p.w.crashes
	}
	switch {
	case !paired(name):
		return 0.5
	case p.hasMet(p.w.focus.fault):
		return 0.9
	case p.w.due.Load() < enough:
		return 0.6 // and the fault is met by the visit after it
	}
	return 0.1
}

// dies kills p at a point.
func (p *process) dies(name string) {
	p.counts(name)
	p.kill("is killed at: " + name)
}

// fallsAsleep says whether the machine sleeps now. Between the last look at the
// lease and the site's having it the gate itself never does; what the program does
// beside it may.
func (p *process) fallsAsleep(c *chance, name string) bool {
	switch name {
	case "armed", "release", "half of it left", "it is taken in":
		return false
	case "arm":
		return p.w.storm() && c.of("sleeps while arming", 0.02*p.w.force) && p.sleeps()
	}
	return p.failsBy(c, machineSleeps)
}

func (p *process) sleeps() bool {
	p.w.happens(machineSleeps)
	p.meets(machineSleeps)
	return true
}

func (p *process) isDead() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.dead
}

// kill ends the program at once, with its browsers.
func (p *process) kill(how string) {
	p.mu.Lock()
	if p.dead {
		p.mu.Unlock()
		return
	}
	p.dead = true
	windows := p.windows
	p.mu.Unlock()
	p.w.story.tell(p.w.now(), "KILL %s %s", p.id, how)
	p.end(errDead)
	for _, b := range windows {
		b.die("is killed")
	}
	_ = p.folder.Close() // what its goroutines write from now on goes nowhere
}
