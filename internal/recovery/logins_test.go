package recovery_test

import (
	"testing"
	"time"

	"github.com/oklog/ulid/v2"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/evidence"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/secret"
)

// failedLogin keeps a login that failed an hour ago, of the visit of that fence.
func (w *world) failedLogin(kind string, fence int64) {
	w.t.Helper()
	scrub, err := secret.NewScrubber()
	check(w.t, err)
	id := ulid.MustNew(ulid.Timestamp(time.Now().Add(-time.Hour)), ulid.DefaultEntropy()).String()
	f, err := w.Evidence.Attempt("acme", kind, id, scrub)
	check(w.t, err)
	if fence > 0 {
		_, err = f.Login(w.t.Context(), fence)
		check(w.t, err)
	}
	_, err = f.Put(w.t.Context(), "cause.txt", []byte("the password is not right"))
	check(w.t, err)
}

// stopped says whether nobody logs in before a person has looked.
func (w *world) stopped() bool {
	w.t.Helper()
	a, err := w.Ledger.Account(w.t.Context(), "acme")
	check(w.t, err)
	return a.Suspended != nil && a.Suspended.SecretVersion == ""
}

func (w *world) behind() bool {
	w.t.Helper()
	behind, err := w.Behind(w.t.Context(), []string{"acme"})
	check(w.t, err)
	return behind
}

// With the ledger the word was lost that a login failed: it is not tried again
// before a person has looked. The ledger's copy knows of seven visits.
func TestFailedLogins(t *testing.T) {
	older := ledger.Suspension{Kind: string(carriers.Credentials), Why: "of an older login", SecretVersion: "1"}
	for name, c := range map[string]struct {
		kind   string
		fence  int64 // of the visit whose login failed; 0: it was killed before that was kept
		before bool  // the account is suspended in the ledger, until a newer secret lifts it
		later  bool  // something was sent after it
		behind bool
		want   bool
	}{
		"of a visit that the ledger lost":     {fence: 8, behind: true, want: true},
		"of a rehearsal that it lost":         {kind: evidence.Rehearsals, fence: 8, behind: true, want: true},
		"and an older one is known":           {fence: 8, before: true, behind: true, want: true},
		"of a visit that it knows":            {fence: 7},
		"of a visit that nobody knows":        {fence: 0},
		"after it, and a later one succeeded": {fence: 8, later: true, behind: true},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			check(t, w.Ledger.RecoverLogin(t.Context(), "acme", "a copy", 7, nil))
			if c.kind == "" {
				c.kind = evidence.Logins
			}
			w.failedLogin(c.kind, 1)
			w.failedLogin(c.kind, c.fence)
			if c.before {
				check(t, w.Ledger.Suspend(t.Context(), "acme", "a visit", older))
			}
			if c.later {
				w.intent("1", "a", 1)
			}
			if got := w.behind(); got != c.behind {
				t.Errorf("behind %t", got)
			}
			w.run()
			if got := w.stopped(); got != c.want {
				t.Errorf("suspended until a person has looked: %t, want %t", got, c.want)
			}
			if w.behind() {
				t.Error("behind still")
			}
			if c.want {
				check(t, w.Ledger.LiftSuspension(t.Context(), "acme", "ann", "the password is right"))
			}
			if w.run(); w.stopped() {
				t.Error("what a person has lifted was stopped once more")
			}
		})
	}
}
