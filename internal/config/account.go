package config

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/ledes"
)

// An Account is one login at one carrier.
type Account struct {
	Name     string         // 1 to 40 of a-z, 0-9 and -
	Carrier  string         // one that the program knows
	Portal   string         // address without a path: the carrier's, or the account's own
	Loopback bool           // the portal is on this machine
	Pin      string         // base64 SHA-256 of the portal's certificate key, to be trusted; loopback only
	Test     bool           // the carrier knows it as a test account
	Paused   string         // why nothing is done for it; "" if it is not paused
	Visits   int            // visits at the same time; 0: as the carrier says
	Home     string         // name of the one ledger that files for it; "": whichever has it
	Timezone *time.Location // of the carrier's hours, in place of the carrier's own; nil: the carrier's
	LEDES    ledes.Profile  // what is demanded of its invoices, or forgiven, beyond what the carrier declares

	stage string
}

// Host is the host of the account's portal, with its port if it names one.
func (a Account) Host() string {
	_, host, _ := strings.Cut(a.Portal, "://")
	return host
}

// MayCommit says why nothing may be filed for the account, or nil if it may. A
// stage other than production commits only to a portal on this machine or for
// an account marked as a test. Looking things up is not its business.
func (a Account) MayCommit() error {
	switch {
	case a.Paused != "":
		return fmt.Errorf("account %s is paused (%s): the operator removes \"paused\" from lodge.yaml", a.Name, a.Paused)
	case a.stage == Production || a.Loopback || a.Test:
		return nil
	case a.stage == "":
		return fmt.Errorf("account %s belongs to no stage, and only production files with real carriers: "+
			"the operator sets \"stage\" in lodge.yaml", a.Name)
	default:
		return fmt.Errorf("account %s belongs to stage %s, and only production files with real carriers: "+
			"the operator sets \"test\" if the carrier knows it as a test account", a.Name, a.stage)
	}
}

// AtHome says why a ledger may not file for the account, or nil if it may: two that
// both do cannot know of one another's requests.
func (a Account) AtHome(ledger string) error {
	if a.Home == "" || a.Home == ledger {
		return nil
	}
	return fmt.Errorf("the home of account %s is the ledger %s, and this is %s: it looks and files nothing; "+
		"the operator runs Lodge there, or mends \"home\" in lodge.yaml once nothing is under way there", a.Name, a.Home, ledger)
}

// Of is the carrier as it is for the account: with what the account says about its
// invoices.
func (a Account) Of(c carriers.Carrier) carriers.Carrier {
	c.Profile = c.Profile.With(a.LEDES)
	return c
}

// parsePortal reads the address of a portal. Its errors do not quote it, since
// people put passwords into addresses.
func parsePortal(address string) (portal string, loopback bool, err error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Hostname() == "" || u.Opaque != "" {
		return "", false, errors.New("is no address such as https://portal.example")
	}
	switch {
	case u.User != nil:
		return "", false, errors.New("must not hold a user or password: type lodge secret set")
	case u.Path != "" && u.Path != "/", u.RawQuery != "", u.ForceQuery, u.Fragment != "":
		return "", false, errors.New("ends after the host: no path, no query")
	case u.Scheme != "http" && u.Scheme != "https":
		return "", false, errors.New("begins with https://, or with http:// on this machine")
	}
	loopback = isLoopback(u.Hostname())
	if u.Scheme == "http" && !loopback {
		return "", false, errors.New("is plain http, which is only for a portal on this machine: write https://")
	}
	return u.Scheme + "://" + strings.ToLower(u.Host), loopback, nil
}

// isLoopback says whether host is this machine by its very name: what only a
// resolver could tell is not.
func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.Unmap().IsLoopback()
}

func makeInbox(path string) error {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return fmt.Errorf("inbox: %w: the operator corrects \"inbox\" in lodge.yaml or makes the folder", err)
	}
	return nil
}
