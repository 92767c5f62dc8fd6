package attack

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/anishathalye/porcupine"

	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
)

// A call is what a caller asked of the ledger about one submission or account.
type call struct {
	Does    string        `json:"does"`
	About   string        `json:"about"` // what is asked about different ones is checked apart
	Who     string        `json:"who"`
	Fence   int64         `json:"fence,omitempty"`   // of the claim that was shown
	Attempt string        `json:"attempt,omitempty"` // its id
	Visits  int           `json:"visits,omitempty"`  // that the account may have at a time
	TTL     time.Duration `json:"ttl,omitempty"`
	Begun   int64         `json:"begun"` // ledger's clock before the call, in ns
}

// An answer is what the caller was told.
type answer struct {
	Ended int64  `json:"ended"`          // ledger's clock after the call
	Said  string `json:"said,omitempty"` // the name of the error; "" is success
	Why   string `json:"why,omitempty"`  // its text, for people
	Open  bool   `json:"open,omitempty"` // nobody heard the answer: it may have happened or not
	Taken bool   `json:"taken,omitempty"`
	Shown *shown `json:"shown,omitempty"`
}

// shown is a submission or an account as the ledger showed it.
type shown struct {
	Version int64  `json:"version"`
	Fence   int64  `json:"fence"`
	Seq     int64  `json:"seq,omitempty"`
	State   string `json:"state,omitempty"`
	Held    bool   `json:"held,omitempty"`
	Lease   lease  `json:"lease,omitzero"`

	Visits            [maxVisits]lease `json:"visits,omitzero"`
	More              int              `json:"more,omitempty"`  // visits than there may be
	Login             int64            `json:"login,omitempty"` // fence of the visit that logs in
	Paused, Suspended bool
}

// String is for people.
func (v *shown) String() string {
	text := fmt.Sprintf("version %d, fence %d", v.Version, v.Fence)
	if v.Seq > 0 {
		text += fmt.Sprintf(", entry %d, %s, leased to %q, held %v", v.Seq, v.State, v.Lease.Owner, v.Held)
	}
	for _, visit := range v.Visits {
		if visit.Owner != "" {
			text += fmt.Sprintf(", visit %d of %s", visit.Fence, visit.Owner)
		}
	}
	return text + fmt.Sprintf(", logs in: %d, paused %v, suspended %v", v.Login, v.Paused, v.Suspended)
}

// lease is one lease: of a submission, or of a visit, which has a fence of its
// own. When it ends is not always told: then it is known between two times.
type lease struct {
	Owner       string `json:"owner"`
	Fence       int64  `json:"fence"`
	Least, Most int64
}

// maxVisits is the most that an account of these tests may have.
const maxVisits = 2

func nanos(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixNano()
}

func showSubmission(s submission.Submission) *shown {
	until := nanos(s.Lease.Until)
	return &shown{Version: s.Version, Fence: s.Fence, Seq: s.Seq, State: string(s.Current().State), Held: !s.OnHold.IsZero(),
		Lease: lease{s.Lease.Owner, 0, until, until}}
}

func showAccount(a ledger.Account) *shown {
	v := &shown{Version: a.Version, Fence: a.Fence, Paused: a.Paused != nil, Suspended: a.Suspended != nil,
		More: max(0, len(a.Visits)-maxVisits)}
	for i, visit := range a.Visits[:min(len(a.Visits), maxVisits)] {
		v.Visits[i] = lease{visit.Owner, visit.Fence, nanos(visit.Until), nanos(visit.Until)}
	}
	if a.Login != nil {
		v.Login = a.Login.Fence
	}
	return v
}

// The names of errors. What has none was not foreseen.
const (
	held, stale, refused, onHold = "held", "stale", "refused", "on hold"
	paused, suspended            = "paused", "suspended"
	unanswered, notFound         = "unanswered", "not found"
)

