package visit_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/lodge/carriers"
	"example.com/lodge/carriers/harbor"
	"example.com/lodge/carriers/page"
	"example.com/lodge/internal/evidence"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/portal"
	"example.com/lodge/internal/visit"
	"example.com/lodge/internal/visit/visittest"
)

// rehearse rehearses a registered invoice and checks what holds for every
// rehearsal: nothing arrived, nothing moved, the account is free.
func rehearse(t *testing.T, b *visittest.Bench, id string, change ...func(*visit.Rehearsal)) (visit.Rehearsed, error) {
	t.Helper()
	before := b.Get(id)
	r, err := visit.RehearsalOf(t.Context(), before, b.Staged)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range change {
		f(&r)
	}
	uploads := b.Portal.Counts().Uploads
	out, err := b.Visit(visittest.Moor).Rehearse(t.Context(), r)
	if n := b.Portal.Counts().Uploads - uploads; n != 0 {
		t.Errorf("the portal took %d uploads in", n)
	}
	if diff := cmp.Diff(before, b.Get(id)); diff != "" {
		t.Errorf("the submission has moved: %s", diff)
	}
	if acc, accErr := b.Ledger.Account(t.Context(), visittest.Moor); accErr != nil || len(acc.Visits) > 0 || !acc.LastSent.IsZero() {
		t.Errorf("the account is left as %+v, %v", acc, accErr)
	}
	return out, err
}

// proven are the parts of a rehearsal that are.
func proven(r visit.Rehearsed) string {
	var names []string
	for _, p := range r.Parts {
		if p.Proven {
			names = append(names, string(p.Name))
		}
	}
	return strings.Join(names, " ")
}

// kept are the names of the evidence.
func kept(t *testing.T, r visit.Rehearsed) string {
	t.Helper()
	files, err := os.ReadDir(r.Folder)
	if err != nil {
		t.Error(err)
	}
	var names []string
	for _, f := range files {
		if evidence.Marked(f.Name()) == 0 { // its place in the chain
			names = append(names, f.Name())
		}
	}
	return strings.Join(names, " ")
}

// TestRehearsal does all but the commit, whether the site holds the invoice
// already or not, and tells each step.
func TestRehearsal(t *testing.T) {
	t.Parallel()
	b := visittest.New(t, harbor.Carrier())
	for _, c := range []struct{ number, says string }{
		{number, "the site does not hold invoice " + number},
		{"FOUND", "the site holds invoice FOUND: Accepted "},
		{"ODD", "the site holds this invoice number with amount 0.01"},
	} {
		id := b.Register(visittest.Moor, c.number, visittest.Invoice{})
		if c.number != number {
			amount := map[string]int64{"FOUND": visittest.Total, "ODD": 1}[c.number]
			b.ByHand(c.number, visittest.Matter, amount, time.Hour)
		}
		var steps []string
		r, err := rehearse(t, b, id, func(r *visit.Rehearsal) {
			r.Tell = func(s visit.Taken) { steps = append(steps, string(s.Part)+": "+s.What+" "+s.Err) }
		})
		if err != nil || proven(r) != "login look-up form commit" || !strings.HasPrefix(r.Parts[1].Text, c.says) {
			t.Errorf("%s: %+v, %v", c.number, r.Parts, err)
		}
		if got := kept(t, r); got != "about.json form.jpg look-up.jpg steps.json" {
			t.Errorf("kept %s", got)
		}
		all := strings.Join(steps, "\n")
		for _, step := range []string{`login: fill the field labelled "Password" `, "look-up: read rows", `form: attach "#file" `,
			`commit: look at what would click the button "Submit invoice" `} {
			if !strings.Contains(all, step) {
				t.Errorf("it does not tell of %q:\n%s", step, all)
			}
		}
	}
}

// eager is Harbor with a Submit that does not leave the commit to Commit.
type eager struct {
	carriers.Site
	visit carriers.Visit
	after func(context.Context, carriers.Visit) error
}

func (s eager) Submit(ctx context.Context, inv carriers.Invoice) (carriers.Receipt, error) {
	err := page.Do(ctx, page.Goto(s.visit.URL("/invoices/new")), page.Choose(page.Label("Client"), inv.ClientID),
		page.Fill(page.Label("Matter number"), inv.ClientMatter), page.Attach("#file", inv.Path))
	if err == nil {
		err = s.after(ctx, s.visit)
	}
	return carriers.Receipt{State: carriers.StateAccepted}, err
}

