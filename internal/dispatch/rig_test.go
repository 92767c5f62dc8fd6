package dispatch_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/dispatch"
	"example.com/lodge/internal/dispatch/dispatchtest"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/ledger/memory"
	"example.com/lodge/internal/submission"
)

var harbor = ledger.SiteName{Carrier: "harbor", Host: "vendors.harbor.example"}

// wall is a clock that a synctest bubble moves.
type wall struct{}

func (wall) Now() time.Time      { return time.Now() }
func (wall) Boot() time.Duration { return time.Duration(time.Now().UnixNano()) }

// mortals are holders of leases, of whom some are dead.
type mortals struct {
	mu   sync.Mutex
	dead map[string]bool
}

func (m *mortals) Dead(_ context.Context, owner string) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.dead[owner], nil
}

func (m *mortals) kill(owner string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.dead[owner] = true
}

// rig is a dispatcher with a ledger in memory and a fleet.
type rig struct {
	*testing.T
	engine ledger.Engine
	ledger *ledger.Ledger
	mortals
	fleet *dispatchtest.Fleet
	d     *dispatch.Dispatcher
	fates []dispatchtest.Fate // of the next calls
}

// within runs a test in a bubble, where the ledger's clock is the bubble's.
func within(t *testing.T, tasks int, test func(r *rig)) {
	synctest.Test(t, func(t *testing.T) {
		r := &rig{T: t, engine: memory.New(), mortals: mortals{dead: map[string]bool{}}}
		r.over(r.engine)
		r.fleet = &dispatchtest.Fleet{Fate: r.fate}
		r.d = &dispatch.Dispatcher{Ledger: r.ledger, Launcher: r.fleet, Limits: dispatch.Limits{Tasks: tasks, Beside: 1, Accounts: 2}}
		for i := range 9 {
			r.d.Accounts = append(r.d.Accounts, dispatch.Account{Name: fmt.Sprint("a", i), Site: harbor})
		}
		defer r.fleet.Close()
		test(r)
	})
}

// over has the ledger be kept by another engine.
func (r *rig) over(e ledger.Engine) {
	r.ledger = ledger.New(e, wall{}, &r.mortals, submission.Limits{})
	if r.d != nil {
		r.d.Ledger = r.ledger
	}
}

func (r *rig) fate(int) (fate dispatchtest.Fate) {
	if len(r.fates) > 0 {
		fate, r.fates = r.fates[0], r.fates[1:]
	}
	return fate
}

// arrive registers an invoice for each account, a moment apart.
func (r *rig) arrive(accounts ...string) {
	r.Helper()
	for _, a := range accounts {
		_, err := register(r.Context(), r.ledger, a, time.Now().Format("150405.000"))
		r.check(err)
		time.Sleep(time.Millisecond) //nolint:forbidigo // in a bubble
	}
}

func register(ctx context.Context, l *ledger.Ledger, account, number string) (ledger.Registered, error) {
	key := submission.Key{Account: account, LawFirmID: "12-3", ClientID: "C1", Number: number}
	object := submission.Object{Name: account + "/" + number + ".txt", SHA: "sha-" + number, Canon: "canon-" + number}
	return l.Register(ctx, "harbor", key, submission.Revision{State: submission.Ready, Object: object}, "intake")
}

// passes makes a pass, and checks what it says of itself and whether it failed.
func (r *rig) passes(want dispatch.Report, fails string) {
	r.Helper()
	got, err := r.d.Pass(r.Context())
	if got != want {
		r.Errorf("the pass says %+v, want %+v", got, want)
	}
	if text := fmt.Sprint(err); (err != nil) != (fails != "") || !strings.Contains(text, fails) {
		r.Errorf("the pass says %s, want %q", text, fails)
	}
	synctest.Wait()
}

// slots are those in use, in a line.
func (r *rig) slots(want string) []ledger.Slot {
	r.Helper()
	s, err := r.ledger.Slots(r.Context())
	if err != nil {
		r.Fatal(err)
	}
	var list []string
	for _, t := range s.Taken {
		list = append(list, strings.TrimSpace(fmt.Sprintf("%d/%d %s %s", t.N, t.Fence, strings.Join(t.Accounts, "+"), t.Task)))
	}
	if got := strings.Join(list, ", "); got != want {
		r.Errorf("slots in use: %s; want %s", got, want)
	}
	return s.Taken
}

// tasks are those that have not ended, by their accounts.
func (r *rig) tasks(want string) {
	r.Helper()
	var list []string
	for id, t := range r.fleet.Alive() {
		list = append(list, id+" "+strings.Join(t.Accounts, "+"))
	}
	slices.Sort(list)
	if got := strings.Join(list, ", "); got != want {
		r.Errorf("tasks: %s; want %s", got, want)
	}
}

func (r *rig) check(err error) {
	r.Helper()
	if err != nil {
		r.Error(err)
	}
}

// settle works off what is due of an account, as somebody to whom the carrier's
// site says that it has the invoice.
func settle(ctx context.Context, l *ledger.Ledger, account, owner string, most int) (int, error) {
	list, err := l.Due(ctx, account, most)
	if err != nil {
		return 0, err
	}
	for _, s := range list {
		_, c, err := l.Claim(ctx, s.ID, owner, time.Minute)
		if err != nil {
			return 0, err
		}
		_, err = l.Move(ctx, c, submission.Event{
			Kind: submission.FoundOnSite, Actor: submission.ByVisit,
			Receipt: &carriers.Receipt{Number: "R-" + s.Invoice, State: carriers.StateAccepted, Text: "accepted"},
		})
		if err != nil {
			return 0, err
		}
		if err := l.Release(ctx, c); err != nil {
			return 0, err
		}
	}
	return len(list), nil
}

// pass lets time go by.
func pass(d time.Duration) {
	time.Sleep(d) //nolint:forbidigo // in a bubble
	synctest.Wait()
}
