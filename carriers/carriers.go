// Package carriers is the contract between Lodge and the websites of the
// insurance carriers it files invoices with.
//
// A carrier is declared as a [Carrier], which is plain data, and driven through
// a [Site], which has three methods. Everything else, from retries to evidence,
// is Lodge's business and never the carrier's. How to write one is told in
// docs/writing-a-carrier.md; package carriertest proves one.
package carriers

import (
	"context"
	"time"

	"example.com/lodge/internal/secret"
	"example.com/lodge/ledes"
)

// A Carrier declares one carrier: what it is called, what it needs, how hard it
// may be pressed, and how its website is driven. Building one does no I/O.
// Every zero value is the most careful choice.
type Carrier struct {
	Name   string // package name; the key of its accounts, ledger rows and metrics
	Title  string // the name billers and operators know it by
	Portal string // address of its website, https, without a path
	Owner  string // who mends the carrier when the website changes

	Hosts   []string       // hosts the browser may talk to, besides Portal's; "host" or "host:port"
	Accepts []ledes.Format // formats that its website takes
	Other   OtherFormat    // what it takes that is no LEDES; Accepts has ledes.Other then
	Profile ledes.Profile  // what it demands beyond the standard
	Secrets []Secret       // credentials that a visit needs
	Limits  Limits
	Hours   Hours

	Commits []Request // the irrevocable request; none: the first that is not harmless
	// Requests that may leave before the commit though they could change
	// something: beacons, chunks, queries by POST; and long polls.
	Harmless []Request

	History History    // what a look-up proves
	Mail    []MailSign // how its e-mails read

	Open func(Visit) Site // a fresh Site for one visit
}

// An OtherFormat is a format of the carrier's own, for instance a PDF or a text of its
// own making. Nothing of it is checked by Lodge; the zero OtherFormat is none.
type OtherFormat struct {
	Suffix string // what its files are called, for the website: ".pdf"
	// Read tells which invoice a file holds: its Number and Total, by which it is found
	// again at the site, and what else is known. An error says why it is none; it is shown
	// to the biller. It does no I/O.
	Read func(content []byte) (ledes.Invoice, error)
}

// Suffix is how the name of a file in a format ends, for the website to see.
func (c Carrier) Suffix(f ledes.Format) string {
	switch f {
	case ledes.LEDESXML:
		return ".xml"
	case ledes.Other:
		return c.Other.Suffix
	}
	return ".txt"
}

// A Secret names one credential that a visit needs. Its value lives in the
// secret store only.
type Secret struct {
	Key      string        // for instance "password"
	Help     string        // where an operator gets it
	Optional bool          // a visit can do without
	MaxAge   time.Duration // how long the site lets it live; 0: not known
}

// Limits bound how hard Lodge presses one carrier.
type Limits struct {
	Visits  int           // visits of one account at the same time; 0 means 1
	Pace    time.Duration // least time between two submissions of one account
	Timeout time.Duration // longest that one submission may take; 0 means DefaultTimeout
}

// DefaultTimeout is how long one submission may take where [Limits] say nothing.
const DefaultTimeout = 5 * time.Minute

// Hours say when a carrier's site may be used and how long invoices may wait.
type Hours struct {
	Zone       string   // IANA time zone of the windows; "" is UTC
	Windows    []Window // when the site may be visited; none means always
	DaysToFile int      // days from the invoice's date until the carrier refuses it as late; 0: not known
}

// Refuses is when the carrier begins to refuse an invoice of that date as late:
// the midnight in zone that begins the day DaysToFile days after it. The zero
// time if that is not known.
func (h Hours) Refuses(date time.Time, zone *time.Location) time.Time {
	if h.DaysToFile <= 0 || date.IsZero() {
		return time.Time{}
	}
	return time.Date(date.Year(), date.Month(), date.Day()+h.DaysToFile, 0, 0, 0, 0, zone)
}

// A Window is a time of the week, in the zone of its [Hours].
type Window struct {
	Days     []time.Weekday // none means every day
	From, To time.Duration  // since midnight; To before From reaches into the next day
}

// A Request names an HTTP request by what can be told while it is held in the
// browser. An empty Method or Path matches anything; a Path that ends in "*"
// matches by prefix and never looks at the query. Body, if set, must occur in
// the body as the page wrote it, for sites where every request is one POST.
type Request struct{ Method, Path, Body string }

// History says what a look-up at this carrier proves. The zero value proves
// least: a row that is there counts, a row that is missing never does.
type History struct {
	SettleAfter  time.Duration // a submission shows up in the history no later than this
	Window       time.Duration // rows older than this may be gone; 0: kept for ever
	TrustAbsence bool          // absence under the look-up rule allows another submission
	Blind        string        // why the site cannot be looked up at all; "" if it can
	// FinalAfter is how long after it accepted an invoice the site may still refuse
	// it; 0: [DefaultFinal]. Until then what is accepted is looked at now and then.
	FinalAfter time.Duration
}

