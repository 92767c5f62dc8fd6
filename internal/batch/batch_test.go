package batch_test

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"example.com/lodge/carriers"
	"example.com/lodge/carriers/harbor"
	"example.com/lodge/internal/batch"
	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/holder"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/portal"
	"example.com/lodge/internal/secret"
	"example.com/lodge/internal/submission"
	"example.com/lodge/internal/visit"
	"example.com/lodge/internal/visit/visittest"
)

// No goroutine outlives a batch.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const third = "third" // an account with the first one's login

// over is a batch over all accounts of b.
func over(b *visittest.Bench) *batch.Batch {
	return &batch.Batch{
		Ledger: b.Ledger, Owner: b.Holder.ID(), Accounts: []string{visittest.Moor, visittest.Pier, third}, Visits: 2,
		Log:   slog.New(slog.NewTextHandler(b.Log, nil)),
		Visit: func(_ context.Context, account string) (visit.Visit, error) { return b.Visit(account), nil },
	}
}

// A person's pause is no failure: the account is left alone, and the others are
// worked on.
func TestAPausedAccountIsLeftAlone(t *testing.T) {
	t.Parallel()
	b := visittest.New(t, harbor.Carrier())
	paused := b.Register(visittest.Moor, "INV-1", visittest.Invoice{})
	b.Register(visittest.Pier, "INV-2", visittest.Invoice{})
	if err := b.Ledger.Pause(t.Context(), visittest.Moor, "ann", "they are moving"); err != nil {
		t.Fatal(err)
	}
	r, err := over(b).Run(t.Context(), t.Context())
	if err != nil || r.Done != 1 || len(r.Failures) > 0 {
		t.Errorf("the run: %+v, %v", r, err)
	}
	if got := b.Get(paused); got.Version != 1 || b.Portal.Counts().Logins != 1 {
		t.Errorf("the paused one has version %d; %d logins", got.Version, b.Portal.Counts().Logins)
	}
}

// A door is harbor with something that happens before each login.
type door struct {
	carriers.Site
	visit carriers.Visit
	knock func(carriers.Visit)
}

func (d door) Login(ctx context.Context) error {
	d.knock(d.visit)
	return d.Site.Login(ctx)
}

func knocking(knock func(carriers.Visit)) carriers.Carrier {
	c := harbor.Carrier()
	open := c.Open
	c.Open = func(v carriers.Visit) carriers.Site { return door{open(v), v, knock} }
	return c
}

// file puts invoices of the account into the ledger.
func file(b *visittest.Bench, account string, numbers ...string) (ids []string) {
	for _, n := range numbers {
		ids = append(ids, b.Register(account, n, visittest.Invoice{}))
	}
	return ids
}

func checkAll(t *testing.T, b *visittest.Bench, want submission.State, ids ...string) {
	t.Helper()
	for _, id := range ids {
		s := b.Get(id)
		if s.Current().State != want || s.Lease.Owner != "" {
			t.Errorf("%s of %s is %s (%s), leased to %q", s.Key.Number, s.Key.Account, s.Current().State, s.Current().Why, s.Lease.Owner)
		}
		if n := b.Uploads(s.Key.Number); want == submission.Accepted && n != 1 {
			t.Errorf("%s: %d uploads", s.Key.Number, n)
		}
	}
}

// checkLeft wants nothing left of the visits: leases, processes, profiles.
func checkLeft(t *testing.T, b *visittest.Bench) {
	t.Helper()
	accounts, err := b.Ledger.Accounts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range accounts {
		if len(a.Visits) > 0 {
			t.Errorf("account %s is still visited: %+v", a.Name, a.Visits)
		}
	}
	profiles, err := os.ReadDir(b.Profiles())
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	for _, p := range profiles {
		if !strings.HasPrefix(p.Name(), ".") {
			t.Errorf("profile %s is left", filepath.Join(b.Profiles(), p.Name()))
		}
	}
}

