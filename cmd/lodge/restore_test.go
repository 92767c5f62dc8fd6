package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/demo"
)

// put lays invoices of the demonstration into the inbox.
func (f *firm) put(numbers ...string) {
	f.t.Helper()
	files, err := demo.Inbox(noon)
	if err != nil {
		f.t.Fatal(err)
	}
	n := 0
	for _, file := range files {
		for _, number := range numbers {
			if strings.Contains(file.Name, number) {
				f.write("inbox/firm-harbor/"+filepath.Base(file.Name), string(file.Bytes))
				n++
			}
		}
	}
	if n != len(numbers) {
		f.t.Fatalf("%d of %v were put into the inbox", n, numbers)
	}
}

// setting replaces a part of lodge.yaml.
func (f *firm) setting(from, to string) {
	f.t.Helper()
	text, err := os.ReadFile(f.config)
	if err != nil || !strings.Contains(string(text), from) {
		f.t.Fatalf("lodge.yaml has no %q: %v", from, err)
	}
	f.write("lodge.yaml", strings.Replace(string(text), from, to, 1))
}

// settled wants three invoices in the ledger, all accepted, and the portal to
// have taken in each once, whatever was restored.
func (f *firm) settled(when string) {
	f.t.Helper()
	n := f.portal.Counts()
	if n.Uploads != 3 || n.Duplicates != 0 {
		f.t.Errorf("%s: the portal took in %d uploads, %d of them again; want 3, 0", when, n.Uploads, n.Duplicates)
	}
	accepted := 0
	for text := range strings.Lines(f.must(exitDone, "status", "--json")) {
		var l line
		if err := json.Unmarshal([]byte(text), &l); err != nil {
			f.t.Fatal(err)
		}
		if l.State == "accepted" && l.Attempts == 1 && l.Confirmation != "" {
			accepted++
		}
	}
	if accepted != 3 {
		f.t.Errorf("%s: %d are accepted after one attempt\n%s", when, accepted, &f.out)
	}
}

// The whole promise, with a ledger that is older than the truth: three invoices
// were filed since the backup, one that it knows and two that it does not. After
// a restore, with the inbox empty and full, and after the old file was copied
// back by hand, the portal still has three.
func TestRestoredLedgerFilesNothingTwice(t *testing.T) {
	t.Parallel()
	f := newFirm(t)
	f.check(os.Remove(filepath.Join(f.dir, "inbox", "firm-harbor", "invoice.txt")))
	f.put("MQ-10401")
	f.setting("carrier: harbor,", "carrier: harbor, paused: not yet,")
	f.must(exitPerson, "run")
	file := filepath.Join(f.dir, "lodge.backup")
	said(t, f.must(exitDone, "backup", file), "1 submission", "Keep a copy of that key", "The evidence is not in it")
	said(t, f.must(exitDone, "backup", "verify", file), "every hash is right")
	state := filepath.Join(f.dir, "state")
	old, err := os.ReadFile(filepath.Join(state, "ledger.db"))
	f.check(err)

	f.setting("paused: not yet,", "")
	f.put("MQ-10402", "MQ-10403")
	f.must(exitDone, "run")
	f.settled("before anything was lost")

	f.must(exitFailed, "restore", file)
	said(t, f.err.String(), "newer: MQ-10403 of account firm-harbor, accepted since", "nothing was changed", "--discard-newer")
	f.settled("after a restore that was refused")

	f.check(os.Rename(filepath.Join(f.dir, "inbox", "firm-harbor"), filepath.Join(f.dir, "archive")))
	said(t, f.must(exitDone, "restore", "--discard-newer", file), "What was here before is in", "before it files anything")
	said(t, f.must(exitDone, "status", "--json"), `"invoice":"MQ-10401"`, `"state":"ready"`)
	f.must(exitDone, "run")
	said(t, f.err.String(), "of 3 attempts there, 3 were not known")
	f.settled("after a restore with an empty inbox")
	said(t, f.must(exitDone, "show", "MQ-10401"), "ready > uncertain", "uncertain > accepted", "form.jpg")
	f.must(exitDone, "run")
	if strings.Contains(f.err.String(), "older than the evidence") {
		t.Errorf("it is reconciled once more:\n%s", &f.err)
	}

	f.check(os.Rename(filepath.Join(f.dir, "archive"), filepath.Join(f.dir, "inbox", "firm-harbor")))
	f.must(exitDone, "restore", "--discard-newer", file)
	said(t, f.must(exitDone, "status"), "RESTORED from a backup of")
	f.must(exitDone, "run")
	f.settled("after a restore with a full inbox")
	if out := f.must(exitDone, "status"); strings.Contains(out, "RESTORED") {
		t.Errorf("it was reconciled:\n%s", out)
	}

	f.check(os.WriteFile(filepath.Join(state, "ledger.db"), old, 0o600))
	f.must(exitDone, "run")
	said(t, f.err.String(), "The ledger is older than the evidence")
	f.settled("after the old ledger was copied back")

	for _, name := range []string{"ledger.db", "intake.json"} {
		f.check(os.Remove(filepath.Join(state, name)))
	}
	f.must(exitDone, "run")
	f.settled("after the ledger was deleted")
}

