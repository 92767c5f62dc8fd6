package main

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/evidence"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/ledger/sqlite"
	"example.com/lodge/internal/secret"
	"example.com/lodge/internal/submission"
)

// An archive is a world whose ledger and evidence hold an accepted invoice, INV-1,
// and one that is open, INV-2. Both were sealed when its evidence says.
type archive struct {
	*world
	folders []string // of the attempts
}

func newArchive(t *testing.T, at time.Time) *archive {
	t.Helper()
	a := &archive{world: newWorld(t)}
	a.clock = systemClock()
	a.settings("evidence: {keep: 30d}\n")
	engine, err := sqlite.Open(t.Context(), filepath.Join(a.mkdir("state"), "ledger.db"))
	a.ok(err)
	l := ledger.New(engine, a.clock, nobody{}, submission.Limits{})
	defer l.Close()
	store, err := evidence.Open(filepath.Join(a.dir, "state", "evidence"))
	a.ok(err)
	defer store.Close()
	for _, number := range []string{"INV-1", "INV-2"} {
		a.file(l, store, number, at)
	}
	return a
}

// nobody lives.
type nobody struct{ ledger.Holders }

func (a *archive) ok(err error) {
	a.t.Helper()
	if err != nil {
		a.t.Fatal(err)
	}
}

func (a *archive) mkdir(name string) string {
	path := filepath.Join(a.dir, name)
	a.ok(os.MkdirAll(path, 0o700))
	return path
}

func (a *archive) file(l *ledger.Ledger, store *evidence.Store, number string, at time.Time) {
	a.t.Helper()
	ctx := a.t.Context()
	r, err := l.Register(ctx, "harbor", submission.Key{Account: "firm-harbor", LawFirmID: "1", ClientID: "C", Number: number},
		submission.Revision{State: submission.Ready, Object: submission.Object{Name: number, SHA: "s" + number, Canon: "c" + number}}, "intake")
	a.ok(err)
	s, claim, err := l.Claim(ctx, r.Submission.ID, "h", time.Hour)
	a.ok(err)
	f, err := store.Attempt(s.Key.Account, s.ID, "01"+number, new(secret.Scrubber))
	a.ok(err)
	a.folders = append(a.folders, filepath.Join(a.dir, "state", "evidence", s.Key.Account, s.ID, "01"+number))
	page, err := f.Put(ctx, "found.txt", []byte("the site has "+number))
	a.ok(err)
	e := submission.Event{Kind: submission.FoundOnSite, Actor: submission.ByVisit, Evidence: []submission.Proof{page},
		Receipt: &carriers.Receipt{Number: "7", State: carriers.StateAccepted}}
	if number == "INV-2" {
		e = submission.Event{Kind: submission.Postponed, Actor: submission.ByVisit, Evidence: []submission.Proof{page}, NotBefore: time.Now().Add(time.Hour), Why: "down"}
	}
	_, err = l.Move(ctx, claim, e)
	a.ok(err)
	head, err := f.Seal(ctx, evidence.Sealing{At: at, By: "h", Invoice: number})
	a.ok(errors.Join(err, l.Chained(ctx, s.Key.Account, head), l.Release(ctx, claim)))
}

func TestEvidenceVerify(t *testing.T) {
	a := newArchive(t, time.Now())
	out := a.must(exitDone, "evidence", "verify")
	said(t, out, "firm-harbor: 2 links until", "2 files, 2 invoices", "head 2:", "All is right")
	_, head, _ := strings.Cut(out, "head ")
	head, _, _ = strings.Cut(head, "\n")
	said(t, a.must(exitDone, "evidence", "verify", "firm-harbor"), "2 links")
	said(t, a.must(exitDone, "evidence", "verify", "INV-1"), "1 file, 1 invoice")
	copied := filepath.Join(a.dir, "copy")
	a.ok(os.CopyFS(copied, os.DirFS(filepath.Join(a.dir, "state", "evidence"))))
	said(t, a.must(exitDone, "evidence", "verify", "--folder", copied, "--head", head), "All is right")
	a.must(exitFailed, "evidence", "verify", "--folder", copied, "--head", "3:"+strings.Repeat("ab", 32))
	said(t, a.out.String(), "link 3 is missing from the end", "the head that was written down")

	a.ok(os.WriteFile(filepath.Join(a.folders[0], "found.txt"), []byte("the site has NOT"), 0o600))
	a.must(exitFailed, "evidence", "verify")
	said(t, a.out.String(), "firm-harbor, invoice INV-1: ", "found.txt is not what it was when link 1 named it on ", "the operator", "1 fault: ")
	a.must(exitFailed, "evidence", "verify", "INV-1")
	said(t, a.must(exitDone, "evidence", "verify", "INV-2"), "All is right")
	a.must(exitFailed, "evidence", "verify", "--json")
	lines := strings.Split(strings.TrimSpace(a.out.String()), "\n")
	var fault, chain map[string]any
	a.ok(errors.Join(json.Unmarshal([]byte(lines[0]), &fault), json.Unmarshal([]byte(lines[1]), &chain)))
	if len(lines) != 2 || fault["invoice"] != "INV-1" || fault["acts"] != "operator" || chain["faults"] != 1.0 {
		t.Errorf("%s", &a.out)
	}
}

