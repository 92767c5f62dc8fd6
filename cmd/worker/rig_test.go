package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"example.com/lodge/carriers/all"
	"example.com/lodge/internal/browser"
	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/cloud"
	"example.com/lodge/internal/config"
	"example.com/lodge/internal/dispatch"
	"example.com/lodge/internal/evidence"
	"example.com/lodge/internal/filing"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/ledger/ledgertest"
	"example.com/lodge/internal/ledger/memory"
	"example.com/lodge/internal/objects"
	"example.com/lodge/internal/observe"
	"example.com/lodge/internal/outbox"
	"example.com/lodge/internal/secret"
	"example.com/lodge/internal/staged"
	"example.com/lodge/internal/submission"
	"example.com/lodge/internal/visit/visittest"
)

const self = "ecs:0123456789abcdef0123456789abcdef"

// wall is a clock that a synctest bubble moves.
type wall struct{}

func (wall) Now() time.Time      { return time.Now() }
func (wall) Boot() time.Duration { return time.Duration(time.Now().UnixNano()) }

// living are holders of leases, none of whom is dead.
type living struct{}

func (living) Dead(context.Context, string) (bool, error) { return false, nil }

// A counter keeps whoever asks for an account's secret waiting until it is opened, or
// whoever asks gives up. Then it has nothing: no browser is started.
type counter struct {
	secret.Store
	open chan struct{}

	mu     sync.Mutex
	asked  []string // accounts
	gaveUp []string
}

// Version implements [secret.Store].
func (c *counter) Version(ctx context.Context, account string) (string, error) {
	c.note(&c.asked, account)
	select {
	case <-c.open:
		return c.Store.Version(ctx, account)
	case <-ctx.Done():
		c.note(&c.gaveUp, account)
		return "", ctx.Err()
	}
}

func (c *counter) note(list *[]string, account string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !slices.Contains(*list, account) {
		*list = append(*list, account)
	}
}

// A ledgerTable is where the ledger lies.
type ledgerTable struct {
	cloud.Table
	restored  atomic.Bool
	recovered atomic.Bool
}

// Restored implements [cloud.Table].
func (t *ledgerTable) Restored(context.Context) (bool, error) { return t.restored.Load(), nil }

// Recovered implements [cloud.Table].
func (t *ledgerTable) Recovered(context.Context) error { t.recovered.Store(true); return nil }

// A rig is a worker in a bubble, with a ledger in memory and everything else in files.
type rig struct {
	*worker
	t       *testing.T
	dir     string
	said    *visittest.Log
	breaks  atomic.Value // string: the call of the ledger's engine that fails; "": none
	counter *counter
	table   *ledgerTable
	done    chan error // what work has returned
}

func settings(dir, more string) string {
	return fmt.Sprintf(`stage: test
watermark: 2026-01-01T00:00:00Z
state: %s
visits: 2
browser: {allow_unsandboxed: true}
aws: {region: us-east-1, bucket: smith-lodge}
accounts:
  %s: {carrier: harbor, portal: "https://127.0.0.1:9"}
  %s: {carrier: harbor, portal: "https://127.0.0.1:9"}
%s`, dir, visittest.Moor, visittest.Pier, more)
}

// within runs a test in a bubble, with a worker that has slot 1 for two accounts.
func within(t *testing.T, test func(r *rig)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		r := &rig{t: t, dir: t.TempDir(), said: &visittest.Log{}, table: &ledgerTable{}, done: make(chan error, 1)}
		r.breaks.Store("")
		env := map[string]string{config.EnvYAML: settings(filepath.Join(r.dir, "state"), "outbox: {files: {status: true}}\n")}
		c, err := config.Read(config.FromVariable, all.Carriers(), func(name string) (string, bool) { v, ok := env[name]; return v, ok })
		r.check(err)
		engine := ledgertest.Failing{Engine: memory.New(), Fail: func(call string, done bool) error {
			if call == r.breaks.Load() && !done {
				return errBroken
			}
			return nil
		}}
		l := ledger.New(engine, wall{}, living{}, submission.Limits{})
		kept, err := objects.MakeFolder(filepath.Join(r.dir, "evidence"))
		r.check(err)
		defer kept.Close()
		r.counter = &counter{Store: secret.NewFile(filepath.Join(r.dir, "secrets.age"), filepath.Join(r.dir, "secrets.key")), open: make(chan struct{})}
		log := slog.New(slog.NewJSONHandler(r.said, nil))
		r.worker = &worker{
			Deployment: &cloud.Deployment{Config: c, Ledger: l, Table: r.table}, self: cloud.Identity{Owner: self}, clock: wall{}, log: log,
			told: observe.Open(t.Context(), c, wall{}, &secret.Scrubber{}, log),
			task: dispatch.Task{Slot: 1, Fence: 1, Accounts: []string{visittest.Moor, visittest.Pier}},
			relay: outbox.New(outbox.Options{Ledger: l, Turns: outbox.Folder(r.dir), Clock: wall{}, Log: log, Destinations: []outbox.Destination{
				{Name: "files", To: outbox.StatusFolder(filepath.Join(r.dir, "status"))},
			}}),
			desk: &filing.Desk{
				Config: c, Carriers: all.Carriers(), Ledger: l, Evidence: evidence.On(kept), Staged: staged.Copies{Store: kept},
				Secrets: r.counter, Owner: self, Browser: browser.Options{Profiles: c.Profiles()}, Clock: wall{},
			},
		}
		r.check(r.relay.Enrol(t.Context()))
		_, err = l.TakeSlots(t.Context(), ledger.Wanted{Max: 1, TTL: time.Minute, Seen: time.Now(),
			Starts: [][]ledger.Due{{{Account: visittest.Moor}, {Account: visittest.Pier}}}})
		r.check(err)
		test(r)
		if t.Failed() {
			t.Logf("said:\n%s", r.said)
		}
	})
}

