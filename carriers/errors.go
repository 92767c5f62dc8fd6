package carriers

import (
	"errors"
	"fmt"
)

// A Kind says what an error means to the people who run Lodge. Act on the kind
// of an error, never on its text.
type Kind string

// The kinds, and who acts on each.
const (
	Unclassified Kind = ""              // nobody foresaw it: a person looks, nothing is retried
	Rejected     Kind = "rejected"      // the carrier refuses the invoice: the biller mends it
	Duplicate    Kind = "duplicate"     // the carrier says it already holds it: Lodge looks it up
	Credentials  Kind = "credentials"   // the login is refused: the operator changes the secret
	ActionNeeded Kind = "action-needed" // expired password, new terms: the operator logs in by hand
	Blocked      Kind = "blocked"       // the site takes us for a robot: the operator calls the carrier
	SiteChanged  Kind = "site-changed"  // the page is not as expected: the author mends the carrier
	Unavailable  Kind = "unavailable"   // down or slow: Lodge tries again later
)

// A Person is who acts next.
type Person string

// Who acts. Nobody means that Lodge goes on by itself.
const (
	Nobody   Person = ""
	Biller   Person = "biller"
	Operator Person = "operator"
	Author   Person = "author"
)

// People are those who act: all but Nobody.
func People() []Person { return []Person{Biller, Operator, Author} }

// Acts says who acts on an error of kind k.
func (k Kind) Acts() Person {
	switch k {
	case Duplicate, Unavailable:
		return Nobody
	case Rejected:
		return Biller
	case SiteChanged:
		return Author
	default:
		return Operator
	}
}

// ErrNoHistory is returned by [Site.Find] where the site cannot be asked.
var ErrNoHistory = errors.New("the site cannot be asked whether it holds an invoice")

// ErrRehearsal is returned by [Visit.Commit] when nothing may be committed.
var ErrRehearsal = errors.New("rehearsal: nothing was committed")

// An Error is an error of a known [Kind]. Said is the site's own text where the
// error rests on one; it is shown to people and never acted on.
type Error struct {
	Kind Kind
	Said string
	Err  error
}

// Errorf returns an [*Error] of kind k.
func Errorf(k Kind, format string, args ...any) error {
	return &Error{Kind: k, Err: fmt.Errorf(format, args...)}
}

// Error implements error.
func (e *Error) Error() string {
	if e.Kind == Unclassified {
		return e.Err.Error()
	}
	return string(e.Kind) + ": " + e.Err.Error()
}

// Unwrap returns the error below.
func (e *Error) Unwrap() error { return e.Err }

// KindOf is the kind of the first [*Error] that err wraps.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Unclassified
}

// SaidIn is the site's own text in the first [*Error] that err wraps.
func SaidIn(err error) string {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Said
	}
	return ""
}
