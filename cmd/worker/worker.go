package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"example.com/lodge/internal/batch"
	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/cloud"
	"example.com/lodge/internal/config"
	"example.com/lodge/internal/dispatch"
	"example.com/lodge/internal/filing"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/observe"
	"example.com/lodge/internal/outbox"
	"example.com/lodge/internal/recovery"
	"example.com/lodge/internal/stop"
	"example.com/lodge/internal/visit"
)

// The times of a worker.
const (
	// shift is how long a worker begins new visits. Then another goes on, in a fresh
	// container: what leaks and what was deployed since are no older than this.
	shift = 4 * time.Hour
	// slotFor is how long the slot is the worker's from each renewal on.
	slotFor = 5 * time.Minute
	// renewEvery leaves room for three renewals that fail.
	renewEvery = time.Minute
	// relayFor is how long destinations may take for what is owed at the end, and
	// relayStopped where the task was told to end: its time is short then, and the
	// trigger tells the rest.
	relayFor     = 20 * time.Second
	relayStopped = 3 * time.Second
	// flushFor is how long Sentry and the collector may take for what waits at the end.
	flushFor = 5 * time.Second
	// settling bounds what is written once the work is over: that the slot is free.
	settling = 10 * time.Second
)

// errNoInit refuses to be the first process of a container. What Chromium's own
// processes leave behind is then reaped by nobody, and a SIGTERM that the program
// did not ask for is not delivered to it (signal(7), pid_namespaces(7)).
var errNoInit = errors.New("this is the first process of its container, and nothing reaps what Chromium leaves: " +
	"the operator has the task definition start an init process (initProcessEnabled), or sets " + config.EnvNoInit + "=true")

// A worker is one task at work.
type worker struct {
	*cloud.Deployment
	desk  *filing.Desk
	task  dispatch.Task
	self  cloud.Identity
	relay *outbox.Relay
	told  *observe.Observers
	clock clock.Clock
	log   *slog.Logger
}

// run does a task's work. pid is the program's own; signals end it.
func run(ctx context.Context, env config.Environment, pid int, signals <-chan os.Signal, log *slog.Logger) error {
	if told, _ := env(config.EnvNoInit); pid == 1 && told != "true" {
		return errNoInit
	}
	w, err := open(ctx, env, log)
	if err != nil {
		return err
	}
	defer w.end()
	hard, soft, done := stop.On(ctx, signals, w.Config.Grace, func(s os.Signal) {
		if s == nil {
			log.Warn("breaking off; the next task settles what was under way")
			return
		}
		log.Info("told to end: finishing what is under way", "signal", s.String(), "grace", w.Config.Grace.String())
	})
	defer done()
	return w.work(hard, soft)
}

// work files until nothing is due. The slot is given back when nothing is held any
// more; if that fails, it is free when the task's end is noticed.
func (w *worker) work(hard, soft context.Context) error {
	if _, err := w.Ledger.RenewSlot(hard, w.task.Slot, w.task.Fence, w.self.Owner, slotFor); err != nil {
		if errors.Is(err, ledger.ErrStale) {
			w.log.Info("the slot is another's by now: nothing to do", "slot", w.task.Slot)
			return nil
		}
		return err
	}
	told := soft
	soft, endShift := context.WithTimeout(soft, shift)
	defer endShift()
	soft, lost := context.WithCancel(soft)
	defer lost()
	renewing := w.renew(soft, lost)
	end := w.relay.Beside(hard)
	err := w.file(hard, soft)
	lost()
	renewing.Wait()
	patience := relayFor
	if told.Err() != nil {
		patience = relayStopped
	}
	end(patience)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(hard), settling)
	defer cancel()
	return errors.Join(err, w.Ledger.GiveSlot(ctx, w.task.Slot, w.task.Fence))
}

