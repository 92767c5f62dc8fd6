// Package visittest sets up, for tests of visits and batches, what they work
// with: the simulated portal of Harbor Mutual, a ledger in a SQLite file, an
// evidence store, staged invoices. All of it is real; the ledger's writes can be
// made to fail, and the clocks of ledger and portal can be put forward.
package visittest

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/browser"
	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/config"
	"example.com/lodge/internal/evidence"
	"example.com/lodge/internal/gate"
	"example.com/lodge/internal/holder"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/ledger/sqlite"
	"example.com/lodge/internal/objects"
	"example.com/lodge/internal/portal"
	"example.com/lodge/internal/portal/harbor"
	"example.com/lodge/internal/secret"
	"example.com/lodge/internal/staged"
	"example.com/lodge/internal/submission"
	"example.com/lodge/internal/visit"
	"example.com/lodge/ledes"
)

// The accounts of a bench: two firms with a login each. Any other account has
// the login of the first.
const (
	Moor = "moor"
	Pier = "pier"
)

// A Bench is everything that a visit needs. Change what a test needs otherwise.
type Bench struct {
	Dir      string
	Portal   *portal.Server
	Engine   *Engine
	Ledger   *ledger.Ledger
	Holder   *holder.Holder
	Evidence *evidence.Store
	Staged   staged.Copies
	Log      *Log
	Carrier  carriers.Carrier
	Tell     func(visit.Progress)

	t     *testing.T
	later atomic.Int64
}

// New starts a bench for visits of c, which must speak to Harbor's portal.
func New(t *testing.T, c carriers.Carrier, change ...func(*portal.Options)) *Bench {
	t.Helper()
	b := &Bench{Dir: t.TempDir(), Carrier: c, Log: &Log{}, t: t}
	o := portal.Options{Dir: filepath.Join(b.Dir, "portal"), Users: harbor.Users(), Now: b.now}
	for _, f := range change {
		f(&o)
	}
	var err error
	b.Portal, err = harbor.Start(context.WithoutCancel(t.Context()), o)
	b.check(err)
	t.Cleanup(func() { b.check(b.Portal.Close()) })
	e, err := sqlite.Open(t.Context(), filepath.Join(b.Dir, "ledger.db"))
	b.check(err)
	b.Engine = &Engine{Engine: e, later: &b.later}
	t.Cleanup(func() { b.check(e.Close()) })
	copies, err := objects.OpenFolder(b.Dir)
	b.check(err)
	t.Cleanup(func() { b.check(copies.Close()) })
	b.Staged = staged.Copies{Store: copies}
	b.Evidence, err = evidence.Open(filepath.Join(b.Dir, "evidence"))
	b.check(err)
	t.Cleanup(func() { b.check(b.Evidence.Close()) })
	b.Reborn()
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("log:\n%s", b.Log)
		}
	})
	return b
}

// Reborn ends the holder, as the end of its process does, and makes a new one.
func (b *Bench) Reborn() {
	b.t.Helper()
	if b.Holder != nil {
		b.check(b.Holder.Close())
	}
	h, err := holder.Register(b.Owners())
	b.check(err)
	b.t.Cleanup(func() { _ = h.Close() })
	b.Holder = h
	b.Ledger = ledger.New(b.Engine, clock.System{}, h, submission.Limits{})
}

// Owners is the folder of the holders' locks.
func (b *Bench) Owners() string { return filepath.Join(b.Dir, "owners") }

// Profiles is the folder of the browsers' profiles.
func (b *Bench) Profiles() string { return filepath.Join(b.Dir, "profiles") }

// Later puts the clocks of ledger and portal forward.
func (b *Bench) Later(d time.Duration) { b.later.Add(int64(d)) }

func (b *Bench) now() time.Time { return time.Now().Add(time.Duration(b.later.Load())) }