func TestEvidenceVerifyUsage(t *testing.T) {
	a := newArchive(t, time.Now())
	for line, says := range map[string]string{
		"evidence verify --head x firm-harbor":                         "is no head of a chain",
		"evidence verify --folder " + a.dir + "/state/evidence nobody": `no evidence of an account "nobody"`,
		"evidence verify --folder " + a.mkdir("empty"):                 "holds no evidence",
		"evidence verify a b":                                          "does not know what to do with",
		"evidence frob":                                                `no command "frob"`,
		"evidence seal INV-1":                                          "--why is missing",
	} {
		a.must(exitUsage, strings.Fields(line)...)
		said(t, a.err.String(), says)
	}
	a.must(exitFailed, "evidence", "verify", "INV-9")
	said(t, a.err.String(), "invoice INV-9: not in the ledger")
	a.must(exitFailed, "evidence", "verify", "--folder", a.dir+"/nowhere")
}

func TestEvidenceSeal(t *testing.T) {
	a := newArchive(t, time.Now())
	a.ok(os.WriteFile(filepath.Join(a.folders[0], "late.txt"), nil, 0o600))
	a.must(exitFailed, "evidence", "verify")
	said(t, a.out.String(), "no link names the file firm-harbor/")
	said(t, a.must(exitDone, "evidence", "seal", "INV-1", "--why", "the disk was full"), "is sealed. The chain of account firm-harbor goes up to 3:")
	said(t, a.must(exitDone, "evidence", "verify"), "3 links", "All is right")
	said(t, a.must(exitDone, "evidence", "seal", "INV-1", "--why", "again"), "sealed already")
}

func TestEvidencePrune(t *testing.T) {
	a := newArchive(t, time.Now().AddDate(0, 0, -31))
	said(t, a.must(exitDone, "evidence", "prune", "--dry-run"), "1 attempt would be removed: 1 file", "not settled it stays (1 attempt)")
	if _, err := os.Stat(filepath.Join(a.folders[0], "found.txt")); err != nil {
		t.Error(err)
	}
	said(t, a.must(exitDone, "evidence", "prune"), "1 attempt was removed: 1 file")
	if _, err := os.Stat(filepath.Join(a.folders[0], "found.txt")); err == nil {
		t.Error("it is still there")
	}
	said(t, a.must(exitDone, "evidence", "verify"), "3 links", "the files of 1 link removed as the chain says", "All is right")
	said(t, a.must(exitDone, "show", "INV-1"), "removed, since evidence is kept for 30d: links 1 and 3 of the chain")
	a.ok(os.Remove(filepath.Join(a.folders[1], "found.txt")))
	a.must(exitFailed, "evidence", "verify")
	said(t, a.must(exitDone, "show", "INV-2"), "1 file not there: lodge --config")
	a.settings("")
	a.must(exitFailed, "evidence", "prune")
	said(t, a.err.String(), "evidence is kept for ever: the operator sets")
}

// A run removes what is old by itself, once a day.
func TestRunPrunes(t *testing.T) {
	a := newArchive(t, time.Now().AddDate(0, 0, -31))
	gone := func() bool {
		_, err := os.Stat(filepath.Join(a.folders[0], "found.txt"))
		return err != nil
	}
	for _, name := range []string{"username", "password"} {
		a.in = strings.NewReader("high-water-" + name)
		a.must(exitDone, "secret", "set", "firm-harbor", name)
	}
	a.settings("")
	a.run("run")
	if gone() {
		t.Fatal("evidence that is kept for ever was removed")
	}
	a.settings("evidence: {keep: 30d}\n")
	a.run("run")
	if !gone() {
		t.Fatalf("nothing was removed: %s", &a.err)
	}
	said(t, a.must(exitDone, "evidence", "verify"), "3 links", "All is right")
	a.run("run")
	said(t, a.must(exitDone, "evidence", "verify"), "3 links")
}
