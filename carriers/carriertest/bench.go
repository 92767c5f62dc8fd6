package carriertest

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/browser"
	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/config"
	"example.com/lodge/internal/evidence"
	"example.com/lodge/internal/holder"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/ledger/sqlite"
	"example.com/lodge/internal/objects"
	"example.com/lodge/internal/secret"
	"example.com/lodge/internal/staged"
	"example.com/lodge/internal/submission"
	"example.com/lodge/internal/visit"
	"example.com/lodge/ledes"
)

// bench files one invoice at one site with the real parts of Lodge.
type bench struct {
	site   site
	dir    string
	ledger *ledger.Ledger
	visit  visit.Visit
	log    *safeBuffer
	id     string // of the submission

	atPage    func()    // called when the Site begins to work
	cancelled time.Time // when it was
	ended     time.Time
	err       error // of the visit
	siteErr   error // the last of the Site
}

const account = "kit"

func newBench(t *testing.T, c carriers.Carrier, s site) *bench {
	t.Helper()
	b := &bench{site: s, dir: t.TempDir(), log: &safeBuffer{}, atPage: func() {}}
	me, err := holder.Register(filepath.Join(b.dir, "owners"))
	check(t, err)
	t.Cleanup(func() { _ = me.Close() })
	engine, err := sqlite.Open(t.Context(), filepath.Join(b.dir, "ledger.db"))
	check(t, err)
	b.ledger = ledger.New(engine, clock.System{}, me, submission.Limits{})
	t.Cleanup(func() { check(t, b.ledger.Close()) })
	proof, err := evidence.Open(filepath.Join(b.dir, "evidence"))
	check(t, err)
	b.visit = visit.Visit{
		Carrier: b.watched(c), Account: config.Account{Name: account, Carrier: c.Name, Portal: s.URL(), Loopback: true, Pin: s.Pins()[0]},
		Secrets: visit.Secrets{Values: values(s.Secrets()), Version: "1"},
		Ledger:  b.ledger, Evidence: proof, Clock: clock.System{}, Owner: me.ID(), Staged: b.copies(t),
		Browser: browser.Options{Profiles: filepath.Join(b.dir, "profiles"), Patience: 4 * time.Second},
		Log:     slog.New(slog.NewTextHandler(b.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Tell:    b.told,
	}
	b.register(t, c)
	return b
}

// register puts the invoice into the ledger as intake does.
func (b *bench) register(t *testing.T, c carriers.Carrier) {
	t.Helper()
	file, err := b.site.File()
	check(t, err)
	read, err := ledes.Read(bytes.NewReader(file), ledes.Options{Profile: c.Profile})
	check(t, err)
	if read.Verdict() == ledes.Rejected || len(read.Invoices) != 1 {
		t.Fatalf("the scenario's invoice does not pass the carrier's Profile: %+v", read.Findings)
	}
	inv := read.Invoices[0]
	check(t, os.WriteFile(filepath.Join(b.dir, "staged.txt"), file, 0o600))
	r, err := b.ledger.Register(t.Context(), c.Name,
		submission.Key{Account: account, LawFirmID: inv.LawFirmID, ClientID: inv.ClientID, Number: inv.Number},
		submission.Revision{
			State: submission.Ready, Matter: inv.Matter, ClientMatter: inv.ClientMatter, Date: inv.Date, Total: inv.Total, Format: read.Format,
			Object: submission.Object{Name: inv.Number + ".txt", Path: "staged.txt", SHA: read.SHA, Canon: read.Canon, Size: int64(len(file))},
		}, "kit")
	check(t, err)
	b.id = r.Submission.ID
}

// copies is where the scenario's invoice is kept.
func (b *bench) copies(t *testing.T) staged.Copies {
	t.Helper()
	folder, err := objects.OpenFolder(b.dir)
	check(t, err)
	t.Cleanup(func() { _ = folder.Close() })
	return staged.Copies{Store: folder}
}

// run makes the visit.
func (b *bench) run(ctx context.Context, rehearse bool) {
	if rehearse {
		b.err = b.rehearse(ctx)
	} else {
		_, b.err = b.visit.Run(ctx, ctx)
	}
	b.ended = time.Now()
}

// rehearse does all but the commit.
func (b *bench) rehearse(ctx context.Context) error {
	s, err := b.ledger.Get(ctx, b.id)
	if err != nil {
		return err
	}
	r, err := visit.RehearsalOf(ctx, s, b.visit.Staged)
	if err != nil {
		return err
	}
	_, err = b.visit.Rehearse(ctx, r)
	return err
}

// told hears what the visit does. That the commit may leave is believed of the
// ledger only.
func (b *bench) told(p visit.Progress) {
	if p.Step == visit.StepCommit && b.intended() {
		b.site.Allow()
	}
}

func (b *bench) intended() bool {
	s, err := b.ledger.Get(context.Background(), b.id)
	return err == nil && s.Current().State == submission.Submitting
}

// cancelAtFirstPage ends the visit's context when the Site begins to work.
func (b *bench) cancelAtFirstPage(cancel func()) {
	b.atPage = func() {
		b.cancelled = time.Now()
		cancel()
	}
}

// watched is the carrier with its Site's errors kept.
func (b *bench) watched(c carriers.Carrier) carriers.Carrier {
	open := c.Open
	c.Open = func(v carriers.Visit) carriers.Site { return &watchedSite{open(v), b} }
	return c
}

type watchedSite struct {
	carriers.Site
	bench *bench
}

func (s *watchedSite) Login(ctx context.Context) error {
	s.bench.atPage()
	return s.keep(s.Site.Login(ctx))
}

func (s *watchedSite) Find(ctx context.Context, inv carriers.Invoice) ([]carriers.Found, error) {
	rows, err := s.Site.Find(ctx, inv)
	return rows, s.keep(err)
}

func (s *watchedSite) Submit(ctx context.Context, inv carriers.Invoice) (carriers.Receipt, error) {
	r, err := s.Site.Submit(ctx, inv)
	return r, s.keep(err)
}

func (s *watchedSite) keep(err error) error {
	if err != nil {
		s.bench.siteErr = err
	}
	return err
}

func (b *bench) checkEnd(t judge) {
	t.Helper()
	s, err := b.ledger.Get(t.Context(), b.id)
	check(t, err)
	rev := s.Current()
	want := b.site.Want()
	if !slices.Contains(want.states, string(rev.State)) {
		t.Errorf("ended %s, expected %s: %s (visit: %v; site: %v)", rev.State, strings.Join(want.states, " or "), rev.Why, b.err, b.siteErr)
	}
	got := rev.Receipt.Number
	if want.confirmation == "*" && got == "" || !slices.Contains([]string{"", "*", got}, want.confirmation) {
		t.Errorf("confirmation %q, expected %q", got, want.confirmation)
	}
	if want.kind != "" && string(carriers.KindOf(b.siteErr)) != want.kind {
		t.Errorf("the Site's last error is of kind %q, expected %q: %v", carriers.KindOf(b.siteErr), want.kind, b.siteErr)
	}
	if t.Failed() {
		t.Logf("requests that nothing is recorded for: %q", b.site.Unknown())
		t.Logf("log:\n%s", b.log.String())
	}
}

// checkHeld is of a rehearsal: that the commit did not arrive is the gate's
// doing, and in a run nothing holds what comes outside Commit.
func (b *bench) checkHeld(t judge) {
	t.Helper()
	if errors.Is(b.err, visit.ErrOutside) {
		t.Errorf("in a rehearsal: %v", b.err)
	}
}

func (b *bench) checkCommits(t judge, most int) {
	t.Helper()
	if n := b.site.Commits(); n > most {
		t.Errorf("the irrevocable request was made %d times, %d allowed", n, most)
	}
	if b.site.Early() {
		t.Error("the irrevocable request was made outside Commit: nobody had written the intent")
	}
}

func (b *bench) checkPrompt(t judge) {
	t.Helper()
	if b.cancelled.IsZero() {
		t.Fatalf("the visit ended before it could be cancelled: %v", b.err)
	}
	if d := b.ended.Sub(b.cancelled); d > 2*time.Second {
		t.Errorf("returned %v after its context had ended", d.Round(time.Millisecond))
	}
}

// checkSecrets looks for the secrets in whatever was written or said.
func (b *bench) checkSecrets(t judge) {
	t.Helper()
	look := func(where string, data []byte) {
		for key, value := range b.site.Secrets() {
			for _, form := range []string{value, base64.StdEncoding.EncodeToString([]byte(value))} {
				if bytes.Contains(data, []byte(form)) {
					t.Errorf("secret %q is in %s", key, where)
				}
			}
		}
	}
	look("the log", []byte(b.log.String()))
	if b.err != nil {
		look("the visit's error", []byte(b.err.Error()))
	}
	check(t, filepath.WalkDir(b.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		look(strings.TrimPrefix(path, b.dir), data)
		return err
	}))
}

func values(plain map[string]string) map[string]secret.Value {
	m := map[string]secret.Value{}
	for k, v := range plain {
		m[k] = secret.NewValue(v)
	}
	return m
}

func check(t judge, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// judge is what the checks need of a test; so that tests of the kit can see it
// fail.
type judge interface {
	Context() context.Context
	Helper()
	Error(args ...any)
	Errorf(format string, args ...any)
	Fatal(args ...any)
	Fatalf(format string, args ...any)
	Logf(format string, args ...any)
	Failed() bool
}

// safeBuffer is a log that a visit's goroutines may write to at once.
type safeBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}
