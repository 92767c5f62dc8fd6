package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
	"example.com/lodge/internal/visit"
)

// look asks the carrier's site now.
func (r *resolving) look(ctx context.Context) error {
	if err := r.askable(); err != nil {
		return err
	}
	if err := r.request(ctx); err != nil {
		return r.refused(err)
	}
	err := r.ask(ctx)
	if errors.Is(err, ledger.ErrHeld) {
		_, err = fmt.Fprintf(r.out, "Account %s is being visited: that visit looks %s up next.\n", r.sub.Key.Account, r.sub.Key)
		return err
	}
	if err != nil {
		return fmt.Errorf("%s is %s, and the carrier's site could not be asked now; the next run tries again: %w",
			r.sub.Key, words(r.sub.Current().State), err)
	}
	r.tellWhere()
	return nil
}

// request notes that a person wants it looked up, and makes it due.
func (r *resolving) request(ctx context.Context) error {
	e := submission.Event{Kind: submission.Decided, Who: r.who, Why: r.why, Want: submission.Uncertain, Revision: r.revision}
	if r.rev().State.LookUp() {
		e.Kind, e.Want = submission.Released, submission.None
	}
	s, err := r.ledger.Decide(ctx, r.sub.ID, e)
	if err == nil {
		r.sub = s
	}
	return err
}

// again has the invoice filed once more. What may be at the carrier is looked up
// first, unless that was done within a day; if the site shows it, the state
// follows the site and nothing is decided.
func (r *resolving) again(ctx context.Context) error {
	e := r.event()
	_, err := r.ledger.Foresee(ctx, r.sub.ID, e)
	if _, refused := errors.AsType[*submission.Refusal](err); !refused || !r.lookMayHelp() {
		return r.decide(ctx, e)
	}
	if err := r.askable(); err != nil {
		return err
	}
	_, _ = fmt.Fprintf(r.err, "It may be there already: the carrier's site is asked first.\n")
	if err := r.request(ctx); err != nil {
		return r.refused(err)
	}
	if err := r.ask(ctx); err != nil {
		return fmt.Errorf("nothing was decided, since the carrier's site could not be asked whether %s is there: %w", r.sub.Key, err)
	}
	if !r.lookMayHelp() {
		_, _ = fmt.Fprintf(r.out, "%s is %s.\n", r.sub.Key, r.describe(ledger.Summarize(r.sub)))
		return fmt.Errorf("%s is not submitted again: the carrier's site shows it, and it is %s now", r.sub.Key, words(r.rev().State))
	}
	if _, err := r.ledger.Foresee(ctx, r.sub.ID, e); err != nil {
		err = r.refused(err)
		return plainly(err, "%v. The look-up: %s. If you see for yourself that the site does not show it, file it there by hand and type\n  %s",
			err, r.rev().Why, r.with("resolve "+quoted(r.what)+" "+sayFiledByHand+" --why TEXT"))
	}
	return r.decide(ctx, e)
}

// lookMayHelp says whether a look-up that finds nothing would let the invoice be
// filed again.
func (r *resolving) lookMayHelp() bool {
	switch rev := r.rev(); rev.State {
	case submission.Uncertain, submission.NeedsPerson, submission.Cancelled:
		return r.sub.MayBeThere()
	case submission.Submitted:
		return rev.ToldBy != ""
	}
	return false
}

// askable says why the carrier's site cannot be asked at all, or nil.
func (r *resolving) askable() error {
	c, err := r.carrier(r.sub.Carrier)
	if err == nil && c.History.Blind != "" {
		err = fmt.Errorf("nothing was decided: the site of %s cannot be asked (%s): ask the carrier, and then say accept or reject",
			c.Title, c.History.Blind)
	}
	return err
}

// ask visits the account for this one look-up, and reads what became of it.
func (r *resolving) ask(ctx context.Context) (err error) {
	hard, soft, done := r.stopping(ctx, r.config.Grace)
	defer done()
	w, err := r.works(hard, r.config, []string{r.sub.Key.Account}, watching{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	p := newProgress(w.err, w.errColumns, 1)
	defer p.close()
	log := slog.New(slog.NewTextHandler(p, &slog.HandlerOptions{Level: w.level}))
	v, err := w.visit(hard, r.sub.Key.Account, log, p.tell)
	if err != nil {
		return err
	}
	v.LookUp = r.sub.ID
	err = asked(hard, soft, v)
	s, readErr := r.ledger.Get(context.WithoutCancel(hard), r.sub.ID)
	if readErr == nil {
		r.sub = s
	}
	return errors.Join(err, readErr)
}

// asked makes the visit. One that a signal ended before it asked is an error.
func asked(hard, soft context.Context, v visit.Visit) error {
	report, err := v.Run(hard, soft)
	if err == nil && report.Done == 0 && soft.Err() != nil {
		return errors.New("stopped before the carrier's site was asked")
	}
	return err
}