// DefaultFinal is how long an acceptance is watched where a carrier does not say:
// refusals came up to two days after it.
const DefaultFinal = 3 * 24 * time.Hour

// A MailSign tells what an e-mail of the carrier means. Pattern is a regular
// expression over the subject and the text; its group "invoice" is the number.
type MailSign struct {
	Sender  string // address or domain, as authenticated
	Pattern string
	Means   ReceiptState
}

// A Site drives one visit to a carrier's website. Lodge opens a fresh Site for
// every visit and calls it from one goroutine, so that a Site may keep what it
// learns in its fields. Each call may come in a new tab of the same browser.
//
// Methods return errors made by [Errorf], or those of package page, which have
// a [Kind] already. An error of no kind is never retried: a person looks at it.
type Site interface {
	// Login brings the browser to where invoices can be found and submitted.
	Login(ctx context.Context) error

	// Find returns every invoice that the site holds under inv's number. An
	// empty answer means that the site answered and has none; a site that
	// cannot be asked returns [ErrNoHistory]. It submits nothing.
	Find(ctx context.Context, inv Invoice) ([]Found, error)

	// Submit files inv and returns what the site said. The step that the
	// carrier cannot take back goes inside one [Visit.Commit].
	Submit(ctx context.Context, inv Invoice) (Receipt, error)
}

// A Visit is what Lodge lends a [Site] for one login.
type Visit interface {
	// URL is the address of path on the carrier's portal. Use it for every
	// address: an account may point at a test portal.
	URL(path string) string

	// Secret is the credential declared under key. It panics if the carrier
	// did not declare the key: a mistake of the author that the kit finds.
	Secret(key string) Value

	// Code asks for a one-time code and waits until there is one or ctx ends.
	Code(ctx context.Context, kind CodeKind) (Value, error)

	// Commit runs do, which must cause exactly one irrevocable request. The
	// request is held in the browser, the intent is written, the request goes
	// once. In a rehearsal the first action of do is looked at and not done, all
	// that could change something is held, and the error is [ErrRehearsal]. After
	// Commit has returned, read what the page says; its error says that nothing
	// was sent, or that the attempt is over and a look-up decides.
	Commit(ctx context.Context, do func(context.Context) error) error
}

// A Value is a secret that can be given to a page and not be printed.
type Value = secret.Value

// CodeKind says where a one-time code comes from.
type CodeKind string

// The kinds of one-time codes.
const (
	TOTP       CodeKind = "totp"   // computed from a seed in the secret store
	MailedCode CodeKind = "mail"   // read from the account's mailbox
	PersonCode CodeKind = "person" // asked of the operator
)

// An Invoice is one invoice to file or to look for.
type Invoice struct {
	Number       string
	ClientID     string // the law firm's id of the client
	Matter       string // the law firm's id of the matter
	ClientMatter string // the client's id of the matter, often the claim number
	Date         time.Time
	Total        ledes.Amount
	Format       ledes.Format
	Path         string // the local file to upload; "" when only looked for
	Draft        *Found // a draft of this invoice that an earlier attempt left on the site
}

// A ReceiptState says how far an invoice has come at the carrier.
type ReceiptState string

// The states of a receipt. StateDraft and StateReceived are not the end.
const (
	StateDraft    ReceiptState = "draft"    // uploaded, not submitted
	StateReceived ReceiptState = "received" // submitted, checks still running
	StateAccepted ReceiptState = "accepted" // held as submitted; its checks passed
	StateRejected ReceiptState = "rejected" // refused, with the site's reason
)

// A Receipt is the carrier's word about one invoice.
type Receipt struct {
	Number string       // its confirmation number
	Status string       // its own word for the state
	Text   string       // its own sentence, reasons included
	State  ReceiptState // what the two mean
}

// Found is one row of the carrier's history.
type Found struct {
	Invoice string
	Matter  string       // as the site shows it; "" if it does not
	Amount  ledes.Amount // zero with HasAmount false if the site does not show it
	At      time.Time    // when the site took it in; zero if it does not say
	By      string       // who filed it; "" if the site does not say
	Receipt Receipt

	HasAmount bool
}

// Named is the carrier of that name among list; ok is false if there is none.
func Named(list []Carrier, name string) (c Carrier, ok bool) {
	for _, c := range list {
		if c.Name == name {
			return c, true
		}
	}
	return Carrier{}, false
}
