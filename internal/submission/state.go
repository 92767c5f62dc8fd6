package submission

// State is how far a revision has come.
type State string

// The states. Their drawing with every move is docs/states.md.
const (
	Ready       State = "ready"        // to be filed; nothing was sent, or it is proven that nothing was
	Submitting  State = "submitting"   // the intent is written; the request may leave
	Uncertain   State = "uncertain"    // it may have been filed: only a look-up or a person decides
	Submitted   State = "submitted"    // the carrier's site took it in; its checks still run
	Accepted    State = "accepted"     // the carrier's site holds it as submitted and its checks passed
	Rejected    State = "rejected"     // the carrier refused it, with its reason
	NeedsPerson State = "needs_person" // Lodge may not decide
	Quarantined State = "quarantined"  // the file is not fit to be filed; reasons are kept
	Superseded  State = "superseded"   // another revision took its place before anything was sent
	Cancelled   State = "cancelled"    // a person ended the duty
)

// None is the state of a revision that is not there yet.
const None State = ""

// States returns all states in the order in which a revision meets them.
func States() []State {
	return []State{Quarantined, Ready, Submitting, Uncertain, Submitted, Accepted, Rejected, NeedsPerson, Superseded, Cancelled}
}

// Live says whether a revision in this state is, or may become without a
// person, the one that the carrier holds. At most one revision is.
func (s State) Live() bool {
	switch s {
	case Ready, Submitting, Uncertain, Submitted, Accepted:
		return true
	}
	return false
}

// Working says whether Lodge has something to do for a revision in this state.
func (s State) Working() bool { return s.Live() && s != Accepted }

// LookUp says whether what is to do is only to look.
func (s State) LookUp() bool { return s == Uncertain || s == Submitted }

// LookedAt are the states in which all that Lodge does is to look: what was sent
// until it is settled, and what was accepted until the carrier's word is final.
func LookedAt() []State { return []State{Uncertain, Submitted, Accepted} }

// Filed says whether the carrier has a revision in this state.
func (s State) Filed() bool { return s == Submitted || s == Accepted }

// Unfiled says whether a revision in this state is one that the carrier ought to
// have and, as far as is known, has not.
func (s State) Unfiled() bool {
	switch s {
	case Quarantined, Ready, Submitting, Uncertain, Rejected, NeedsPerson:
		return true
	}
	return false
}
