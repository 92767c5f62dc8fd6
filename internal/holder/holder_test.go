package holder_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"example.com/lodge/internal/holder"
	"example.com/lodge/internal/ledger"
)

var _ ledger.Holders = holder.Dir("")

// dirKey makes the test binary a holder in that folder until it is killed.
const dirKey = "LODGE_TEST_HOLDERS"

func TestMain(m *testing.M) {
	dir, ok := os.LookupEnv(dirKey)
	if !ok {
		os.Exit(m.Run())
	}
	h, err := holder.Register(dir)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(h.ID())
	_, _ = bufio.NewReader(os.Stdin).ReadString('\n') // until it is killed, or told to go
}

// A process is a holder of its own.
type process struct {
	*exec.Cmd
	id string
}

func born(t *testing.T, dir string) process {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), dirKey+"="+dir)
	if _, err := cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	if !lines.Scan() {
		t.Fatal("the holder did not start")
	}
	return process{cmd, lines.Text()}
}

func (p process) killed(t *testing.T) {
	t.Helper()
	if err := p.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := p.Wait(); err == nil {
		t.Fatal("the holder ended by itself")
	}
}

func dead(t *testing.T, dir, owner string, want bool) {
	t.Helper()
	if got, err := holder.Dir(dir).Dead(t.Context(), owner); got != want || err != nil {
		t.Errorf("%s: dead %v, want %v: %v", owner, got, want, err)
	}
}

func TestKilled(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "holders")
	for range 5 {
		a, b := born(t, dir), born(t, dir)
		dead(t, dir, a.id, false)
		dead(t, dir, a.id+"/visit-1", false)
		a.killed(t)
		dead(t, dir, a.id, true)
		dead(t, dir, a.id+"/visit-1", true)
		dead(t, dir, b.id, false)
		b.killed(t)
	}
}

// TestChildrenDoNotKeepIt: a browser that outlives its parent is not the holder.
func TestChildrenDoNotKeepIt(t *testing.T) {
	dir := t.TempDir()
	h, err := holder.Register(dir)
	if err != nil {
		t.Fatal(err)
	}
	child := exec.CommandContext(t.Context(), os.Args[0])
	child.Env = append(os.Environ(), dirKey+"="+t.TempDir())
	stdin, err := child.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	dead(t, dir, h.ID(), false)
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	dead(t, dir, h.ID(), true)
	if err := errors.Join(stdin.Close(), child.Wait()); err != nil {
		t.Error(err)
	}
}

func TestInOneProcess(t *testing.T) {
	dir := t.TempDir()
	a, err := holder.Register(dir)
	if err != nil {
		t.Fatal(err)
	}
	b, err := holder.Register(dir)
	if err != nil {
		t.Fatal(err)
	}
	dead(t, dir, a.ID(), false)
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	dead(t, dir, a.ID(), true)
	dead(t, dir, b.ID(), false)
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestUnknown: of whom this folder says nothing, nothing is proven.
func TestUnknown(t *testing.T) {
	dir := t.TempDir()
	h, err := holder.Register(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(h.Close(), os.Remove(filepath.Join(dir, h.ID()+".lock"))); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "x.lock"), nil, 0o600); err != nil { // not a holder's
		t.Fatal(err)
	}
	for _, owner := range []string{
		h.ID(), "", "/", "ecs-task-1", "../" + h.ID(), "x", "01JD0000000000000000000000-1", h.ID() + "\n",
	} {
		got, err := holder.Dir(dir).Dead(t.Context(), owner)
		if got || !errors.Is(err, holder.ErrUnknown) {
			t.Errorf("%q: dead %v, %v", owner, got, err)
		}
	}
	if _, err := holder.Dir(dir+"/gone").Dead(t.Context(), h.ID()); !errors.Is(err, holder.ErrUnknown) {
		t.Errorf("a folder that is not there: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if got, err := holder.Dir(dir).Dead(ctx, h.ID()); got || err == nil {
		t.Errorf("an ended context: dead %v, %v", got, err)
	}
}

func TestSweep(t *testing.T) {
	dir := t.TempDir()
	inUse, gone, living := born(t, dir), born(t, dir), born(t, dir)
	inUse.killed(t)
	gone.killed(t)
	leases := func(context.Context) ([]string, error) { return []string{inUse.id + "/visit"}, nil }
	n, err := holder.Dir(dir).Sweep(t.Context(), leases)
	if err != nil || n != 1 {
		t.Errorf("swept %d, %v", n, err)
	}
	dead(t, dir, inUse.id, true)
	dead(t, dir, living.id, false)
	if _, err := os.Stat(filepath.Join(dir, gone.id+".lock")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the file of a dead holder without leases is still there: %v", err)
	}
	failing := func(context.Context) ([]string, error) { return nil, errors.New("the ledger is locked") }
	if n, err := holder.Dir(dir).Sweep(t.Context(), failing); n != 0 || err == nil {
		t.Errorf("swept %d without knowing the leases: %v", n, err)
	}
	living.killed(t)
}

func TestFolderThatCannotBe(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := holder.Register(filepath.Join(file, "holders")); err == nil {
		t.Error("registered below a file")
	}
}