func (r *rig) check(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

// arrive registers an invoice.
func (r *rig) arrive(account, number string) submission.Submission {
	r.t.Helper()
	return registered(r.t, r.Ledger, account, number)
}

// registered is an invoice that a ledger has just been told of.
func registered(t *testing.T, l *ledger.Ledger, account, number string) submission.Submission {
	t.Helper()
	reg, err := l.Register(t.Context(), "harbor", key(account, number), submission.Revision{
		State: submission.Ready, Object: submission.Object{Name: number + ".txt", Path: "staged/" + number, SHA: "sha-" + number, Canon: "canon-" + number},
	}, "intake")
	if err != nil {
		t.Fatal(err)
	}
	return reg.Submission
}

func key(account, number string) submission.Key {
	return submission.Key{Account: account, LawFirmID: "12-3456789", ClientID: "C1", Number: number}
}

// begins has the worker work until what is under way waits for something.
func (r *rig) begins(hard, soft context.Context) {
	go func() { r.done <- r.work(hard, soft) }()
	synctest.Wait()
}

// pass lets time go by.
func (r *rig) pass(d time.Duration) {
	clock.Pause(r.t.Context(), d)
	synctest.Wait()
}

// working says whether the worker has not come to its end.
func (r *rig) working() bool { return len(r.done) == 0 }

// asked are the accounts whose secrets were asked for.
func (r *rig) asked(want ...string) {
	r.t.Helper()
	r.counter.mu.Lock()
	defer r.counter.mu.Unlock()
	if !slices.Equal(r.counter.asked, want) {
		r.t.Errorf("begun for %v, want %v", r.counter.asked, want)
	}
}

// ends waits for the worker's end and its error.
func (r *rig) ends(says string) {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), time.Hour)
	defer cancel()
	select {
	case err := <-r.done:
		if text := fmt.Sprint(err); (err != nil) != (says != "") || !strings.Contains(text, says) {
			r.t.Errorf("the worker ends with %v, want %q", err, says)
		}
	case <-ctx.Done():
		r.t.Fatal("the worker does not end")
	}
}

// slots are those in use, with whose they are.
func (r *rig) slots(want string) {
	r.t.Helper()
	s, err := r.Ledger.Slots(r.t.Context())
	r.check(err)
	var list []string
	for _, slot := range s.Taken {
		if list = append(list, fmt.Sprintf("%d/%d %s", slot.N, slot.Fence, slot.Task)); slot.Lapsed(time.Now()) {
			list = append(list, "lapsed")
		}
	}
	if got := strings.Join(list, ", "); got != want {
		r.t.Errorf("slots in use: %q, want %q", got, want)
	}
}

// lines are those of the log.
func (r *rig) lines() []map[string]any { return linesOf(r.t, r.said.String()) }

func linesOf(t *testing.T, text string) (list []map[string]any) {
	t.Helper()
	for line := range strings.Lines(text) {
		var said map[string]any
		if err := json.Unmarshal([]byte(line), &said); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		list = append(list, said)
	}
	return list
}

// says fails the test unless a line of the log has that message, and returns it.
func (r *rig) says(message string) map[string]any {
	r.t.Helper()
	for _, line := range r.lines() {
		if line["msg"] == message {
			return line
		}
	}
	r.t.Fatalf("nothing says %q:\n%s", message, r.said)
	return nil
}

var errBroken = errors.New("the ledger does not answer")
