package backup

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/google/go-cmp/cmp"
	"github.com/oklog/ulid/v2"
	"go.uber.org/goleak"

	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/config"
	"example.com/lodge/internal/evidence"
	"example.com/lodge/internal/holder"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/ledger/sqlite"
	"example.com/lodge/internal/secret"
	"example.com/lodge/internal/submission"
)

func TestMain(m *testing.M) {
	if os.Getenv(stepVariable) != "" {
		os.Exit(restoreAsChild())
	}
	goleak.VerifyTestMain(m)
}

// A firm is a Lodge's folders with a ledger, and what is needed to change it.
type firm struct {
	t      testing.TB
	config config.Config
}

// settings are those of the Lodge in dir.
func settings(dir string) config.Config {
	return config.Config{
		Path: filepath.Join(dir, "lodge.yaml"), Inbox: filepath.Join(dir, "inbox"), State: filepath.Join(dir, "state"),
		Secrets:  config.Secrets{File: filepath.Join(dir, "secrets.age"), Identity: filepath.Join(dir, "keys", "secrets.key")},
		Accounts: []config.Account{{Name: "acme", Carrier: "harbor"}},
	}
}

// newFirm makes a Lodge with a secret, three invoices with their staged files,
// one of them attempted, an adoption and what intake remembers.
func newFirm(t testing.TB) *firm {
	t.Helper()
	f := &firm{t, settings(t.TempDir())}
	f.check(f.config.MakeFolders())
	f.write("lodge.yaml", "accounts: {}\n")
	f.write("state/intake.json", "[]")
	f.write("state/adopted.jsonl", "{}\n")
	f.check(secret.NewFile(f.config.Secrets.File, f.config.Secrets.Identity).Set(f.t.Context(), "acme", "password", secret.NewValue("correct horse")))
	for _, n := range []string{"1", "2", "3"} {
		f.invoice(n)
	}
	f.attempt("1")
	return f
}

func (f *firm) check(err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatal(err)
	}
}

func (f *firm) write(name, text string) {
	f.t.Helper()
	f.check(os.WriteFile(filepath.Join(filepath.Dir(f.config.State), name), []byte(text), 0o600))
}

func (f *firm) ledger(do func(l *ledger.Ledger)) {
	f.t.Helper()
	e, err := sqlite.Open(f.t.Context(), f.config.Ledger())
	f.check(err)
	do(ledger.New(e, clock.System{}, holder.Dir(f.config.Owners()), submission.Limits{}))
	f.check(e.Close())
}

// content is the staged file of an invoice.
func content(number string) string { return strings.Repeat("invoice "+number+"\n", 10_000) }

func (f *firm) invoice(number string) {
	f.t.Helper()
	sum := sha256.Sum256([]byte(content(number)))
	sha := hex.EncodeToString(sum[:])
	staged := filepath.Join("staged", sha[:2], sha+".txt")
	f.check(os.MkdirAll(filepath.Join(f.config.State, filepath.Dir(staged)), 0o700))
	f.check(os.WriteFile(filepath.Join(f.config.State, staged), []byte(content(number)), 0o600))
	f.ledger(func(l *ledger.Ledger) {
		_, err := l.Register(f.t.Context(), "harbor", key(number), submission.Revision{
			State: submission.Ready, Object: submission.Object{Name: number, Path: staged, SHA: sha, Canon: sha}}, "intake")
		f.check(err)
	})
}

func key(number string) submission.Key {
	return submission.Key{Account: "acme", LawFirmID: "1", ClientID: "2", Number: number}
}

