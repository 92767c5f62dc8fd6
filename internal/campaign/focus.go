package campaign

import (
	"strings"
	"time"

	"example.com/lodge/ledes"
)

// A pair is a death and a fault that a world pays more attention to than to others.
type pair struct {
	point string
	fault fault
}

// enough is how often a program dies at the focus so that its fault is met after.
const enough = 4

// focuses has w see one pair: the rest of it is quiet, and what has to be so that its
// point is passed at all is so.
func (w *weather) focuses(on pair) {
	w.focus = on
	w.crashes, w.force, w.bills = min(w.crashes, 0.002), min(w.force, 1), max(w.bills, 3)
	if on.fault >= unreached {
		w.uploads = 1
	}
	switch kind := on.point[strings.LastIndexByte(on.point, ' ')+1:]; kind {
	case "found", "contradicted", "unsettled":
		w.known, w.odd = true, kind
	case "not-sent", "lost":
		w.uploads = 1
	}
}

// focused says whether what a world has to see may happen still. It may later than
// all else, since some moves come late.
func (w *World) focused() bool {
	return !w.calm && w.focus.fault != fine && w.now() < stormy+12*time.Hour && !w.focusIsOver()
}

// focusIsOver says that the pair was seen, or tried for so often that the world goes
// on as others do.
func (w *World) focusIsOver() bool { return w.together.Load() >= 2 || w.due.Load() > 3*enough }

// strange is what the portal holds of the first invoice though Lodge never filed it,
// in worlds that need it: another version.
func (w *World) strange() {
	if w.odd == "contradicted" {
		w.portal.holds("INV-1", w.files[versions-1])
	}
}

// meddled has the portal hold a second row of what was just taken in, which the
// carrier made by mistake. mu is held.
func (p *portal) meddled(r *row) {
	if p.w.odd != "unsettled" || p.beyond[r.invoice] > 0 {
		return
	}
	p.beyond[r.invoice]++
	at := r.at.Add(time.Second)
	p.rows = append(p.rows, &row{invoice: r.invoice, amount: ledes.Cents(1), content: r.content, number: r.number + "-2", by: person,
		at: at, shown: at, words: []word{{at, "accepted", "Accepted"}}})
}
