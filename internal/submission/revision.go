package submission

import (
	"cmp"
	"slices"

	"example.com/lodge/carriers"
	"example.com/lodge/ledes"
)

// becomes moves the revision and says who acts next.
func (r *Revision) becomes(to State, why string, needs carriers.Person) {
	r.State, r.Why, r.Needs = to, why, cmp.Or(needs, to.Acts())
}

// Acts is who acts on a revision in this state unless somebody else is named.
func (s State) Acts() carriers.Person {
	switch s {
	case NeedsPerson:
		return carriers.Operator
	case Rejected, Quarantined:
		return carriers.Biller
	}
	return carriers.Nobody
}

// report completes the attempt under way with what is known now.
func (r *Revision) report(e Event) {
	a := r.last()
	if e.Attempt != nil {
		a.Outcome = e.Attempt.Outcome
		a.Evidence = append(a.Evidence, e.Attempt.Evidence...)
	}
	switch {
	case e.Kind == Answered:
		a.Sent = new(true)
	case e.Kind == NotSent:
		a.Sent = new(false)
	case e.Attempt != nil && e.Attempt.Sent != nil && *e.Attempt.Sent:
		a.Sent = new(true)
	}
}

// receive takes the carrier's word. A number that it does not repeat is kept.
func (r *Revision) receive(e Event) {
	if e.Receipt == nil {
		return
	}
	number := r.Receipt.Number
	r.Receipt, r.ToldBy, r.Looks = *e.Receipt, "", nil
	if e.Actor == ByPerson {
		r.ToldBy = e.Who
	}
	if r.Receipt.Number == "" {
		r.Receipt.Number = number
	}
	r.ReceivedAt = e.At
}

// decide takes what a person says of the carrier's side.
func (r *Revision) decide(e Event) {
	switch e.Want {
	case Submitted:
		r.receive(e)
		r.ByHand = ByHand{At: e.At, SettleUntil: e.SettleUntil}
	case Accepted, Rejected:
		r.receive(e)
	case Uncertain:
		if r.ToldBy != "" && r.Receipt.State != carriers.StateReceived {
			r.Receipt, r.ToldBy = carriers.Receipt{}, "" // taken back: what was sent is open again
		}
	}
}

// again is the revision's file without its fate.
func (r *Revision) again() Revision {
	return Revision{
		Object: r.Object, Matter: r.Matter, ClientMatter: r.ClientMatter, Date: r.Date, Total: r.Total,
		Format: r.Format, Findings: r.Findings,
	}
}

func lastOf[T any](list []T, n int) []T { return list[max(0, len(list)-n):] }

// complaint is why intake found the file unfit, or "".
func (r *Revision) complaint() string {
	for _, f := range r.Findings {
		if f.Severity == ledes.Reject {
			return f.Message
		}
	}
	return ""
}

// last is the attempt made last, or nil.
func (r *Revision) last() *Attempt {
	if len(r.Attempts) == 0 {
		return nil
	}
	return &r.Attempts[len(r.Attempts)-1]
}

// sends counts the attempts that left or may have left.
func (r *Revision) sends() int {
	n := 0
	for _, a := range r.Attempts {
		if a.Left() {
			n++
		}
	}
	return n
}

// goAhead says whether a person had it sent again and that was not used yet.
func (r *Revision) goAhead() bool {
	if r.Resumed == 0 {
		return false
	}
	return !slices.ContainsFunc(r.Attempts[r.Resumed:], Attempt.Left)
}

// named says whether the bytes came under name before.
func (r *Revision) named(name string) bool {
	return r.Object.Name == name || slices.Contains(r.Copies, name)
}

// unsent says whether the revision waits for people and never went anywhere.
func (r *Revision) unsent() bool {
	return (r.State == NeedsPerson || r.State == Quarantined) && !r.wentOut()
}

// wentOut says whether anything was, or may have been, sent, or is said to be at
// the carrier in another way: found there, or filed by hand.
func (r *Revision) wentOut() bool {
	return r.sends() > 0 || r.Receipt.State != "" || !r.ByHand.IsZero()
}

// Left says whether the attempt's request left or may have left: all but those
// of which it is proven that they did not.
func (a Attempt) Left() bool { return a.Sent == nil || *a.Sent }
