package notify

import (
	"regexp"
	"time"

	"example.com/lodge/carriers"
)

// An Item is one thing that needs somebody: an invoice, an account, a file. It
// has no place for a text of anybody else's.
type Item struct {
	ID      string // the same thing has the same ID each time, and another once somebody has to look anew
	Account string // in lodge.yaml; "": all of the carrier's
	Carrier string // its name; "" where it is not known
	Who     carriers.Person
	What    What
	Invoice string    // the number, or ""; a text that is no number is never shown
	Key     string    // what lodge show takes where there is no number to show: the submission's id
	Since   time.Time // zero: not known
	Waiting int       // of an account: how many invoices wait for it; of a destination: how many it was not told of

	Destination string // of the outbox in lodge.yaml, where it is about one: then there is no account
}

// What is the matter, in Lodge's own words: a predicate of "3 invoices".
type What string

// What can be the matter with invoices.
const (
	Rejected    What = "rejected by the carrier"
	Quarantined What = "not fit to be filed"
	Undecided   What = "to be decided by a person"
	Changed     What = "waiting: the carrier's site has changed"
	Waiting     What = "waiting for somebody to act"
	LeftInInbox What = "left in the inbox"
	Late        What = "past the carrier's deadline, and not filed"
	NearlyLate  What = "not filed, and soon past the carrier's deadline"
)

// Ageing can be the matter with a password or another secret of an account, which
// goes on as before until the site refuses it.
const Ageing What = "soon too old for the carrier's site"

// Untold can be the matter with a destination of the outbox.
const Untold What = "has not been told what became of invoices"

// What can be the matter with a whole account.
const (
	LoginRefused What = "its login was refused"
	ByHand       What = "the site asks for something that only a person can do"
	Locked       What = "the site does not let Lodge in"
	LoginChanged What = "its login page has changed"
	Stopped      What = "a person stopped it"
	Paused       What = "it is paused in lodge.yaml"
	NoLogin      What = "its login is missing"
	Unknown      What = "lodge.yaml does not name it"
	Unvisited    What = "it could not be visited"
)

// What can be the matter with a carrier's site, and so with all of its accounts.
const (
	SiteDown    What = "the carrier's site has been down for more than a day"
	SiteChanged What = "the carrier's site has changed"
)

// Site says whether w is about a carrier's site.
func (w What) Site() bool { return w == SiteDown || w == SiteChanged }

// Account says whether w is about a whole account, or more.
func (w What) Account() bool {
	switch w {
	case SiteDown, SiteChanged:
		return true
	case LoginRefused, LoginChanged, ByHand, Locked, Stopped, Paused, NoLogin, Unknown, Unvisited:
		return true
	}
	return false
}

// number is what an invoice's number looks like. Whatever else stands in the
// field, a sentence that slipped into it or something that a messenger would
// make a link or a mention of, is not shown.
var number = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9_/#-]|\.[0-9]){0,23}$`)

var digit = regexp.MustCompile(`[0-9]`)

// label is what people know the item by, as far as it may be shown.
func (i Item) label() string {
	if i.What == Ageing {
		return i.Account
	}
	if number.MatchString(i.Invoice) && digit.MatchString(i.Invoice) {
		return i.Invoice
	}
	return i.Key
}
