package harbor_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/lodge/carriers"
	"example.com/lodge/carriers/harbor"
	"example.com/lodge/carriers/page"
	"example.com/lodge/internal/browser"
	portal "example.com/lodge/internal/portal/harbor"
	"example.com/lodge/internal/secret"
)

// A visit is the least that a site needs: no gate, one commit.
type visit struct {
	sim     *portal.Simulation
	commits int
}

func (v *visit) URL(path string) string { return v.sim.URL() + path }

func (v *visit) Secret(key string) carriers.Value { return secret.NewValue(v.sim.Secrets()[key]) }

func (v *visit) Code(context.Context, carriers.CodeKind) (carriers.Value, error) {
	return carriers.Value{}, errors.New("the portal asks for no code")
}

func (v *visit) Commit(ctx context.Context, do func(context.Context) error) error {
	v.commits++
	v.sim.Allow()
	return do(ctx)
}

// TestAgainstTheSimulatedPortal drives the carrier in Chromium through every
// scenario of its portal: look, submit, look again.
func TestAgainstTheSimulatedPortal(t *testing.T) {
	sim := portal.NewSimulation(t.Context(), t.TempDir())
	t.Cleanup(func() { _ = sim.Close() })
	for name, want := range map[string]struct {
		login  carriers.Kind
		before int // rows of our number
		submit carriers.Kind
		state  carriers.ReceiptState
		after  int
	}{
		"accepted":      {state: carriers.StateAccepted, after: 1},
		"rejected":      {submit: carriers.Rejected, after: 1},
		"duplicate":     {submit: carriers.Duplicate},
		"found":         {before: 1, submit: carriers.Duplicate, after: 1},
		"nothing-found": {state: carriers.StateAccepted},
		"processing":    {state: carriers.StateReceived, after: 1},
		"unreadable":    {submit: carriers.SiteChanged, after: 1},
		"bad-password":  {login: carriers.Credentials},
		"down":          {login: carriers.Unavailable},
	} {
		t.Run(name, func(t *testing.T) {
			if err := sim.Scenario(name); err != nil {
				t.Fatal(err)
			}
			ctx := open(t, sim)
			v := &visit{sim: sim}
			site := harbor.Carrier().Open(v)
			if err := site.Login(ctx); carriers.KindOf(err) != want.login || (err != nil) != (want.login != "") {
				t.Fatalf("login: %v", err)
			}
			if want.login != "" {
				return
			}
			checkFound(ctx, t, site, sim, want.before)
			receipt, err := site.Submit(ctx, sim.Invoice())
			if carriers.KindOf(err) != want.submit || (err != nil) != (want.submit != "") || receipt.State != want.state {
				t.Errorf("submit: %+v, %v", receipt, err)
			}
			if receipt.State == carriers.StateAccepted && receipt.Number != sim.Confirmation() {
				t.Errorf("the receipt is %q, the portal gave %q", receipt.Number, sim.Confirmation())
			}
			if sim.Commits() != 1 || sim.Early() || v.commits != 1 {
				t.Errorf("%d uploads, early %v, %d commits", sim.Commits(), sim.Early(), v.commits)
			}
			checkFound(ctx, t, site, sim, want.after)
		})
	}
}

// open opens a browser for one scenario and puts its tab into a context.
func open(t *testing.T, sim *portal.Simulation) context.Context {
	t.Helper()
	b, err := browser.Start(t.Context(), browser.Options{
		Profiles: t.TempDir(), Origins: []string{sim.URL()}, Pins: sim.Pins(), NoSandbox: true, Patience: 3 * time.Second,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	tab, err := b.Tab(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return page.WithDriver(t.Context(), tab)
}

// checkFound looks our invoice up and holds what is found against what the
// portal has in its book.
func checkFound(ctx context.Context, t *testing.T, site carriers.Site, sim *portal.Simulation, rows int) {
	t.Helper()
	found, err := site.Find(ctx, sim.Invoice())
	if err != nil || len(found) != rows {
		t.Errorf("found %+v, %v; want %d rows", found, err, rows)
		return
	}
	for _, f := range found {
		for _, r := range sim.Server().Book().All() {
			if r.Number != sim.Invoice().Number || r.Earlier != "" {
				continue
			}
			want := carriers.Found{
				Invoice: r.Number, Matter: r.Matter, Amount: sim.Invoice().Total, HasAmount: true, By: r.By,
				At: r.TakenAt.Truncate(time.Second), Receipt: f.Receipt,
			}
			if diff := cmp.Diff(want, f); diff != "" {
				t.Error(diff)
			}
			status := string(r.Status(time.Now()))
			if !strings.EqualFold(f.Receipt.Status, status) || status == "accepted" && f.Receipt.Number != r.Confirmation {
				t.Errorf("the row's receipt is %+v, the portal has %s %s", f.Receipt, status, r.Confirmation)
			}
		}
	}
}
