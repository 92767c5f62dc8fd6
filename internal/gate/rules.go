package gate

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"example.com/lodge/carriers"
)

// phase is how far an attempt has come.
type phase int

const (
	awaiting phase = iota // everything is held; the commit has not shown yet
	locked                // the commit is held, or on its way
	spent                 // the commit left: nothing like it leaves again
	refused               // nothing left, and nothing that could be it will
	closing               // its pages are closed: nothing of it leaves
	shut                  // the browser must be ended: nothing leaves

	rehearsing // nothing that could change something leaves, see [Gate.Rehearse]
)

// verdict is what happens to a held request.
type verdict int

const (
	fail   verdict = iota // ends as aborted
	double                // the same, and is counted as another copy of the commit
	let                   // goes on
	park                  // stays held until the commit has its answer
	take                  // becomes the commit
)

// judge decides about a held request. allowed says whether its host is on the
// allow-list, heir whether it follows a redirect that answered the commit.
//
// A request that could change something leaves only if it is declared: so the
// absence of the commit proves that nothing was filed, even on the day when the
// site has renamed the address that the carrier declares.
func (r Rules) judge(p phase, q Request, allowed, heir bool) verdict {
	switch {
	case offline(q.URL):
		return let
	case !allowed || p == closing || p == shut:
		return fail
	case q.Type == Beacon && !matchAny(r.Commits, q) && !matchAny(r.Harmless, q):
		return fail // no page waits for it, and it may be the commit once more
	case p == rehearsing:
		return r.judgeRehearsing(q)
	case p == locked && !heir && !r.isCommit(q):
		return park
	case q.Method == http.MethodOptions:
		return let
	case heir && !safe(q.Method):
		return double
	case p == awaiting:
		return r.judgeAwaiting(q)
	case r.isCommit(q):
		return double
	case p == refused && r.mayFile(q) && !matchAny(r.Harmless, q):
		return fail
	}
	return let
}

// judgeAwaiting decides before the commit has shown.
func (r Rules) judgeAwaiting(q Request) verdict {
	switch {
	case matchAny(r.Commits, q):
		return take
	case matchAny(r.Harmless, q):
		return let
	case !r.mayFile(q):
		return let
	case len(r.Commits) == 0:
		return take
	}
	return fail
}

// isCommit says whether q is, or could be another copy of, the commit once it
// has shown.
func (r Rules) isCommit(q Request) bool {
	switch {
	case q.Method == http.MethodOptions:
		return false
	case len(r.Commits) > 0:
		return matchAny(r.Commits, q)
	}
	return !safe(q.Method) && !matchAny(r.Harmless, q)
}

// mayFile says whether q could file an invoice, for all that is declared: every
// method that may change something, and a GET by which a page acts unless the
// carrier says that its commit is something else.
func (r Rules) mayFile(q Request) bool {
	if !safe(q.Method) {
		return true
	}
	return q.Type != Passive && (len(r.Commits) == 0 || slices.ContainsFunc(r.Commits, func(c carriers.Request) bool {
		return c.Method == "" || safe(strings.ToUpper(c.Method))
	}))
}

func matchAny(list []carriers.Request, q Request) bool {
	return slices.ContainsFunc(list, func(c carriers.Request) bool { return matches(c, q) })
}

// matches says whether q is the request that c names, by the rules written at
// [carriers.Request].
func matches(c carriers.Request, q Request) bool {
	if c.Method != "" && !strings.EqualFold(c.Method, q.Method) {
		return false
	}
	if !strings.Contains(q.Body, c.Body) {
		return false
	}
	u, err := url.Parse(q.URL)
	if err != nil {
		return false
	}
	path := u.Path
	if path == "" {
		path = "/"
	}
	if prefix, ok := strings.CutSuffix(c.Path, "*"); ok {
		return strings.HasPrefix(path, prefix)
	}
	return c.Path == "" || c.Path == path
}

// safe are the methods that ask and do not change (RFC 9110 §9.2.1), as far as
// a page can use them.
func safe(method string) bool {
	return method == http.MethodGet || method == http.MethodHead || method == http.MethodOptions
}

// offline says whether a request never reaches a network.
func offline(rawURL string) bool {
	scheme, _, _ := strings.Cut(rawURL, ":")
	return scheme == "data" || scheme == "blob" || scheme == "about"
}

// wayTo is what the fuse is armed for.
func wayTo(q Request) (Commit, error) {
	u, err := url.Parse(q.URL)
	if err != nil {
		return Commit{}, err
	}
	return Commit{Scheme: u.Scheme, HostPort: hostPort(u), Method: q.Method, Path: u.Path}, nil
}

// hostPort is where u leads, with the scheme's own port where it names none.
func hostPort(u *url.URL) string {
	port := u.Port()
	switch {
	case port != "":
	case u.Scheme == "https":
		port = "443"
	case u.Scheme == "http":
		port = "80"
	}
	host := u.Hostname()
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	return host + ":" + port
}

// name is how people read a request: without its query, which may hold secrets.
func (q Request) name() string {
	address, _, _ := strings.Cut(q.URL, "#")
	address, _, _ = strings.Cut(address, "?")
	return q.Method + " " + address
}
