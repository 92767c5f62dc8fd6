package visit

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/oklog/ulid/v2"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/evidence"
	"example.com/lodge/internal/reconcile"
)

// A stage is a rehearsal under way.
type stage struct {
	*attempt
	rehearsal Rehearsal
	out       Rehearsed
	told      *telling
	commitAt  time.Time // when Commit was called
}

// Rehearse makes a visit that files nothing. Nothing is written to the ledger
// but that the account is visited, and how its login ended. The error is that of
// the part that failed, or says why nothing was begun: as for [Visit.Run].
//
// From the moment in which the form is opened the gate holds everything that
// could change something, so that not even a page that submits by itself can
// file (docs/guarantees.md).
func (v Visit) Rehearse(ctx context.Context, r Rehearsal) (Rehearsed, error) {
	out := Rehearsed{Parts: []Part{{Name: PartLogin}, {Name: PartLookUp}, {Name: PartForm}, {Name: PartCommit}}}
	for i := range out.Parts {
		out.Parts[i].Text = "it did not come to that"
	}
	if err := v.mayRehearse(ctx, r); err != nil {
		return out, err
	}
	s, err := v.enter(ctx)
	if err != nil {
		return out, err
	}
	defer s.leave(ctx)
	a := &attempt{session: s, id: ulid.Make().String(), inv: r.Invoice, begun: time.Now()}
	if a.folder, err = s.Evidence.Attempt(s.Account.Name, evidence.Rehearsals, a.id, s.scrub); err != nil {
		return out, err
	}
	out.Folder = a.folder.Place()
	st := &stage{attempt: a, rehearsal: r, out: out, told: tellings(r.Tell, s.scrub)}
	defer st.told.end()
	s.stage = st
	if err := s.open(ctx); err != nil {
		return out, err
	}
	defer s.close()
	err = st.perform(ctx)
	st.end(ctx)
	return st.out, err
}

// mayRehearse says why nobody may log in now.
func (v Visit) mayRehearse(ctx context.Context, r Rehearsal) error {
	if v.Account.Paused != "" && !r.Paused {
		return carriers.Errorf(carriers.ActionNeeded, "%w", v.Account.MayCommit())
	}
	until, err := v.closed(ctx)
	if err == nil && !until.IsZero() {
		err = carriers.Errorf(carriers.Unavailable, "account %s: %s", v.Account.Name, v.opensAt(until))
	}
	return err
}

// perform takes the parts in order, up to the first that fails.
func (s *stage) perform(ctx context.Context) error {
	for _, part := range []struct {
		name PartName
		play func(context.Context) error
	}{{PartLogin, s.playLogin}, {PartLookUp, s.playLookUp}, {PartForm, s.playForm}} {
		s.told.begin(part.name)
		begun := time.Now()
		err := s.clean(part.play(ctx))
		p := s.part(part.name)
		if part.name == PartForm && s.commit.called && err != nil && s.part(PartForm).Proven {
			p = s.part(PartCommit)
		}
		if p.Took == 0 {
			p.Took = time.Since(begun)
		}
		if err != nil {
			p.Proven, p.Text, p.Err = false, "", err
			return err
		}
	}
	return nil
}

func (s *stage) part(name PartName) *Part {
	for i := range s.out.Parts {
		if s.out.Parts[i].Name == name {
			return &s.out.Parts[i]
		}
	}
	panic("a rehearsal has no part " + name)
}

// proven notes that a part works; skipped, why it was not rehearsed.
func (s *stage) proven(name PartName, text string) {
	p := s.part(name)
	p.Proven, p.Text = true, s.scrub.ScrubString(text)
}

func (s *stage) skipped(name PartName, text string) { s.part(name).Text = s.scrub.ScrubString(text) }

func (s *stage) playLogin(ctx context.Context) error {
	err := s.login(ctx)
	if err == nil {
		s.proven(PartLogin, "")
	}
	return err
}

// playLookUp asks the site for the invoice. What it answers must be what is
// known, if anything is.
func (s *stage) playLookUp(ctx context.Context) error {
	if s.inv.Number == "" {
		s.skipped(PartLookUp, "there is no invoice to look up")
		return nil
	}
	var err error
	if s.session.claim, err = s.Ledger.RenewAccount(ctx, s.session.claim, s.lease()); err != nil {
		return err
	}
	ctx, cancel := s.timed(ctx, "the look-up of invoice "+s.inv.Number)
	defer cancel()
	if err := s.newTab(ctx); err != nil {
		return err
	}
	defer s.leave(ctx)
	rows, err := s.find(ctx)
	switch {
	case err == nil && s.looked.Blind != "":
		s.skipped(PartLookUp, "the carrier's site cannot be asked: "+s.looked.Blind)
		return nil
	case err == nil:
		err = s.judgeLook(rows)
	}
	if err != nil {
		err = fmt.Errorf("account %s: look-up of invoice %s: %w", s.Account.Name, s.inv.Number, err)
		s.recordEnd(ctx, err)
		return errors.Join(err, s.suspend(ctx, err))
	}
	_ = s.keep(ctx, s.picture(ctx, "look-up.jpg")) // the log tells
	return nil
}

// leave closes the tab and keeps its steps.
func (s *stage) leave(ctx context.Context) {
	s.traced(s.tab)
	s.closeTab(ctx, s.tab)
	s.tab = nil
}

// judgeLook holds what the look-up brought against what is known.
func (s *stage) judgeLook(rows []carriers.Found) error {
	what, row, why := reconcile.Judge(s.inv, rows, time.Time{})
	switch {
	case what == reconcile.Conflict && (row.Receipt.State == "" || !reconcile.SameNumber(row.Invoice, s.inv.Number)):
		return carriers.Errorf(carriers.SiteChanged, "%s", why)
	case s.rehearsal.Expect == Nothing && len(rows) > 0:
		return carriers.Errorf(carriers.SiteChanged, "the look-up brings %d rows for a number that does not exist", len(rows))
	case s.rehearsal.Expect == Held && what == reconcile.Absent:
		return carriers.Errorf(carriers.SiteChanged,
			"the ledger has the carrier's word that it holds this invoice, and the look-up does not find it")
	}
	switch what {
	case reconcile.Held:
		why = fmt.Sprintf("the site holds invoice %s: %s %s", s.inv.Number, row.Receipt.Status, row.Receipt.Number)
		if s.rehearsal.File != nil {
			why += "; a run would not submit it"
		}
	case reconcile.Absent:
		why = fmt.Sprintf("the site does not hold invoice %s", s.inv.Number)
		if row.Receipt.State == carriers.StateDraft {
			s.inv.Draft, why = &row, "only a draft of invoice "+s.inv.Number+" is there"
		}
	}
	s.proven(PartLookUp, why)
	return nil
}