// TestRehearsalHoldsWhateverTheCarrierDoes: a carrier that is wrong about its
// commit files nothing in a rehearsal, and reads what is wrong.
func TestRehearsalHoldsWhateverTheCarrierDoes(t *testing.T) {
	t.Parallel()
	click := page.Click(page.Role("button", "Submit invoice"))
	for name, c := range map[string]struct {
		after   func(context.Context, carriers.Visit) error
		commits []carriers.Request
		says    string
	}{
		"clicks outside Commit": {after: func(ctx context.Context, _ carriers.Visit) error { return page.Do(ctx, click) },
			says: "outside Commit: it was stopped (POST "},
		"clicks, and then commits": {after: func(ctx context.Context, v carriers.Visit) error {
			return errors.Join(page.Do(ctx, click), v.Commit(ctx, func(ctx context.Context) error { return page.Do(ctx, click) }))
		}, says: "outside Commit: it was stopped (POST "},
		"clicks with another context": {after: func(ctx context.Context, v carriers.Visit) error {
			return v.Commit(ctx, func(context.Context) error { return page.Do(ctx, click) })
		}, says: "outside Commit: it was stopped (POST "},
		"goes on after the first click": {after: func(ctx context.Context, v carriers.Visit) error {
			return v.Commit(ctx, func(ctx context.Context) error { return errors.Join(page.Do(ctx, click), page.Do(ctx, click)) })
		}},
		"opens a page in Commit": {after: func(ctx context.Context, v carriers.Visit) error {
			return v.Commit(ctx, func(ctx context.Context) error { return page.Do(ctx, page.Goto(v.URL("/invoices"))) })
		}},
		"forgets to commit":        {after: func(context.Context, carriers.Visit) error { return nil }, says: "nothing was committed"},
		"panics":                   {after: func(context.Context, carriers.Visit) error { panic("defect") }, says: "a defect in Submit"},
		"names another address":    {after: clickOnly(click), commits: []carriers.Request{{Method: "POST", Path: "/x"}}, says: "nothing was committed"},
		"declares no commit":       {after: clickOnly(click), commits: []carriers.Request{}, says: "the author declares it in Commits"},
		"declares one of any kind": {after: clickOnly(click), commits: []carriers.Request{{Path: "/invoices/upload"}}, says: "the author declares it in Commits"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			declared := harbor.Carrier()
			open := declared.Open
			declared.Open = func(v carriers.Visit) carriers.Site { return eager{open(v), v, c.after} }
			if c.commits != nil {
				declared.Commits = c.commits
			}
			b := visittest.New(t, declared)
			r, err := rehearse(t, b, b.Register(visittest.Moor, number, visittest.Invoice{}))
			if c.says == "" && (err != nil || proven(r) != "login look-up form commit") {
				t.Errorf("%+v, %v", r.Parts, err)
			}
			if c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says) || carriers.KindOf(err) != carriers.SiteChanged) {
				t.Errorf("it does not say %q: %v", c.says, err)
			}
		})
	}
}

func clickOnly(click page.Step) func(context.Context, carriers.Visit) error {
	return func(ctx context.Context, _ carriers.Visit) error { return page.Do(ctx, click) }
}

// TestRehearsalFails tells which part failed, why, and what the page shows.
func TestRehearsalFails(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault  portal.Fault
		proven string
		kind   carriers.Kind
		says   []string
		kept   string
	}{
		"the upload page": {portal.Fault{What: portal.Changed, At: portal.UploadPage}, "login look-up", carriers.SiteChanged,
			[]string{"submit invoice " + number, "the page is /invoices/new"}, "about.json cause.txt failure.html failure.jpg failure.txt look-up.jpg steps.json"},
		"the login page": {portal.Fault{What: portal.Changed, At: portal.LoginPage}, "", carriers.SiteChanged,
			[]string{"log in", "the page is /login"}, "about.json cause.txt login.html login.jpg login.json login.txt steps.json"},
		"down": {portal.Fault{What: portal.Down}, "", carriers.Unavailable, []string{"log in"}, "about.json cause.txt login.html login.jpg login.json login.txt steps.json"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := visittest.New(t, harbor.Carrier())
			b.Fault(c.fault)
			r, err := rehearse(t, b, b.Register(visittest.Moor, number, visittest.Invoice{}))
			if proven(r) != c.proven || carriers.KindOf(err) != c.kind {
				t.Fatalf("%q, %q: %v", proven(r), carriers.KindOf(err), err)
			}
			for _, part := range c.says {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("it does not say %q: %v", part, err)
				}
			}
			if got := kept(t, r); got != c.kept {
				t.Errorf("kept %s, want %s", got, c.kept)
			}
			failed := r.Parts[len(strings.Fields(c.proven))]
			if failed.Err == nil || failed.Err.Error() != err.Error() {
				t.Errorf("the part is %+v", failed)
			}
		})
	}
}