func (f *firm) check(err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatal(err)
	}
}

// An intent that cannot be read may be of an invoice that the carrier has:
// nothing is filed, and the marker stays.
func TestUnreadableIntentStopsEverything(t *testing.T) {
	w := newWorld(t)
	w.settings("")
	w.write("keys", "")
	w.must(exitDone, "backup", "--plain", filepath.Join(w.dir, "b"))
	w.must(exitDone, "restore", filepath.Join(w.dir, "b"))
	w.write("state/evidence/firm-harbor/sub/01K0000000000000000000000A/intent.json", "{cut")
	for range 2 {
		w.must(exitFailed, "run")
		said(t, w.err.String(), "intent.json", "nothing is filed")
	}
}

func TestBackupAndRestoreByHand(t *testing.T) {
	w := newWorld(t)
	w.settings("")
	file := filepath.Join(w.dir, "b")
	w.must(exitFailed, "backup", file)
	said(t, w.err.String(), "there is no key", "--plain")
	w.must(exitUsage, "backup", "--plain", "--recipient", "age1x", file)
	said(t, w.must(exitDone, "backup", "--plain", file), "It is not encrypted")
	w.must(exitFailed, "backup", "--plain", file)
	said(t, w.err.String(), "nothing was written", "exists")
	w.in = strings.NewReader("somebody")
	w.must(exitDone, "secret", "set", "firm-harbor", "username")
	w.must(exitUsage, "backup", "--recipient", "me", file+"2")
	said(t, w.must(exitDone, "backup", file+"2"), "Keep a copy of that key")

	said(t, w.must(exitDone, "restore", "--dry-run", file+"2"), "It can be restored. Nothing was changed.")
	w.must(exitUsage, "restore")
	w.must(exitFailed, "restore", w.config)
	said(t, w.err.String(), "it is no backup")
	said(t, w.must(exitDone, "restore", "--finish"), "There was no restore to finish")

	// Another machine: neither lodge.yaml nor key.
	key := filepath.Join(w.dir, "secrets.key")
	w.config = filepath.Join(t.TempDir(), "lodge.yaml")
	w.must(exitFailed, "restore", file+"2")
	said(t, w.err.String(), "--identity FILE")
	said(t, w.must(exitDone, "restore", "--dry-run", "--identity", key, file+"2"), "lodge.yaml would be written first")
	if _, err := os.Stat(w.config); err == nil {
		t.Error("a rehearsal wrote lodge.yaml")
	}
	said(t, w.must(exitDone, "restore", "--identity", key, file+"2"), "lodge.yaml is back", "The secrets are back",
		"put your copy of it into", "The evidence of what was sent since is not here")
}

// A restore that was broken off in the middle stops every command, and each says
// what to do.
func TestBrokenOffRestore(t *testing.T) {
	w := newWorld(t)
	w.settings("")
	w.write("state/restoring/plan.json", `{"format":1,"aside":"`+filepath.Join(w.dir, "state", "aside")+`","files":null}`)
	for _, command := range [][]string{{"run"}, {"status"}, {"backup", "--plain", filepath.Join(w.dir, "b")}, {"resume", "firm-harbor", "--why", "x"}} {
		w.must(exitFailed, command...)
		said(t, w.err.String(), "lodge restore --finish")
	}
	said(t, w.must(exitDone, "restore", "--finish"), "The restore is finished.")
	w.must(exitDone, "status")
}

// moving is the machine's clock with a wall that a test moves.
type moving struct {
	clock.System
	now *time.Time
}

func (m moving) Now() time.Time { return *m.now }

// Where the evidence is lost too, nothing is filed until the sites show all that
// was sent, and an account whose site shows nothing waits for a person.
func TestRestoredWithoutEvidence(t *testing.T) {
	for _, blind := range []string{"", "its history is closed to vendors"} {
		w := newWorld(t)
		now := time.Now()
		w.clock = moving{now: &now}
		w.carriers[0].History.Blind = blind
		w.settings("")
		file := filepath.Join(w.dir, "b")
		w.must(exitDone, "backup", "--plain", file)
		said(t, w.must(exitDone, "restore", file), "The evidence of what was sent since is not here")
		w.must(exitFailed, "run")
		said(t, w.err.String(), "nothing is filed before")
		now = now.Add(w.carriers[0].History.SettleAfter + time.Second)
		if blind == "" {
			w.must(exitDone, "run")
			continue
		}
		w.must(exitPerson, "run")
		said(t, w.must(exitPerson, "status"), "firm-harbor", "find out what the carrier has", "resume firm-harbor")
		w.must(exitDone, "resume", "firm-harbor", "--why", "the carrier has none")
		w.must(exitDone, "run")
	}
}
