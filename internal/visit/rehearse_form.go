package visit

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/carriers/page"
	"example.com/lodge/internal/gate"
)

// playForm has the Site fill the form, up to its commit, while the gate holds
// what could change something.
func (s *stage) playForm(ctx context.Context) error {
	if s.rehearsal.File == nil {
		s.skipped(PartForm, "there is no invoice to fill it in with")
		s.skipped(PartCommit, s.part(PartForm).Text)
		return nil
	}
	acc, err := s.Ledger.Account(ctx, s.Account.Name)
	if err != nil {
		return err
	}
	if !s.pace(ctx, acc.LastSent) {
		return context.Cause(ctx)
	}
	if s.session.claim, err = s.Ledger.RenewAccount(ctx, s.session.claim, s.lease()); err != nil {
		return err
	}
	timed, cancel := s.timed(ctx, "invoice "+s.inv.Number)
	defer cancel()
	if err := s.newTab(timed); err != nil {
		return err
	}
	defer s.leave(ctx)
	if s.inv.Path, err = s.lend(s.inv.Number, s.rehearsal.File); err != nil {
		return err
	}
	g := s.window.Gate()
	if err := g.Rehearse(timed, s.rules()); err != nil {
		return untold(fmt.Errorf("account %s: the form was not opened: %w", s.Account.Name, err))
	}
	begun := time.Now()
	_, err = s.fill(timed)
	err = s.conclusion(timed, err, begun)
	if err != nil {
		err = fmt.Errorf("account %s: submit invoice %s: %w", s.Account.Name, s.inv.Number, err)
		s.recordEnd(ctx, err)
		err = errors.Join(err, s.suspend(ctx, err))
	}
	return errors.Join(err, s.finishRehearsal(ctx))
}

// ErrOutside says that a rehearsal met the commit though nobody may have asked
// for it: a run would file without an intent.
var ErrOutside = errors.New("the page sent the commit by itself, outside Commit")

// untold gives the refusal to rehearse a form the kind that tells who acts.
func untold(err error) error {
	if errors.Is(err, gate.ErrUntold) {
		return carriers.Errorf(carriers.SiteChanged, "%w", err)
	}
	return carriers.Errorf(carriers.Unavailable, "%w", err)
}

// conclusion says what the end of Submit means. What the gate stopped counts
// first: a page that sends the commit by itself is one that a run would file
// with unseen.
func (s *stage) conclusion(ctx context.Context, err error, begun time.Time) error {
	s.part(PartForm).Took = time.Since(begun)
	if s.commit.called {
		s.part(PartForm).Took, s.part(PartCommit).Took = s.commitAt.Sub(begun), time.Since(s.commitAt)
	}
	stopped, commits := s.window.Gate().Stopped(ctx)
	list := strings.Join(stopped, ", ")
	switch refused := errors.Is(err, carriers.ErrRehearsal); {
	case commits > 0:
		return carriers.Errorf(carriers.SiteChanged, "%w: it was stopped (%s). "+
			"In a run nothing would stop it: the author puts the step that causes it inside Commit", ErrOutside, list)
	case err == nil:
		return carriers.Errorf(carriers.SiteChanged, "the carrier says it is done, and nothing was committed")
	case !refused && len(stopped) > 0 && !s.commit.called:
		return fmt.Errorf("%w; it was stopped because it could change something: %s; "+
			"if it does not, the author declares it in Harmless", err, list)
	case !refused && !s.commit.called:
		return err
	}
	text := "filled in with invoice " + s.inv.Number
	if len(stopped) > 0 {
		text += "; stopped meanwhile because it could change something: " + list
	}
	s.proven(PartForm, text)
	if !errors.Is(err, carriers.ErrRehearsal) {
		return err
	}
	s.proven(PartCommit, "refused, as it should be")
	return nil
}

// finishRehearsal closes the pages before anything is let go again.
func (s *stage) finishRehearsal(ctx context.Context) error {
	ctx, cancel := outlive(ctx)
	defer cancel()
	if err := s.window.Gate().Finish(ctx, nil); err != nil {
		return carriers.Errorf(carriers.Unavailable, "end the rehearsal in the browser: %w", err)
	}
	return nil
}

// rehearseCommit is Commit in a rehearsal: the form is pictured, and the first
// action of do is looked at and not done.
func (s *stage) rehearseCommit(ctx context.Context, do func(context.Context) error) error {
	s.commitAt = time.Now()
	s.told.begin(PartCommit)
	if err := s.recordForm(ctx); err != nil {
		return err
	}
	err := s.guarded("Commit", func() error { return do(page.WithDriver(ctx, looker{s.tab})) })
	if err == nil || errors.Is(err, carriers.ErrRehearsal) {
		return carriers.ErrRehearsal
	}
	return err
}

// A looker is a driver that touches nothing: the first action waits until it
// could be done, and ends as the rehearsal.
type looker struct{ Tab }

// Goto implements [page.Driver].
func (looker) Goto(context.Context, string) error { return carriers.ErrRehearsal }

// Act implements [page.Driver].
func (l looker) Act(ctx context.Context, a page.Action) error {
	if err := l.Ready(ctx, a); err != nil {
		return err
	}
	return carriers.ErrRehearsal
}
