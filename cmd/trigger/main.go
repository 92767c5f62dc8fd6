// Command trigger is the function in AWS that whatever happens calls: a file that
// arrived (S3, by way of SQS), a schedule, a task that ended. Each time it does the
// same: take in what arrived, look at the ledger for what is due, start tasks for
// it. It files nothing and links no browser.
package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"example.com/lodge/carriers"
	"example.com/lodge/carriers/all"
	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/cloud"
	"example.com/lodge/internal/config"
	"example.com/lodge/internal/dispatch"
	"example.com/lodge/internal/release"
)

func main() {
	t, err := open(context.Background(), os.LookupEnv, os.Stdout)
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "trigger:", err)
		os.Exit(1)
	}
	lambda.Start(t.handle)
}

// open reads the settings of the deployment and opens it. out takes the log, which
// is JSON, and the metrics.
func open(ctx context.Context, env config.Environment, out io.Writer) (*trigger, error) {
	path, err := config.Find("", env)
	if err != nil {
		return nil, err
	}
	known := all.Carriers()
	c, err := config.Read(path, known, env)
	if err != nil {
		return nil, err
	}
	d, err := cloud.Open(ctx, c, clock.System{})
	if err != nil {
		return nil, err
	}
	return newTrigger(ctx, d, known, env, out)
}

// newTrigger is the trigger of a deployment. env says from what tasks are started.
func newTrigger(
	ctx context.Context, d *cloud.Deployment, known []carriers.Carrier, env config.Environment, out io.Writer,
) (*trigger, error) {
	var err error
	if d.Tasks.Launch, err = cloud.ReadLaunch(env); err != nil {
		return nil, err
	}
	inbox, err := d.Inbox(ctx, known, release.Version())
	if err != nil {
		return nil, err
	}
	d.Tasks.Launch.Table = inbox.Table
	accounts, err := filed(ctx, d)
	if err != nil {
		return nil, err
	}
	c, log := d.Config, slog.New(slog.NewJSONHandler(out, nil))
	relay, err := d.Relay(ctx, "trigger", c.Outbox, clock.System{}, log)
	if err != nil {
		return nil, err
	}
	return &trigger{
		deployment: d, relay: relay, inbox: inbox, metrics: cloud.NewMetrics(out, c.Stage, clock.System{}),
		dispatcher: &dispatch.Dispatcher{Ledger: d.Ledger, Launcher: d.Tasks, Accounts: accounts, Limits: dispatch.Limits{Tasks: c.AWS.Tasks}},
		log:        log,
	}, nil
}

// filed are the accounts that this ledger files for.
func filed(ctx context.Context, d *cloud.Deployment) ([]dispatch.Account, error) {
	name, err := d.Ledger.Name(ctx)
	if err != nil {
		return nil, err
	}
	var list []dispatch.Account
	for _, a := range d.Config.Accounts {
		if a.Paused == "" && a.AtHome(name) == nil {
			list = append(list, dispatch.AccountOf(a))
		}
	}
	return list, nil
}
