package campaign

import "maps"

// What happened together: a death and a fault make a pair if both happened to one
// invoice, to one visit, or to a visit and the one that makes it good.

// life is what has happened to an invoice so far.
type life struct {
	faults map[fault]bool
	deaths map[string]bool // by point
}

// lifeOf is that of an invoice; mu is held.
func (w *World) lifeOf(invoice string) life {
	if _, ok := w.lives[invoice]; !ok {
		w.lives[invoice] = life{map[fault]bool{}, map[string]bool{}}
	}
	return w.lives[invoice]
}

// begins forgets what happened to the visit before.
func (p *process) begins() {
	p.mu.Lock()
	defer p.mu.Unlock()
	clear(p.met)
	p.about = ""
	if p.visited {
		p.after = ""
	}
	p.visited = true
}

// worksOn says which invoice the visit is at.
func (p *process) worksOn(invoice string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.about = invoice
}

// meets remembers that f happened.
func (p *process) meets(f fault) {
	p.mu.Lock()
	p.met[f] = true
	after, about := p.after, p.about
	p.mu.Unlock()
	p.w.mu.Lock()
	defer p.w.mu.Unlock()
	deaths := map[string]bool{after: true}
	if about != "" {
		l := p.w.lifeOf(about)
		l.faults[f] = true
		maps.Copy(deaths, l.deaths)
	}
	for point := range deaths {
		p.w.pair(point, f)
	}
}

// hasMet says whether f happened to the visit or its invoice.
func (p *process) hasMet(f fault) bool {
	p.mu.Lock()
	met, about := p.met[f], p.about
	p.mu.Unlock()
	p.w.mu.Lock()
	defer p.w.mu.Unlock()
	return met || about != "" && p.w.lifeOf(about).faults[f]
}

// counts counts a death, with what was met before it.
func (p *process) counts(point string) {
	p.mu.Lock()
	met, about := maps.Clone(p.met), p.about
	p.mu.Unlock()
	p.w.mu.Lock()
	defer p.w.mu.Unlock()
	p.w.seen.Kills[point]++
	p.w.died = point
	if point == p.w.focus.point && p.w.due.Add(1) <= enough && p.w.focus.fault == passwordExpires {
		p.w.portal.expire(true)
	}
	if about != "" {
		l := p.w.lifeOf(about)
		l.deaths[point] = true
		maps.Copy(met, l.faults)
	}
	for f := range met {
		p.w.pair(point, f)
	}
}

// pair counts a death and a fault that belong together; mu is held.
func (w *World) pair(point string, f fault) {
	if point != "" && paired(point) && f.ofVisits() {
		w.seen.Pairs[pairName(point, f)]++
		if w.focus == (pair{point, f}) {
			w.together.Add(1)
		}
	}
}
