package real

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"example.com/lodge/internal/audit"
	"example.com/lodge/internal/evidence"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/portal"
	"example.com/lodge/internal/submission"
)

// A trap is a server that nobody must ever connect to.
type trap struct {
	net.Listener
	met atomic.Int32
}

func newTrap(t *testing.T) *trap {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	tr := &trap{Listener: l}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			tr.met.Add(1)
			_ = c.Close()
		}
	}()
	return tr
}

// URL is where faults redirect to.
func (t *trap) URL() string { return "https://" + t.Addr().String() + "/" }

func TestTrap(t *testing.T) {
	tr := newTrap(t)
	c, err := net.Dial("tcp", tr.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	_, _ = c.Read(make([]byte, 1)) // until it was closed, after it was counted
	_ = c.Close()
	if tr.met.Load() != 1 {
		t.Errorf("met %d", tr.met.Load())
	}
}

// A doorman counts the requests to a portal, by place, and those under way.
type doorman struct {
	mu      sync.Mutex
	came    map[portal.Place]int
	inside  int
	waiting []*waiter
	empty   chan struct{} // closed when nobody is inside
}

// A waiter is told when the n-th request for a place from now on comes.
type waiter struct {
	place portal.Place
	left  int
	came  chan struct{}
}

func newDoorman() *doorman {
	empty := make(chan struct{})
	close(empty)
	return &doorman{came: map[portal.Place]int{}, empty: empty}
}

// watch is for [portal.Options].
func (d *doorman) watch(place portal.Place) (over func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.came[place]++
	if d.inside++; d.inside == 1 {
		d.empty = make(chan struct{})
	}
	for _, w := range d.waiting {
		if w.place == place {
			if w.left--; w.left == 0 {
				close(w.came)
			}
		}
	}
	return func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		if d.inside--; d.inside == 0 {
			close(d.empty)
		}
	}
}

// await returns a channel that is closed at the n-th request for place from now on.
func (d *doorman) await(place portal.Place, n int) <-chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	w := &waiter{place, n, make(chan struct{})}
	d.waiting = append(d.waiting, w)
	return w.came
}

// quiet is closed once no request is under way.
func (d *doorman) quiet() <-chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.empty
}

// known adds to facts what Lodge's ledger and evidence say, with the portal's
// word on each invoice. numbers are those that Lodge was given, by account.
func known(ctx context.Context, f *facts, l *ledger.Ledger, store *evidence.Store, p *portal.Server, numbers map[string][]string) error {
	for account, list := range numbers {
		a := audit.Audit{Store: store, Ledger: l, Tell: func(x audit.Fault) { f.audit = append(f.audit, x.What) }}
		if _, err := a.Account(ctx, account); err != nil {
			return err
		}
		subs, err := l.All(ctx, ledger.Query{Account: account})
		if err != nil {
			return err
		}
		byNumber := map[string]ledger.Summary{}
		for _, s := range subs {
			byNumber[s.Invoice] = s
		}
		for _, number := range list {
			i := counted(p, number)
			if s, ok := byNumber[number]; ok {
				if err := i.said(ctx, l, store, s); err != nil {
					return err
				}
			}
			f.invoices = append(f.invoices, i)
		}
	}
	c := p.Counts()
	f.refusals += c.FailedLogins
	f.foreign += int(c.Tracker)
	return nil
}

// counted is the portal's word on an invoice.
func counted(p *portal.Server, number string) invoice {
	n := p.Counts().Invoices[number]
	i := invoice{number: number, uploads: n.Uploads, again: n.Again, alive: n.Accepted + n.Processing, refused: n.Refused, byHand: n.ByHand}
	for _, r := range p.Book().All() {
		if r.Number == number && r.Confirmation != "" {
			i.number2 = append(i.number2, r.Confirmation)
		}
		i.turned = i.turned || r.Number == number && !r.TurnsAt.IsZero()
	}
	return i
}

// said adds Lodge's word.
func (i *invoice) said(ctx context.Context, l *ledger.Ledger, store *evidence.Store, sum ledger.Summary) error {
	i.state, i.needs, i.why, i.confirmation, i.found = sum.State, sum.Needs, sum.Text, sum.Confirmation, sum.Found
	s, err := l.Get(ctx, sum.ID)
	if err != nil {
		return err
	}
	entries, err := l.History(ctx, sum.ID)
	if err != nil {
		return err
	}
	again, err := submission.Replay(s.Key, s.Carrier, entries)
	if err == nil && (again.Current().State != s.Current().State || again.Seq != s.Seq) {
		err = fmt.Errorf("it leads to %s", again.Current().State)
	}
	i.history = err
	var text strings.Builder
	for _, e := range entries {
		i.cut = i.cut || e.Kind == submission.Lost || e.Kind == submission.Recovered || e.Kind == submission.Intended && s.Current().State == submission.NeedsPerson
		proofs := e.Evidence
		if e.Attempt != nil {
			proofs = append(proofs, e.Attempt.Evidence...)
		}
		for _, p := range proofs {
			data, err := os.ReadFile(store.Place(p.Name))
			if err != nil {
				i.history = errors.Join(i.history, err)
			}
			_, _ = text.Write(data)
			_ = text.WriteByte('\n')
		}
	}
	i.proof = text.String()
	return nil
}
