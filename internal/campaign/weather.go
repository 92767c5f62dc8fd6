package campaign

import (
	"time"
)

// weather is how bad a world is, and in which way.
type weather struct {
	bills     int     // invoices that come to be filed
	calm      bool    // nothing fails: then nobody may be asked for anything
	force     float64 // by which every chance of a fault is multiplied
	crashes   float64 // of each point at which a program may die
	lodges    int     // programs side by side on one ledger
	visits    int     // to the account side by side, as the carrier allows
	trusts    bool    // the carrier declares that absence counts
	hands     bool    // people file by hand, too
	meddle    bool    // people decide at random, and not only when they are asked
	onDisk    bool    // the ledger is a file of SQLite
	disasters bool    // the ledger is replaced by an older one
	settles   time.Duration
	uploads   float64 // of each upload that it meets a fault
	sluggish  float64 // by which the chance that the history lags, or misses a row once, is multiplied
	strict    bool    // the carrier rejects most of what it gets
	known     bool    // the portal has held an invoice of the account for long: absence can be checked
	odd       string  // what else is strange, so that the focus can be seen
	focus     pair    // which this world is to see
}

// forecast draws the weather. Most that is special is rare, so that a world that
// fails stays small.
func forecast(seed uint64, c *chance) weather {
	w := weather{lodges: 1, visits: 1, force: []float64{0.3, 1, 1, 2}[c.pick("weather force", 4)],
		crashes: []float64{0, 0.002, 0.01, 0.03}[c.pick("weather crashes", 4)], focus: pair{fault: fine},
		settles: []time.Duration{2 * time.Hour, 100 * time.Minute, 50 * time.Minute}[c.pick("weather settles", 3)], sluggish: 1, uploads: 0.5}
	w.calm = c.of("weather calm", 1.0/16)
	w.trusts, w.hands, w.meddle = c.of("weather trusts", 0.6), c.of("weather hands", 0.4), c.of("weather meddle", 0.3)
	if c.of("weather lodges", 0.3) {
		w.lodges = 2
	}
	if c.of("weather visits", 0.1) {
		w.visits, w.lodges = 2, 2
	}
	if c.of("weather sluggish", 0.25) {
		w.sluggish, w.trusts, w.known = 8, true, true
		w.settles = min(w.settles, 100*time.Minute) // then looks come between what lags and what is believed
		w.crashes, w.uploads = min(w.crashes, 0.002), 0.9
	}
	w.known = w.known || c.of("weather known", 0.3)
	if c.of("weather strict", 0.25) {
		w.strict, w.uploads = true, 0.9
	}
	w.onDisk = c.of("weather on disk", 0.005)
	w.disasters = c.of("weather disaster", 0.1) && !w.onDisk // restoring a file is tested in internal/backup
	w.bills = 1 + c.pick("weather bills", 4)
	if w.calm {
		w.hands, w.meddle, w.disasters = false, false, false
		return w
	}
	if list := pairs(); seed%4 != 0 { // most worlds have one pair to see, and in that order all
		w.focuses(list[(seed-seed/4)%uint64(len(list))])
	}
	return w
}