// TestSideBySide has three accounts with two invoices each. With room for two
// visits two log in at the same time, and there are never three.
func TestSideBySide(t *testing.T) {
	t.Parallel()
	for _, visits := range []int{1, 2} {
		both := make(chan struct{})
		var logins atomic.Int32
		b := visittest.New(t, knocking(func(carriers.Visit) {
			if int(logins.Add(1)) == visits {
				close(both)
			}
			within(t, both)
		}))
		ids := slices.Concat(file(b, visittest.Moor, "M-1", "M-2"), file(b, visittest.Pier, "P-1", "P-2"), file(b, third, "T-1", "T-2"))
		work := over(b)
		work.Visits = visits
		result, err := work.Run(t.Context(), t.Context())
		if err != nil || result.Done != 6 || result.Visits != 3 || len(result.Failures) > 0 {
			t.Errorf("%d visits: %+v, %v", visits, result, err)
		}
		if n := b.Engine.Most(); n != visits {
			t.Errorf("%d visits were under way at once, not %d", n, visits)
		}
		checkAll(t, b, submission.Accepted, ids...)
		checkLeft(t, b)
	}
}

// within waits for c, not for ever.
func within(t *testing.T, c <-chan struct{}) {
	limit := time.NewTimer(30 * time.Second)
	defer limit.Stop()
	select {
	case <-c:
	case <-limit.C:
		t.Error("waited in vain")
	}
}

// TestFailures has one account fail in each way: the other is worked on all the
// same, and the failing one is not tried without an end.
func TestFailures(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil  func(b *visittest.Bench, v *visit.Visit) error
		says   string
		visits int // of both accounts
	}{
		"a wrong password": {func(_ *visittest.Bench, v *visit.Visit) error {
			v.Secrets.Values["password"] = secret.NewValue("High-water-9")
			return nil
		}, "credentials", 2},
		"no secret": {func(*visittest.Bench, *visit.Visit) error { return errors.New("there is no secret") }, "there is no secret", 1},
		"a defect":  {func(*visittest.Bench, *visit.Visit) error { panic("a nil map") }, "a defect in the program: a nil map", 1},
		"an undeclared secret": {func(_ *visittest.Bench, v *visit.Visit) error {
			v.Carrier = knocking(func(v carriers.Visit) { v.Secret("token") })
			return nil
		}, `asks for secret "token"`, 2},
		"an account that pauses": {func(_ *visittest.Bench, v *visit.Visit) error { v.Account.Paused = "new terms"; return nil }, "paused", 2},
		"no browser":             {func(_ *visittest.Bench, v *visit.Visit) error { v.Browser.Exe = "/bin/false"; return nil }, "start /bin/false", 2},
		"somebody else is there": {elsewhere, "", 2},
		"outside the hours": {func(_ *visittest.Bench, v *visit.Visit) error {
			at := time.Duration((time.Now().UTC().Hour()+3)%24) * time.Hour
			v.Carrier.Hours = carriers.Hours{Windows: []carriers.Window{{From: at, To: at + time.Hour}}}
			return nil
		}, "", 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := visittest.New(t, harbor.Carrier())
			bad, good := file(b, visittest.Moor, "M-1", "M-2"), file(b, visittest.Pier, "P-1")
			work := over(b)
			prepare := work.Visit
			work.Visit = func(ctx context.Context, account string) (visit.Visit, error) {
				v, err := prepare(ctx, account)
				if account == visittest.Moor {
					err = errors.Join(err, c.spoil(b, &v))
				}
				return v, err
			}
			result, err := work.Run(t.Context(), t.Context())
			if err != nil || result.Visits != c.visits || result.Done != 1 {
				t.Errorf("%+v, %v", result, err)
			}
			if c.says == "" && len(result.Failures) > 0 {
				t.Errorf("failed: %v", result.Failures)
			}
			if c.says != "" && (len(result.Failures) != 1 || result.Failures[0].Account != visittest.Moor || !strings.Contains(result.Failures[0].Err.Error(), c.says)) {
				t.Errorf("failed: %v; want %q", result.Failures, c.says)
			}
			checkAll(t, b, submission.Ready, bad...)
			checkAll(t, b, submission.Accepted, good...)
		})
	}
}

// elsewhere has another program that lives visit the account.
func elsewhere(b *visittest.Bench, _ *visit.Visit) error {
	_, _, err := b.Ledger.EnterAccount(context.Background(), visittest.Moor, b.Holder.ID()+"/other", "1", 1, time.Hour)
	if errors.Is(err, ledger.ErrHeld) {
		return nil
	}
	return err
}

