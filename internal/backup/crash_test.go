package backup

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"filippo.io/age"

	"example.com/lodge/internal/secret"
	"example.com/lodge/internal/submission"
)

// The variables that make the test binary a child that restores, and is killed at
// a step, or may write files of a bounded size only.
const (
	stepVariable   = "LODGE_TEST_STEP"
	folderVariable = "LODGE_TEST_FOLDER"
	fileVariable   = "LODGE_TEST_FILE"
)

const fullDisk = "full disk"

// restoreAsChild restores, or finishes if there is something to finish.
func restoreAsChild() int {
	c := settings(os.Getenv(folderVariable))
	step := os.Getenv(stepVariable)
	id, err := secret.Key(c.Secrets.Identity)
	if err != nil {
		return 3
	}
	r := Restoring{Config: c, Keys: []age.Identity{id}, DiscardNewer: true, Who: "child", Now: time.Now, at: func(name string) {
		if name == step {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {}
		}
	}}
	if step == fullDisk {
		limit := syscall.Rlimit{Cur: 60 << 10, Max: 60 << 10}
		if syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit) != nil {
			return 4
		}
	}
	ctx := contextWithoutTest()
	if (work{c.State}).planned() {
		_, err = r.Finish(ctx)
	} else {
		_, err = r.Restore(ctx, os.Getenv(fileVariable))
	}
	if err != nil {
		_, _ = os.Stderr.WriteString(err.Error() + "\n")
		return 1
	}
	return 0
}

// child runs restoreAsChild in a process of its own.
func (f *firm) child(file, step string) (*exec.Cmd, string, error) {
	f.t.Helper()
	cmd := exec.CommandContext(f.t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), stepVariable+"="+step, folderVariable+"="+filepath.Dir(f.config.State), fileVariable+"="+file)
	out, err := cmd.CombinedOutput()
	return cmd, string(out), err
}

// steps are where the child is killed.
func steps() []string {
	list := []string{"verified", "staged", "planned"}
	for _, name := range []string{stagedDir, evidenceDir, adoptedName} {
		list = append(list, "merged "+name)
	}
	for _, name := range replacedFiles() {
		list = append(list, "aside "+name, "placed "+name)
	}
	return append(list, "done")
}

// Killed at any step, twice at that, a restore leaves either the old state or one
// that the next command refuses to touch until it is finished. Then all is new.
func TestKilledAtEachStep(t *testing.T) {
	for _, first := range steps() {
		t.Run(first, func(t *testing.T) {
			t.Parallel()
			f := newFirm(t)
			file := f.backup(func(w *Writing) { w.Evidence = true })
			f.attempt("2")
			f.check(os.WriteFile(f.config.Ledger()+"-wal", nil, 0o600)) // as a killed program leaves it
			attempts := f.intents()
			cmd, out, err := f.child(file, first)
			if err == nil || cmd.ProcessState.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
				t.Fatalf("it was not killed: %v\n%s", err, out)
			}
			use, err := Use(f.config.State)
			if err == nil { // old, or done
				f.check(use.Close())
				if got, marked, err := ReadMarker(f.config.State); err != nil || marked != (first == "done") {
					t.Fatalf("usable, and marked %t: %+v, %v", marked, got, err)
				}
			} else {
				wants(t, err, nil, "lodge restore --finish")
			}
			for _, second := range []string{"aside ledger.db", "never"} {
				if _, out, err = f.child(file, second); err == nil {
					break
				}
			}
			if err != nil {
				t.Fatalf("it does not end: %v\n%s", err, out)
			}
			f.isRestored(attempts)
		})
	}
}

// isRestored wants the ledger of the backup, the marker and all evidence.
func (f *firm) isRestored(attempts []string) {
	f.t.Helper()
	use, err := Use(f.config.State)
	f.check(err)
	f.check(use.Close())
	if got := f.items(f.config.Ledger()); len(got) != 3 || got["2"].Current().State != submission.Ready {
		f.t.Errorf("the ledger is not that of the backup: %+v", got)
	}
	if _, marked, err := ReadMarker(f.config.State); err != nil || !marked {
		f.t.Errorf("it is not marked: %v", err)
	}
	if got := f.intents(); strings.Join(got, " ") != strings.Join(attempts, " ") {
		f.t.Errorf("intents %v, want %v", got, attempts)
	}
	kept, err := filepath.Glob(filepath.Join(f.config.State, "before-restore-*", "ledger.db"))
	f.check(err)
	newest := 0
	for _, path := range kept {
		if f.items(path)["2"].Current().State == submission.Uncertain {
			newest++
		}
	}
	if newest != 1 {
		f.t.Errorf("the ledger that was there is in %d of %v", newest, kept)
	}
	if left, err := os.ReadDir(filepath.Join(f.config.State, workName)); err == nil {
		f.t.Errorf("left over: %v", left)
	}
}

// A disk without room leaves everything as it was.
func TestFullDiskWhileRestoring(t *testing.T) {
	f := newFirm(t)
	file := f.backup()
	f.unchanged(func() {
		_, out, err := f.child(file, fullDisk)
		if err == nil || !strings.Contains(out, "nothing was changed") || !strings.Contains(out, "file too large") {
			t.Errorf("%v\n%s", err, out)
		}
	})
	if left, err := filepath.Glob(filepath.Join(f.config.State, workName, "*")); err != nil || len(left) > 0 {
		t.Errorf("left over: %v, %v", left, err)
	}
	if _, err := f.restoring().Restore(t.Context(), file); err != nil {
		t.Errorf("when there is room: %v", err)
	}
}