// attempt sends an invoice, as far as ledger and evidence see it.
func (f *firm) attempt(number string) {
	f.t.Helper()
	store, err := evidence.Open(f.config.Evidence())
	f.check(err)
	defer store.Close()
	scrub, err := secret.NewScrubber()
	f.check(err)
	h, err := holder.Register(f.config.Owners())
	f.check(err)
	defer h.Close()
	f.ledger(func(l *ledger.Ledger) {
		s, claim, err := l.Claim(f.t.Context(), key(number).ID(), h.ID(), time.Minute)
		f.check(err)
		id, now := ulid.Make().String(), time.Now().UTC()
		folder, err := store.Attempt("acme", s.ID, id, scrub)
		f.check(err)
		rev := s.Current()
		_, err = folder.Intent(f.t.Context(), evidence.Intent{Attempt: id, Submission: s.ID, Key: s.Key, Carrier: "harbor", Revision: rev.Number,
			SHA: rev.Object.SHA, Canon: rev.Object.Canon, Fence: claim.Fence, Owner: h.ID(), IntendedAt: now, SettleUntil: now, Filed: evidence.FiledOf(rev)})
		f.check(err)
		_, err = l.Move(f.t.Context(), claim, submission.Event{Kind: submission.Intended, Actor: submission.ByGate,
			Look: &submission.Look{At: now, Visit: "v"}, Attempt: &submission.Attempt{ID: id, SHA: rev.Object.SHA, SettleUntil: now.Add(time.Minute)}})
		f.check(err)
		_, err = l.Move(f.t.Context(), claim, submission.Event{Kind: submission.Lost, Actor: submission.ByGate, Attempt: &submission.Attempt{ID: id}})
		f.check(err)
		f.check(l.Release(f.t.Context(), claim))
	})
}

// items are all submissions of a ledger in a file, by invoice.
func (f *firm) items(file string) map[string]submission.Submission {
	f.t.Helper()
	e, err := sqlite.Open(f.t.Context(), file)
	f.check(err)
	defer e.Close()
	list, err := e.List(f.t.Context(), ledger.Query{})
	f.check(err)
	items := map[string]submission.Submission{}
	for _, sum := range list {
		s, err := e.Load(f.t.Context(), sum.ID)
		f.check(err)
		items[s.Key.Number] = s
	}
	return items
}

func (f *firm) keys() []age.Identity {
	f.t.Helper()
	id, err := secret.Key(f.config.Secrets.Identity)
	f.check(err)
	return []age.Identity{id}
}

func (f *firm) writing() Writing {
	keys := f.keys()
	return Writing{Config: f.config, Keys: keys, Recipients: []age.Recipient{keys[0].(*age.X25519Identity).Recipient()}, Version: "test", Now: time.Now}
}

// backup writes a backup and returns its file.
func (f *firm) backup(change ...func(*Writing)) string {
	f.t.Helper()
	w := f.writing()
	for _, c := range change {
		c(&w)
	}
	file := filepath.Join(f.t.(*testing.T).TempDir(), "lodge.backup")
	_, err := w.Write(f.t.Context(), file)
	f.check(err)
	return file
}

func (f *firm) restoring() Restoring {
	return Restoring{Config: f.config, Keys: f.keys(), Who: "ann", Now: time.Now}
}

// tree is every file of the Lodge, with its hash; locks and SQLite's own side
// files come and go. Of the ledger what is in it counts.
func (f *firm) tree() map[string]string {
	f.t.Helper()
	root, files := filepath.Dir(f.config.State), map[string]string{}
	f.check(filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		name, _ := filepath.Rel(root, path)
		if err != nil || d.IsDir() || strings.HasSuffix(name, ".lock") || strings.HasSuffix(name, "-wal") || strings.HasSuffix(name, "-shm") {
			return err
		}
		if filepath.Base(name) == "ledger.db" {
			if items := fmt.Sprintf("%+v", f.items(path)); len(items) > 0 {
				files[name] = items
			}
			return nil
		}
		sum, err := sumOf(path)
		files[name] = sum
		return err
	}))
	return files
}

// unchanged fails the test if do changes anything.
func (f *firm) unchanged(do func()) {
	f.t.Helper()
	before := f.tree()
	do()
	if diff := cmp.Diff(before, f.tree()); diff != "" {
		f.t.Errorf("something was changed:\n%s", diff)
	}
}

func contextOf(t testing.TB) context.Context { return context.WithoutCancel(t.Context()) }

func wants(t *testing.T, err error, target error, parts ...string) {
	t.Helper()
	if err == nil || target != nil && !errors.Is(err, target) {
		t.Errorf("the error is %v, want %v", err, target)
		return
	}
	for _, p := range parts {
		if !strings.Contains(err.Error(), p) {
			t.Errorf("the error does not say %q: %v", p, err)
		}
	}
}

// contextWithoutTest is for children, which have no test.
func contextWithoutTest() context.Context { return context.Background() }