// TestStops ends a batch during the first of many submissions: softly, it comes
// to its end and nothing else is begun; hard, it is broken off. Either way it
// returns soon, nothing is held, and the next run files the rest, each once.
func TestStops(t *testing.T) {
	t.Parallel()
	for _, hardly := range []bool{false, true} {
		hard, breakOff := context.WithCancel(t.Context())
		soft, stop := context.WithCancel(hard)
		end := stop
		if hardly {
			end = breakOff
		}
		var stopped atomic.Int64
		b := visittest.New(t, harbor.Carrier())
		b.Tell = func(p visit.Progress) {
			if p.Step == visit.StepCommit && stopped.CompareAndSwap(0, time.Now().UnixNano()) {
				end()
			}
		}
		ids := slices.Concat(file(b, visittest.Moor, "M-1", "M-2", "M-3"), file(b, visittest.Pier, "P-1", "P-2", "P-3"))
		result, err := over(b).Run(hard, soft)
		took := time.Since(time.Unix(0, stopped.Load()))
		if (err != nil) != hardly || len(result.Failures) > 0 || result.Done > 2 || took > 15*time.Second {
			t.Errorf("hard %v: %+v, %v, after %s", hardly, result, err, took)
		}
		breakOff()
		stop()
		for _, id := range ids {
			if s := b.Get(id); s.Lease.Owner != "" {
				t.Errorf("hard %v: %s is still leased", hardly, s.Key.Number)
			}
		}
		checkLeft(t, b)
		b.Tell = nil
		b.Later(time.Hour)
		if _, err := over(b).Run(t.Context(), t.Context()); err != nil {
			t.Error(err)
		}
		checkAll(t, b, submission.Accepted, ids...)
	}
}

// TestDeadHolders leaves one invoice submitting by a holder that is dead when
// the batch starts, and one by a holder that dies while it works: both are
// looked up in the same run, and neither is sent again.
func TestDeadHolders(t *testing.T) {
	t.Parallel()
	b := visittest.New(t, harbor.Carrier())
	before, during := file(b, visittest.Moor, "M-1"), file(b, third, "T-1")
	leave(t, b, visittest.Moor)
	b.Reborn()
	leave(t, b, third)
	dies := b.Holder
	live, err := holder.Register(b.Owners())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = live.Close() }()
	b.Carrier = knocking(func(carriers.Visit) { _ = dies.Close() }) // and one account's login is its end
	work := over(b)
	work.Owner, work.Ledger = live.ID(), ledger.New(b.Engine, clock.System{}, live, submission.Limits{})
	work.Visit = func(_ context.Context, account string) (visit.Visit, error) {
		v := b.Visit(account)
		v.Owner, v.Ledger = work.Owner, work.Ledger
		return v, nil
	}
	result, err := work.Run(t.Context(), t.Context())
	if err != nil || result.Done != 2 || result.Visits != 2 || len(result.Failures) > 0 {
		t.Errorf("%+v, %v", result, err)
	}
	checkAll(t, b, submission.Accepted, slices.Concat(before, during)...)
	checkLeft(t, b)
}

// leave makes a visit whose holder cannot write down what the site answered.
func leave(t *testing.T, b *visittest.Bench, account string) {
	t.Helper()
	b.Engine.Fail(func(_ submission.Submission, entries []submission.Entry) error {
		if len(entries) > 0 && entries[0].Kind == submission.Answered {
			return errors.New("disk full")
		}
		return nil
	})
	defer b.Engine.Fail(nil)
	if _, err := b.Visit(account).Run(t.Context(), t.Context()); err == nil {
		t.Error("the visit tells nobody")
	}
}

// TestDueMeanwhile registers an invoice while a batch is at its last: the same
// run files it.
func TestDueMeanwhile(t *testing.T) {
	t.Parallel()
	b := visittest.New(t, harbor.Carrier())
	file(b, visittest.Moor, "M-1")
	b.Fault(portal.Fault{What: portal.Late, For: portal.Duration(time.Hour), Invoice: "M-1"})
	var once sync.Once
	b.Tell = func(p visit.Progress) {
		if p.Step == visit.StepDone {
			once.Do(func() { file(b, visittest.Pier, "P-1") })
		}
	}
	result, err := over(b).Run(t.Context(), t.Context())
	if err != nil || result.Done != 2 || result.Visits != 2 || b.Uploads("P-1") != 1 || b.Uploads("M-1") != 1 {
		t.Errorf("%+v, %v", result, err)
	}
}
