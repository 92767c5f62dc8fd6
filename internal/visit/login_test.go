package visit_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/carriers/harbor"
	"example.com/lodge/carriers/page"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/portal"
	"example.com/lodge/internal/secret"
	"example.com/lodge/internal/submission"
	"example.com/lodge/internal/visit/visittest"
)

// TestOneRefusal is the whole life of a wrong password: the site sees it once,
// whatever is tried, until another version of the secret is there.
func TestOneRefusal(t *testing.T) {
	t.Parallel()
	b := visittest.New(t, harbor.Carrier())
	id := b.Register(visittest.Moor, number, visittest.Invoice{})
	wrong := b.Visit(visittest.Moor)
	wrong.Secrets.Values["password"] = secret.NewValue("High-water-9")
	if _, err := wrong.Run(t.Context(), t.Context()); carriers.KindOf(err) != carriers.Credentials {
		t.Errorf("the first visit ended with %v", err)
	}
	for range 2 {
		if _, err := wrong.Run(t.Context(), t.Context()); !errors.Is(err, ledger.ErrSuspended) {
			t.Errorf("the next visit ended with %v", err)
		}
	}
	if n := b.Portal.Counts(); n.FailedLogins != 1 || n.Logins != 0 {
		t.Errorf("the portal counts %d logins and %d that failed", n.Logins, n.FailedLogins)
	}
	right := b.Visit(visittest.Moor)
	right.Secrets.Version = "2"
	if _, err := right.Run(t.Context(), t.Context()); err != nil {
		t.Error(err)
	}
	if got := b.Get(id).Current().State; got != submission.Accepted {
		t.Errorf("it is %s", got)
	}
	if n := b.Portal.Counts(); n.FailedLogins != 1 || n.Logins != 1 {
		t.Errorf("the portal counts %d logins and %d that failed", n.Logins, n.FailedLogins)
	}
	if strings.Contains(b.Log.String(), "High-water-9") {
		t.Error("the password is in the log")
	}
}

// TestLogins has the login end in other ways. What may have counted as a refusal
// is not tried again at once; what cannot have, is.
func TestLogins(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault   portal.Fault
		login   func(context.Context, carriers.Visit) error
		expired bool
		kind    carriers.Kind // of the first visit's error
		again   error         // what the next visit's error wraps; nil: it logs in
	}{
		"down before anything is typed": {fault: portal.Fault{What: portal.Down, At: portal.LoginPage, Next: 1}, kind: carriers.Unavailable},
		"redesigned login page":         {fault: portal.Fault{What: portal.Changed, Next: 1}, kind: carriers.SiteChanged},
		"down once the password was sent": {fault: portal.Fault{What: portal.Down, At: portal.Login, Next: 1}, kind: carriers.Unavailable,
			again: ledger.ErrUnanswered},
		"an unknown page in answer to the password": {fault: portal.Fault{What: portal.Unknown, At: portal.Login, Next: 1}, kind: carriers.SiteChanged,
			again: ledger.ErrSuspended},
		"a secret that is not declared": {login: func(_ context.Context, v carriers.Visit) error {
			return page.Do(context.Background(), page.Fill(page.Label("Token"), v.Secret("token")))
		}, kind: carriers.SiteChanged},
		"a code that nobody has": {login: func(ctx context.Context, v carriers.Visit) error {
			_, err := v.Code(ctx, carriers.TOTP)
			return err
		}, kind: carriers.ActionNeeded, again: ledger.ErrSuspended},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := visittest.New(t, harbor.Carrier())
			id := b.Register(visittest.Moor, number, visittest.Invoice{})
			if c.fault.What != "" {
				b.Fault(c.fault)
			}
			first := b.Visit(visittest.Moor)
			if c.login != nil {
				first.Carrier = odd(c.login)
			}
			if _, err := first.Run(t.Context(), t.Context()); carriers.KindOf(err) != c.kind {
				t.Errorf("the first visit ended with %v", err)
			}
			_, err := b.Visit(visittest.Moor).Run(t.Context(), t.Context())
			if c.again != nil && !errors.Is(err, c.again) || c.again == nil && err != nil {
				t.Errorf("the next visit ended with %v", err)
			}
			want := submission.Ready
			if c.again == nil {
				want = submission.Accepted
			}
			if got := b.Get(id).Current().State; got != want {
				t.Errorf("it is %s", got)
			}
			if errors.Is(c.again, ledger.ErrUnanswered) {
				b.Later(ledger.Unanswered + time.Minute)
				if _, err := b.Visit(visittest.Moor).Run(t.Context(), t.Context()); err != nil {
					t.Errorf("after a while: %v", err)
				}
			}
		})
	}
}

// odd is harbor with another login.
func odd(login func(context.Context, carriers.Visit) error) carriers.Carrier {
	c := harbor.Carrier()
	open := c.Open
	c.Open = func(v carriers.Visit) carriers.Site { return oddLogin{open(v), v, login} }
	return c
}

type oddLogin struct {
	carriers.Site
	visit carriers.Visit
	login func(context.Context, carriers.Visit) error
}

func (s oddLogin) Login(ctx context.Context) error { return s.login(ctx, s.visit) }

// TestSuspendedLater is an account that is suspended while it is visited: what
// waits is not begun, and is due at once when the suspension is lifted.
func TestSuspendedLater(t *testing.T) {
	t.Parallel()
	refused := func(ctx context.Context, s site, inv carriers.Invoice) ([]carriers.Found, error) {
		return nil, carriers.Errorf(carriers.ActionNeeded, "the site wants its new terms read")
	}
	b := visittest.New(t, with(site{find: refused}))
	first := b.Register(visittest.Moor, number, visittest.Invoice{})
	if _, err := b.Visit(visittest.Moor).Run(t.Context(), t.Context()); carriers.KindOf(err) != carriers.ActionNeeded {
		t.Errorf("the visit ended with %v", err)
	}
	if s := b.Get(first); s.Current().State != submission.Ready || s.Hold != submission.HoldCredentials || s.Current().Needs != carriers.Operator {
		t.Errorf("it is %s, held for %q, needs %q", s.Current().State, s.Hold, s.Current().Needs)
	}
	if _, err := b.Visit(visittest.Moor).Run(t.Context(), t.Context()); !errors.Is(err, ledger.ErrSuspended) {
		t.Errorf("the next visit ended with %v", err)
	}
	if err := b.Ledger.LiftSuspension(t.Context(), visittest.Moor, "ada", "read them"); err != nil {
		t.Fatal(err)
	}
	b.Carrier = harbor.Carrier()
	second := b.Register(visittest.Moor, "INV-2", visittest.Invoice{})
	b.Tell = once("done", func() {
		if err := b.Ledger.Suspend(t.Context(), visittest.Moor, "ada", ledger.Suspension{Kind: string(carriers.ActionNeeded), Why: "on holiday"}); err != nil {
			t.Error(err)
		}
	})
	if _, err := b.Visit(visittest.Moor).Run(t.Context(), t.Context()); !errors.Is(err, ledger.ErrSuspended) {
		t.Errorf("the visit under way ended with %v", err)
	}
	if n := b.Portal.Counts().Uploads; n != 1 {
		t.Errorf("%d uploads: %s and %s", n, b.Get(first).Current().State, b.Get(second).Current().State)
	}
}
