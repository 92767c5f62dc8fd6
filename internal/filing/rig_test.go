package filing_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/config"
	"example.com/lodge/internal/evidence"
	"example.com/lodge/internal/filing"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/ledger/ledgertest"
	"example.com/lodge/internal/ledger/sqlite"
	"example.com/lodge/internal/secret"
	"example.com/lodge/internal/submission"
)

const (
	moor = "firm-moor"
	pier = "firm-pier"
)

// living are holders of leases, none of whom is dead.
type living struct{}

func (living) Dead(context.Context, string) (bool, error) { return false, nil }

// later is a ledger's engine whose clock can be put forward.
type later struct {
	ledger.Engine
	by *atomic.Int64
}

// Now implements [ledger.Engine].
func (l later) Now(ctx context.Context) (time.Time, error) {
	now, err := l.Engine.Now(ctx)
	return now.Add(time.Duration(l.by.Load())), err
}

// A desk is one with a ledger, evidence and secrets in a folder.
type desk struct {
	*filing.Desk
	t      *testing.T
	dir    string
	later  atomic.Int64
	breaks func(call string) error // of the ledger's engine; nil: nothing
	n      int                     // attempts so far
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	d := &desk{t: t, dir: t.TempDir()}
	engine, err := sqlite.Open(t.Context(), filepath.Join(d.dir, "ledger.db"))
	d.check(err)
	store, err := evidence.Open(filepath.Join(d.dir, "evidence"))
	d.check(err)
	failing := ledgertest.Failing{Engine: later{engine, &d.later}, Fail: func(call string, done bool) error {
		if d.breaks == nil || done {
			return nil
		}
		return d.breaks(call)
	}}
	harbor := carriers.Carrier{
		Name: "harbor", Limits: carriers.Limits{Visits: 2, Timeout: time.Minute},
		Secrets: []carriers.Secret{{Key: "username"}, {Key: "password"}, {Key: "pin", Optional: true}},
	}
	d.Desk = &filing.Desk{
		Config: config.Config{Path: "lodge.yaml", Accounts: []config.Account{
			{Name: moor, Carrier: "harbor", Portal: "https://moor.example"}, {Name: pier, Carrier: "harbor", Visits: 7}, {Name: "firm-lost", Carrier: "acme"},
		}, Keep: config.Keep{Days: 30}},
		Carriers: []carriers.Carrier{harbor}, Ledger: ledger.New(failing, clock.System{}, living{}, submission.Limits{}), Evidence: store,
		Secrets: secret.NewFile(filepath.Join(d.dir, "secrets.age"), filepath.Join(d.dir, "secrets.key")), Owner: "the program", Clock: clock.System{},
	}
	t.Cleanup(func() {
		d.check(store.Close())
		d.check(engine.Close())
	})
	return d
}

func (d *desk) check(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) set(account string, values map[string]string) {
	d.t.Helper()
	for key, value := range values {
		d.check(d.Secrets.Set(d.t.Context(), account, key, secret.NewValue(value)))
	}
}

// register puts an invoice into the ledger; where it is settled, as accepted.
func (d *desk) register(account, number string, settled bool) ledger.Summary {
	d.t.Helper()
	ctx := d.t.Context()
	r, err := d.Ledger.Register(ctx, "harbor", submission.Key{Account: account, LawFirmID: "12-3", ClientID: "C1", Number: number},
		submission.Revision{State: submission.Ready, Object: submission.Object{Name: number, SHA: "s" + number, Canon: "c" + number}}, "intake")
	d.check(err)
	if settled {
		s, claim, err := d.Ledger.Claim(ctx, r.Submission.ID, "the program", time.Hour)
		d.check(err)
		_, err = d.Ledger.Move(ctx, claim, submission.Event{Kind: submission.FoundOnSite, Actor: submission.ByVisit,
			Receipt: &carriers.Receipt{Number: "7", State: carriers.StateAccepted}})
		d.check(err)
		d.check(d.Ledger.Release(ctx, claim))
		d.check(err)
		return ledger.Summarize(s)
	}
	return ledger.Summarize(r.Submission)
}

// saw leaves evidence of an attempt of what is called id, and returns its folder. It is
// sealed if at says when.
func (d *desk) saw(account, id string, at time.Time) string {
	d.t.Helper()
	d.n++
	attempt := fmt.Sprintf("01J%023d", d.n)
	f, err := d.Evidence.Attempt(account, id, attempt, new(secret.Scrubber))
	d.check(err)
	_, err = f.Put(d.t.Context(), "page.txt", []byte("what the site said"))
	d.check(err)
	if !at.IsZero() {
		head, err := f.Seal(d.t.Context(), evidence.Sealing{At: at, By: "the program"})
		d.check(err)
		d.check(d.Ledger.Chained(d.t.Context(), account, head))
	}
	return filepath.Join(d.dir, "evidence", account, id, attempt)
}

// there says whether what was seen is.
func (d *desk) there(folder string) bool {
	d.t.Helper()
	_, err := os.Stat(filepath.Join(folder, "page.txt"))
	return err == nil
}

// chain is how far the ledger knows an account's, and its last link.
func (d *desk) chain(account string) (n int64, last evidence.Link) {
	d.t.Helper()
	item, err := d.Ledger.Account(d.t.Context(), account)
	d.check(err)
	if item.Chain.N > 0 {
		link, head, err := d.Evidence.Link(d.t.Context(), account, item.Chain.N)
		if d.check(err); head != item.Chain {
			d.t.Errorf("the ledger has the head %v, and link %d is %v", item.Chain, item.Chain.N, head)
		}
		last = link
	}
	return item.Chain.N, last
}

// damaged has no link fit into an account's chain.
func (d *desk) damaged(account string) {
	d.t.Helper()
	d.check(os.MkdirAll(filepath.Join(d.dir, "evidence", account), 0o700))
	d.check(os.WriteFile(filepath.Join(d.dir, "evidence", account, "=chain"), nil, 0o600)) // where a folder would be
}

func ago(days int) time.Time { return time.Now().AddDate(0, 0, -days) }