// renew renews the slot until ctx ends. Once it is another's, lost is called: what
// is under way finishes, since the leases of visits are what counts there.
func (w *worker) renew(ctx context.Context, lost func()) *sync.WaitGroup {
	var renewing sync.WaitGroup
	renewing.Go(func() {
		for clock.Pause(ctx, renewEvery) {
			_, err := w.Ledger.RenewSlot(ctx, w.task.Slot, w.task.Fence, w.self.Owner, slotFor)
			switch {
			case errors.Is(err, ledger.ErrStale):
				w.log.Warn("the slot is another's by now: nothing new is begun", "slot", w.task.Slot)
				lost()
				return
			case err != nil && ctx.Err() == nil:
				w.log.Warn("the slot was not renewed; tried again", "slot", w.task.Slot, "error", err.Error())
			}
		}
	})
	return &renewing
}

// file makes visits until nothing is due in the task's accounts.
func (w *worker) file(hard, soft context.Context) error {
	if err := w.Config.MakeScratch(); err != nil {
		return err
	}
	if err := w.recover(hard); err != nil {
		return err
	}
	w.complain("not all evidence of failed logins is sealed", w.desk.SealLogins(hard, w.task.Accounts))
	round := w.told.Round()
	b := batch.Batch{
		Ledger: w.Ledger, Owner: w.self.Owner, Accounts: w.task.Accounts, Visits: w.Config.Visits, Log: w.log, Clock: w.clock,
		Left: func(ctx context.Context, left []ledger.Summary) {
			w.complain("not all evidence that others left is sealed", w.desk.SealLeft(ctx, left))
		},
		Visit: func(ctx context.Context, account string) (visit.Visit, error) {
			acc, _ := w.Config.Account(account) // where there is none, the desk says so
			return w.desk.Visit(ctx, account, w.log, round.Visit(account, acc.Carrier, w.tell))
		},
	}
	w.log.Info("at work", "slot", w.task.Slot, "fence", w.task.Fence, "accounts", w.task.Accounts, "visits", w.Config.Visits,
		"sandboxed", !w.Config.Browser.AllowUnsandboxed)
	result, err := b.Run(hard, soft)
	round.End(result, err)
	for _, f := range result.Failures {
		w.log.Error("an account could not be worked on", "account", f.Account, "error", f.Err.Error())
	}
	w.complain("old evidence stays", w.desk.PruneDaily(hard, w.task.Accounts))
	w.log.Info("nothing more to do", "submissions", result.Done, "visits", result.Visits, "failures", len(result.Failures))
	return err
}

// recover makes the ledger safe to file from, where it was put back to an earlier
// time: it learns from the evidence what was sent since. A table that was restored
// shows by its id; a ledger that was put back in any other way, by its evidence.
func (w *worker) recover(ctx context.Context) error {
	r := recovery.Recovery{Ledger: w.Ledger, Evidence: w.desk.Evidence, Who: w.self.Owner}
	restored, err := w.Table.Restored(ctx)
	if err != nil {
		return err
	}
	behind := restored
	if !restored {
		if behind, err = r.Ahead(ctx, w.task.Accounts); behind {
			behind, err = r.Behind(ctx, w.task.Accounts)
		}
	}
	if err != nil || !behind {
		return err
	}
	report, err := r.Run(ctx)
	if err != nil {
		return err
	}
	if report.Attempts > 0 {
		w.log.Warn("the ledger is older than the evidence: what was sent is looked up before anything else is filed",
			"intents", report.Intents, "unknown", report.Attempts)
	}
	return w.Table.Recovered(ctx)
}

// tell writes what visits do into the log. Texts of carriers and invoices stay out.
func (w *worker) tell(p visit.Progress) {
	if p.Step == visit.StepDone {
		w.log.Info("worked on", "account", p.Account, "invoice", p.Invoice, "submission", p.ID, "state", p.State, "took", p.Took.String())
	}
}

// complain tells of what is no reason to stop.
func (w *worker) complain(what string, err error) {
	if err != nil {
		w.log.Warn(what, "error", fmt.Sprint(err))
	}
}
