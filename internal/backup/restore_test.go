package backup

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/lodge/internal/evidence"
	"example.com/lodge/internal/holder"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/ledger/sqlite"
	"example.com/lodge/internal/secret"
	"example.com/lodge/internal/submission"
)

// A firm that has lost its disk, and kept a backup and the key, has everything
// again.
func TestLostDisk(t *testing.T) {
	f := newFirm(t)
	file := f.backup(func(w *Writing) { w.Evidence = true })
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	g := &firm{t, settings(t.TempDir())}
	r := g.restoringWith(f)
	done, err := r.Restore(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	if !done.EvidenceLost || !done.Secrets || done.Manifest.Submissions() != 3 {
		t.Errorf("done: %+v", done)
	}
	if diff := cmp.Diff(fmt.Sprint(f.items(f.config.Ledger())), fmt.Sprint(g.items(g.config.Ledger()))); diff != "" {
		t.Errorf("the ledger:\n%s", diff)
	}
	was, is := f.tree(), g.tree()
	for name, sum := range was {
		if name != "lodge.yaml" && name != "keys/secrets.key" && is[name] == "" || name != "state/ledger.db" && is[name] != "" && is[name] != sum {
			t.Errorf("%s is not back", name)
		}
	}
	m, marked, err := ReadMarker(g.config.State)
	if err != nil || !marked || !m.EvidenceLost || m.Who != "ann" || !m.MadeAt.Equal(done.Manifest.MadeAt) {
		t.Errorf("marker: %+v, %t, %v", m, marked, err)
	}
	text, err := Settings(t.Context(), file, r.Keys)
	if err != nil || string(text) != "accounts: {}\n" {
		t.Errorf("lodge.yaml: %q, %v", text, err)
	}
	// A second restore must not take the evidence of the backup for all there was.
	if done, err = r.Restore(t.Context(), file); err != nil || !done.EvidenceLost {
		t.Errorf("a second restore: %+v, %v", done, err)
	}
	r.EvidenceComplete = true
	if done, err = r.Restore(t.Context(), file); err != nil || done.EvidenceLost {
		t.Errorf("with all evidence back: %+v, %v", done, err)
	}
}

// restoringWith restores with the keys of another firm's folder.
func (f *firm) restoringWith(other *firm) Restoring {
	return Restoring{Config: f.config, Keys: other.keys(), Who: "ann", Now: time.Now}
}

// Yesterday's ledger takes today's place only if somebody says so, and even then
// nothing is deleted: not the ledger, and no evidence at all.
func TestRestoreOverNewer(t *testing.T) {
	f := newFirm(t)
	file := f.backup()
	if _, err := f.restoring().Restore(t.Context(), file); err != nil {
		t.Fatalf("over the ledger that was backed up: %v", err)
	}
	f.invoice("4")
	f.attempt("2")
	f.unchanged(func() {
		_, err := f.restoring().Restore(t.Context(), file)
		newer, ok := errors.AsType[*NewerError](err)
		if !ok || newer.Submissions != 2 || len(newer.Examples) != 2 || newer.Examples[0].Invoice != "2" {
			t.Errorf("over a newer ledger: %v", err)
		}
	})
	before, attempts := f.tree(), f.intents()
	r := f.restoring()
	r.DiscardNewer = true
	done, err := r.Restore(t.Context(), file)
	if err != nil || done.EvidenceLost {
		t.Fatalf("%+v, %v", done, err)
	}
	if aside := f.items(filepath.Join(done.Aside, "ledger.db")); len(aside) != 4 {
		t.Errorf("put aside: %d submissions", len(aside))
	}
	if now := f.items(f.config.Ledger()); len(now) != 3 || now["2"].Current().State != submission.Ready {
		t.Errorf("restored: %+v", now)
	}
	if diff := cmp.Diff(attempts, f.intents()); diff != "" || len(attempts) != 2 {
		t.Errorf("intents:\n%s", diff)
	}
	after := f.tree()
	for name, sum := range before {
		if strings.HasPrefix(name, "state/staged/") && after[name] != sum {
			t.Errorf("%s is gone", name)
		}
	}
}

func (f *firm) intents() []string {
	f.t.Helper()
	store, err := evidence.Open(f.config.Evidence())
	f.check(err)
	defer store.Close()
	var list []string
	for in, err := range store.Intents(f.t.Context()) {
		f.check(err)
		list = append(list, in.Attempt)
	}
	return list
}

// A damaged ledger cannot be compared; what is done about it is a person's word.
func TestRestoreOverDamaged(t *testing.T) {
	f := newFirm(t)
	file := f.backup()
	f.check(os.WriteFile(f.config.Ledger(), []byte(strings.Repeat("no ledger ", 1000)), 0o600))
	_, err := f.restoring().Restore(t.Context(), file)
	newer, ok := errors.AsType[*NewerError](err)
	if !ok || newer.Unreadable == nil {
		t.Fatalf("over a damaged ledger: %v", err)
	}
	r := f.restoring()
	r.DiscardNewer = true
	if _, err := r.Restore(t.Context(), file); err != nil || len(f.items(f.config.Ledger())) != 3 {
		t.Errorf("put aside all the same: %v", err)
	}
}

// A copy that the disk has damaged is put aside; the good one takes its place.
func TestRestoreMendsStagedFiles(t *testing.T) {
	f := newFirm(t)
	file := f.backup()
	path := filepath.Join(f.config.State, f.items(f.config.Ledger())["1"].Current().Object.Path)
	f.check(os.WriteFile(path, []byte("rot"), 0o600))
	done, err := f.restoring().Restore(t.Context(), file)
	f.check(err)
	if got, err := os.ReadFile(path); err != nil || string(got) != content("1") {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	if rot, err := filepath.Glob(filepath.Join(done.Aside, "damaged-*")); len(rot) != 1 {
		t.Errorf("the damaged one: %v, %v", rot, err)
	}
}

func TestDryRunChangesNothing(t *testing.T) {
	f := newFirm(t)
	file := f.backup()
	r := f.restoring()
	r.DryRun = true
	f.unchanged(func() {
		done, err := r.Restore(t.Context(), file)
		if err != nil || done.Manifest.Submissions() != 3 {
			t.Errorf("%+v, %v", done, err)
		}
	})
}

// Nobody else may work with the state: neither a command nor a holder.
func TestRestoreAlone(t *testing.T) {
	f := newFirm(t)
	file := f.backup()
	use, err := Use(f.config.State)
	f.check(err)
	second, err := Use(f.config.State)
	f.check(err)
	f.check(second.Close())
	f.unchanged(func() {
		_, err := f.restoring().Restore(t.Context(), file)
		wants(t, err, ErrInUse, "stop it")
	})
	f.check(use.Close())
	h, err := holder.Register(f.config.Owners())
	f.check(err)
	f.unchanged(func() {
		_, err := f.restoring().Restore(t.Context(), file)
		wants(t, err, ErrInUse, h.ID())
	})
	f.check(h.Close())
	alone, err := own(f.config.State)
	f.check(err)
	_, err = Use(f.config.State)
	wants(t, err, nil, "is being restored")
	f.check(alone.Close())
	if _, err := f.restoring().Restore(t.Context(), file); err != nil {
		t.Error(err)
	}
}

// The leases of the restored ledger are those of programs that are gone, even if
// nothing is left of them: they are taken over, and what they sent is looked up.
func TestRestoredLeasesAreFree(t *testing.T) {
	f := newFirm(t)
	h, err := holder.Register(f.config.Owners())
	f.check(err)
	f.ledger(func(l *ledger.Ledger) {
		_, _, err := l.Claim(t.Context(), key("3").ID(), h.ID()+"/visit", time.Hour)
		f.check(err)
	})
	f.check(h.Close())
	file := f.backup()
	g := &firm{t, settings(t.TempDir())}
	_, err = g.restoringWith(f).Restore(t.Context(), file)
	f.check(err)
	g.ledger(func(l *ledger.Ledger) {
		if taken, err := l.Takeover(t.Context(), "new"); err != nil || len(taken) != 1 {
			t.Errorf("taken over: %+v, %v", taken, err)
		}
	})
}

func TestBackupRefusals(t *testing.T) {
	f := newFirm(t)
	file := f.backup()
	before, err := os.ReadFile(file)
	f.check(err)
	_, err = f.writing().Write(t.Context(), file)
	wants(t, err, fs.ErrExist, "nothing was written")
	if after, err := os.ReadFile(file); err != nil || !bytes.Equal(before, after) {
		t.Error("the file that was there was changed")
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	other := filepath.Join(filepath.Dir(file), "other")
	_, err = f.writing().Write(ended, other)
	wants(t, err, context.Canceled)
	wrong := f.writing()
	wrong.Keys = newFirm(t).keys()
	_, err = wrong.Write(t.Context(), other)
	wants(t, err, ErrKey)
	left, err := os.ReadDir(filepath.Dir(file))
	if err != nil || len(left) != 1 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// The key is never in a backup, and without the key nothing in it can be read.
func TestTheKeyIsNotInIt(t *testing.T) {
	f := newFirm(t)
	key, err := os.ReadFile(f.config.Secrets.Identity)
	f.check(err)
	plain := f.backup(func(w *Writing) { w.Recipients, w.Evidence = nil, true })
	in, err := os.Open(plain)
	f.check(err)
	defer in.Close()
	r, err := unseal(in, nil)
	f.check(err)
	all, err := io.ReadAll(r)
	f.check(err)
	for l := range bytes.Lines(key) {
		if line := bytes.TrimSpace(l); bytes.HasPrefix(line, []byte("AGE-SECRET")) && bytes.Contains(all, line) {
			t.Error("the key is in the backup")
		}
	}
	if bytes.Contains(all, []byte("correct horse")) || !bytes.Contains(all, []byte("invoice 1")) {
		t.Error("the password is in it, or the invoices are not")
	}
	sealed := f.backup()
	text, err := os.ReadFile(sealed)
	f.check(err)
	if bytes.Contains(text, []byte("invoice 1")) || bytes.Contains(text, []byte("acme")) {
		t.Error("an encrypted backup can be read")
	}
	for _, keys := range [][]bool{{true}, {}} {
		ids := newFirm(t).keys()[:len(keys)]
		_, err := Verify(t.Context(), sealed, ids)
		wants(t, err, ErrKey)
	}
}

// A backup made among writers is one moment of the ledger, and has every staged
// file that this ledger names.
func TestBackupAmongWriters(t *testing.T) {
	f := newFirm(t)
	ctx, stop := context.WithCancel(t.Context())
	var writer sync.WaitGroup
	writer.Go(func() {
		for n := 10; ctx.Err() == nil && n < 200; n++ {
			f.invoice(fmt.Sprint(n))
		}
	})
	file := f.backup()
	stop()
	writer.Wait()
	g := &firm{t, settings(t.TempDir())}
	_, err := g.restoringWith(f).Restore(t.Context(), file)
	f.check(err)
	e, err := sqlite.Open(t.Context(), g.config.Ledger())
	f.check(err)
	defer e.Close()
	for _, s := range g.items(g.config.Ledger()) {
		if got, err := os.ReadFile(filepath.Join(g.config.State, s.Current().Object.Path)); err != nil || string(got) != content(s.Key.Number) {
			t.Errorf("%s: its file is not there: %v", s.Key, err)
		}
		history, err := e.History(t.Context(), s.ID)
		f.check(err)
		if again, err := submission.Replay(s.Key, s.Carrier, history); err != nil || again.Seq != s.Seq {
			t.Errorf("%s: the history leads to %d, the item is at %d: %v", s.Key, again.Seq, s.Seq, err)
		}
	}
}

// Secrets that are there are newer: an old password would lock an account.
func TestSecretsThatAreThereStay(t *testing.T) {
	f := newFirm(t)
	file := f.backup()
	store := secret.NewFile(f.config.Secrets.File, f.config.Secrets.Identity)
	f.check(store.Set(t.Context(), "acme", "password", secret.NewValue("new password")))
	f.write("lodge.yaml", "changed: true\n")
	done, err := f.restoring().Restore(t.Context(), file)
	f.check(err)
	if done.Secrets {
		t.Error("the secrets were replaced")
	}
	text, err := os.ReadFile(f.config.Path)
	if err != nil || string(text) != "changed: true\n" {
		t.Errorf("lodge.yaml is %q, %v", text, err)
	}
}

func TestMarkerThatCannotBeRead(t *testing.T) {
	f := newFirm(t)
	for _, text := range []string{"{", `{"format": 9}`, ""} {
		f.write("state/restored.json", text)
		if _, _, err := ReadMarker(f.config.State); err == nil {
			t.Errorf("marker %q passes", text)
		}
	}
}
