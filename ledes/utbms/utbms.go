// Package utbms has the task, activity and expense codes of the Uniform
// Task-Based Management System, which LEDES invoices carry. The code sets were
// drawn up by the American Bar Association and others, who allow them to be
// reproduced.
//
// More sets are in use than are listed here (intellectual property, workers'
// compensation, governance and others), so that an unknown code is never wrong
// for sure.
package utbms

import (
	"slices"
	"sort"
)

// A Set is a code set.
type Set string

// The code sets. Activity codes tell how somebody worked, expense codes what
// was paid for; all others are task codes.
const (
	Litigation Set = "litigation" // L100 to L530
	EDiscovery Set = "ediscovery" // L600 to L690
	Bankruptcy Set = "bankruptcy" // B100 to B420
	Counseling Set = "counseling" // C100 to C400
	Project    Set = "project"    // P100 to P800
	Activity   Set = "activity"   // A101 and up
	Expense    Set = "expense"    // E101 and up
)

// A Certainty says how sure it is that a code means what its name says.
type Certainty string

// The certainties.
const (
	Certain   Certainty = "certain"   // by the set's own publication
	Likely    Certainty = "likely"    // by one list that others published
	Uncertain Certainty = "uncertain" // second-hand, or inferred
)

// A Code is one code of one set.
type Code struct {
	Code      string
	Phase     string // the code of the phase it belongs to
	Set       Set
	Name      string
	Header    bool // it names a phase and has codes below it: usually not for a line
	Certainty Certainty
}

// Task reports whether c may stand where a task code is asked for.
func (c Code) Task() bool { return c.Set != Activity && c.Set != Expense }

// Lookup returns the code as written in a line. Letters must be capitals. It keeps no hold
// of code, so that a caller's conversion of a few bytes costs no memory.
func Lookup(code string) (Code, bool) {
	i := sort.Search(len(table), func(i int) bool { return table[i].Code >= code })
	if i == len(table) || table[i].Code != code {
		return Code{}, false
	}
	return table[i], true
}

// All returns every code, in the order of the codes.
func All() []Code { return slices.Clone(table[:]) }
