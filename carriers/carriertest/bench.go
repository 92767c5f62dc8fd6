package carriertest

import (
	"bytes"
	"context"
	"encoding/base64"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
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
	"example.com/lodge/internal/secret"
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

	onStep    map[string]func()
	cancelled time.Time
	ended     time.Time
	err       error // of the visit
}

const account = "kit"

func newBench(t *testing.T, c carriers.Carrier, s site) *bench {
	t.Helper()
	b := &bench{site: s, dir: t.TempDir(), log: &safeBuffer{}, onStep: map[string]func(){}}
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
		Carrier: c, Account: config.Account{Name: account, Carrier: c.Name, Portal: s.URL(), Loopback: true, Pin: s.Pin()},
		Secrets: visit.Secrets{Values: values(s.Secrets()), Version: "1"},
		Ledger:  b.ledger, Evidence: proof, Clock: clock.System{}, Owner: me.ID(), State: b.dir,
		Browser: browser.Options{Profiles: filepath.Join(b.dir, "profiles"), Patience: 4 * time.Second},
		Log:     slog.New(slog.NewTextHandler(b.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Tell:    b.told,
	}
	b.register(t, c, s.Invoice())
	s.Allow(b.intended)
	return b
}

// register puts the invoice into the ledger as intake does.
func (b *bench) register(t *testing.T, c carriers.Carrier, inv ledes.Invoice) {
	t.Helper()
	var file bytes.Buffer
	check(t, ledes.Write(&file, inv))
	read, err := ledes.Read(bytes.NewReader(file.Bytes()), c.Profile)
	check(t, err)
	if read.Verdict() == ledes.Rejected {
		t.Fatalf("the kit's invoice does not pass the carrier's Profile: %+v", read.Findings)
	}
	check(t, os.WriteFile(filepath.Join(b.dir, "staged.txt"), file.Bytes(), 0o600))
	r, err := b.ledger.Register(t.Context(), c.Name,
		submission.Key{Account: account, LawFirmID: inv.LawFirmID, ClientID: inv.ClientID, Number: inv.Number},
		submission.Revision{
			State: submission.Ready, Matter: inv.Matter, ClientMatter: inv.ClientMatter, Date: inv.Date, Total: inv.Total, Format: read.Format,
			Object: submission.Object{Name: inv.Number + ".txt", Path: "staged.txt", SHA: read.SHA, Canon: read.Canon, Size: int64(file.Len())},
		}, "kit")
	check(t, err)
	b.id = r.Submission.ID
}

// run makes the visit.
func (b *bench) run(ctx context.Context, rehearse bool) {
	b.visit.Rehearse = rehearse
	_, b.err = b.visit.Run(ctx, ctx)
	b.ended = time.Now()
}

func (b *bench) told(p visit.Progress) {
	if f := b.onStep[p.Step]; f != nil {
		f()
	}
}

// cancelWhen ends the visit's context when a step begins.
func (b *bench) cancelWhen(step string, cancel func()) {
	b.onStep[step] = func() {
		b.cancelled = time.Now()
		cancel()
	}
}

// intended says whether the submission may be on its way now.
func (b *bench) intended() bool {
	s, err := b.ledger.Get(context.Background(), b.id)
	return err == nil && s.Current().State == submission.Submitting
}

func (b *bench) checkEnd(t *testing.T) {
	t.Helper()
	s, err := b.ledger.Get(t.Context(), b.id)
	check(t, err)
	rev := s.Current()
	state, confirmation := expected(b.site.Expect())
	if string(rev.State) != state {
		t.Errorf("ended %s, expected %s: %s (visit: %v)", rev.State, state, rev.Why, b.err)
	}
	if confirmation != "" && confirmation != "*" && rev.Receipt.Number != confirmation || confirmation == "*" && rev.Receipt.Number == "" {
		t.Errorf("confirmation %q, expected %q", rev.Receipt.Number, confirmation)
	}
	if k := b.site.Kind(); k != "" && string(carriers.KindOf(b.err)) != k {
		t.Errorf("the visit ended with kind %q, expected %q: %v", carriers.KindOf(b.err), k, b.err)
	}
	if t.Failed() {
		t.Logf("requests that nothing is recorded for: %q", b.site.Unknown())
		t.Logf("log:\n%s", b.log.String())
	}
}

func (b *bench) checkCommits(t *testing.T, most int) {
	t.Helper()
	if n := b.site.Commits(); n > most {
		t.Errorf("the irrevocable request was made %d times, %d allowed", n, most)
	}
	if n := b.site.Early(); n > 0 {
		t.Errorf("the irrevocable request was made outside Commit, %d times: nobody had written the intent", n)
	}
}

func (b *bench) checkPrompt(t *testing.T) {
	t.Helper()
	if b.cancelled.IsZero() {
		t.Fatalf("the visit ended before it could be cancelled: %v", b.err)
	}
	if d := b.ended.Sub(b.cancelled); d > 2*time.Second {
		t.Errorf("returned %v after its context had ended", d.Round(time.Millisecond))
	}
}

// checkSecrets looks for the secrets in whatever was written or said.
func (b *bench) checkSecrets(t *testing.T) {
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

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
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
