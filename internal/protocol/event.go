package protocol

import (
	"context"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
)

// call is the one place where the real ledger is called.
func (b *book) call(l *ledger.Ledger, a ask) error {
	ctx, id := context.Background(), key().ID()
	claim := ledger.Claim{ID: id, Owner: name(a.owner), Fence: int64(a.fence), Deadline: time.Hour}
	var err error
	switch a.act {
	case actClaim:
		_, _, err = l.Claim(ctx, id, name(a.owner), lasts)
	case actTakeOver:
		_, err = l.Takeover(ctx, name(a.owner))
	case actRelease:
		err = l.Release(ctx, claim)
	case actMove:
		_, err = l.Move(ctx, claim, b.event(a))
	case actRegister:
		_, err = l.Register(ctx, "carrier", key(), submission.Revision{State: submission.Ready, Object: object(a.bytes)}, "i")
	case actDecide:
		_, err = l.Decide(ctx, id, b.event(a))
	case actRecover:
		_, err = l.Recover(ctx, "r", ledger.Recovered{
			Key: key(), Carrier: "carrier", Version: submission.Revision{Number: int(a.revision), Object: object(a.bytes)},
			Attempt: submission.Attempt{ID: name(a.attempt), Fence: int64(a.fence), Owner: name(a.owner), SHA: name(a.bytes),
				IntendedAt: at(a.intended), SettleUntil: at(a.settles)},
		}, at(a.since))
	}
	return err
}

// actor is who tells the ledger of it.
func (a ask) actor() submission.Actor {
	switch a.kind {
	case kFound, kContradicted:
		return submission.ByVisit
	case kIntended, kNotSent, kAnswered, kLost:
		return submission.ByGate
	case kPostponed:
		if a.by == 1 {
			return submission.ByReconcile
		}
		return submission.ByVisit
	}
	if a.by == 2 {
		return submission.ByMail
	}
	return submission.ByReconcile
}

// event is what the ledger is told.
func (b *book) event(a ask) submission.Event {
	e := submission.Event{Kind: kinds()[a.kind], Actor: a.actor(), Who: "p", Why: "w", Revision: int(a.revision),
		Filed: at(a.filed), Witnessed: a.flag, SettleUntil: at(a.settles)}
	if a.kind <= kUnsettled {
		e.NotBefore, e.SettleUntil = now(), time.Time{}
	}
	if a.kind == kReleased {
		e.Hold = submission.HoldPerson
	}
	if a.kind == kDecided {
		e.Want = submission.States()[a.want]
	}
	if a.said != silent {
		e.Receipt = &carriers.Receipt{Number: name(a.number), State: words()[a.said], Text: "w"}
	}
	if a.looked != never {
		l := look(a.looked, b.trusted)
		l.Control = !a.flag
		e.Look = &l
	}
	if a.attempt != 0 {
		e.Attempt = &submission.Attempt{ID: name(a.attempt), SHA: name(a.bytes), SettleUntil: at(a.settles)}
		if a.kind == kNotSent {
			e.Attempt.Sent = new(false)
		}
	}
	return e
}
