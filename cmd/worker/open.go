package main

import (
	"context"
	"log/slog"
	"slices"

	"example.com/lodge/carriers/all"
	"example.com/lodge/internal/browser"
	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/cloud"
	"example.com/lodge/internal/config"
	"example.com/lodge/internal/evidence"
	"example.com/lodge/internal/filing"
	"example.com/lodge/internal/observe"
	"example.com/lodge/internal/secret"
	"example.com/lodge/internal/staged"
)

// open opens everything. What is missing is told before anything is begun.
func open(ctx context.Context, env config.Environment, log *slog.Logger) (*worker, error) {
	path, err := config.Find("", env)
	if err != nil {
		return nil, err
	}
	known, clk := all.Carriers(), clock.System{}
	c, err := config.Read(path, known, env)
	if err != nil {
		return nil, err
	}
	task, err := cloud.ReadTask(env)
	if err != nil {
		return nil, err
	}
	self, err := cloud.Self(ctx)
	if err != nil {
		return nil, err
	}
	chromium, err := filing.Browser(c, browser.Options{})
	if err != nil {
		return nil, err
	}
	d, err := cloud.Open(ctx, c, clk)
	if err != nil {
		return nil, err
	}
	told := observe.Open(ctx, c, clk, &secret.Scrubber{}, log)
	w := &worker{Deployment: d, task: task, self: self, told: told, clock: clk, log: slog.New(told.Handler(log.Handler()))}
	kept, err := d.Objects(config.EvidenceKeys)
	if err != nil {
		return nil, err
	}
	copies, err := d.Objects("")
	if err != nil {
		return nil, err
	}
	w.desk = &filing.Desk{
		Config: c, Carriers: known, Ledger: d.Ledger, Evidence: evidence.On(kept), Staged: staged.Copies{Store: copies},
		Secrets: d.Secrets, Owner: self.Owner, Browser: chromium, Clock: clk,
	}
	w.relay, err = d.Relay(ctx, self.Owner, keyless(c.Outbox), clk, log)
	return w, err
}

// end sends what Sentry and the collector are to be told yet, and gives the rest back.
func (w *worker) end() {
	ctx, cancel := context.WithTimeout(context.Background(), flushFor)
	defer cancel()
	w.told.Close(ctx)
	_ = w.Close()
}

// keyless are the destinations that are told without a key. A worker shows a browser
// other people's pages: the keys of webhooks are kept from it, and the trigger tells
// those once the task has stopped, or with the next sweep.
func keyless(list []config.Destination) []config.Destination {
	return slices.DeleteFunc(slices.Clone(list), func(to config.Destination) bool { return to.Webhook != "" })
}
