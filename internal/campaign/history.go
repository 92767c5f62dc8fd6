package campaign

import (
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/submission"
)

// spell is a time in which a server lags.
type spell struct{ until time.Duration }

// find is the history's answer to who looks an invoice up.
func (p *portal) find(who *process, invoice string) []carriers.Found {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.looks[invoice] = p.w.now()
	rows := p.shown(invoice)
	if p.stale(who, invoice, rows) {
		return nil
	}
	var list []carriers.Found
	for _, r := range rows {
		list = append(list, carriers.Found{Invoice: r.invoice, Amount: r.amount, HasAmount: true, At: r.at, By: r.by,
			Receipt: receipt(r.number, r.state(p.w.wall()))})
	}
	return list
}

// shown are the rows of an invoice that the history shows by now.
func (p *portal) shown(invoice string) []*row {
	now := p.w.wall()
	var list []*row
	for _, r := range p.rows {
		if r.invoice == invoice && !r.shown.After(now) {
			list = append(list, r)
		}
	}
	return list
}

// mostMissed is how often the history misses a row that it showed, or could have
// shown: one wrong answer is what the second look is for, and a carrier that errs
// three times in a row, hours apart, must not declare TrustAbsence.
const mostMissed = 2

// stale says whether the history does not show an invoice just now, though it shows
// others: one of several servers behind it lags. That lasts for less than the time
// between two looks that count.
func (p *portal) stale(who *process, invoice string, rows []*row) bool {
	least := mostMissed
	for _, r := range rows {
		if p.w.sluggish > 1 && (invoice == knownThere || p.w.wall().Sub(r.at) < p.w.settles+submission.BetweenLooks) {
			return false // it errs when that is believed
		}
		least = min(least, r.missed)
	}
	over := p.w.now() >= p.lagging[invoice].until+submission.BetweenLooks
	again := least == 1 && p.w.sluggish > 1 && p.w.storm() && who.chance.of("it lags again", 0.8)
	if over && least < mostMissed && (again || who.fails(serverLags)) {
		for _, r := range rows {
			r.missed++
		}
		s := spell{p.w.now() + who.chance.between("one server lags", time.Second, submission.BetweenLooks-time.Minute)}
		p.lagging[invoice] = s
		p.w.story.tell(p.w.now(), "PORTAL does not show %s until %s", invoice, s.until)
	}
	missing := len(rows) > 0 && p.w.now() < p.lagging[invoice].until
	p.unseen[invoice] = p.unseen[invoice] || missing
	return missing
}

// blind says whether the history shows nothing now. It is so for a while, and does
// not end between two questions of one look-up.
func (p *portal) blind(who *process, invoice string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.w.now()
	if now >= p.dark && who.fails(historyDark) {
		p.darkened, p.dark = now, now+who.chance.between("dark", time.Minute, 5*time.Hour)
		p.w.story.tell(now, "PORTAL shows no history until %s", p.dark)
	}
	if now >= p.dark && p.groped > 0 && now < p.groped+time.Minute {
		p.dark = now + time.Minute
	}
	dark := now < p.dark
	if dark {
		p.groped = now
	}
	p.unseen[invoice] = dark
	return dark
}
