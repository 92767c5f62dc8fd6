package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
)

type nobody struct{}

func (nobody) Dead(context.Context, string) (bool, error) { return false, nil }

func ledgerAt(t *testing.T, path string) (*Engine, *ledger.Ledger) {
	t.Helper()
	e, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	return e, ledger.New(e, clock.System{}, nobody{}, submission.Limits{})
}

func register(ctx context.Context, l *ledger.Ledger, number, bytes string) error {
	_, err := l.Register(ctx, "harbor", submission.Key{Account: "acme", LawFirmID: "1", ClientID: "2", Number: number},
		submission.Revision{State: submission.Ready, Object: submission.Object{Name: bytes, SHA: bytes, Canon: bytes}}, "intake")
	return err
}

// A snapshot taken while others write is one moment of the ledger: every item's
// history leads to that item.
func TestSnapshotAmongWriters(t *testing.T) {
	dir := t.TempDir()
	e, l := ledgerAt(t, filepath.Join(dir, "ledger.db"))
	ctx, stop := context.WithCancel(t.Context())
	var writers sync.WaitGroup
	for w := range 3 {
		writers.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				number := fmt.Sprint(w, "-", n%20)
				if err := register(ctx, l, number, fmt.Sprint("bytes-", n)); err != nil && ctx.Err() == nil {
					t.Error(err)
				}
			}
		})
	}
	var last int
	for n := range 5 {
		path := filepath.Join(dir, fmt.Sprint("copy", n))
		if err := e.Snapshot(t.Context(), path); err != nil {
			t.Fatal(err)
		}
		_, copied := ledgerAt(t, path)
		last = max(last, whole(t, copied))
	}
	stop()
	writers.Wait()
	if last == 0 {
		t.Error("nothing was written meanwhile")
	}
}

// whole checks each submission against its history and returns their number.
func whole(t *testing.T, l *ledger.Ledger) int {
	t.Helper()
	list, err := l.List(t.Context(), ledger.Query{})
	if err != nil {
		t.Fatal(err)
	}
	counted := 0
	counts, err := l.Counts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range counts {
		counted += c.N
	}
	if counted != len(list) {
		t.Errorf("%d submissions, and counted %d", len(list), counted)
	}
	for _, item := range list {
		s, err := l.Get(t.Context(), item.ID)
		if err != nil {
			t.Fatal(err)
		}
		history, err := l.History(t.Context(), item.ID)
		if err != nil {
			t.Fatal(err)
		}
		again, err := submission.Replay(s.Key, s.Carrier, history)
		if err != nil || again.Seq != s.Seq || len(again.Revisions) != len(s.Revisions) || again.Current().State != s.Current().State {
			t.Errorf("%s: the history leads to %+v, the item is %+v: %v", s.Key, again, s, err)
		}
	}
	return len(list)
}

func TestSnapshotErrors(t *testing.T) {
	dir := t.TempDir()
	e, l := ledgerAt(t, filepath.Join(dir, "ledger.db"))
	if err := register(t.Context(), l, "1", "a"); err != nil {
		t.Fatal(err)
	}
	taken := filepath.Join(dir, "taken")
	if err := os.WriteFile(taken, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := e.Snapshot(t.Context(), taken); err == nil {
		t.Error("a file that was there was overwritten")
	}
	good := filepath.Join(dir, "good")
	if err := e.Snapshot(t.Context(), good); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{"cut": whole[:len(whole)/2], "empty": nil, "text": []byte("not a ledger at all, but a text")} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := Check(t.Context(), path); err == nil {
			t.Errorf("%s passes", name)
		}
	}
	newer := filepath.Join(dir, "newer")
	if err := os.WriteFile(newer, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	n, _ := ledgerAt(t, newer)
	if _, err := n.write.ExecContext(t.Context(), "PRAGMA user_version = 99"); err != nil {
		t.Fatal(err)
	}
	if err := Check(t.Context(), newer); !errors.Is(err, ledger.ErrNewer) {
		t.Errorf("a newer ledger: %v", err)
	}
}

func TestBeyond(t *testing.T) {
	dir := t.TempDir()
	e, l := ledgerAt(t, filepath.Join(dir, "ledger.db"))
	for _, n := range []string{"1", "2"} {
		if err := register(t.Context(), l, n, "a"+n); err != nil {
			t.Fatal(err)
		}
	}
	copied := filepath.Join(dir, "copy's ?mode=rw&x.db")
	if err := e.Snapshot(t.Context(), copied); err != nil {
		t.Fatal(err)
	}
	if d, err := e.Beyond(t.Context(), copied, 5); err != nil || d.Submissions+d.Accounts != 0 {
		t.Errorf("a copy of now: %+v, %v", d, err)
	}
	if err := errors.Join(register(t.Context(), l, "2", "b2"), register(t.Context(), l, "3", "a3"),
		l.Suspend(t.Context(), "acme", "ann", ledger.Suspension{Why: "paused"})); err != nil {
		t.Fatal(err)
	}
	d, err := e.Beyond(t.Context(), copied, 1)
	if err != nil || d.Submissions != 2 || d.Accounts != 1 || len(d.Examples) != 1 || d.Examples[0].Invoice != "3" {
		t.Errorf("beyond the copy: %+v, %v", d, err)
	}
	if time.Since(d.Latest) > time.Minute {
		t.Errorf("the latest is of %s", d.Latest)
	}
	// The other way round: the copy lives on, and is newer in time though not in number.
	c, cl := ledgerAt(t, copied)
	if err := register(t.Context(), cl, "1", "z1"); err != nil {
		t.Fatal(err)
	}
	if d, err := c.Beyond(t.Context(), filepath.Join(dir, "ledger.db"), 5); err != nil || d.Submissions != 1 {
		t.Errorf("the other way round: %+v, %v", d, err)
	}
}
