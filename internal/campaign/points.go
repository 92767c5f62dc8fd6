package campaign

import (
	"maps"
	"slices"
	"strings"

	"example.com/lodge/internal/campaign/tally"
)

// places are the points at which a program can die, and which crash points of the
// project's list (cNN) they are.
var places = map[string]string{
	"program starts": "c05", "secret is read": "c08", "browser starts": "c07a", "tab": "c07b", "login page": "c08",
	"login is typed": "c09", "first page": "c09", "history": "c27a", "history is read": "c11 c27b", "form": "c12",
	"click": "c12", "hold": "c13", "arm": "c15", "armed": "c16", "release": "c17", "half of it left": "c18",
	"it is taken in": "c19", "answer arrives": "c20", "result page": "c20", "page is read": "c21",
	"page is pictured": "c21", "idle": "c32", "pages close": "c32", "browser closes": "c32",

	"evidence: page": "c21", "evidence: after page": "c22", "evidence: intent": "c13", "evidence: after intent": "c14",
	"evidence: link": "c22", "evidence: after link": "c22", "evidence: half of it": "c22",

	"ledger: load": "c05", "ledger: load account": "c05", "ledger: list": "c05", "ledger: clock": "c13",
	"ledger: claim": "c06a", "ledger: after claim": "c06b",
	"ledger: release": "c23b", "ledger: after release": "c24", "ledger: store account": "c08 c25", "ledger: after store account": "c08 c25",
	"ledger: intended": "c14", "ledger: after intended": "c15", "ledger: answered": "c23a", "ledger: after answered": "c23b",
	"ledger: lost": "c23a c26", "ledger: after lost": "c23b", "ledger: not-sent": "c23a", "ledger: after not-sent": "c23b",
	"ledger: postponed": "c23a c28a", "ledger: after postponed": "c23b c28b", "ledger: found": "c28a", "ledger: after found": "c28b",
	"ledger: looked-up": "c28a", "ledger: after looked-up": "c28b", "ledger: absent": "c28a", "ledger: after absent": "c28b",
	"ledger: unsettled": "c28a", "ledger: after unsettled": "c28b", "ledger: contradicted": "c28a", "ledger: after contradicted": "c28b",
	"ledger: noted": "c28a", "ledger: after noted": "c28b",

	"intake: before it is registered": "c02a", "intake: after it is registered": "c02b c03",
	"person: before it is decided": "c31", "person: after it is decided": "c31",
	"outbox: before it is sent": "c29a", "outbox: after it was sent": "c29b",
	"ledger: recovered": "c02a", "ledger: after recovered": "c02b",
}

// alone are the programs that make no visit: no fault of a site is theirs.
var alone = []string{"intake: ", "person: ", "outbox: ", "ledger: recovered", "ledger: after recovered", "program starts"}

// paired says whether a death at a point can meet faults of a visit.
func paired(point string) bool {
	return !slices.ContainsFunc(alone, func(prefix string) bool { return strings.HasPrefix(point, prefix) })
}

// ofVisits says whether a visit, or who files in one, can meet f.
func (f fault) ofVisits() bool {
	switch f {
	case receiverDown, receiverForgets, stoppedByHand, ledgerRestored:
		return false
	}
	return true
}

func pairName(point string, f fault) string { return point + " + " + f.String() }

// pairs are all that are possible, in an order of their own.
func pairs() []pair {
	var list []pair
	for _, point := range slices.Sorted(maps.Keys(places)) {
		for f := range faults {
			if paired(point) && f.ofVisits() {
				list = append(list, pair{point, f})
			}
		}
	}
	return list
}

// Possible is the coverage that a campaign without end would have: every point,
// fault and pair, with the count zero.
func Possible() tally.Coverage {
	c := tally.NewCoverage()
	for point := range places {
		c.Kills[point] = 0
	}
	for f := range faults {
		c.Faults[f.String()] = 0
	}
	for _, p := range pairs() {
		c.Pairs[pairName(p.point, p.fault)] = 0
	}
	return c
}
