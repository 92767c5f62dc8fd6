// Package observe tells Sentry and a collector what filing does, as far as lodge.yaml
// names them, wherever filing is done. Neither of them can fail or stop anything.
package observe

import (
	"context"
	"errors"
	"log/slog"
	"net/url"
	"sync"

	"example.com/lodge/internal/batch"
	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/config"
	"example.com/lodge/internal/faults"
	"example.com/lodge/internal/release"
	"example.com/lodge/internal/secret"
	"example.com/lodge/internal/telemetry"
	"example.com/lodge/internal/visit"
)

// Observers are those who are told, none of them perhaps. They are safe for use by
// several goroutines.
type Observers struct {
	Telemetry *telemetry.Telemetry // nil: no collector

	faults *faults.Sink
	scrub  *secret.Scrubber
}

// Open prepares those that c names. One that cannot be used is told of in log, and done
// without. Sentry's key is added to scrub.
func Open(ctx context.Context, c config.Config, clk clock.Clock, scrub *secret.Scrubber, log *slog.Logger) *Observers {
	o := &Observers{scrub: scrub}
	if u, err := url.Parse(c.Sentry); err == nil && u.User != nil {
		_ = scrub.Add(secret.NewValue(c.Sentry)) // one that is too short to be hidden is none of Sentry's
		_ = scrub.Add(secret.NewValue(u.User.Username()))
	}
	var err, also error
	o.faults, err = faults.Open(faults.Options{DSN: c.Sentry, Release: release.Version(), Stage: c.Stage, Clock: clk})
	o.Telemetry, also = telemetry.Open(ctx, telemetry.Options{Endpoint: c.Telemetry, Version: release.Version(), Stage: c.Stage, Log: log})
	if err := errors.Join(err, also); err != nil {
		log.Warn("faults or telemetry are not sent", "error", err)
	}
	return o
}

// Handler has errors in h's log reported and counted, and hides what is secret.
func (o *Observers) Handler(h slog.Handler) slog.Handler {
	return o.scrub.Handler(o.faults.Handler(o.Telemetry.Handler(h)))
}

// Close sends what waits, until ctx ends. Nil observers have nothing to send.
func (o *Observers) Close(ctx context.Context) {
	if o == nil {
		return
	}
	var sending sync.WaitGroup
	sending.Go(func() { o.faults.Close(ctx) })
	sending.Go(func() { o.Telemetry.Close(ctx) })
	sending.Wait()
}

// A Round is one batch of visits.
type Round struct {
	faults *faults.Round
	run    *telemetry.Run
}

// Round begins one.
func (o *Observers) Round() Round { return Round{o.faults.Round(), o.Telemetry.Run()} }

// Visit has a visit told to the observers too: it returns what to tell instead of tell.
func (r Round) Visit(account, carrier string, tell func(visit.Progress)) func(visit.Progress) {
	report, trace := r.faults.Visit(account, carrier), r.run.Visit(account, carrier)
	return func(p visit.Progress) {
		tell(p)
		report(p)
		trace(p)
	}
}

// End tells how the round went; err is what broke it off, or nil.
func (r Round) End(result batch.Result, err error) {
	r.faults.Failures(result.Failures)
	r.faults.Failed(err)
	r.run.End(err)
}
