package audit_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/audit"
	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/evidence"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/ledger/sqlite"
	"example.com/lodge/internal/secret"
	"example.com/lodge/internal/submission"
)

const account, owner = "moor", "h1"

// living says of every holder that it lives.
type living struct{}

func (living) Dead(context.Context, string) (bool, error) { return false, nil }

// A firm has a ledger and evidence that belong together.
type firm struct {
	t      testing.TB
	dir    string // of the evidence
	store  *evidence.Store
	ledger *ledger.Ledger
	engine ledger.Engine
	at     time.Time // of the links that are written
	ids    []string  // submissions, in order
	heads  []submission.Head
}

func newFirm(t testing.TB, invoices int) *firm {
	t.Helper()
	f := &firm{t: t, dir: filepath.Join(t.TempDir(), "evidence"), at: time.Now()}
	e, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "ledger.db"))
	f.check(err)
	f.engine, f.ledger = e, ledger.New(e, clock.System{}, living{}, submission.Limits{})
	t.Cleanup(func() { f.check(f.ledger.Close()) })
	f.store, err = evidence.Open(f.dir)
	f.check(err)
	t.Cleanup(func() { f.check(f.store.Close()) })
	for n := range invoices {
		f.file(n + 1)
	}
	return f
}

func (f *firm) check(err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatal(err)
	}
}

func attemptOf(n int) string { return fmt.Sprintf("01ATTEMPT%017d", n) }

// file files invoice n, as a visit does.
func (f *firm) file(n int) {
	f.t.Helper()
	id, claim := f.claim(n)
	f.send(n, id, claim)
	f.check(f.ledger.Release(f.t.Context(), claim))
}

func (f *firm) claim(n int) (string, ledger.Claim) {
	f.t.Helper()
	r, err := f.ledger.Register(f.t.Context(), "harbor",
		submission.Key{Account: account, LawFirmID: "12-3", ClientID: "C1", Number: fmt.Sprintf("INV-%d", n)},
		submission.Revision{State: submission.Ready, Object: submission.Object{Name: fmt.Sprint(n), SHA: fmt.Sprintf("sha-%d", n), Canon: fmt.Sprintf("canon-%d", n)}}, "intake")
	f.check(err)
	_, claim, err := f.ledger.Claim(f.t.Context(), r.Submission.ID, owner, time.Hour)
	f.check(err)
	f.ids = append(f.ids, r.Submission.ID)
	return r.Submission.ID, claim
}

// send has invoice n accepted, and its attempt sealed.
func (f *firm) send(n int, id string, claim ledger.Claim) {
	f.t.Helper()
	folder, err := f.store.Attempt(account, id, attemptOf(n), new(secret.Scrubber))
	f.check(err)
	now := time.Now()
	s, err := f.ledger.Get(f.t.Context(), id)
	f.check(err)
	a := submission.Attempt{ID: attemptOf(n), SHA: fmt.Sprintf("sha-%d", n), Fence: claim.Fence, Owner: owner, IntendedAt: now, SettleUntil: now.Add(time.Hour)}
	intent, err := folder.Intent(f.t.Context(), evidence.Intent{Attempt: a.ID, Submission: id, Key: s.Key, IntendedAt: now})
	f.check(err)
	a.Evidence = []submission.Proof{f.put(folder, "form.jpg", fmt.Sprintf("\xff\xd8\xff form %d", n)), intent}
	_, err = f.ledger.Move(f.t.Context(), claim, submission.Event{Kind: submission.Intended, Actor: submission.ByGate, Attempt: &a, Look: &submission.Look{At: now, Visit: "v"}})
	f.check(err)
	known := &submission.Attempt{ID: a.ID, Evidence: []submission.Proof{
		f.put(folder, "result.txt", fmt.Sprintf("INV-%d taken in", n)), f.put(folder, "answer.json", fmt.Sprintf(`{"n":%d}`, n))}}
	_, err = f.ledger.Move(f.t.Context(), claim, submission.Event{Kind: submission.Answered, Actor: submission.ByGate, Witnessed: true, Attempt: known,
		Receipt: &carriers.Receipt{Number: fmt.Sprint(n), State: carriers.StateAccepted}})
	f.check(err)
	f.put(folder, "about.json", fmt.Sprintf(`{"attempt":%d}`, n))
	f.seal(folder, n)
}

func (f *firm) put(folder *evidence.Folder, name, data string) submission.Proof {
	f.t.Helper()
	p, err := folder.Put(f.t.Context(), name, []byte(data))
	f.check(err)
	return p
}

func (f *firm) seal(folder *evidence.Folder, n int) {
	f.t.Helper()
	head, err := folder.Seal(f.t.Context(), evidence.Sealing{At: f.at, By: owner, Invoice: fmt.Sprintf("INV-%d", n)})
	f.check(err)
	f.check(f.ledger.Chained(f.t.Context(), account, head))
	f.heads = append(f.heads, head)
}

// audit tells the faults that there are.
func (f *firm) audit(change ...func(*audit.Audit)) ([]audit.Fault, audit.Chain) {
	f.t.Helper()
	store, err := evidence.OpenCopy(f.dir) // as another process would
	f.check(err)
	defer func() { _ = store.Close() }()
	var faults []audit.Fault
	a := audit.Audit{Store: store, Ledger: f.ledger, Tell: func(fault audit.Fault) { faults = append(faults, fault) }}
	for _, c := range change {
		c(&a)
	}
	chain, err := a.Account(f.t.Context(), account)
	f.check(err)
	if chain.Faults != len(faults) {
		f.t.Errorf("%d faults counted, %d told", chain.Faults, len(faults))
	}
	return faults, chain
}

// copied is an audit without the ledger.
func copied(a *audit.Audit) { a.Ledger = nil }

// Where things lie.
func (f *firm) folder(n int) string {
	return filepath.Join(f.dir, account, f.ids[n-1], attemptOf(n))
}

// below is where that folder lies in the store.
func (f *firm) below(n int) string { return account + "/" + f.ids[n-1] + "/" + attemptOf(n) }

func (f *firm) link(n int) string {
	return filepath.Join(f.dir, account, "=chain", fmt.Sprintf("%08d.json", n))
}

func (f *firm) read(path string) []byte {
	f.t.Helper()
	data, err := os.ReadFile(path)
	f.check(err)
	return data
}

func (f *firm) write(path string, data []byte) {
	f.t.Helper()
	f.check(errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, data, 0o600)))
}
