package faults

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"syscall"

	"github.com/getsentry/sentry-go"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/gate"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/secret"
)

var errDSN = errors.New("the DSN in lodge.yaml or $LODGE_SENTRY_DSN is none that Sentry understands: " +
	"the operator copies it from the project's settings")

// A Fault is something that Lodge or a carrier's code did not do right. Its
// fields hold names from code and settings, and no text from anywhere else.
type Fault struct {
	What       string // a kind, or a message of Lodge's own log
	Carrier    string
	Account    string
	Submission string // its id, which is a hash, and not the invoice's number
	Attempt    string // names the folder of the evidence, where the texts are
	Step       string // of the visit
	Asked      string // of the page, in the words of the carrier's code
	Cause      string // what the machine said, or the types of the error
	Stack      []Frame
}

// Of says whether err is a fault, and what is known of it from the error alone.
func Of(err error) (Fault, bool) {
	kind := carriers.KindOf(err)
	switch {
	case err == nil, errors.Is(err, ledger.ErrSiteDown): // what the site did was reported when it did it
		return Fault{}, false
	case kind == carriers.SiteChanged:
		return Fault{What: string(kind), Cause: cause(err)}, true
	case kind != carriers.Unclassified, expected(err):
		return Fault{}, false
	}
	return Fault{What: "unclassified", Cause: cause(err)}, true
}

// expected says whether an error without a kind is one that Lodge is made for.
func expected(err error) bool {
	for _, known := range []error{
		context.Canceled, context.DeadlineExceeded, gate.ErrNotSent, gate.ErrNoAnswer, secret.ErrMissing,
		ledger.ErrHeld, ledger.ErrStale, ledger.ErrSuspended, ledger.ErrUnanswered, carriers.ErrRehearsal,
	} {
		if errors.Is(err, known) {
			return true
		}
	}
	return false
}

// deepest is how many errors of a chain are named.
const deepest = 8

// cause names an error without its text: what the machine said, which is a
// table of the system's, or else the Go types that it is made of.
func cause(err error) string {
	if n, ok := errors.AsType[syscall.Errno](err); ok {
		return n.Error()
	}
	types := ""
	for n := 0; err != nil && n < deepest; n++ {
		if types != "" {
			types += " > "
		}
		types += fmt.Sprintf("%T", err)
		err = below(err)
	}
	return types
}

// below is the error that err wraps; of several the first.
func below(err error) error {
	if many, ok := err.(interface{ Unwrap() []error }); ok && len(many.Unwrap()) > 0 {
		return many.Unwrap()[0]
	}
	return errors.Unwrap(err)
}

// fingerprint is what makes two reports the same fault: 2,000 invoices that fail
// on one changed page are one issue.
func (f Fault) fingerprint() []string {
	same := []string{f.What, f.Carrier, f.Step, f.Asked}
	if f.Step == "" && f.Asked == "" {
		same = append(same, f.Cause)
	}
	return same
}

// event is f as Sentry takes it.
func (f Fault) event() *sentry.Event {
	e := sentry.NewEvent()
	e.Level, e.Fingerprint = sentry.LevelError, f.fingerprint()
	e.Transaction = f.Step
	e.Tags = map[string]string{}
	for key, value := range map[string]string{
		"carrier": f.Carrier, "account": f.Account, "submission": f.Submission, "attempt": f.Attempt, "step": f.Step, "asked": f.Asked,
	} {
		if value != "" {
			e.Tags[key] = shorten(value)
		}
	}
	x := sentry.Exception{Type: f.What, Value: shorten(cmp.Or(f.Asked, f.Cause, f.What))}
	if len(f.Stack) > 0 {
		x.Stacktrace = trace(f.Stack)
	}
	e.Exception = []sentry.Exception{x}
	if f.Cause != "" {
		e.Contexts["cause"] = sentry.Context{"is": shorten(f.Cause)}
	}
	return e
}

// shorten keeps tags within what Sentry takes, 200 characters.
func shorten(s string) string {
	if r := []rune(s); len(r) > 200 {
		return string(r[:199]) + "…"
	}
	return s
}
