package ledger

import (
	"context"
	"time"
)

// Unanswered is how long nobody logs in after a login of which it was never
// learned how it ended: it may have counted as a refused one.
const Unanswered = 15 * time.Minute

// EnterAccount takes one of the account's visits (0 means 1 at a time). It
// fails with [ErrHeld] if all are taken by holders that live, and with
// [ErrSuspended], a [*SuspendedError], while the account is suspended. A suspension that was
// made under another secretVersion is lifted and noted.
func (l *Ledger) EnterAccount(ctx context.Context, account, owner, secretVersion string, visits int, ttl time.Duration) (Account, Claim, error) {
	return Account{}, Claim{}, errLater
}

// RenewAccount makes the visit's lease last ttl from now, or fails with [ErrStale].
func (l *Ledger) RenewAccount(ctx context.Context, c Claim, ttl time.Duration) (Claim, error) {
	return Claim{}, errLater
}

// LeaveAccount gives the visit back. A login that was begun and not ended stays
// on record as unanswered.
func (l *Ledger) LeaveAccount(ctx context.Context, c Claim) error { return errLater }

// LoginBegins is called before anything is typed. It fails with [ErrHeld] while
// another visit logs in, with [ErrUnanswered] when an earlier login was never
// answered less than [Unanswered] ago, and with [ErrSuspended].
func (l *Ledger) LoginBegins(ctx context.Context, c Claim) error { return errLater }

// LoginEnds records the answer to a login: nil if it succeeded or was definitely
// not judged (the site was down before anything was typed), else the suspension
// that follows. Do not call it when nothing is known.
func (l *Ledger) LoginEnds(ctx context.Context, c Claim, s *Suspension) error { return errLater }

// Suspend stops an account everywhere: a person's pause, or what a visit met
// after its login. With an empty SecretVersion only a person lifts it.
func (l *Ledger) Suspend(ctx context.Context, account, who string, s Suspension) error {
	return errLater
}

// LiftSuspension lets an account be visited again. who is a person; why one sentence.
func (l *Ledger) LiftSuspension(ctx context.Context, account, who, why string) error { return errLater }

// Sent remembers that something was sent now, for the carrier's pace.
func (l *Ledger) Sent(ctx context.Context, account string) error { return errLater }

// Account returns an account's item, zero but for its name if nothing is known.
func (l *Ledger) Account(ctx context.Context, name string) (Account, error) {
	return l.engine.LoadAccount(ctx, name)
}

// Accounts returns every account's item, in the order of names.
func (l *Ledger) Accounts(ctx context.Context) ([]Account, error) { return l.engine.Accounts(ctx) }
