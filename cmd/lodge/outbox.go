package main

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/config"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/outbox"
	"example.com/lodge/internal/release"
	"example.com/lodge/internal/secret"
)

func (a *app) outboxCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "outbox",
		Short: "Send back what becomes of invoices, by webhooks and status files",
		Long: `Send back what becomes of invoices, by webhooks and status files: lodge run does
so by itself for the destinations that lodge.yaml lists under "outbox".`,
		Args: a.noSuchCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.outboxTestCommand(), a.outboxSkipCommand(), a.outboxForgetCommand())
	return cmd
}

func (a *app) outboxTestCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "test [DESTINATION]",
		Short: "Send a sample, to see that it arrives",
		Long: `Send a signed sample, an event of the type lodge.test, to a destination of
lodge.yaml, or to all of them, and tell what became of it.`,
		Example: `  lodge secret set outbox books
  lodge outbox test books`,
		Args: atMost(1),
		RunE: func(cmd *cobra.Command, args []string) error { return a.outboxTest(cmd.Context(), args) },
	}
}

func (a *app) outboxTest(ctx context.Context, args []string) error {
	c, err := a.settings()
	if err != nil {
		return err
	}
	chosen := c.Outbox
	if len(args) > 0 {
		chosen = slices.DeleteFunc(slices.Clone(chosen), func(d config.Destination) bool { return d.Name != args[0] })
		if len(chosen) == 0 {
			return noDestination(c, args[0])
		}
	}
	if len(chosen) == 0 {
		return fmt.Errorf("%s has no destination: the operator lists them under \"outbox\"", c.Path)
	}
	receiver, err := a.receivers(ctx, c)
	if err != nil {
		return err
	}
	failed := false
	for _, d := range chosen {
		begun := a.clock.Boot()
		text, err := sendSample(ctx, receiver, d)
		if err != nil {
			failed, text = true, fmt.Sprintf("not delivered: %v", err)
		}
		writeWrapped(a.out, "", fmt.Sprintf("destination %s: %s (%s)", d.Name, text, seconds(a.clock.Boot()-begun)), a.columns)
	}
	if failed {
		return errFailed
	}
	return nil
}

func sendSample(ctx context.Context, receiver func(config.Destination) (outbox.Receiver, error), d config.Destination) (string, error) {
	to, err := receiver(d)
	if err != nil {
		return "", err
	}
	return to.Test(ctx)
}

// receivers says who is told at a destination.
func (a *app) receivers(ctx context.Context, c config.Config) (func(config.Destination) (outbox.Receiver, error), error) {
	if c.AWS != nil {
		deployed, err := a.deployment(ctx, c)
		if err != nil {
			return nil, err
		}
		return func(d config.Destination) (outbox.Receiver, error) { return deployed.Receiver(d, a.clock) }, nil
	}
	secrets := a.secrets(c)
	return func(d config.Destination) (outbox.Receiver, error) {
		if d.Status {
			return outbox.StatusFolder(c.Status()), nil
		}
		return outbox.NewWebhook(outbox.WebhookOptions{
			URL: d.Webhook, Clock: a.clock, UserAgent: release.Product(),
			Secret: func(ctx context.Context) (secret.Value, error) { return secrets.Get(ctx, config.OutboxAccount, d.Name) },
		})
	}, nil
}

// relay prepares telling the destinations. From now on the ledger owes them what
// happens.
func (a *app) relay(ctx context.Context, c config.Config, l *ledger.Ledger, log *slog.Logger) (*outbox.Relay, error) {
	receiver, err := a.receivers(ctx, c)
	if err != nil {
		return nil, err
	}
	o := outbox.Options{Ledger: l, Turns: outbox.Folder(c.State), Clock: a.clock, Log: log}
	for _, d := range c.Outbox {
		to, err := receiver(d)
		if err != nil {
			return nil, fmt.Errorf("destination %s: %w", d.Name, err)
		}
		o.Destinations = append(o.Destinations, outbox.Destination{Name: d.Name, To: to})
	}
	r := outbox.New(o)
	return r, r.Enrol(ctx)
}

// How long the destinations may take for what is still owed at the end of a run,
// and where somebody waits for the program to end.
const (
	relayFor     = 20 * time.Second
	relayStopped = 3 * time.Second
)

// relayBeside tells the destinations while invoices are filed. end has them told
// the rest, for a while; what is left is told by the next run. stopped is a
// context that has ended if the program is to end.
func (w *works) relayBeside(ctx context.Context) (end func(stopped context.Context)) {
	endRelay := w.relay.Beside(ctx)
	return func(stopped context.Context) {
		if stopped.Err() != nil {
			endRelay(relayStopped)
			return
		}
		endRelay(relayFor)
	}
}

// webhookHelp says what the secret of a webhook is.
const webhookHelp = "the key that its receiver checks signatures with: whsec_ and then base64"

// webhookSecret is the key of a destination, as a secret of lodge.yaml.
func webhookSecret(c config.Config, destination string) (carriers.Secret, error) {
	for _, d := range c.Outbox {
		if d.Name == destination && d.Webhook != "" {
			return carriers.Secret{Key: destination, Help: webhookHelp}, nil
		}
	}
	return carriers.Secret{}, noDestination(c, destination)
}

func noDestination(c config.Config, name string) error {
	var names []string
	for _, d := range c.Outbox {
		names = append(names, d.Name)
	}
	return misused("%s has no such destination %q under \"outbox\": it has %s", c.Path, name,
		strings.Join(append(names, "no others")[:max(1, len(names))], ", "))
}
