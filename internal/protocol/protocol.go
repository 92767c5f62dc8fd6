// Package protocol checks the protocol of filing exhaustively: every order in
// which a small world can go, and not only those that chance brings. One invoice,
// a portal, two programs, and whatever can happen to them: crashes at any point,
// leases that run out at any moment, answers that are lost, a list that lags, late
// rejections, a corrected file, people, mail, a restored ledger, a second one.
//
// What moves a submission here is the real code: package submission's table, and
// package ledger's claims, fences, takeovers, decisions and recovery, over a store
// that keeps one item. What the rows of a site mean is judged by package
// reconcile. Time is cut down to what those rules compare: before and after,
// ten minutes apart, two days old.
//
// What is a model, because the real code needs a browser, files or processes:
//
//   - the order of a visit's steps (package visit: look, intent, release, answer,
//     look again), and which event each end of a step is told as;
//   - the gate: its last check and the release are two steps; a copy of the request
//     is not modelled, internal/browser proves that there is none;
//   - the order of a recovery (package recovery): all intents of the evidence, then
//     filing. What each does to the ledger is the real code;
//   - mail: the table has rows for it, no program reads it yet;
//   - the lease on the account, which lets one visit work at a time, is left out:
//     two visits meet more often here than they can.
//
// What the worlds take for granted, and so do not check: a site shows what it took
// in by the settle time that its carrier declares; people say what is so; a program
// is not paused for hours between its last check and the release.
package protocol

// A World is a small world that is searched completely. Numbers are how often a
// thing may happen in one life of it.
type World struct {
	Name string

	Visits  int  // that may be made at a time: 1 or 2; 0 is 2
	Files   int  // versions of the invoice that arrive, one after the other; at least 1
	Trusts  bool // the carrier declares TrustAbsence
	Numbers bool // the site's rows have confirmation numbers
	Dates   bool // the site's rows have dates
	Async   bool // the site may take an invoice in and check it later
	Drafts  bool // an upload may end as a draft, which anybody may send off later
	Mail    bool // the carrier writes e-mails, which come late and more than once
	Calm    bool // nothing fails: no lease runs out, no visit dawdles, and nobody may be asked
	Offline bool // the ledger is copied while no visit is made
	Shared  bool // both visits are of one program: they die together, and its own leases that ran out are free to it
	Still   bool // a holder's own clock does not tell it that its lease has run out: only the ledger does
	Second  bool // the second visit has a ledger of its own, which is not the account's home

	Crashes  int // of programs
	Losses   int // requests, answers and writes that are lost
	Rejects  int // by the carrier, at once or late
	Lies     int // times in which look-ups may not show what the site holds, though they show another invoice
	People   int // decisions of a person
	Restores int // of an older copy of the ledger
	Naps     int // of a program between its last check and the release, for longer than the settle time

	Without Without
}

// Without says which rule a world does without, to see that the search would find
// it missing. Each is taken away in the model, or by telling the real code a lie.
type Without struct {
	Intent       bool // the request leaves before its intent is written
	Fence        bool // a holder whose lease is another's by now still moves the submission
	ReleaseCheck bool // nobody asks, before the release, how long ago the intent was
	LookBefore   bool // it is filed without having been looked up
	SecondLook   bool // one look that shows nothing is enough
	ThirdLook    bool // the look-before may come right after the second
	Settle       bool // what does not show at once is not there
	Uncertain    bool // what may have been sent is ready again
	Table        bool // a person's rerun goes past the table
	Revision     bool // neither number nor date tells one revision's row from another's
	Death        bool // a lease that has run out is taken over, whether its holder lives or not
	Recovery     bool // a restored ledger files without a look at the evidence
	Home         bool // the second ledger files too
	DraftIsNone  bool // a draft counts as filed
	DraftGoesOn  bool // a draft that is there is not gone on with: the invoice is uploaded beside it
	MailRevision bool // an e-mail counts for whatever revision is under way
}

// The breaches.
const (
	Double  Breach = 1 << iota // the portal took a revision in twice, or holds two live rows
	Wrong                      // Lodge's word is not the portal's
	TwoLive                    // two revisions are live
	Unheld                     // a request left that the ledger did not have under way, under the fence of whoever sent it
	Proof                      // what is proven not to have been sent was
	OnHold                     // a request left while a person held it back
	Asked                      // nothing failed, and somebody is asked
	Stuck                      // no way leads to an end or to a person

	Any = Double | Wrong | TwoLive | Unheld | Proof | OnHold | Asked | Stuck
)

// A Breach is what a world must never come to, or several of them.
type Breach uint16

// String is the breach in words.
func (b Breach) String() string {
	switch b {
	case Double:
		return "the portal has it twice"
	case Wrong:
		return "Lodge's word is not the portal's"
	case TwoLive:
		return "two revisions are live"
	case Unheld:
		return "a request left that was not under way in the ledger"
	case Proof:
		return "what was proven not sent was sent"
	case OnHold:
		return "it was sent while a person held it back"
	case Asked:
		return "nothing failed, and somebody is asked"
	case Stuck:
		return "no way leads to an end, or to a person"
	}
	return "nothing"
}
