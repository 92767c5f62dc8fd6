// Package gate takes the one step that cannot be taken back: it holds a click's
// request in the browser, has the intent written, lets exactly one copy go and
// reads exactly one answer.
//
// The package holds the rules and no browser: the browser's side is a [Wire],
// the way out is a [Fuse]. Both are implemented by package browser. Why each
// step is there, with the measurements, is told in docs/guarantees.md.
package gate

import (
	"context"
	"net/http"
	"time"

	"example.com/lodge/carriers"
)

// A Request is a request, or the answer to one, that the browser holds.
type Request struct {
	ID           string // the same for the request and its answer
	Method, URL  string
	Type         Type
	Body         string // as the page wrote it, without what comes from files
	RedirectedBy string // the ID of the request that was answered by this redirect
	Frame        string // that asks for it; "" where nobody can tell

	Answer *Answer // nil: the request itself is held
}

// An Answer is the first thing the site said to a request, or why it said none.
type Answer struct {
	Status int
	Header http.Header
	Error  string // the browser's network error; "" if there is a status
}

// Type is what a page made a request for, as far as the rules care.
type Type string

// The types.
const (
	Document Type = "document" // navigations, forms
	Active   Type = "active"   // fetch, XHR, and whatever has no better name
	Passive  Type = "passive"  // images, styles, scripts, fonts, media, manifests, prefetch
	Beacon   Type = "beacon"   // pings and reports
)

// A Wire is one browser's interception, at the browser's level, on since before
// its first navigation. Requests reach the gate through [Gate.Paused].
type Wire interface {
	// Hold makes every request pause; Idle makes none pause.
	Hold(ctx context.Context) error
	Idle(ctx context.Context) error
	// Continue lets a held request or answer go. With answer, the request pauses
	// again under the same ID when its answer or error is there. An error that
	// wraps [ErrGone] says that the browser held no such request any more; after
	// any other error the request may be on its way.
	Continue(ctx context.Context, id string, answer bool) error
	// Fail ends a held request as aborted. Any other reason would put an error
	// page in place of the document, and the commit would go with it.
	Fail(ctx context.Context, id string) error
	// Body reads the answer that is held under id.
	Body(ctx context.Context, id string) ([]byte, error)
	// Finish stops the service workers of origins, closes every page of the
	// attempt and returns when they are gone.
	Finish(ctx context.Context, origins []string) error
	// Busy says whether a page waits for something from the network.
	Busy() bool
	// Done is closed when the browser has ended, whoever ended it.
	Done() <-chan struct{}
}

// A Fuse is the browser's only way out.
type Fuse interface {
	// Allowed says whether host:port is on the allow-list.
	Allowed(hostPort string) bool
	// HoldSockets begins an account: it cuts WebSockets and refuses new ones
	// until Disarm.
	HoldSockets()
	// Hush drops every tunnel and refuses all until Arm, Unhush or Disarm. The calm
	// that Arm asks for begins here. When it is hushed already nothing changes.
	Hush()
	// Unhush takes Hush back, because a page may use the network.
	Unhush()
	// Arm hushes if that was not done, refuses all until it has been calm, then
	// allows one to the commit's host while the commit is not late. On an error
	// nothing is allowed until Disarm and nothing was sent; one that wraps
	// [ErrNotCalm] says that limit was over.
	Arm(ctx context.Context, commit Commit, calm, limit time.Duration) error
	// Blow cuts and forbids everything. When it has returned no byte leaves, so
	// that what Spent says is final.
	Blow()
	// Spent is the account since HoldSockets. Only what goes through between Arm
	// and Disarm is counted in it.
	Spent() Spent
	// Disarm opens the way again. Only when the commit's request has ended.
	Disarm()
}

// A Commit is what the fuse is armed for.
type Commit struct {
	Scheme, HostPort, Method, Path string

	// InTime says whether bytes of it may still leave. The fuse asks for each piece, at
	// the moment at which it is about to go; nil: always.
	InTime func() bool
}

// Late says whether it is too late for bytes of the commit to leave.
func (c Commit) Late() bool { return c.InTime != nil && !c.InTime() }

// Spent is the fuse's account of one commit.
type Spent struct {
	Tunnels int           `json:"tunnels"` // let through to the commit's host
	Refused int           `json:"refused"`
	Queued  int           `json:"queued"`
	Sockets int           `json:"sockets"` // WebSockets refused
	Up      int64         `json:"up"`      // bytes that left towards the site; 0 proves that nothing was sent
	Quiet   time.Duration `json:"quiet"`   // how long it took to become calm
}

// Rules is what the carrier declared about its irrevocable request. Until the
// commit shows, a request that could change something leaves only if it is
// declared harmless.
type Rules struct {
	Commits, Harmless []carriers.Request
	Origins           []string // of the portal and its hosts, "https://host[:port]"
}

// An Outcome is what happened to the one request.
type Outcome struct {
	Held    Request  // the commit as it was held
	Sent    bool     // false only if it is proven that nothing left
	Answer  *Answer  // nil: none came
	Body    []byte   // of the answer, for evidence; nil for redirects
	Seen    int      // requests that matched the commit
	Blocked int      // of these, how many were failed
	Let     []string // requests that were let go while the commit was awaited, without queries
	Stopped []string // requests that were failed because nobody declared them, without queries
	Spent   Spent

	// Unfinished: the browser never said that the request ended, so it may send
	// it again, or the click itself never ended. The way out stays shut; the
	// browser must be ended now.
	Unfinished bool
}

// Intent is called while the commit is held and nothing has left. It writes the
// intent durably and checks lease and deadline. An error refuses the commit.
type Intent func(ctx context.Context, commit Request) error
