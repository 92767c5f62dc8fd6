package audit_test

import (
	"context"
	"errors"
	"os"
	"testing"
	"time"

	"example.com/lodge/internal/evidence"
	"example.com/lodge/internal/secret"
)

// pruning removes what was sealed more than two hours before f.at.
func (f *firm) pruning() evidence.Pruning {
	return evidence.Pruning{
		Sealing: evidence.Sealing{At: f.at, By: "ann"}, Before: f.at.Add(-2 * time.Hour), Keep: "7y",
		Free: func(ctx context.Context, id string) (bool, error) {
			s, err := f.ledger.Get(ctx, id)
			return err == nil && s.Settled(), err
		},
	}
}

func (f *firm) prune(p evidence.Pruning) evidence.Removed {
	f.t.Helper()
	r, head, err := f.store.Prune(f.t.Context(), account, p)
	f.check(err)
	if head.N > 0 {
		f.check(f.ledger.Chained(f.t.Context(), account, head))
	}
	return r
}

// old is a firm whose first three invoices are old: the third is open again.
func old(t *testing.T) *firm {
	f := newFirm(t, 0)
	now := f.at
	f.at = now.Add(-3 * time.Hour)
	for n := range 2 {
		f.file(n + 1)
	}
	id, claim := f.claim(3)
	folder, err := f.store.Attempt(account, id, attemptOf(3), new(secret.Scrubber))
	f.check(err)
	f.put(folder, "failure.txt", "down")
	f.seal(folder, 3)
	f.check(f.ledger.Release(t.Context(), claim))
	folder, err = f.store.Attempt(account, evidence.Logins, "01LOGIN", new(secret.Scrubber))
	f.check(err)
	f.put(folder, "login.txt", "refused")
	f.seal(folder, 0)
	f.at = now
	f.file(4)
	return f
}

func TestPrune(t *testing.T) {
	f := old(t)
	half := f.folder(1) + "/.form.jpg.ABC.partial" // of a writer that was killed
	f.write(half, []byte("half of it"))
	dry := f.pruning()
	dry.Dry = true
	want := evidence.Removed{Attempts: 3, Files: 11, Kept: 1}
	for _, p := range []evidence.Pruning{dry, f.pruning()} {
		got := f.prune(p)
		if got.Bytes == 0 {
			t.Errorf("%+v", got)
		}
		if got.Bytes = 0; got != want {
			t.Errorf("dry %v: %+v, want %+v", p.Dry, got, want)
		}
	}
	if _, err := os.Stat(half); err == nil {
		t.Error("what a killed writer left of what is pruned stays")
	}
	for n, there := range map[int]bool{1: false, 2: false, 4: true} {
		if _, err := os.Stat(f.folder(n) + "/form.jpg"); (err == nil) != there {
			t.Errorf("invoice %d: %v", n, err)
		}
	}
	if w, err := f.store.Word(t.Context(), f.below(1)); err != nil || w.Keep != "7y" || w.Link != 1 || w.By != 6 {
		t.Errorf("%+v, %v", w, err)
	}
	faults, chain := f.audit()
	if len(faults) > 0 || chain.Pruned != 3 || chain.Links != 6 || chain.Files != 6 {
		t.Errorf("%+v, %+v", faults, chain)
	}
	if got := f.prune(f.pruning()); got != (evidence.Removed{Kept: 1}) {
		t.Errorf("pruned again: %+v", got)
	}
	if faults, chain := f.audit(); len(faults) > 0 || chain.Links != 6 {
		t.Errorf("%+v, %+v", faults, chain)
	}
}

// Whoever removes more than the chain says, says less than he removes, or lets
// it say what was not so, is told of.
func TestForgedPrunes(t *testing.T) {
	for name, c := range map[string]struct {
		do   func(f *firm)
		says string
	}{
		"more than it says": {func(f *firm) { f.check(os.Remove(f.folder(4) + "/form.jpg")) }, "form.jpg is missing; link 5"},
		"without saying so": {func(f *firm) { f.check(errors.Join(os.Remove(f.link(6)), f.reset(5))) }, "intent.json is missing; link 1"},
		"younger than it may": {func(f *firm) {
			f.edit(f.link(6), `"keep": "7y"`, `"keep": "6y"`)
			f.edit(f.link(6), "      4\n", "      5\n")
		}, "so younger than 6y allows"},
		"a later one":        {func(f *firm) { f.edit(f.link(6), "      4\n", "      9\n") }, "which was not there then"},
		"a word put in":      {func(f *firm) { f.write(f.folder(4)+"/pruned.json", []byte(`{}`)) }, "no link names the file moor/"},
		"something put in":   {func(f *firm) { f.write(f.folder(1)+"/result.txt.new", []byte(`{}`)) }, "no link names the file moor/"},
		"put back otherwise": {func(f *firm) { f.write(f.folder(1)+"/result.txt", []byte(`INV-1 refused`)) }, "result.txt is not what it was"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := old(t)
			f.prune(f.pruning())
			c.do(f)
			faults, _ := f.audit(copied)
			f.says(faults, c.says, "")
		})
	}
}

// reset lets the ledger know of links up to n only.
func (f *firm) reset(n int) error {
	a, err := f.engine.LoadAccount(f.t.Context(), account)
	a.Version++
	a.Chain = f.heads[n-1]
	return errors.Join(err, f.engine.StoreAccount(f.t.Context(), a))
}

// TestPruneBrokenOff has the prune end once its link is written: the next one
// finishes what that says.
func TestPruneBrokenOff(t *testing.T) {
	f := old(t)
	kept := t.TempDir()
	f.check(os.CopyFS(kept, os.DirFS(f.folder(1))))
	f.prune(f.pruning())
	f.check(errors.Join(os.RemoveAll(f.folder(1)), os.CopyFS(f.folder(1), os.DirFS(kept))))
	if faults, _ := f.audit(); len(faults) > 0 {
		t.Errorf("what is said to go and is still there: %+v", faults)
	}
	if got := f.prune(f.pruning()); got.Attempts != 0 {
		t.Errorf("%+v", got)
	}
	if _, err := os.Stat(f.folder(1) + "/form.jpg"); err == nil {
		t.Error("it is still there")
	}
	if faults, chain := f.audit(); len(faults) > 0 || chain.Pruned != 3 {
		t.Errorf("%+v, %+v", faults, chain)
	}
}

// Nothing is removed under a chain that is broken: it might be what proves how.
func TestBrokenChainsAreNotPruned(t *testing.T) {
	f := old(t)
	f.edit(f.link(2), "INV-2", "INV-9")
	if _, _, err := f.store.Prune(t.Context(), account, f.pruning()); !errors.Is(err, evidence.ErrBroken) {
		t.Errorf("%v", err)
	}
	if _, err := os.Stat(f.folder(1) + "/form.jpg"); err != nil {
		t.Error(err)
	}
}
