package campaign

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"example.com/lodge/internal/campaign/tally"
	"example.com/lodge/internal/evidence"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
)

// arrives is asked when an upload leaves for the portal: its intent must be in the
// ledger, and the lease must be its program's.
func (w *World) arrives(p *process, s sheet) {
	sub, err := w.engine.Load(context.Background(), keyOf(s.inv.Number).ID())
	rev := sub.Current()
	wrong := ""
	switch n := len(rev.Attempts); {
	case err != nil:
		wrong = err.Error()
	case rev.State != submission.Submitting || n == 0:
		wrong = fmt.Sprintf("it is %s in the ledger", rev.State)
	case rev.Attempts[n-1].Owner != p.id || sub.Lease.Owner != p.id:
		wrong = fmt.Sprintf("the attempt is %s's, the lease %s's", rev.Attempts[n-1].Owner, sub.Lease.Owner)
	case w.wall().After(sub.Lease.Until):
		wrong = "its lease ended at " + sub.Lease.Until.Sub(w.begun).String()
	case s.content != rev.Object.SHA:
		wrong = "its bytes are not those of the revision"
	}
	if wrong != "" {
		w.portal.wrong(tally.Unguarded,
			fmt.Sprintf("%s of %s came to the portal at %s and ought not to have left: %s", s.inv.Number, p.id, w.now(), wrong))
	}
}

// unknowable says whether nobody could have told Lodge that somebody had filed an
// invoice without a word: the site's search shows nothing, and either there is no
// other invoice by which that shows, or it began in the last minutes.
func (w *World) unknowable(invoice string, since time.Duration) bool {
	if w.now()-since < submission.BetweenLooks+time.Minute {
		return true
	}
	for _, id := range w.ids() {
		s, err := w.engine.Load(context.Background(), id)
		if rev := s.Current(); err == nil && s.Key.Number != invoice && rev.State == submission.Accepted && rev.ToldBy == "" {
			return false
		}
	}
	return true
}

// wrong notes what broke the promise, and ends the world: what comes after it tells
// nothing.
func (p *portal) wrong(kind tally.Kind, what string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.breaks(kind, what)
}

// breaks is wrong with mu held.
func (p *portal) breaks(kind tally.Kind, what string) {
	p.broken = append(p.broken, tally.Breach{Kind: kind, What: what})
	p.w.end()
}

// forgive forgets the refused logins: a person has logged in by hand.
func (p *portal) forgive() {
	p.mu.Lock()
	defer p.mu.Unlock()
	clear(p.refused)
}

// judge holds what Lodge says against the portal's book.
func (w *World) judge(ctx context.Context) (Verdict, error) {
	store, err := evidence.Open(w.evidence())
	if err != nil {
		return Verdict{}, err
	}
	defer store.Close()
	v := Verdict{Seed: w.Seed, Breaches: w.portal.broken, Filed: w.portal.filed, Beyond: len(w.portal.beyond), Seen: w.seen}
	ids := w.ids()
	if len(v.Breaches) > 0 {
		ids = nil // it was ended in the middle
	}
	for _, id := range ids {
		t, err := w.trial(ctx, store, id)
		if err != nil {
			return v, err
		}
		t.fate()
		t.replays()
		t.proves(ctx)
		v.Breaches = append(v.Breaches, t.breaches...)
	}
	if found := canary(w.dir); found != "" {
		v.Breaches = append(v.Breaches, tally.Breach{Kind: tally.Secret, What: "a secret stands in " + found})
	}
	v.Story = w.story.String()
	return v, nil
}

// trial is what became of one invoice, and what is wrong with it.
type trial struct {
	w        *World
	store    *evidence.Store
	s        submission.Submission
	rev      submission.Revision
	entries  []submission.Entry
	proofs   []submission.Proof // all of the history
	breaches []tally.Breach
}

func (w *World) trial(ctx context.Context, store *evidence.Store, id string) (*trial, error) {
	s, err := w.engine.Load(ctx, id)
	if err != nil {
		return nil, err
	}
	t := &trial{w: w, store: store, s: s, rev: s.Current()}
	if t.entries, err = w.engine.History(ctx, id); err != nil {
		return nil, err
	}
	for _, e := range t.entries {
		t.proofs = append(t.proofs, e.Evidence...)
		if e.Attempt != nil {
			t.proofs = append(t.proofs, e.Attempt.Evidence...)
		}
	}
	return t, nil
}

func (t *trial) fail(kind tally.Kind, format string, args ...any) {
	t.breaches = append(t.breaches, tally.Breach{Kind: kind, What: t.s.Key.Number + ": " + fmt.Sprintf(format, args...)})
}

// fate holds the state of the invoice against the portal's book.
func (t *trial) fate() {
	w, rev := t.w, t.rev
	live, _ := w.portal.standing(t.s.Key.Number)
	needs := ledger.Summarize(t.s).Needs
	switch rev.State {
	case submission.Accepted:
		switch {
		case len(live) > 1+w.portal.beyond[t.s.Key.Number]:
			t.fail(tally.Duplicate, "accepted, and the portal holds %d live rows of it", len(live))
		case len(live) == 0 || live[0].amount != rev.Total:
			t.fail(tally.FalseAccepted, "accepted, and the portal holds %d live rows of it, none of this version", len(live))
		case rev.ToldBy == "" && len(t.proofs) == 0 && t.s.Key.Number != knownThere:
			t.fail(tally.FalseAccepted, "accepted, and there is no evidence")
		}
	case submission.Rejected:
		if len(live) > 0 && live[0].amount == rev.Total {
			t.fail(tally.Lost, "rejected, and the portal holds it")
		}
	case submission.Cancelled, submission.Superseded:
	default:
		if needs == "" {
			t.fail(tally.Lost, "is %s at the end, and nobody is asked: %s", rev.State, rev.Why)
		}
	}
	if w.calm && (rev.State != submission.Accepted || needs != "") {
		t.fail(tally.Asked, "nothing failed, and it is %s; %s is asked: %s", rev.State, needs, rev.Why)
	}
	if err := w.receiver.untold(t.s, t.entries, w.wall().Add(-soonTold)); err != nil {
		t.fail(tally.Untold, "%v", err)
	}
}

// replays says whether the history tells all of the submission.
func (t *trial) replays() {
	again, err := submission.Replay(t.s.Key, t.s.Carrier, t.entries)
	if err == nil && (again.Current().State != t.rev.State || again.Seq != t.s.Seq || len(again.Revisions) != len(t.s.Revisions)) {
		err = fmt.Errorf("the history leads to %s", again.Current().State)
	}
	if err != nil {
		t.fail(tally.History, "%v", err)
	}
}

// proves says whether all evidence of the history is there, and what it was.
func (t *trial) proves(ctx context.Context) {
	if err := t.store.Verify(ctx, t.proofs); err != nil {
		t.fail(tally.Evidence, "%v", err)
	}
}

// canary is a file in which the password stands, or "".
func canary(dir string) string {
	found := ""
	_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil
		}
		if data, err := os.ReadFile(path); err == nil && bytes.Contains(data, []byte(password)) {
			found = path
			return fs.SkipAll
		}
		return nil
	})
	return found
}