// TestRehearsalOfARefusedLogin spends one try, and none while the account is
// suspended.
func TestRehearsalOfARefusedLogin(t *testing.T) {
	t.Parallel()
	b := visittest.New(t, harbor.Carrier())
	v := b.Visit(visittest.Moor)
	v.Secrets.Values["password"] = v.Secrets.Values["username"]
	if _, err := v.Rehearse(t.Context(), visit.Rehearsal{}); carriers.KindOf(err) != carriers.Credentials {
		t.Errorf("the first: %v", err)
	}
	for range 2 {
		if _, err := v.Rehearse(t.Context(), visit.Rehearsal{Paused: true}); !errors.Is(err, ledger.ErrSuspended) {
			t.Errorf("the next: %v", err)
		}
	}
	if n := b.Portal.Counts().FailedLogins; n != 1 {
		t.Errorf("%d logins were refused", n)
	}
}

// TestRehearsalLooks holds what the look-up brings against what is known.
func TestRehearsalLooks(t *testing.T) {
	t.Parallel()
	b := visittest.New(t, harbor.Carrier())
	b.ByHand("FOUND", visittest.Matter, visittest.Total, time.Hour)
	id := b.Register(visittest.Moor, "FOUND", visittest.Invoice{})
	for _, c := range []struct {
		number string
		expect visit.Expect
		ok     bool
	}{
		{"FOUND", visit.Held, true}, {"LOST", visit.Held, false}, {"FOUND", visit.Nothing, false}, {"LOST", visit.Nothing, true}, {"LOST", visit.Anything, true},
	} {
		r, err := rehearse(t, b, id, func(r *visit.Rehearsal) {
			r.Invoice.Number, r.Expect, r.File = c.number, c.expect, nil
		})
		want := "login"
		if c.ok {
			want = "login look-up"
		}
		if (err == nil) != c.ok || proven(r) != want || !c.ok && carriers.KindOf(err) != carriers.SiteChanged {
			t.Errorf("%+v: %q, %v", c, proven(r), err)
		}
		if form := r.Parts[2]; form.Err != nil || form.Text == "" {
			t.Errorf("the form is %+v", form)
		}
	}
}

// TestRehearsalOfAPausedAccount is made only by who knows that it is paused.
func TestRehearsalOfAPausedAccount(t *testing.T) {
	t.Parallel()
	b := visittest.New(t, harbor.Carrier())
	v := b.Visit(visittest.Moor)
	v.Account.Paused = "new terms"
	if _, err := v.Rehearse(t.Context(), visit.Rehearsal{}); carriers.KindOf(err) != carriers.ActionNeeded || b.Portal.Counts().Logins != 0 {
		t.Errorf("%v, %d logins", err, b.Portal.Counts().Logins)
	}
	if r, err := v.Rehearse(t.Context(), visit.Rehearsal{Paused: true}); err != nil || proven(r) != "login" {
		t.Errorf("%+v, %v", r.Parts, err)
	}
}

// TestRehearsalOfChangedFiles refuses a staged file that is not what it was.
func TestRehearsalOfChangedFiles(t *testing.T) {
	t.Parallel()
	b := visittest.New(t, harbor.Carrier())
	s := b.Get(b.Register(visittest.Moor, number, visittest.Invoice{}))
	if err := os.WriteFile(filepath.Join(b.Dir, s.Current().Object.Path), []byte("other"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := visit.RehearsalOf(t.Context(), s, b.Staged); err == nil || !strings.Contains(err.Error(), "is not the one that was checked") {
		t.Error(err)
	}
}