// said names an error; false if it has no name.
func said(err error) (string, bool) {
	for _, e := range []struct {
		err  error
		name string
	}{
		{ledger.ErrOnHold, onHold}, {ledger.ErrHeld, held}, {ledger.ErrStale, stale}, {ledger.ErrPaused, paused},
		{ledger.ErrSuspended, suspended}, {ledger.ErrUnanswered, unanswered}, {ledger.ErrNotFound, notFound},
	} {
		if errors.Is(err, e.err) {
			return e.name, true
		}
	}
	if _, ok := errors.AsType[*submission.Refusal](err); ok {
		return refused, true
	}
	if err != nil && strings.Contains(err.Error(), "has to be moved before its lease is given back") {
		return refused, true
	}
	return "", err == nil
}

// A record is a history of calls as they were made and answered, on the clock
// that all processes of a machine share.
type record struct {
	mu   sync.Mutex
	list []porcupine.Operation
	seen map[string]int // how often each call was answered with each word
}

func newRecord() *record { return &record{seen: map[string]int{}} }

// begin notes the time of a call; the function that it returns notes the answer.
func (r *record) begin(c call) func(answer) {
	from := int64(clock.System{}.Boot())
	return func(a answer) { r.add(c, a, from, int64(clock.System{}.Boot())) }
}

func (r *record) add(c call, a answer, from, to int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	word := cmp.Or(a.Said, "ok")
	switch {
	case a.Open:
		word, a.Ended = "open", farOff
	case c.Does == takeover && a.Taken:
		word = "taken"
	}
	r.seen[c.Does+" "+word]++
	r.list = append(r.list, porcupine.Operation{Input: c, Output: a, Call: from, Return: to})
}

// farOff is later than any time, and may be added to.
const farOff = math.MaxInt64 / 2

// patience is how long the checker may think about one history; it needs less
// than a second.
const patience = time.Minute

// check says what of the history no order of the calls explains; "" is nothing.
// dir is where a drawing of it is left.
func (r *record) check(dir string) string {
	parts := map[string][]porcupine.Operation{}
	for _, op := range r.list {
		about := op.Input.(call).About
		parts[about] = append(parts[about], op)
	}
	for about, history := range parts {
		model := submissions()
		if isAccount(about) {
			model = accounts()
		}
		result, info := porcupine.CheckOperationsVerbose(model, history, patience)
		switch result {
		case porcupine.Ok:
			continue
		case porcupine.Unknown:
			return fmt.Sprintf("%s: the checker came to no end with %d calls in %s", about, len(history), patience)
		}
		wrong := fmt.Sprintf("%s: not linearizable; %s", about, unexplained(history, info))
		if dir != "" {
			path := filepath.Join(dir, "history.html")
			wrong += fmt.Sprintf(" (drawn in %s: %v)", path, draw(model, info, path))
		}
		return wrong
	}
	return ""
}

func draw(model porcupine.Model, info porcupine.LinearizationInfo, path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(porcupine.Visualize(model, info, f), f.Close())
}

// unexplained tells how far the longest order of calls came, and what was called
// but could not follow.
func unexplained(history []porcupine.Operation, info porcupine.LinearizationInfo) string {
	var longest []int
	for _, part := range info.PartialLinearizations() {
		for _, order := range part {
			if len(order) > len(longest) {
				longest = order
			}
		}
	}
	var rest []porcupine.Operation
	for i, op := range history {
		if !slices.Contains(longest, i) {
			rest = append(rest, op)
		}
	}
	slices.SortFunc(rest, func(a, b porcupine.Operation) int { return cmp.Compare(a.Return, b.Return) })
	if len(rest) == 0 {
		return ""
	}
	text := fmt.Sprintf("%d of %d calls have an order, and after those not", len(longest), len(history))
	for _, op := range rest[:min(len(rest), 4)] {
		text += "\n\t" + describe(op.Input, op.Output)
	}
	return text
}

func describe(in, out any) string {
	c, a := in.(call), out.(answer)
	text := fmt.Sprintf("%s %s by %s", c.Does, c.About, c.Who)
	if c.Fence != 0 {
		text += fmt.Sprintf(" with fence %d", c.Fence)
	}
	switch {
	case a.Open:
		return text + ": no answer"
	case a.Shown != nil:
		return text + ": " + a.Shown.String()
	}
	return text + ": " + cmp.Or(a.Why, "ok")
}

// lacks are those of the words that no call was answered with.
func (r *record) lacks(words []string) []string {
	return slices.DeleteFunc(slices.Clone(words), func(w string) bool { return r.seen[w] > 0 })
}
