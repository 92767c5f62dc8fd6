package campaign

import (
	"context"
	"errors"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
)

// office is the people of the firm. They look now and then, tell the truth, and
// do what they are asked to; some of them also do what nobody asked for.
func (w *World) office(ctx context.Context) {
	l := w.neutral()
	for clock.Pause(ctx, w.chance.between("office", 20*time.Minute, 5*time.Hour)) && w.now() < whole-lull {
		w.keys(ctx, l)
		for _, id := range w.ids() {
			s, err := l.Get(ctx, id)
			if err != nil {
				continue
			}
			w.answer(ctx, l, s)
			if w.meddle && w.storm() && w.chance.of("meddle", 0.3) {
				w.meddles(ctx, l, s)
			}
			if w.hands && w.storm() && w.chance.of("by hand", 0.1) {
				w.byHand(ctx, l, s)
			}
		}
	}
}

// keys looks after the password: the portal lets it expire, and somebody changes
// it once Lodge has stopped.
func (w *World) keys(ctx context.Context, l *ledger.Ledger) {
	a, err := l.Account(ctx, account)
	if err != nil {
		return
	}
	if a.Paused != nil && w.now() > stormy+lull { // of before a restore: nobody talks that long
		_, err := l.Resume(ctx, account, "ann", "the pause is over")
		w.story.tell(w.now(), "PERSON ends an old pause: %v", err)
	}
	switch {
	case a.Suspended != nil && a.Suspended.SecretVersion != "" && w.chance.of("new password", 0.7):
		w.portal.expire(false)
		w.mu.Lock()
		w.secret++
		w.mu.Unlock()
		w.story.tell(w.now(), "PERSON changes the password, since the account is suspended: %s", a.Suspended.Why)
	case a.Suspended != nil:
		w.portal.expire(false)
		w.portal.forgive()
		err := l.LiftSuspension(ctx, account, "ann", "I logged in by hand")
		w.story.tell(w.now(), "PERSON lifts the suspension: %v", err)
	case w.storm() && w.chance.of("password expires", w.odds(passwordExpires)) && w.happens(passwordExpires):
		w.portal.expire(true)
		w.story.tell(w.now(), "PORTAL lets the password expire")
	}
}

// answer does what somebody is asked to do for s.
func (w *World) answer(ctx context.Context, l *ledger.Ledger, s submission.Submission) {
	rev := s.Current()
	asked := rev.Needs
	if s.Waiting().Needs != carriers.Nobody {
		rev, asked = s.Waiting(), s.Waiting().Needs
	}
	if s.HeldBack() {
		w.decide(ctx, l, s, submission.Event{Kind: submission.Released, Hold: submission.HoldPerson})
		return
	}
	if asked == carriers.Nobody {
		return
	}
	switch rev.State {
	case submission.Rejected:
		w.mend(ctx, l, s)
	case submission.NeedsPerson:
		w.settle(ctx, l, s, rev)
	}
}

// mend is what a biller does about a rejection.
func (w *World) mend(ctx context.Context, l *ledger.Ledger, s submission.Submission) {
	next, mends := len(s.Revisions), 0.6
	if w.strict {
		mends = 0.95
	}
	switch {
	case next < versions && w.chance.of("mend", mends):
		w.arrive(ctx, l, s.Key.Number, next, "")
	case w.chance.of("again", 0.4):
		w.decide(ctx, l, s, submission.Event{Kind: submission.Decided, Want: submission.Ready})
	default:
		w.decide(ctx, l, s, submission.Event{Kind: submission.Decided, Want: submission.Cancelled})
	}
}

// settle is what an operator does about what Lodge cannot decide: the portal is
// looked at, and what it says is told.
func (w *World) settle(ctx context.Context, l *ledger.Ledger, s submission.Submission, rev submission.Revision) {
	e := submission.Event{Kind: submission.Decided, Revision: rev.Number}
	live, rejected := w.portal.standing(s.Key.Number)
	var r *row
	switch {
	case len(live) > 0 && live[0].amount == rev.Total:
		r = live[0]
	case len(live) > 0: // another version is there
		e.Want = submission.Cancelled
	case len(rejected) > 0 && rejected[len(rejected)-1].amount == rev.Total:
		r = rejected[len(rejected)-1]
	case s.MayBeThere() && w.chance.of("look first", 0.7):
		e.Want = submission.Uncertain
	default:
		e.Want = submission.Ready
	}
	if r != nil {
		said := r.state(w.wall())
		e.Receipt = new(receipt(r.number, said))
		switch said.state {
		case carriers.StateAccepted:
			e.Want = submission.Accepted
		case carriers.StateRejected:
			e.Want = submission.Rejected
		default:
			e.Want, e.Receipt = submission.Uncertain, nil
		}
	}
	if err := w.decides(ctx, l, s, e); err == nil || errors.Is(err, errDead) {
		return
	}
	if len(live) == 0 && e.Want == submission.Ready && w.chance.of("files it", 0.5) {
		w.fileByHand(ctx, l, s, rev) // Lodge cannot know that it is not there, and a person can
		return
	}
	for _, want := range []submission.State{submission.Uncertain, submission.Cancelled} {
		if w.decides(ctx, l, s, submission.Event{Kind: submission.Decided, Revision: rev.Number, Want: want}) == nil {
			return
		}
	}
}

