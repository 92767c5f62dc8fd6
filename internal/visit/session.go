package visit

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/secret"
	"example.com/lodge/internal/submission"
)

// session is a visit under way. It is used by one goroutine.
type session struct {
	Visit
	claim   ledger.Claim // on the account
	scrub   *secret.Scrubber
	window  Window
	site    carriers.Site
	origins []string        // of the portal and the carrier's hosts
	spare   Tab             // for the next submission; nil: it gets a new one
	attempt *attempt        // whose Submit is under way, for Commit; nil otherwise
	stage   *stage          // of a rehearsal; nil otherwise
	head    submission.Head // of the account's chain of evidence, as far as this visit knows
	proven  time.Time       // when the site's search last showed what it was known to hold
	begun   time.Time
	ledger  string // its name
	probe   int64  // the visit is this probe and must not submit; 0: it may
	met     *met   // the last failure of the site; nil: none
}

const (
	spare  = 15 * time.Minute // of a lease, beside the longest that a step may take
	windUp = 10 * time.Second // for one browser command, or one write, when a visit winds up
)

// lease is how long a lease is taken for: on the account for the login, renewed
// with each submission, and on each submission.
func (v Visit) lease() time.Duration { return v.timeout() + spare }

// timeout is the longest that a login, or one submission, may take.
func (v Visit) timeout() time.Duration {
	if t := v.Carrier.Limits.Timeout; t > 0 {
		return t
	}
	return carriers.DefaultTimeout
}

// enter takes the account.
func (v Visit) enter(ctx context.Context) (*session, error) {
	name, err := v.Ledger.Name(ctx)
	if err != nil {
		return nil, err
	}
	account, claim, err := v.Ledger.EnterAccount(ctx, v.Account.Name, v.Owner, v.Secrets.Version, v.Carrier.Limits.Visits, v.lease())
	if err != nil {
		return nil, err
	}
	values := make([]secret.Value, 0, len(v.Secrets.Values))
	for _, value := range v.Secrets.Values {
		values = append(values, value)
	}
	scrub, err := secret.NewScrubber(values...)
	if err != nil {
		return nil, errors.Join(err, v.Ledger.LeaveAccount(ctx, claim))
	}
	s := &session{Visit: v, ledger: name, claim: claim, scrub: scrub, head: account.Chain, begun: time.Now()}
	s.Log = slog.New(s.scrub.Handler(v.Log.Handler())).With("account", v.Account.Name, "carrier", v.Carrier.Name)
	return s, nil
}

// mayCommit says why nothing may be filed in this visit, or nil if it may.
func (s *session) mayCommit() error {
	return cmp.Or(s.Account.MayCommit(), s.Account.AtHome(s.ledger))
}

// leave gives the account back, also when ctx has ended.
func (s *session) leave(ctx context.Context) {
	ctx, cancel := outlive(ctx)
	defer cancel()
	if err := s.Ledger.LeaveAccount(ctx, s.claim); err != nil && !errors.Is(err, ledger.ErrStale) {
		s.Log.Error("the account's lease was not given back; it ends with this process", "error", err)
	}
}

// hosts are "host:port" of the portal, first, and of the carrier's other hosts;
// with them the origins are known. An account with a portal on this machine
// reaches that portal and nothing else.
func (s *session) hosts() ([]string, error) {
	portal, err := url.Parse(s.Account.Portal)
	if err != nil || portal.Host == "" {
		return nil, fmt.Errorf("account %s: %q is no portal's address: the operator corrects lodge.yaml", s.Account.Name, s.Account.Portal)
	}
	s.origins = []string{portal.Scheme + "://" + portal.Host}
	hosts := []string{hostPort(portal.Host, portal.Scheme)}
	if s.Account.Loopback {
		return hosts, nil
	}
	for _, h := range s.Carrier.Hosts {
		hosts = append(hosts, hostPort(h, "https"))
		s.origins = append(s.origins, "https://"+h)
	}
	return hosts, nil
}

// hostPort adds the scheme's port to a host that has none.
func hostPort(host, scheme string) string {
	if _, _, err := net.SplitHostPort(host); err == nil {
		return host
	}
	if scheme == "http" {
		return net.JoinHostPort(host, "80")
	}
	return net.JoinHostPort(host, "443")
}
