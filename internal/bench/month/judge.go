package month

import (
	"cmp"
	"fmt"
	"slices"

	"example.com/lodge/internal/bench/scene"
	"example.com/lodge/internal/portal"
)

// A Verdict holds Lodge's word on every invoice against the portals' own counts.
type Verdict struct {
	States     map[string]int `json:"states"`     // as Lodge says
	Needs      map[string]int `json:"needs"`      // who is asked to act, by Lodge
	Taken      int            `json:"taken_in"`   // invoices that a portal took in, once each
	Refused    int            `json:"refused"`    // of them, as the portals say
	Duplicates int            `json:"duplicates"` // invoices that a portal took in more than once
	Turned     int            `json:"turned"`     // accepted, rejected by the portal later, and Lodge does not know yet
	NeverIn    int            `json:"never_in"`   // sent, not taken in: Lodge goes on looking, a person decides
	Unknown    int            `json:"unknown"`    // taken in; Lodge could not find out and asks a person
	Broken     []string       `json:"broken"`     // promises, one sentence each
	Open       int            `json:"open"`       // invoices on which more is to be done
	Fates      map[string]int `json:"fates"`      // what the month held
	Spells     map[string]int `json:"spells"`     // what the portals went through
}

// late is the fate after which the portal says something else than before.
const late = "accepted, rejected minutes later"

// judge holds the word of Lodge, by invoice, against the counts of the portals.
func judge(list []invoice, lines []scene.Line, counts []portal.Counts) Verdict {
	v := Verdict{States: map[string]int{}, Needs: map[string]int{}, Fates: map[string]int{}}
	said := map[string]scene.Line{}
	for _, l := range lines {
		said[l.Account+"/"+l.Invoice] = l
		v.States[l.State]++
		if l.Needs != "" {
			v.Needs[l.Needs]++
		}
	}
	for _, inv := range list {
		v.Fates[cmp.Or(inv.fate, "accepted")]++
		v.one(inv, said[inv.account+"/"+inv.number], counts[inv.portal].Invoices[inv.number])
	}
	slices.Sort(v.Broken)
	return v
}

// one judges one invoice. n is the portal's count of its number, which is no
// other account's.
func (v *Verdict) one(inv invoice, l scene.Line, n portal.InvoiceCount) {
	broken := func(format string, args ...any) {
		what := fmt.Sprintf("invoice %s (%s): ", inv.number, cmp.Or(inv.fate, "nothing special"))
		v.Broken = append(v.Broken, what+fmt.Sprintf(format, args...))
	}
	if n.Uploads > 0 {
		v.Taken++
	}
	if n.Refused > 0 {
		v.Refused++
	}
	if n.Uploads > 1 || n.Again > 0 {
		v.Duplicates++
		broken("the portal took it in %d times", n.Uploads)
	}
	switch l.State {
	case "": // or not yet
		v.Open++
		broken("Lodge does not know it")
	case "accepted":
		switch {
		case n.Uploads == 0:
			broken("Lodge says accepted, and the portal does not have it")
		case n.Refused > 0 && inv.fate == late:
			v.Turned++
		case n.Accepted == 0:
			broken("Lodge says accepted, the portal does not")
		}
	case "rejected":
		if n.Refused == 0 {
			broken("Lodge says rejected, the portal does not")
		}
	case "uncertain":
		if n.Uploads == 0 {
			v.NeverIn++
		} else {
			v.Open++
		}
	case "needs_person":
		if n.Uploads == 0 {
			v.NeverIn++
		} else {
			v.Unknown++
		}
	case "quarantined":
		broken("it was quarantined: %s", l.Text)
	default:
		v.Open++
	}
}

// settled says whether there is nothing left for Lodge to do by itself: all have
// a final word, are with a person, or are looked for where they never arrived,
// which goes on for two days before a person is asked.
func (v Verdict) settled() bool { return v.Open == 0 }
