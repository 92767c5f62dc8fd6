package visit_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"example.com/lodge/carriers"
	"example.com/lodge/carriers/harbor"
	"example.com/lodge/internal/campaign/tally"
	"example.com/lodge/internal/portal"
	sim "example.com/lodge/internal/portal/harbor"
	"example.com/lodge/internal/secret"
	"example.com/lodge/internal/visit/visittest"
)

// late is harbor with a password that it gets only when the visit has begun: the
// scrubber, which is made before, does not know it.
func late(values map[string]secret.Value) carriers.Carrier {
	c := harbor.Carrier()
	open := c.Open
	c.Open = func(v carriers.Visit) carriers.Site {
		inner := open(v)
		return oddLogin{inner, v, func(ctx context.Context, _ carriers.Visit) error {
			values["password"] = secret.NewValue(canary)
			return inner.Login(ctx)
		}}
	}
	return c
}

// TestKnockOutScrubber makes the visit of [TestNoCanaryAnywhere] without the
// scrubber: the canary must be found in every kind of evidence in which text is.
func TestKnockOutScrubber(t *testing.T) {
	t.Parallel()
	user := sim.Users()[0]
	user.Password = canary
	values := map[string]secret.Value{"username": secret.NewValue(user.Name), "password": secret.NewValue("not yet known")}
	b := visittest.New(t, late(values), func(o *portal.Options) { o.Users = []portal.User{user} })
	b.Register(visittest.Moor, "INV-1", visittest.Invoice{})
	b.Register(visittest.Moor, "INV-2", visittest.Invoice{Matter: sim.ClosedMatter})
	v := b.Visit(visittest.Moor)
	v.Account.Portal, v.Account.Pin = echo(t, b)
	v.Secrets.Values = values
	_, err := v.Run(t.Context(), t.Context())
	all := found(allFiles(t, b, fmt.Sprint(err)))
	for _, where := range []string{"result.html", "result.txt", "answer.json", "ledger.db", "what was said"} {
		if !strings.Contains(strings.Join(all, "\n"), where) {
			t.Errorf("without the scrubber the password is not found in %s", where)
		}
	}
	t.Logf("knock-out %q: failed with SECRET in 1 of 1 runs, in %d places", "scrubber off", len(all))
	took := tally.KnockOut{Rule: "the scrubber", Where: "Chromium", Of: 1,
		Breach: tally.Breach{Kind: tally.Secret, What: fmt.Sprintf("the password in %d places", len(all))}}
	if len(all) > 0 {
		took.After = 1
	}
	if err := tally.Found(took).Keep("visit-scrubber"); err != nil {
		t.Error(err)
	}
}