// fileByHand files at the portal what is known not to be there, and says so.
func (w *World) fileByHand(ctx context.Context, l *ledger.Ledger, s submission.Submission, rev submission.Revision) {
	r := w.portal.take(s.Key.Number, rev.Total, rev.Object.SHA, nil)
	w.decide(ctx, l, s, submission.Event{Kind: submission.Decided, Revision: rev.Number, Want: submission.Submitted,
		SettleUntil: w.wall().Add(w.settles),
		Receipt:     &carriers.Receipt{Number: r.number, Status: "filed by hand", State: carriers.StateReceived}})
}

// meddles does something that nobody asked for. What people say of the carrier's
// word is true.
func (w *World) meddles(ctx context.Context, l *ledger.Ledger, s submission.Submission) {
	live, _ := w.portal.standing(s.Key.Number)
	switch w.chance.pick("meddles", 7) {
	case 0:
		w.decide(ctx, l, s, submission.Event{Kind: submission.Held})
	case 1:
		if len(live) == 0 {
			w.decide(ctx, l, s, submission.Event{Kind: submission.Decided, Want: submission.Ready})
		}
	case 2:
		w.decide(ctx, l, s, submission.Event{Kind: submission.Decided, Want: submission.Uncertain})
	case 3:
		if len(live) == 0 { // it is not there, and the firm needs it no more
			w.decide(ctx, l, s, submission.Event{Kind: submission.Decided, Want: submission.Cancelled})
		}
	case 4:
		w.decide(ctx, l, s, submission.Event{Kind: submission.Released})
	case 5:
		err := l.Pause(ctx, account, "ann", "we talk to them")
		w.story.tell(w.now(), "PERSON pauses the account: %v", err)
		w.running.Go(func() {
			clock.Pause(ctx, w.chance.between("pause", time.Minute, 10*time.Hour))
			_, err := l.Resume(context.WithoutCancel(ctx), account, "ann", "we have talked")
			w.story.tell(w.now(), "PERSON ends the pause: %v", err)
		})
	case 6:
		w.settle(ctx, l, s, s.Current())
	}
}

// byHand files an invoice at the portal without Lodge, and tells it or not. Nobody
// files what Lodge may have filed.
func (w *World) byHand(ctx context.Context, l *ledger.Ledger, s submission.Submission) {
	rev := s.Current()
	live, _ := w.portal.standing(s.Key.Number)
	open := rev.State == submission.Ready || rev.State == submission.NeedsPerson
	if !open || s.MayBeThere() || len(live) > 0 || !w.portal.quiet(s.Key.Number) || s.Lease.Owner != "" {
		return
	}
	if w.chance.of("tells", 0.5) {
		w.fileByHand(ctx, l, s, rev)
		return
	}
	w.portal.take(s.Key.Number, rev.Total, rev.Object.SHA, nil)
}

// decide has a person say e, which the table may refuse.
func (w *World) decide(ctx context.Context, l *ledger.Ledger, s submission.Submission, e submission.Event) {
	_ = w.decides(ctx, l, s, e) // the story tells
}

func (w *World) decides(ctx context.Context, l *ledger.Ledger, s submission.Submission, e submission.Event) error {
	e.Who, e.Why = "ann", "I looked at the carrier's site"
	if w.dies("person: before it is decided") {
		return errDead
	}
	after, err := l.Decide(ctx, s.ID, e)
	state := s.Current().State
	if err == nil {
		state = after.Current().State
	}
	w.story.tell(w.now(), "PERSON %s %s %s: %s, %v", e.Kind, e.Want, s.Key.Number, state, err)
	if w.dies("person: after it is decided") {
		return errDead // and the person looks again, later
	}
	return err
}
