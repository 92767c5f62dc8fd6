package campaign

import (
	"context"
	"errors"
	"fmt"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/browser"
	"example.com/lodge/internal/gate"
)

// errBroken is what the browser says of a connection that broke.
const errBroken = "net::ERR_CONNECTION_RESET"

// submit has a page send s. The request is held by the gate first; the page does
// not wait for it.
func (b *window) submit(s sheet) *paused {
	q := b.ask(s)
	if b.p.fails(pageSendsTwice) {
		b.ask(s) // the gate fails it
	}
	return q
}

// shown is what the page shows once it has its answer.
func (b *window) shown(ctx context.Context, q *paused) verdict {
	select {
	case v := <-q.shown:
		return v
	case <-ctx.Done():
		return verdict{err: context.Cause(ctx)}
	case <-b.done:
		return verdict{err: browser.ErrGone}
	}
}

func (b *window) ask(s sheet) *paused {
	b.mu.Lock()
	b.next++
	q := &paused{sheet: s, shown: make(chan verdict, 1),
		request: gate.Request{ID: fmt.Sprint("R", b.next), Method: "POST", URL: upload, Type: gate.Document}}
	b.held[q.request.ID] = q
	b.mu.Unlock()
	if b.w.Rules.Intent { // knocked out: the request leaves before the intent is written
		b.send(q)
		return q
	}
	b.gate.Paused(q.request)
	return q
}

// wire is the browser's side of the gate.
type wire struct{ *window }

var _ gate.Wire = wire{}

func (b wire) Hold(context.Context) error { return b.side.point("hold") }
func (b wire) Idle(context.Context) error { return b.side.point("idle") }
func (b wire) Busy() bool                 { return b.side.luck.of("page waits", 0.5) }
func (b wire) Done() <-chan struct{}      { return b.done }

// Continue implements [gate.Wire].
func (b wire) Continue(_ context.Context, id string, answer bool) error {
	if err := b.side.point("release"); err != nil {
		return err
	}
	b.mu.Lock()
	q := b.held[id]
	ended := b.ended
	b.mu.Unlock()
	switch {
	case q == nil || ended:
		return fmt.Errorf("request %s: %w", id, gate.ErrGone)
	case answer && q.answer == nil:
		if b.side.fails(pageWithdraws) {
			q.close(verdict{err: errors.New("withdrawn")})
			return fmt.Errorf("request %s: %w", id, gate.ErrGone)
		}
		b.w.running.Go(func() { b.send(q) })
	default:
		q.close(q.body)
	}
	return nil
}

// Fail implements [gate.Wire].
func (b wire) Fail(_ context.Context, id string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if q := b.held[id]; q != nil {
		q.close(verdict{err: errors.New("the request was aborted")})
	}
	return nil
}

// Body implements [gate.Wire].
func (b wire) Body(_ context.Context, id string) ([]byte, error) { return []byte("<p>" + id), nil }

// Finish implements [gate.Wire].
func (b wire) Finish(context.Context, []string) error {
	if b.side.fails(pagesStay) {
		return errors.New("a page does not close")
	}
	return b.side.point("pages close")
}

// send carries a released request to the portal and its answer back to the gate.
func (b *window) send(q *paused) {
	by := b.p.part("wire") // one request of a window is released at most
	how := by.ending()
	if how == unreached || !b.way.leaves(4000) {
		b.answer(by, q, gate.Answer{Error: errBroken}, verdict{err: errors.New(errBroken)})
		return
	}
	taken := how != before && how != nothing
	if taken {
		b.w.arrives(b.p, q.sheet) // what has left arrives, whatever becomes of this machine
	}
	_ = by.point("half of it left") // a program that dies here has sent something, and nobody knows how much
	if how != fine {
		b.w.story.tell(b.w.now(), "SITE %s: %s", how, q.sheet.inv.Number)
	}
	if taken {
		q.row = b.w.portal.take(q.sheet.inv.Number, q.sheet.inv.Total, q.sheet.content, b.p)
	}
	if by.point("it is taken in") != nil {
		return
	}
	switch how {
	case before, after:
		b.answer(by, q, gate.Answer{Error: errBroken}, verdict{err: errors.New(errBroken)})
		return
	case crash:
		b.die("dies")
		return
	case never, nothing:
		<-b.way.blown()
		b.answer(by, q, gate.Answer{Error: "net::ERR_PROXY_CONNECTION_FAILED"}, verdict{err: errors.New("cut")})
		return
	case wrong:
		b.answer(by, q, gate.Answer{Status: 500}, verdict{odd: true})
		return
	case late:
		if !b.sleeps(by.luck.between("late", 50*time.Second, 3*time.Minute)) {
			b.answer(by, q, gate.Answer{Error: "net::ERR_PROXY_CONNECTION_FAILED"}, verdict{err: errors.New("cut")})
			return
		}
	}
	if !b.sleeps(by.luck.between("answer", 50*time.Millisecond, 2*time.Second)) {
		b.answer(by, q, gate.Answer{Error: errBroken}, verdict{err: errors.New("cut")})
		return
	}
	b.answer(by, q, gate.Answer{Status: 200}, pageOf(q, b.w.wall(), how))
}

// sleeps waits for the site, and says whether the way out was there all the time.
func (b *window) sleeps(d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-b.way.blown():
		return false
	case <-b.done:
		return false
	}
}

func pageOf(q *paused, now time.Time, how fault) verdict {
	said := q.row.state(now)
	v := verdict{invoice: q.sheet.inv.Number, said: receipt(q.row.number, said)}
	switch how {
	case other:
		v.invoice = "ANOTHER-1"
	case unread:
		v.odd = true
	case twice:
		v.said = carriers.Receipt{Status: "duplicate", Text: "Duplicate invoice"}
	}
	return v
}

// receipt is the carrier's word as Lodge has it.
func receipt(number string, said word) carriers.Receipt {
	return carriers.Receipt{Number: number, Status: string(said.state), Text: said.text, State: said.state}
}

// answer brings the answer to the gate, which holds it.
func (b *window) answer(by part, q *paused, a gate.Answer, v verdict) {
	b.mu.Lock()
	ended := b.ended
	q.answer, q.body = &a, v
	b.mu.Unlock()
	if ended {
		return
	}
	if by.point("answer arrives") != nil {
		return
	}
	held := q.request
	held.Answer = &a
	b.gate.Paused(held)
	if b.w.Rules.Intent {
		q.close(v)
	}
}
