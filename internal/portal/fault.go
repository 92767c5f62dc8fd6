package portal

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// What names a kind of trouble that a portal can be told to have.
type What string

// The kinds. Those whose names end in -after come once the upload has been
// taken in, before its answer is sent.
const (
	Down        What = "down"        // 503 and a page that says so
	Maintenance What = "maintenance" // a page that says so, with status 200
	Unknown     What = "unknown"     // a page nobody has seen before
	Broken      What = "broken"      // 500 before anything was read
	Slow        What = "slow"        // the answer is begun For later
	Hang        What = "hang"        // nothing happens for For, or until the portal closes
	Reset       What = "reset"       // TCP reset before anything was read
	Elsewhere   What = "elsewhere"   // redirect to To
	LoggedOut   What = "logged-out"  // the session is over
	Changed     What = "changed"     // the page was redesigned: other labels, names and ids
	Dialog      What = "dialog"      // the page opens an alert
	Captcha     What = "captcha"     // a page that wants to know whether a person is there
	Terms       What = "terms"       // a page with new terms to be agreed to
	Code        What = "code"        // a page that asks for a one-time code
	Drip        What = "drip"        // the answer comes in pieces, For altogether
	Download    What = "download"    // a file to keep in place of the page
	Huge        What = "huge"        // a page of 16 MB
	Leaving     What = "leaving"     // the page asks before it is left
	Print       What = "print"       // the page prints itself
	Popup       What = "popup"       // the page opens a window at each click
	Twice       What = "twice"       // the page sends its form a second time by itself
	Reload      What = "reload"      // the page loads itself once more
	Another     What = "another"     // the result shown is that of another invoice
	Empty       What = "empty"       // the history finds nothing

	HangAfter      What = "hang-after"      // the answer comes after For, or never
	ResetAfter     What = "reset-after"     // TCP reset
	CloseAfter     What = "close-after"     // the connection is closed
	TimeoutAfter   What = "timeout-after"   // 408, which makes browsers send again
	BrokenAfter    What = "broken-after"    // 500
	UnknownAfter   What = "unknown-after"   // a page nobody has seen before
	ElsewhereAfter What = "elsewhere-after" // redirect to To

	Lag          What = "lag"           // the history shows the invoice only For later
	Unconfirmed  What = "unconfirmed"   // the history never shows its confirmation number
	Late         What = "late"          // it is being processed For longer
	RejectedLate What = "rejected-late" // accepted, and rejected For after that
	Gone         What = "gone"          // the history shows the invoice For, and then no more
)

// A Fault tells a portal to have one kind of trouble, and when. Every condition
// that is set must hold; none set means every request at the kind's place.
type Fault struct {
	ID      int      `json:"id"` // given by [Faults.Add]
	What    What     `json:"what"`
	At      Place    `json:"at,omitempty"`      // "": the usual place of What
	User    string   `json:"user,omitempty"`    // only requests of this user's sessions
	Session string   `json:"session,omitempty"` // only requests of this session, by its ID
	Invoice string   `json:"invoice,omitempty"` // only this invoice; for kinds that come with or after taking in
	Next    int      `json:"next,omitempty"`    // only the next n; 0: until it is removed
	For     Duration `json:"for,omitzero"`
	To      string   `json:"to,omitempty"`     // "": a host that does not exist
	Status  int      `json:"status,omitempty"` // of a redirect; 0: 303
}

// A Duration is a [time.Duration] that JSON writes as "1.5s".
type Duration time.Duration

// MarshalText writes d as "1.5s".
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// UnmarshalText reads "1.5s".
func (d *Duration) UnmarshalText(text []byte) error {
	n, err := time.ParseDuration(string(text))
	*d = Duration(n)
	return err
}

// Faults are the faults of one portal that are switched on.
type Faults struct {
	mu   sync.Mutex
	last int
	on   []Fault
}

// Add switches faults on. Where several meet one request they do their work in
// the order in which they were added, up to the first that answers it; all of
// them count it. Add returns the ID of the last.
func (f *Faults) Add(faults ...Fault) (int, error) {
	faults = slices.Clone(faults)
	for i := range faults {
		if err := faults[i].check(); err != nil {
			return 0, fmt.Errorf("portal: fault %q: %w", faults[i].What, err)
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, fault := range faults {
		f.last++
		fault.ID = f.last
		f.on = append(f.on, fault)
	}
	return f.last, nil
}

// check says why f could never do what it asks for, and fills in At.
func (f *Fault) check() error {
	k, ok := kindOf(f.What)
	f.At = cmp.Or(f.At, k.at)
	switch {
	case !ok:
		return errors.New("there is none of this kind")
	case !slices.Contains(places(), f.At):
		return fmt.Errorf("there is no place %q; there are %q", f.At, places())
	case f.Invoice != "" && k.stage == before:
		return errors.New("it comes before the invoice is known")
	case f.At != k.at && k.stage != before:
		return fmt.Errorf("it comes at the place %s only", k.at)
	case f.Next < 0 || f.For < 0:
		return errors.New("next and for are not below zero")
	default:
		return nil
	}
}

// Clear switches every fault off. What hangs keeps hanging.
func (f *Faults) Clear() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.on = nil
}

// On lists the faults that are switched on, with what is left of Next.
func (f *Faults) On() []Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]Fault{}, f.on...)
}

// meeting is what a fault's conditions are held against.
type meeting struct {
	place                  Place
	user, session, invoice string
}

func (f Fault) meets(m meeting) bool {
	return (f.At == m.place || f.At == Page && m.place != Asset) &&
		(f.User == "" || f.User == m.user) &&
		(f.Session == "" || f.Session == m.session) &&
		(f.Invoice == "" || f.Invoice == m.invoice)
}

// fire returns the faults of a stage that meet m and uses up one of each one's
// Next.
func (f *Faults) fire(s stage, m meeting) []Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	var fired, left []Fault
	for _, fault := range f.on {
		k, _ := kindOf(fault.What)
		if k.stage != s || !fault.meets(m) {
			left = append(left, fault)
			continue
		}
		fired = append(fired, fault)
		switch fault.Next {
		case 0:
			left = append(left, fault)
		case 1: // used up
		default:
			fault.Next--
			left = append(left, fault)
		}
	}
	f.on = left
	return fired
}

// decodeFaults reads one fault, or several in an array.
func decodeFaults(body []byte) ([]Fault, error) {
	body = bytes.TrimSpace(body)
	if !bytes.HasPrefix(body, []byte("[")) {
		body = slices.Concat([]byte("["), body, []byte("]"))
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields() // a misspelt condition would let the fault meet everything
	var faults []Fault
	err := decoder.Decode(&faults)
	return faults, err
}
