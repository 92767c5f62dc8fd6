package gate

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// release lets the commit go and reads its answer. From here on "not sent" is
// only said when no byte left.
func (g *Gate) release(ctx context.Context, a *attempt, q Request, out *Outcome) error {
	err := g.last(func(ctx context.Context) error { return g.wire.Continue(ctx, q.ID, true) })
	switch {
	case errors.Is(err, ErrGone):
		return g.takenBack(out, err)
	case err != nil:
		return g.unfinished(out, fmt.Errorf("let the commit go: %w", err))
	}
	answer, cut, err := g.hear(ctx, a)
	if err != nil {
		return g.unfinished(out, err)
	}
	err = g.settle(q, answer, out)
	if err != nil && cut != nil {
		return fmt.Errorf("%w (%w)", err, cut)
	}
	return err
}

// takenBack ends an attempt whose request the page withdrew while it was held.
func (g *Gate) takenBack(out *Outcome, err error) error {
	g.fuse.Blow()
	if g.fuse.Spent().Up == 0 {
		return g.refuse(out, err)
	}
	out.Sent, out.Spent = true, g.fuse.Spent()
	g.enter(spent)
	g.fuse.Disarm()
	return fmt.Errorf("%w: %w", ErrNoAnswer, err)
}

// hear waits for the browser's word on the commit. When the time is up it cuts
// the way out, which makes the browser give the request up; cut says why. An
// error says that it did not give it up: then nothing may be let out any more, or
// a late copy would go.
func (g *Gate) hear(ctx context.Context, a *attempt) (answer Answer, cut, err error) {
	deadline := time.NewTimer(g.options.Answer)
	defer deadline.Stop()
	select {
	case answer = <-a.answered:
		return answer, nil, nil
	case <-deadline.C:
		cut = fmt.Errorf("cut after %v without an answer", g.options.Answer)
	case <-ctx.Done():
		cut = fmt.Errorf("cut: %w", context.Cause(ctx))
	case <-g.wire.Done():
	}
	g.fuse.Blow()
	end := time.NewTimer(g.options.End)
	defer end.Stop()
	select {
	case answer = <-a.answered:
		return answer, cut, nil
	case <-end.C:
		return Answer{}, cut, ErrUnfinished
	case <-g.wire.Done():
		return Answer{}, cut, fmt.Errorf("%w: it has ended", ErrUnfinished)
	}
}

// settle reads the answer, opens the way again, and only then gives the page
// its answer and what else it asked for.
func (g *Gate) settle(q Request, answer Answer, out *Outcome) error {
	out.Answer = &answer
	if answer.Error != "" {
		g.fuse.Blow() // so that a count of 0 bytes is final
	} else if !redirect(answer.Status) {
		_ = g.last(func(ctx context.Context) (err error) {
			out.Body, err = g.wire.Body(ctx, q.ID) // a body that does not come in time is not evidence
			return err
		})
	}
	out.Spent = g.fuse.Spent()
	out.Sent = out.Spent.Up > 0
	g.fuse.Disarm()
	_ = g.last(func(ctx context.Context) error { return g.wire.Continue(ctx, q.ID, false) }) // the page may be gone
	switch {
	case !out.Sent:
		g.enter(refused)
		return notSent(fmt.Errorf("no byte left for the site: %s", answer))
	case answer.Error != "":
		g.enter(spent)
		return fmt.Errorf("%w: %s", ErrNoAnswer, answer)
	}
	g.enter(spent)
	return nil
}

// unfinished ends an attempt of which the browser may still send the request.
// The way out stays shut.
func (g *Gate) unfinished(out *Outcome, reason error) error {
	g.shut(out)
	out.Spent = g.fuse.Spent()
	out.Sent = out.Spent.Up > 0
	if !out.Sent {
		return notSent(reason)
	}
	return fmt.Errorf("%w: %w", ErrNoAnswer, reason)
}

// shut forbids this browser everything: it must be ended.
func (g *Gate) shut(out *Outcome) {
	g.fuse.Blow()
	g.enter(shut)
	out.Unfinished = true
}

func redirect(status int) bool { return status >= 300 && status < 400 }

// String is the answer in a few words, for people.
func (a Answer) String() string {
	if a.Error != "" {
		return "the browser says " + a.Error
	}
	return fmt.Sprintf("status %d", a.Status)
}