// Visit prepares a visit to an account.
func (b *Bench) Visit(account string) visit.Visit {
	user := harbor.Users()[map[string]int{Pier: 2}[account]]
	return visit.Visit{
		Carrier: b.Carrier,
		Account: config.Account{Name: account, Carrier: b.Carrier.Name, Portal: b.Portal.URL(), Loopback: true, Pin: b.Portal.Pin()},
		Secrets: visit.Secrets{Version: "1", Values: map[string]secret.Value{
			"username": secret.NewValue(user.Name), "password": secret.NewValue(user.Password)}},
		Ledger: b.Ledger, Evidence: b.Evidence, Clock: clock.System{}, Owner: b.Holder.ID(), Staged: b.Staged,
		Browser: browser.Options{Profiles: b.Profiles(), Patience: 6 * time.Second},
		Gate:    gate.Options{Appear: 3 * time.Second, Answer: 3 * time.Second, End: 3 * time.Second},
		Log:     slog.New(slog.NewTextHandler(b.Log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Tell:    b.Tell,
		Version: "lodge test",
	}
}

// An Invoice is what a test's invoice is otherwise than usual.
type Invoice struct {
	Matter string // the client's; "" is one that the portal knows
	Total  int64  // in cents; 0 is 1,250.00
}

// Total is the total of an invoice that says nothing else, in cents.
const Total = 1250_00

// Matter is the client's matter of an invoice that says nothing else.
const Matter = "CLM-20419"

// Register stages an invoice of the account and puts it into the ledger, as
// intake does. It returns the submission's id.
func (b *Bench) Register(account, number string, odd Invoice) string {
	b.t.Helper()
	file := File(b.t, number, odd)
	read, err := ledes.Read(bytes.NewReader(file), ledes.Options{Profile: b.Carrier.Profile})
	b.check(err)
	if read.Verdict() == ledes.Rejected || len(read.Invoices) != 1 {
		b.t.Fatalf("invoice %s is no invoice: %+v", number, read.Findings)
	}
	inv := read.Invoices[0]
	path := read.SHA + ".txt"
	b.check(os.WriteFile(filepath.Join(b.Dir, path), file, 0o600))
	r, err := b.Ledger.Register(b.t.Context(), b.Carrier.Name,
		submission.Key{Account: account, LawFirmID: inv.LawFirmID, ClientID: inv.ClientID, Number: inv.Number},
		submission.Revision{
			State: submission.Ready, Matter: inv.Matter, ClientMatter: inv.ClientMatter, Date: inv.Date, Total: inv.Total, Format: read.Format,
			Object: submission.Object{Name: number + ".txt", Path: path, SHA: read.SHA, Canon: read.Canon, Size: int64(len(file))},
		}, "test")
	b.check(err)
	return r.Submission.ID
}

// File is the LEDES file of an invoice.
func File(t testing.TB, number string, odd Invoice) []byte {
	t.Helper()
	if odd.Matter == "" {
		odd.Matter = Matter
	}
	if odd.Total == 0 {
		odd.Total = Total
	}
	var file bytes.Buffer
	if err := ledes.Write(&file, document(number, odd)); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

// document is an invoice of one line item.
func document(number string, odd Invoice) ledes.Invoice {
	total, day := ledes.Cents(odd.Total), time.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, -3)
	return ledes.Invoice{
		Number: number, ClientID: harbor.Clients()[0].ID, Matter: "F-77", ClientMatter: odd.Matter, LawFirmID: "12-3456789",
		Date: day, Start: day.AddDate(0, 0, -29), End: day, Total: total,
		Lines: []ledes.Line{{
			Number: "1", Kind: ledes.Fee, Date: day.AddDate(0, 0, -7), Units: ledes.Cents(1_00), UnitCost: total, Total: total,
			Task: "L120", Activity: "A104", Description: "Review of the claim file",
			Timekeeper: ledes.Timekeeper{ID: "TK-1", Name: "Moor, Ada", Class: "PARTNR"},
			Matter:     "F-77", ClientMatter: odd.Matter,
		}},
	}
}

// ByHand files an invoice on the portal as a person of the firm would. amount is
// in cents.
func (b *Bench) ByHand(number, matter string, amount int64, ago time.Duration) {
	b.t.Helper()
	_, err := b.Portal.Book().ByHand(portal.Filing{Firm: harbor.Users()[0].Firm, Number: number, Client: harbor.Clients()[0].ID,
		Matter: matter, Amount: portal.Money(amount * 100), By: "Ben Quay", Ago: ago})
	b.check(err)
}

// Fault switches faults of the portal on.
func (b *Bench) Fault(faults ...portal.Fault) {
	b.t.Helper()
	_, err := b.Portal.Faults().Add(faults...)
	b.check(err)
}

// Get returns a submission.
func (b *Bench) Get(id string) submission.Submission {
	b.t.Helper()
	s, err := b.Ledger.Get(context.WithoutCancel(b.t.Context()), id)
	b.check(err)
	return s
}

// Uploads is how often the portal took an invoice number in.
func (b *Bench) Uploads(number string) int { return b.Portal.Counts().Invoices[number].Uploads }

// Until waits until the condition holds, for events that nobody tells of.
func (b *Bench) Until(what string, holds func() bool) {
	b.t.Helper()
	end := time.NewTimer(30 * time.Second)
	defer end.Stop()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-end.C:
			b.t.Errorf("waited in vain until %s", what)
			return
		}
	}
}

func (b *Bench) check(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

// An Engine is a ledger's engine whose writes can be made to fail and whose
// clock can be put forward.
type Engine struct {
	ledger.Engine
	later *atomic.Int64

	mu     sync.Mutex
	fail   func(submission.Submission, []submission.Entry) error
	visits map[string]int // under way, by account
	most   int
}

// Fail has f called before each write; what it returns is the write's end. nil
// ends it.
func (e *Engine) Fail(f func(submission.Submission, []submission.Entry) error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.fail = f
}

// Most is how many visits were under way at once, at most.
func (e *Engine) Most() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.most
}

// StoreAccount implements [ledger.Engine].
func (e *Engine) StoreAccount(ctx context.Context, a ledger.Account) error {
	if err := e.Engine.StoreAccount(ctx, a); err != nil {
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.visits == nil {
		e.visits = map[string]int{}
	}
	e.visits[a.Name] = len(a.Visits)
	sum := 0
	for _, n := range e.visits {
		sum += n
	}
	e.most = max(e.most, sum)
	return nil
}

// Store implements [ledger.Engine].
func (e *Engine) Store(ctx context.Context, s submission.Submission, entries []submission.Entry) error {
	e.mu.Lock()
	fail := e.fail
	e.mu.Unlock()
	if fail != nil {
		if err := fail(s, entries); err != nil {
			return err
		}
	}
	return e.Engine.Store(ctx, s, entries)
}

// Now implements [ledger.Engine].
func (e *Engine) Now(ctx context.Context) (time.Time, error) {
	now, err := e.Engine.Now(ctx)
	return now.Add(time.Duration(e.later.Load())), err
}

// A Log keeps what is logged. It is safe for use by several goroutines.
type Log struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

// Write implements io.Writer.
func (l *Log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

// String is everything that was logged.
func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}
