package real

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"example.com/lodge/carriers/harbor"
	"example.com/lodge/internal/batch"
	"example.com/lodge/internal/browser"
	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/config"
	"example.com/lodge/internal/evidence"
	"example.com/lodge/internal/filing"
	"example.com/lodge/internal/gate"
	"example.com/lodge/internal/holder"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/ledger/sqlite"
	"example.com/lodge/internal/objects"
	"example.com/lodge/internal/recovery"
	"example.com/lodge/internal/secret"
	"example.com/lodge/internal/staged"
	"example.com/lodge/internal/submission"
	"example.com/lodge/internal/visit"
	"example.com/lodge/internal/visit/visittest"
)

// visitor is the first argument of a process that makes visits for TestBrowser.
const visitor = "visitor"

// An errand is what such a process is told on its standard input.
type errand struct {
	Dir                     string // of the bench
	Portal, Pin             string
	User, Password, Version string
	Later                   time.Duration
}

// A stop is a point that the process has come to. It goes on when it is answered.
type stop struct {
	Point string
	Error string // at the end
}

// What a process is answered.
const (
	goOn    = "go on"
	breakUp = "break off" // what is under way, as a second Ctrl-C does
	panics  = "panic"
)

// A reporter tells of points and waits for answers.
type reporter struct {
	mu       sync.Mutex
	in       *json.Decoder
	out      *json.Encoder
	breakOff context.CancelFunc
}

func (r *reporter) at(point string) {
	switch r.ask(point) {
	case breakUp:
		r.breakOff()
	case panics:
		panic("as it was told to")
	}
}

func (r *reporter) ask(point string) (answer string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := errors.Join(r.out.Encode(stop{Point: point}), r.in.Decode(&answer)); err != nil {
		return breakUp // whoever started this process is gone
	}
	return answer
}

// pointed is an engine that stops before and after each write to a submission, and
// lives later.
type pointed struct {
	ledger.Engine
	*reporter
	later time.Duration
}

// Store implements [ledger.Engine].
func (p pointed) Store(ctx context.Context, s submission.Submission, entries []submission.Entry) error {
	if len(entries) == 0 {
		return p.Engine.Store(ctx, s, entries)
	}
	p.at("before " + string(entries[0].Kind))
	err := p.Engine.Store(ctx, s, entries)
	p.at("after " + string(entries[0].Kind))
	return err
}

// Now implements [ledger.Engine].
func (p pointed) Now(ctx context.Context) (time.Time, error) {
	now, err := p.Engine.Now(ctx)
	return now.Add(p.later), err
}

// serveVisitor does one errand: what lodge run does, with one account.
func serveVisitor(in io.Reader, out io.Writer) error {
	hard, breakOff := context.WithCancel(context.Background())
	defer breakOff()
	r := &reporter{in: json.NewDecoder(in), out: json.NewEncoder(out), breakOff: breakOff}
	var e errand
	err := r.in.Decode(&e)
	if err == nil {
		err = e.run(hard, r)
	}
	last := stop{Point: "end"}
	if err != nil {
		last.Error = err.Error()
	}
	return r.out.Encode(last)
}

func (e errand) run(ctx context.Context, r *reporter) (err error) {
	engine, err := sqlite.Open(ctx, filepath.Join(e.Dir, "ledger.db"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, engine.Close()) }()
	h, err := holder.Register(filepath.Join(e.Dir, "owners"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.Close()) }()
	store, err := evidence.Open(filepath.Join(e.Dir, "evidence"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	l := ledger.New(pointed{engine, r, e.Later}, clock.System{}, h, submission.Limits{})
	again := recovery.Recovery{Ledger: l, Evidence: store, Who: h.ID()}
	if behind, err := again.Behind(ctx, []string{visittest.Moor}); err != nil {
		return err
	} else if behind {
		if _, err := again.Run(ctx); err != nil {
			return err
		}
	}
	profiles := filepath.Join(e.Dir, "profiles")
	if _, err := browser.Sweep(ctx, profiles); err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug}))
	desk := filing.Desk{Ledger: l, Evidence: store, Owner: h.ID()}
	seal := func(ctx context.Context, left []ledger.Summary) {
		if err := desk.SealLeft(ctx, left); err != nil {
			log.Error("not sealed", "error", err)
		}
	}
	seal(ctx, []ledger.Summary{{Account: visittest.Moor, ID: evidence.Logins}})
	copies, err := objects.OpenFolder(e.Dir)
	if err != nil {
		return err
	}
	defer copies.Close()
	b := batch.Batch{Ledger: l, Owner: h.ID(), Accounts: []string{visittest.Moor}, Visits: 1, Log: log, Left: seal,
		Visit: func(context.Context, string) (visit.Visit, error) {
			return visit.Visit{
				Carrier: harbor.Carrier(),
				Account: config.Account{Name: visittest.Moor, Carrier: "harbor", Portal: e.Portal, Loopback: true, Pin: e.Pin},
				Secrets: visit.Secrets{Version: e.Version, Values: map[string]secret.Value{
					"username": secret.NewValue(e.User), "password": secret.NewValue(e.Password)}},
				Ledger: l, Evidence: store, Clock: clock.System{}, Owner: h.ID(), Staged: staged.Copies{Store: copies}, Log: log, Version: "lodge test",
				Browser: browser.Options{Profiles: profiles, Patience: 6 * time.Second, Pulse: 6 * time.Second},
				Gate:    gate.Options{Appear: 3 * time.Second, Answer: 3 * time.Second, End: 3 * time.Second},
				Tell:    func(p visit.Progress) { r.at(p.Step) },
			}, nil
		}}
	result, err := b.Run(ctx, ctx)
	for _, f := range result.Failures {
		err = errors.Join(err, fmt.Errorf("account %s: %w", f.Account, f.Err))
	}
	return err
}
