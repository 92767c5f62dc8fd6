// Package breaker decides when a carrier's site is left alone: after a few
// failures in a row nothing visits it for a while, then one probe goes, and what
// it meets decides. It does no I/O; package ledger keeps the [State].
//
// Only the health of a site counts: that it is down, slow or has changed. A
// refused login, an invoice that the carrier rejects, a browser that died and a
// ledger that failed say nothing about it, and are never told here.
package breaker

import (
	"slices"
	"time"

	"example.com/lodge/carriers"
)

// The rules' figures.
const (
	// Enough is how many failures in a row open a breaker: one may be a flake,
	// two a deployment that a retry meets half done.
	Enough = 3
	// Window is how long a failure counts. An account rests five minutes after
	// one, and a visit to a slow site may take ten, so that three failures of a
	// single account fit well; those of last night say nothing about now. It is
	// also how long after a closing the next opening is still of the same trouble.
	Window = time.Hour
	// Shortest is how long a breaker opens the first time; each time after that
	// it is twice as long.
	Shortest = 2 * time.Minute
	// Longest is the longest time until a probe: a site that came back in the
	// morning has the firm's invoices within the hour.
	Longest = time.Hour
	// Busy is how soon to ask again while a probe is under way.
	Busy = 15 * time.Second
	// Long is how long a site may be down until the operator is told.
	Long = 24 * time.Hour
)

// A State is what is known of the health of a carrier's site. The zero State is
// closed: everything goes. All times are on the ledger's clock.
type State struct {
	Row    []Failure     `json:"row,omitempty"`   // failures since the site last worked, oldest first; none while open
	Since  time.Time     `json:"since,omitzero"`  // since when the site fails, while the breaker is open; zero: it is closed
	Until  time.Time     `json:"until,omitzero"`  // when the next probe may go
	Kind   carriers.Kind `json:"kind,omitempty"`  // of the last failure, while it is open
	Why    string        `json:"why,omitempty"`   // its text, without secrets
	Trips  int           `json:"trips,omitempty"` // openings since a visit that may submit worked
	Closed time.Time     `json:"closed,omitzero"` // when a probe last closed it; zero once such a visit worked
	Probe  *Probe        `json:"probe,omitempty"` // the one under way
	Probes int64         `json:"probes,omitempty"`
}

// A Failure is one visit that met a site that was down, slow or had changed.
type Failure struct {
	At   time.Time     `json:"at"`
	Kind carriers.Kind `json:"kind"` // Unavailable or SiteChanged
	Why  string        `json:"why"`  // without secrets
	// Of is the invoice or the account that met it, where others might not have:
	// the same one counts once in a row, however often it is tried. "" where
	// everybody meets it: each time counts.
	Of string `json:"of,omitempty"`
}

// A Probe is a visit that finds out whether the site works again. It never
// submits, so that time alone may end its right: two of them at once do no harm.
type Probe struct {
	ID    int64     `json:"id"` // only grows
	Owner string    `json:"owner"`
	Until time.Time `json:"until"`
}

// A Pass says whether a visit may go.
type Pass struct {
	Next  time.Time // when to ask again; zero: it may go
	Probe int64     // it goes as this probe and must not submit; 0: it may
}

// Open says whether visits are held back.
func (s State) Open() bool { return !s.Since.IsZero() }

// Enter asks for a visit by owner. ttl is how long it may take if it is a probe;
// dead says that the owner of the probe under way is known to be dead.
func (s State) Enter(now time.Time, owner string, ttl time.Duration, dead bool) (State, Pass) {
	switch {
	case !s.Open():
		return s, Pass{}
	case now.Before(s.Until):
		return s, Pass{Next: s.Until}
	case s.Probe != nil && !dead && now.Before(s.Probe.Until):
		return s, Pass{Next: now.Add(Busy)}
	}
	s.Probes++
	s.Probe = &Probe{ID: s.Probes, Owner: owner, Until: now.Add(ttl)}
	return s, Pass{Probe: s.Probes}
}

// An End is what a visit says about the site.
type End struct {
	Probe  int64    // of its [Pass]
	Worked bool     // it came to its end, and the site did all that was asked of it
	Failed *Failure // the site failed; nil, without Worked: nothing is known. Its At is set here.
	Jitter float64  // in [0, 1): how much earlier than the longest the next probe goes, if it opens
}

// Ended is the state after a visit. What comes of a probe whose right had ended
// changes nothing, nor does what visits meet that were under way when it opened.
func (s State) Ended(now time.Time, e End) State {
	switch {
	case e.Probe != 0 && (s.Probe == nil || s.Probe.ID != e.Probe):
		return s
	case e.Probe != 0:
		return s.probed(now, e)
	case s.Open():
		return s
	case e.Worked:
		return State{Probes: s.Probes}
	case e.Failed != nil:
		return s.failed(now, e)
	}
	return s
}

// probed is the state after the probe under way. One that worked closes the
// breaker, and does not make the trouble forgotten: it did not submit.
func (s State) probed(now time.Time, e End) State {
	s.Probe = nil
	switch {
	case e.Worked:
		return State{Trips: s.Trips, Closed: now, Probes: s.Probes}
	case e.Failed != nil:
		return s.opened(now, *e.Failed, e.Jitter)
	}
	return s // another one may go at once
}

// failed counts a failure, and opens the breaker if it was enough.
func (s State) failed(now time.Time, e End) State {
	f := *e.Failed
	f.At = now
	s.Row = slices.DeleteFunc(slices.Clone(s.Row), func(old Failure) bool { return now.Sub(old.At) > Window })
	if f.Of == "" || !slices.ContainsFunc(s.Row, func(old Failure) bool { return old.Of == f.Of }) {
		s.Row = append(s.Row, f)
	}
	if len(s.Row) < Enough {
		return s
	}
	if now.Sub(s.Closed) > Window {
		s.Trips = 0
	}
	s.Since, s.Row, s.Closed = s.Row[0].At, nil, time.Time{}
	return s.opened(now, f, e.Jitter)
}

func (s State) opened(now time.Time, f Failure, jitter float64) State {
	s.Trips++
	s.Kind, s.Why, s.Until = f.Kind, f.Why, now.Add(pause(s.Trips, jitter))
	return s
}

// pause is how long the breaker opens for the nth time: up to a quarter shorter
// than what it is named for, so that the carriers behind one host that failed
// together are not probed together.
func pause(n int, jitter float64) time.Duration {
	d := Shortest
	for range n - 1 {
		if d *= 2; d >= Longest {
			d = Longest
			break
		}
	}
	return d - time.Duration(min(max(jitter, 0), 1)*float64(d)/4)
}

// Acts says who acts on an open breaker: on a site that has changed its author,
// on one that is down nobody, and the operator once that has been so for [Long].
func (s State) Acts(now time.Time) carriers.Person {
	switch {
	case !s.Open():
		return carriers.Nobody
	case s.Kind == carriers.SiteChanged:
		return carriers.Author
	case now.Sub(s.Since) >= Long:
		return carriers.Operator
	}
	return carriers.Nobody
}
