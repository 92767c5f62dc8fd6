package dispatch

import (
	"time"

	"example.com/lodge/internal/config"
	"example.com/lodge/internal/ledger"
)

// An Account is one that this Lodge files for, as lodge.yaml says: its home is
// this ledger, and nothing there holds it back.
type Account struct {
	Name string
	Site ledger.SiteName
}

// AccountOf is an account as a plan knows it.
func AccountOf(a config.Account) Account {
	return Account{Name: a.Name, Site: ledger.SiteName{Carrier: a.Carrier, Host: a.Host()}}
}

// open says which of those accounts may be worked on now: those that are not
// paused by a person, not suspended, not visited from elsewhere, and whose site is
// not left alone. Of a site that is left alone until somebody tries it, one account
// may; probes says whose those are.
func open(accounts []Account, o ledger.Outlook) (may map[string]bool, probes map[string]ledger.SiteName) {
	may, probes = map[string]bool{}, map[string]ledger.SiteName{}
	health := map[ledger.SiteName]ledger.Site{}
	for _, s := range o.Sites {
		health[s.Name] = s
	}
	tried := map[ledger.SiteName]bool{} // by a task that there is
	for _, a := range accounts {
		if o.Slots.Holds(a.Name) {
			tried[a.Site] = true
		}
	}
	for _, a := range accounts {
		s := health[a.Site]
		if s.Open() && (tried[a.Site] || leftAlone(s, o.At)) {
			continue
		}
		may[a.Name] = true
		if s.Open() {
			probes[a.Name] = a.Site
		}
	}
	for _, item := range o.Accounts {
		if item.Open() != nil || o.Visited[item.Name] {
			delete(may, item.Name)
		}
	}
	return may, probes
}

// leftAlone says whether not even a probe may go to a site.
func leftAlone(s ledger.Site, now time.Time) bool {
	_, pass := s.Enter(now, "", 0, false)
	return !pass.Next.IsZero()
}
