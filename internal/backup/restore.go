package backup

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"time"

	"filippo.io/age"

	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/config"
	"example.com/lodge/internal/durable"
	"example.com/lodge/internal/holder"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/ledger/sqlite"
	"example.com/lodge/internal/submission"
)

// A Restoring says what is to be restored, and over what.
type Restoring struct {
	Config       config.Config
	Keys         []age.Identity
	DryRun       bool // check everything and change nothing
	DiscardNewer bool // put even a newer ledger aside
	Who          string
	Now          func() time.Time

	EvidenceComplete bool // a person says that nothing of the evidence here was lost

	at func(step string) // tests end the process here
}

// Restored says what a restore did, or would do.
type Restored struct {
	Manifest     Manifest
	Aside        string // folder with what was there before; "" if nothing was
	Lost         sqlite.Difference
	Unreadable   error // why the present ledger could not be compared; nil: it could, or there is none
	EvidenceLost bool
	Secrets      bool // the secrets are back; else those that were there stay
}

// Restore puts a backup in place of the present ledger. Everything is checked
// first, and what was there is put aside, never deleted. Evidence, copies of
// files and adoptions are only added to; lodge.yaml and secrets that are there
// stay, since they are newer. It ends with all of it done or, after an error,
// with nothing done; a process that is killed leaves the old state, or what
// [Restoring.Finish] completes.
func (r Restoring) Restore(ctx context.Context, file string) (done Restored, err error) {
	if err := r.Config.MakeFolders(); err != nil {
		return done, err
	}
	alone, err := r.alone(ctx)
	if err != nil {
		return done, err
	}
	defer func() { err = errors.Join(err, alone()) }()
	w := work{r.Config.State}
	if w.planned() {
		return done, errors.New("an earlier restore was broken off in the middle: nothing was begun: type lodge restore --finish first")
	}
	if err := w.clear(); err != nil {
		return done, err
	}
	p, err := r.prepare(ctx, w, file, &done)
	if err != nil || r.DryRun {
		return done, errors.Join(err, w.clear())
	}
	if err := w.commit(p); err != nil {
		return done, errors.Join(fmt.Errorf("restore %s: nothing was changed: %w", file, err), w.clear())
	}
	r.step("planned")
	done.Aside = p.Aside
	return done, r.finish(w, p)
}

// Finish completes a restore that was broken off in the middle. It says whether
// there was one.
func (r Restoring) Finish(ctx context.Context) (did bool, err error) {
	alone, err := r.alone(ctx)
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, alone()) }()
	w := work{r.Config.State}
	if !w.planned() {
		return false, w.clear()
	}
	p, err := w.plan()
	if err != nil {
		return false, err
	}
	return true, r.finish(w, p)
}

// alone makes sure that nobody else works with the state: no command, and no
// holder of leases.
func (r Restoring) alone(ctx context.Context) (func() error, error) {
	use, err := own(r.Config.State)
	if err != nil {
		return nil, err
	}
	living, err := holder.Dir(r.Config.Owners()).Living(ctx)
	if err == nil && len(living) > 0 {
		err = fmt.Errorf("%w: a program that files is still at work (%s; its process id comes last): stop it first", ErrInUse, living[0])
	}
	if err != nil {
		return nil, errors.Join(err, use.Close())
	}
	return use.Close, nil
}

// prepare checks everything and stages what is to be put in place.
func (r Restoring) prepare(ctx context.Context, w work, file string, done *Restored) (p plan, err error) {
	if done.Manifest, err = Verify(ctx, file, r.Keys); err != nil {
		return p, err
	}
	r.step("verified")
	m, err := w.stage(ctx, file, r.Keys, r.DryRun)
	if err != nil {
		return p, fmt.Errorf("restore %s: nothing was changed: %w", file, err)
	}
	if m.Digest != done.Manifest.Digest {
		return p, fmt.Errorf("restore %s: it was changed while it was read; nothing was changed here", file)
	}
	r.step("staged")
	if err := r.check(ctx, w, m); err != nil {
		return p, fmt.Errorf("restore %s: nothing was changed: %w", file, err)
	}
	if err := r.compare(ctx, w, done); err != nil {
		return p, err
	}
	if done.EvidenceLost, err = r.evidenceLost(ctx, m); err != nil {
		return p, err
	}
	_, err = os.Lstat(r.Config.Secrets.File)
	done.Secrets = errors.Is(err, fs.ErrNotExist) && w.staged(secretsName)
	p = plan{Format: format, Aside: w.aside(r.Now()), Files: []string{markerName, path.Base(ledgerName)}, Secrets: done.Secrets}
	if done.EvidenceLost {
		p.Gap = r.Now()
	}
	if w.staged(indexName) {
		p.Files = append(p.Files, intakeIndex())
	}
	if r.DryRun {
		return p, nil
	}
	if err := r.bury(ctx, w); err != nil {
		return p, err
	}
	abs, err := filepath.Abs(file)
	if err != nil {
		return p, err
	}
	return p, w.mark(Marker{Format: format, From: abs, MadeAt: m.MadeAt, RestoredAt: r.Now().UTC(), Who: r.Who,
		EvidenceLost: done.EvidenceLost})
}

// check looks at the ledger that is to be put in place.
func (r Restoring) check(ctx context.Context, w work, m Manifest) error {
	if err := sqlite.Check(ctx, w.file(ledgerName)); err != nil {
		return err
	}
	have, err := counts(ctx, w.file(ledgerName))
	if err == nil && !slices.Equal(have, m.Ledger) {
		err = fmt.Errorf("the ledger in it has %v, its manifest says %v", have, m.Ledger)
	}
	return err
}

// compare asks what the present ledger has beyond the backup's.
func (r Restoring) compare(ctx context.Context, w work, done *Restored) error {
	if _, err := os.Lstat(r.Config.Ledger()); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	e, err := sqlite.Open(ctx, r.Config.Ledger())
	if err == nil {
		done.Lost, err = e.Beyond(ctx, w.file(ledgerName), 10)
		err = errors.Join(err, e.Close())
	}
	if err != nil && (ctx.Err() != nil || errors.Is(err, ledger.ErrNewer) || errors.Is(err, ledger.ErrBusy)) {
		return err
	}
	done.Unreadable = err
	newer := done.Lost.Submissions+done.Lost.Accounts > 0 || err != nil
	if newer && !r.DiscardNewer {
		return &NewerError{done.Lost, done.Manifest, err}
	}
	return nil
}

// bury lets the holders that the restored ledger names count as dead, which they
// are: their leases could not be taken over else.
func (r Restoring) bury(ctx context.Context, w work) error {
	e, err := sqlite.Open(ctx, w.file(ledgerName))
	if err != nil {
		return err
	}
	dir := holder.Dir(r.Config.Owners())
	owners, err := ledger.New(e, clock.System{}, dir, submission.Limits{}).Owners(ctx)
	for _, owner := range owners {
		err = errors.Join(err, dir.Bury(owner))
	}
	return errors.Join(err, e.Close())
}

func (r Restoring) step(name string) {
	if r.at != nil {
		r.at(name)
	}
}

// mark stages the marker.
func (w work) mark(m Marker) error {
	content, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	root, err := os.OpenRoot(w.newDir())
	if err != nil {
		return err
	}
	defer root.Close()
	return durable.Create(root, path.Join(stateDir, markerName), content)
}
