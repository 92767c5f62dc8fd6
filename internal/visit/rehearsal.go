package visit

import (
	"context"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/browser"
	"example.com/lodge/internal/staged"
	"example.com/lodge/internal/submission"
)

// A Rehearsal says what a visit proves without filing anything.
type Rehearsal struct {
	Invoice carriers.Invoice // looked up and, with File, filled in
	File    []byte           // attached to the form; nil: only the login and the look-up are rehearsed
	Expect  Expect
	Paused  bool // although lodge.yaml pauses the account

	// Tell is called with each step as it ends, from one goroutine, which has
	// ended when the rehearsal has. It may be nil.
	Tell func(Taken)
}

// Expect is what the look-up must bring, where that is known before.
type Expect string

// The expectations.
const (
	Anything Expect = ""
	Held     Expect = "held"    // the ledger has the carrier's word that it holds the invoice
	Nothing  Expect = "nothing" // there is no such invoice
)

// A PartName names a part of a rehearsal.
type PartName string

// The parts, in order.
const (
	PartLogin  PartName = "login"
	PartLookUp PartName = "look-up"
	PartForm   PartName = "form"
	PartCommit PartName = "commit"
)

// A Part is what became of one part of a rehearsal. One that is neither proven
// nor has an Err was not rehearsed.
type Part struct {
	Name   PartName
	Took   time.Duration
	Proven bool
	Text   string // what was seen, or why it was not rehearsed; without secrets
	Err    error  // why it failed; without secrets
}

// Rehearsed is what a rehearsal proved.
type Rehearsed struct {
	Parts  []Part // all of them, in order
	Folder string // of pictures and pages; it is there if any were taken
}

// Taken is a step that was taken, or something that the guard saw meanwhile.
type Taken struct {
	Part PartName
	Kind browser.NoteKind
	What string // without values
	Took time.Duration
	Err  string // "": it worked
}

// RehearsalOf rehearses with a submission's current revision. The error says who
// acts.
func RehearsalOf(ctx context.Context, s submission.Submission, copies staged.Copies) (Rehearsal, error) {
	data, err := copies.Read(ctx, s.Current().Object)
	return Rehearsal{Invoice: described(s, s.Current()), File: data}, err
}
