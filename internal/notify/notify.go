// Package notify tells people what needs them, so that nobody has to look at a
// page: by Slack, e-mail, a webhook, or whatever else the library behind it
// knows.
//
// A channel gets one message for everything that is new, never one for each
// invoice. A message holds counts, accounts, carriers, invoice numbers and times,
// and nothing that an invoice or a carrier's site says in words: that may be
// privileged, and messengers keep what they are sent.
//
// Telling is never in the way: it is bounded in time, its failures are told once
// in the log, and what was not delivered is told the next time.
package notify

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"slices"
	"sync"
	"time"

	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/config"
	"example.com/lodge/internal/secret"
)

// Patience is how long a service may take to answer, at most.
const Patience = 10 * time.Second

// restAfter is how long a channel is left alone after a failure.
const restAfter = 5 * time.Minute

// Options say who is told, how, and what of.
type Options struct {
	Channels []config.Channel
	Address  func(ctx context.Context, channel string) (secret.Value, error) // of a channel's service
	Memory   string                                                          // path of the file that remembers what was told
	Clock    clock.Clock
	Zone     *time.Location // of digests, weekends, and the times in messages
	Log      *slog.Logger
	Patience time.Duration // 0: [Patience]
}

// A Notifier tells people. It is safe for use by several goroutines; processes
// that share its memory take turns.
type Notifier struct {
	Options
	mu    sync.Mutex
	under map[string]chan struct{} // closed when a send that came back too late is over, by channel
	rest  map[string]time.Time     // channels that failed are left alone until then
	said  map[string]string        // the last failure of each channel, so that it is told once
}

// New returns a notifier. It talks to nobody yet.
func New(o Options) *Notifier {
	if o.Patience == 0 {
		o.Patience = Patience
	}
	return &Notifier{Options: o, under: map[string]chan struct{}{}, rest: map[string]time.Time{}, said: map[string]string{}}
}

// Tell tells every channel what is new to it among the items that gather
// returns, if it is time for a message. gather is not called while no channel
// may speak. Nothing that goes wrong comes back: it is told in the log, and the
// next Tell tries again.
func (n *Notifier) Tell(ctx context.Context, gather func(context.Context) ([]Item, error)) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.Channels) == 0 {
		return
	}
	if err := n.tell(ctx, gather); err != nil && ctx.Err() == nil {
		n.complain("", fmt.Errorf("what needs somebody could not be told: %w", err))
	}
}

func (n *Notifier) tell(ctx context.Context, gather func(context.Context) ([]Item, error)) error {
	m, err := open(n.Memory)
	if errors.Is(err, errBusy) {
		return nil // another Lodge is telling just now, and the next round tells the rest
	}
	if err != nil {
		return err
	}
	defer m.close()
	if m.broken != nil {
		n.complain("memory", fmt.Errorf("what was told before is forgotten, and told again: %w", m.broken))
	}
	now := n.Clock.Now()
	awake := slices.DeleteFunc(slices.Clone(n.Channels), func(c config.Channel) bool {
		return now.Before(n.rest[c.Name]) || !speaks(c, m.of(c.Name, now), now, n.Zone)
	})
	if len(awake) == 0 {
		return m.write() // a channel that was asked for the first time waits from now on
	}
	items, err := gather(ctx)
	if err != nil {
		return err
	}
	return n.deliver(ctx, m, awake, items, now)
}

// deliver sends the channels their messages side by side and remembers those
// that arrived.
func (n *Notifier) deliver(ctx context.Context, m *memory, awake []config.Channel, items []Item, now time.Time) error {
	messages := make([]*digest, len(awake))
	errs := make([]error, len(awake))
	var sending sync.WaitGroup
	for i, c := range awake {
		d := choose(c, m.of(c.Name, now), items, now, n.Zone)
		if d.empty() {
			m.forget(c.Name, d)
			continue
		}
		messages[i] = &d
		pending := n.under[c.Name]
		sending.Go(func() { errs[i] = n.send(ctx, c.Name, pending, d.title(), d.text(now, n.Zone)) })
	}
	sending.Wait()
	for i, c := range awake {
		switch {
		case messages[i] == nil:
		case errs[i] != nil:
			n.failed(c.Name, errs[i], now)
		default:
			m.told(c.Name, *messages[i], now)
			delete(n.said, c.Name)
			delete(n.under, c.Name)
		}
	}
	return m.write()
}

// send sends one message, unless the one before is still on its way.
func (n *Notifier) send(ctx context.Context, channel string, pending chan struct{}, title, text string) error {
	if pending != nil {
		select {
		case <-pending:
		default:
			return errors.New("the service has not answered yet to the message before")
		}
	}
	_, err := n.post(ctx, channel, title, text)
	return err
}

// post sends one message and returns what the service answered, as far as that
// is known.
func (n *Notifier) post(ctx context.Context, channel, title, text string) (string, error) {
	value, err := n.Address(ctx, channel)
	if errors.Is(err, secret.ErrMissing) {
		return "", fmt.Errorf("its address is not known: the operator types: lodge secret set %s %s", config.NotifyAccount, channel)
	}
	if err != nil {
		return "", err
	}
	s, err := newService(value)
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, n.Patience, fmt.Errorf("the service has not answered in %s", n.Patience))
	defer cancel()
	return s.post(ctx, title, text)
}

// failed leaves a channel alone for a while and tells why, once.
func (n *Notifier) failed(channel string, err error, now time.Time) {
	n.rest[channel] = now.Add(restAfter)
	if late, ok := errors.AsType[*lateError](err); ok {
		n.under[channel] = late.over
	}
	n.complain(channel, fmt.Errorf("channel %s was not told: %w", channel, err))
}

// complain logs err unless it was the last thing that was said of the channel.
func (n *Notifier) complain(channel string, err error) {
	if text := err.Error(); n.said[channel] != text {
		n.said[channel] = text
		n.Log.Warn(text + "; the next run tries again")
	}
}

// Test sends a sample to a channel and returns what its service answered, as
// far as that is known.
func (n *Notifier) Test(ctx context.Context, channel string) (string, error) {
	sample := digest{fresh: []Item{{ID: "sample", Account: "example", Carrier: "example", Who: "biller", What: Rejected,
		Invoice: "EXAMPLE-1", Since: n.Clock.Now()}}}
	return n.post(ctx, channel, "Lodge: this is a test", "Somebody typed lodge notify test. Messages look like this:\n\n"+
		sample.text(n.Clock.Now(), n.Zone))
}

// notThere says whether a file is not there.
func notThere(err error) bool { return errors.Is(err, fs.ErrNotExist) }
