package visit

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/browser"
	"example.com/lodge/internal/browser/egress"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/secret"
)

// session is a visit under way. It is used by one goroutine.
type session struct {
	Visit
	claim    ledger.Claim // on the account
	scrub    *secret.Scrubber
	proxy    *egress.Proxy
	browser  *browser.Browser
	site     carriers.Site
	lastSent time.Time
	attempt  *attempt // the submission under way, for Commit; nil between them
}

// bounds of a lease: of the account for the whole visit, renewed before each
// submission, and what one browser command may take when a visit winds up.
const (
	accountLease = 15 * time.Minute
	windUp       = 10 * time.Second
)

// enter takes the account.
func (v Visit) enter(ctx context.Context) (*session, error) {
	acc, claim, err := v.Ledger.EnterAccount(ctx, v.Account.Name, v.Owner, v.Secrets.Version, v.Carrier.Limits.Visits, accountLease)
	if err != nil {
		return nil, err
	}
	values := make([]secret.Value, 0, len(v.Secrets.Values))
	for _, value := range v.Secrets.Values {
		values = append(values, value)
	}
	s := &session{Visit: v, claim: claim, scrub: secret.NewScrubber(values...), lastSent: acc.LastSent}
	s.Log = slog.New(s.scrub.Handler(v.Log.Handler())).With("account", v.Account.Name, "carrier", v.Carrier.Name)
	return s, nil
}

// leave gives the account back, also when ctx has ended.
func (s *session) leave(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), windUp)
	defer cancel()
	if err := s.Ledger.LeaveAccount(ctx, s.claim); err != nil && !errors.Is(err, ledger.ErrStale) {
		s.Log.Error("the account's lease was not given back; it ends with this process", "error", err)
	}
}

// open starts the browser, behind a proxy that knows the carrier's hosts only.
func (s *session) open(ctx context.Context) error {
	hosts, err := s.hosts()
	if err != nil {
		return err
	}
	if s.proxy, err = egress.Listen(egress.Options{Hosts: hosts, Loopback: s.Account.Loopback}); err != nil {
		return fmt.Errorf("account %s: %w", s.Account.Name, err)
	}
	o := s.Browser
	o.Fuse, o.Gate = s.proxy, s.Gate
	if s.browser, err = browser.Start(ctx, o); err != nil {
		s.proxy.Close()
		return carriers.Errorf(carriers.Unavailable, "account %s: %w", s.Account.Name, err)
	}
	s.site = s.Carrier.Open(s)
	return nil
}

// close ends the browser, then its way out.
func (s *session) close() {
	if err := s.browser.Close(); err != nil {
		s.Log.Warn("the browser did not end cleanly", "error", err)
	}
	s.proxy.Close()
}
