package cloud

import (
	"context"
	"fmt"
	"log/slog"

	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/config"
	"example.com/lodge/internal/objects"
	"example.com/lodge/internal/outbox"
	"example.com/lodge/internal/release"
	"example.com/lodge/internal/secret"
)

// Receiver is who is told at a destination.
func (d *Deployment) Receiver(to config.Destination, clk clock.Clock) (outbox.Receiver, error) {
	switch {
	case to.Status:
		return outbox.StatusFiles{Open: func() (objects.Store, error) { return d.Objects(config.StatusKeys) }}, nil
	case to.EventBridge != "":
		return Bus{Client: d.Clients.EventBridge(), Name: to.EventBridge, Clock: clk}, nil
	case to.SNS != "":
		return Topic{Client: d.Clients.SNS(), ARN: to.SNS, Clock: clk}, nil
	}
	return outbox.NewWebhook(outbox.WebhookOptions{
		URL: to.Webhook, Clock: clk, UserAgent: release.Product(),
		Secret: func(ctx context.Context) (secret.Value, error) {
			return d.Secrets.Get(ctx, config.OutboxAccount, to.Name)
		},
	})
}

// Relay prepares telling destinations in the name of owner, who takes turns with all
// others that share the ledger. From now on the ledger owes them what happens.
func (d *Deployment) Relay(
	ctx context.Context, owner string, to []config.Destination, clk clock.Clock, log *slog.Logger,
) (*outbox.Relay, error) {
	o := outbox.Options{Ledger: d.Ledger, Turns: outbox.Leases{Ledger: d.Ledger, Owner: owner, Clock: clk}, Clock: clk, Log: log}
	for _, t := range to {
		receiver, err := d.Receiver(t, clk)
		if err != nil {
			return nil, fmt.Errorf("destination %s: %w", t.Name, err)
		}
		o.Destinations = append(o.Destinations, outbox.Destination{Name: t.Name, To: receiver})
	}
	r := outbox.New(o)
	return r, r.Enrol(ctx)
}
