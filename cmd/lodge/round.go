package main

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/batch"
	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/intake"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
	"example.com/lodge/internal/visit"
	"example.com/lodge/ledes"
)

// A round is one look through the inbox and one batch: what came of it.
type round struct {
	arrived []intake.Result
	worked  []visit.Progress // the last word on each submission, in order
	batch   batch.Result
	took    time.Duration
}

func (r round) with(s intake.Status) []intake.Result {
	return slices.DeleteFunc(slices.Clone(r.arrived), func(a intake.Result) bool { return a.Status != s })
}

func (r round) quarantined() []intake.Result { return r.with(intake.Quarantined) }

func (r round) left() []intake.Result { return r.with(intake.Left) }

func (w *works) tellMore(verbose bool) {
	if verbose {
		w.level = slog.LevelInfo
	}
}

// round takes in what arrived and files what is due. If patient, it waits for
// files that somebody may just have put there.
func (w *works) round(hard, soft context.Context, patient bool) (r round, err error) {
	begun := w.clock.Boot()
	telling := w.telling()
	defer func() { telling.end(r.batch, err) }()
	if !w.looks {
		if r.arrived, err = w.takeIn(hard, soft, patient); err != nil {
			return r, fmt.Errorf("take in what lies in the inbox: %w", err)
		}
		w.tellArrived(r)
	}
	due, err := w.due(hard)
	if err != nil {
		return r, err
	}
	w.tellers.Telemetry.Due(due)
	p := newProgress(w.err, w.errColumns, due)
	defer p.close()
	log := slog.New(w.tellers.Handler(slog.NewTextHandler(p, &slog.HandlerOptions{Level: w.level})))
	defer w.pruneDaily(hard)
	b := batch.Batch{
		Left:   w.sealLeft,
		Ledger: w.ledger, Owner: w.holder.ID(), Accounts: w.willing(), Visits: w.config.Visits, Log: log,
		Clock: w.clock, Rest: w.rest, Looks: w.looks,
		Visit: func(ctx context.Context, account string) (visit.Visit, error) {
			acc, _ := w.config.Account(account) // where there is none, the visit says so
			return w.visit(ctx, account, log, telling.visit(account, acc.Carrier, p.tell))
		},
	}
	if w.rest > 0 {
		b.Meanwhile = func(ctx context.Context, failures []batch.Failure) {
			telling.remember(failures)
			w.meanwhile(ctx, soft, &r)
		}
	}
	r.batch, err = b.Run(hard, soft)
	w.tellPaused(hard)
	r.worked, r.took = p.worked(), w.clock.Boot()-begun
	return r, err
}

// meanwhile does during r what a run that watches else does between rounds: takes
// in what has arrived, and tells people what needs them.
func (w *works) meanwhile(hard, soft context.Context, r *round) {
	arrived, err := w.takeIn(hard, soft, false)
	if err != nil {
		w.tellOnce(fmt.Errorf("take in what lies in the inbox: %w", err))
		return
	}
	now := round{arrived: arrived}
	w.tellArrived(now)
	w.informBeside(hard, now)
	r.arrived = append(r.with(intake.Taken), arrived...)
}

// scans is how often a patient round looks again for files that are still being
// written; a later run takes those that take longer.
const scans = 3

func (w *works) takeIn(hard, soft context.Context, patient bool) ([]intake.Result, error) {
	var taken []intake.Result
	for n := 1; ; n++ {
		results, err := w.intake.Scan(hard)
		if err == nil {
			w.noteStrays(hard, results)
		}
		var others []intake.Result
		var until time.Time
		for _, r := range results {
			switch r.Status {
			case intake.Taken:
				taken = append(taken, r)
			case intake.Quarantined, intake.Old, intake.Left: // told by every scan
				others = append(others, r)
			case intake.Waiting:
				until = clock.Later(until, r.Until)
			}
		}
		if err != nil || !patient || n == scans || until.IsZero() || !clock.Pause(soft, until.Sub(w.clock.Now())) {
			return append(taken, others...), err
		}
	}
}

// due counts what there is to do in the accounts that will be visited.
func (w *works) due(ctx context.Context) (int, error) {
	var states []submission.State
	if w.looks {
		states = submission.LookedAt()
	}
	n := 0
	for _, account := range w.willing() {
		list, err := w.ledger.Due(ctx, account, ledger.Query{}.Max(), states...)
		if err != nil {
			return 0, err
		}
		n += len(list)
	}
	return n, nil
}

// tellArrived tells once what the inbox held that is not just taken.
func (w *works) tellArrived(r round) {
	invoices := 0
	for _, a := range r.with(intake.Taken) {
		for _, inv := range a.Invoices {
			if inv.Became != intake.Known {
				invoices++
			}
		}
	}
	if invoices > 0 {
		_, _ = fmt.Fprintf(w.err, "%s taken in.\n", count(invoices, "invoice"))
	}
	for _, a := range r.quarantined() {
		w.say(fmt.Sprintf("%s: quarantined: %s; the biller acts.", w.path(a), firstFinding(a)))
	}
	for _, a := range r.left() {
		w.say(fmt.Sprintf("%s: %v%s.", w.path(a), a.Err, acting(a.Needs)))
	}
	for _, a := range r.with(intake.Old) {
		w.say(fmt.Sprintf("%s: older than the watermark: it is filed only once somebody types %s.",
			w.path(a), w.with("adopt "+quoted(a.Account)+" "+quoted(a.File))))
	}
}

// tellPaused tells which accounts people have paused: no visit of theirs failed.
func (w *works) tellPaused(ctx context.Context) {
	for _, name := range w.accounts {
		if item, err := w.ledger.Account(ctx, name); err == nil && item.Paused != nil {
			w.say(fmt.Sprintf("%v. To go on: %s", item.Open(), w.with("resume "+name+" --why TEXT")))
		}
	}
}

// say says a thing once in the life of the process.
func (w *works) say(text string) {
	if !w.told[text] {
		w.told[text] = true
		writeWrapped(w.err, "", text, w.errColumns)
	}
}

func (w *works) path(a intake.Result) string {
	return filepath.Join(w.config.Inbox, a.Account, a.File)
}

func acting(p carriers.Person) string {
	if p == carriers.Nobody {
		return ""
	}
	return "; the " + string(p) + " acts"
}

func firstFinding(a intake.Result) string {
	for _, f := range a.Findings {
		if f.Severity == ledes.Reject {
			if f.Line > 0 {
				return fmt.Sprintf("line %d: %s", f.Line, f.Message)
			}
			return f.Message
		}
	}
	return "it cannot be filed"
}
