package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"time"

	"example.com/lodge/internal/batch"
	"example.com/lodge/internal/config"
	"example.com/lodge/internal/notify"
	"example.com/lodge/internal/observe"
	"example.com/lodge/internal/secret"
	"example.com/lodge/internal/visit"
)

// tellers are those who are told of filing besides whoever sits at the terminal:
// people in their channels, Sentry and a collector, as far as they are
// configured. None of them can fail or stop a run.
type tellers struct {
	*observe.Observers
	notifier *notify.Notifier
	scrub    *secret.Scrubber // of what the tellers' own addresses hold

	telling sync.WaitGroup // in the background
	mu      sync.Mutex
	busy    bool      // somebody is telling
	next    time.Time // when people are told again at the earliest
	stuck   map[string]stuck
}

// A stuck account could not be visited, and nothing in the ledger says so.
type stuck struct {
	err   error
	since time.Time
}

// Bounds of telling: people at the end of a run, and all that waits at the end of
// the program. While watching, what needs somebody is gathered once in lookEvery.
const (
	tellFor   = 20 * time.Second
	flushFor  = 5 * time.Second
	lookEvery = time.Minute
)

// tellers prepares all who are configured. One that cannot be used is told of,
// and done without.
func (a *app) tellers(ctx context.Context, c config.Config) *tellers {
	t := &tellers{scrub: &secret.Scrubber{}, stuck: map[string]stuck{}}
	log := t.logger(a.err)
	t.hide(ctx, a, c)
	t.notifier = a.notifier(c, log)
	t.Observers = observe.Open(ctx, c, a.clock, t.scrub, log)
	return t
}

// logger tells the operator what could not be told to others.
func (t *tellers) logger(to io.Writer) *slog.Logger {
	return slog.New(t.scrub.Handler(slog.NewTextHandler(to, &slog.HandlerOptions{Level: slog.LevelWarn})))
}

// notifier prepares telling people; log is told what could not be delivered.
func (a *app) notifier(c config.Config, log *slog.Logger) *notify.Notifier {
	secrets := a.secrets(c)
	return notify.New(notify.Options{
		Channels: c.Notify, Memory: c.Told(), Clock: a.clock, Zone: a.zone, Log: log,
		Address: func(ctx context.Context, channel string) (secret.Value, error) {
			return secrets.Get(ctx, config.NotifyAccount, channel)
		},
	})
}

// hide keeps the addresses of channels and the secrets of webhooks out of what is logged.
// What cannot be read now is told when it is needed.
func (t *tellers) hide(ctx context.Context, a *app, c config.Config) {
	for _, channel := range c.Notify {
		if v, err := a.secrets(c).Get(ctx, config.NotifyAccount, channel.Name); err == nil {
			_ = t.scrub.Add(v)
		}
	}
	for _, d := range c.Outbox {
		if v, err := a.secrets(c).Get(ctx, config.OutboxAccount, d.Name); err == nil {
			for word := range strings.FieldsSeq(secret.Reveal(v)) {
				_ = t.scrub.Add(secret.NewValue(word))
			}
		}
	}
}

// A telling is one round as the tellers see it.
type telling struct {
	*tellers
	round observe.Round
	now   func() time.Time
}

func (w *works) telling() telling {
	return telling{w.tellers, w.tellers.Round(), w.clock.Now}
}

// visit has a visit told to the tellers too.
func (t telling) visit(account, carrier string, tell func(visit.Progress)) func(visit.Progress) {
	return t.round.Visit(account, carrier, func(p visit.Progress) {
		tell(p)
		if p.Step == visit.StepLeft && p.Err == nil {
			t.mu.Lock()
			delete(t.stuck, account)
			t.mu.Unlock()
		}
	})
}

// end tells how the round went.
func (t telling) end(r batch.Result, err error) {
	t.round.End(r, err)
	t.remember(r.Failures)
}

// remember has people told of accounts that failed.
func (t telling) remember(list []batch.Failure) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, f := range list {
		t.stuck[f.Account] = stuck{f.Err, cmp.Or(t.stuck[f.Account].since, t.now())}
	}
}

// inform tells people what needs them after r, and returns when they were told
// or the time for it is over.
func (w *works) inform(ctx context.Context, r round) {
	ctx, cancel := context.WithTimeoutCause(ctx, tellFor, fmt.Errorf("telling took longer than %s", tellFor))
	defer cancel()
	w.tellers.notifier.Tell(ctx, func(ctx context.Context) ([]notify.Item, error) { return w.needs(ctx, r) })
	w.standing(ctx, r)
}

// informBeside is inform in the background, for rounds that follow each other:
// a slow messenger must not keep invoices waiting.
func (w *works) informBeside(ctx context.Context, r round) {
	t, now := w.tellers, w.clock.Now()
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.busy || now.Before(t.next) && len(r.worked) == 0 {
		return
	}
	t.busy, t.next = true, now.Add(lookEvery)
	t.telling.Go(func() {
		w.inform(ctx, r)
		t.mu.Lock()
		defer t.mu.Unlock()
		t.busy = false
	})
}

// close waits for who is being told, and sends what waits, for a few seconds.
func (t *tellers) close() {
	if t == nil {
		return
	}
	t.telling.Wait()
	ctx, cancel := context.WithTimeout(context.Background(), flushFor)
	defer cancel()
	t.Close(ctx)
}
