package campaign

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"example.com/lodge/internal/evidence"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
)

// arrives is asked when an upload is at the portal: its intent must be in the
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
		w.portal.wrong(fmt.Sprintf("%s of %s came to the portal at %s and ought not to have left: %s", s.inv.Number, p.id, w.now(), wrong))
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
func (p *portal) wrong(what string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.breaks(what)
}

// breaks is wrong with mu held.
func (p *portal) breaks(what string) {
	p.broken = append(p.broken, what)
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
	store, err := w.store()
	if err != nil {
		return Verdict{}, err
	}
	defer store.Close()
	v := Verdict{Seed: w.Seed, Failures: slices.Clone(w.portal.broken), Filed: w.portal.filed, Beyond: len(w.portal.beyond),
		Kills: int(w.kills.Load()), Faults: int(w.faults.Load())}
	l, ids := w.neutral(), w.ids()
	if len(v.Failures) > 0 {
		ids = nil // it was ended in the middle
	}
	for _, id := range ids {
		s, err := l.Get(ctx, id)
		if err != nil {
			return v, err
		}
		v.Failures = append(v.Failures, w.fate(ctx, store, s)...)
		v.Failures = append(v.Failures, replays(ctx, l, s)...)
	}
	if found := canary(w.dir); found != "" {
		v.Failures = append(v.Failures, "a secret stands in "+found)
	}
	v.Story = w.story.String()
	return v, nil
}

// fate says what is wrong with what became of an invoice.
func (w *World) fate(ctx context.Context, store *evidence.Store, s submission.Submission) []string {
	var wrong []string
	fail := func(format string, args ...any) {
		wrong = append(wrong, fmt.Sprintf("%s: ", s.Key.Number)+fmt.Sprintf(format, args...))
	}
	rev := s.Current()
	live, _ := w.portal.standing(s.Key.Number)
	needs := ledger.Summarize(s).Needs
	switch rev.State {
	case submission.Accepted:
		if len(live) != 1+w.portal.beyond[s.Key.Number] || live[0].amount != rev.Total {
			fail("accepted, and the portal holds %d live rows of it", len(live))
		}
		if live := len(live) == 1; live && rev.ToldBy == "" && len(w.proofs(ctx, s)) == 0 {
			fail("accepted, and there is no evidence")
		}
	case submission.Rejected:
		if len(live) > 0 && live[0].amount == rev.Total {
			fail("rejected, and the portal holds it")
		}
	case submission.Cancelled, submission.Superseded:
	default:
		if needs == "" {
			fail("is %s at the end, and nobody is asked: %s", rev.State, rev.Why)
		}
	}
	if w.calm && (rev.State != submission.Accepted || needs != "") {
		fail("nothing failed, and it is %s; %s is asked: %s", rev.State, needs, rev.Why)
	}
	if err := store.Verify(ctx, w.proofs(ctx, s)); err != nil {
		fail("%v", err)
	}
	return wrong
}

// proofs are all pieces of evidence that the history of s tells of.
func (w *World) proofs(ctx context.Context, s submission.Submission) []submission.Proof {
	var all []submission.Proof
	entries, _ := w.engine.History(ctx, s.ID)
	for _, e := range entries {
		all = append(all, e.Evidence...)
		if e.Attempt != nil {
			all = append(all, e.Attempt.Evidence...)
		}
	}
	return all
}

// history begins what is said of a history that does not lead to its submission.
const history = "the history of"

// replays says whether the history tells all of s.
func replays(ctx context.Context, l *ledger.Ledger, s submission.Submission) []string {
	entries, err := l.History(ctx, s.ID)
	if err != nil {
		return []string{err.Error()}
	}
	again, err := submission.Replay(s.Key, s.Carrier, entries)
	if err == nil && (again.Current().State != s.Current().State || again.Seq != s.Seq || len(again.Revisions) != len(s.Revisions)) {
		err = fmt.Errorf("the history leads to %s", again.Current().State)
	}
	if err != nil {
		return []string{fmt.Sprintf("%s %s: %v", history, s.Key.Number, err)}
	}
	return nil
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
