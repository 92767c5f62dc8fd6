package attack

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
)

// ttl is that of every lease.
const ttl = time.Minute

// A caller is one program that works on submissions and accounts, all at random:
// it also shows claims that are over long since.
type caller struct {
	who    string
	ledger *ledger.Ledger
	random *rand.Rand
	ttl    time.Duration
	begin  func(call) func(answer)
	open   func(error) bool // whether nobody knows what became of a call that ended so
	subs   []string         // invoice numbers
	accs   []string

	claims   map[string]ledger.Claim // the last of each; it may be over
	older    map[string]ledger.Claim // the one before
	attempts map[string]string
	made     int
}

func (c *caller) pick(n int) int { return c.random.IntN(n) }

func (c *caller) oneOf(deeds []string) string { return deeds[c.pick(len(deeds))] }

func invoice(number string) submission.Key {
	return submission.Key{Account: accountPrefix + "1", LawFirmID: "12-3", ClientID: "C1", Number: number}
}

// try makes one call and notes what came of it.
func (c *caller) try(ctx context.Context, asked call, do func(call) (*shown, error)) error {
	now, err := c.ledger.Now(ctx)
	if err != nil {
		return err
	}
	asked.Who, asked.TTL, asked.Begun = c.who, c.ttl, now.UnixNano()
	end := c.begin(asked)
	view, err := do(asked)
	now, clockErr := c.ledger.Now(ctx)
	a := answer{Ended: now.UnixNano(), Shown: view}
	word, known := said(err)
	switch {
	case c.open(err):
		a.Open, a.Shown = true, nil
	case known:
		a.Said = word
	default:
		return fmt.Errorf("%s %s: %w", asked.Does, asked.About, err)
	}
	if a.Said != "" {
		a.Shown = nil
	}
	if err != nil {
		a.Why = err.Error()
	}
	end(a)
	return clockErr
}

// begins registers what the caller works on: most of it is there already.
func (c *caller) begins(ctx context.Context) error {
	for _, number := range c.subs {
		if err := c.about(ctx, call{Does: register, About: invoice(number).ID()}, number, ledger.Claim{}); err != nil {
			return err
		}
	}
	return nil
}

// ends takes over what the dead left, and looks at everything once more.
func (c *caller) ends(ctx context.Context) error {
	if err := c.takeOver(ctx); err != nil {
		return err
	}
	for _, number := range c.subs {
		if err := c.about(ctx, call{Does: get, About: invoice(number).ID()}, number, ledger.Claim{}); err != nil {
			return err
		}
		if err := c.replays(ctx, invoice(number).ID()); err != nil {
			return err
		}
	}
	for _, name := range c.accs {
		if err := c.aboutAccount(ctx, call{Does: get, About: name}, ledger.Claim{}); err != nil {
			return err
		}
	}
	return nil
}

// replays says whether the history of a submission leaves nothing out, and leads
// to what is stored.
func (c *caller) replays(ctx context.Context, id string) error {
	s, err := c.ledger.Get(ctx, id)
	if err != nil {
		return err
	}
	history, err := c.ledger.History(ctx, id)
	if err != nil {
		return err
	}
	for i, e := range history {
		if e.Seq != int64(i+1) {
			return fmt.Errorf("entry %d of %d has number %d", i+1, len(history), e.Seq)
		}
	}
	again, err := submission.Replay(s.Key, s.Carrier, history)
	if err == nil && (again.Current().State != s.Current().State || again.Seq != s.Seq || again.OnHold != s.OnHold) {
		err = fmt.Errorf("the history leads to %+v, stored is %+v", again, s)
	}
	return err
}

// step does one thing at random.
func (c *caller) step(ctx context.Context) error {
	switch n := c.pick(100); {
	case n < 4:
		return c.takeOver(ctx)
	case n < 62:
		return c.work(ctx, c.subs[c.pick(len(c.subs))])
	}
	return c.visit(ctx, c.accs[c.pick(len(c.accs))])
}

// shownClaim is the claim that is shown for about: the last, or an older one.
func (c *caller) shownClaim(about string) ledger.Claim {
	if c.pick(8) == 0 {
		return c.older[about]
	}
	return c.claims[about]
}

func (c *caller) claimed(about string, claim ledger.Claim) {
	c.older[about], c.claims[about] = c.claims[about], claim
}

// work does something with a submission, more often what may succeed.
func (c *caller) work(ctx context.Context, number string) error {
	id := invoice(number).ID()
	held := c.shownClaim(id)
	held.ID, held.Owner = id, c.who
	asked := call{About: id, Fence: held.Fence}
	asked.Does = c.oneOf(strings.Fields("get get claim claim renew renew release release intent intent intent intent not_sent not_sent " +
		"lost settle settle note hold end_hold end_hold register"))
	if asked.Does == intent {
		c.made++
		asked.Attempt = fmt.Sprintf("%s-%d", c.who, c.made)
		c.attempts[id] = asked.Attempt
	}
	asked.Attempt = c.attempts[id]
	if held.Fence == 0 && asked.Does != register && c.pick(4) != 0 {
		asked.Does = claim
	}
	return c.about(ctx, asked, number, held)
}

// about is a call about a submission.
func (c *caller) about(ctx context.Context, asked call, number string, held ledger.Claim) error {
	return c.try(ctx, asked, func(asked call) (*shown, error) {
		s, err := c.ask(ctx, asked, number, held)
		if err != nil || s.ID == "" {
			return nil, err
		}
		return showSubmission(s), nil
	})
}

// ask is one call about a submission.
func (c *caller) ask(ctx context.Context, asked call, number string, held ledger.Claim) (submission.Submission, error) {
	id := asked.About
	move := func(e submission.Event) (submission.Submission, error) {
		if e.Kind != submission.Intended && e.Kind != submission.Absent {
			e.Attempt = &submission.Attempt{ID: asked.Attempt}
		}
		if e.Kind == submission.NotSent {
			e.Attempt.Sent = new(false)
		}
		return c.ledger.Move(ctx, held, e)
	}
	begun, later := time.Unix(0, asked.Begun), time.Unix(0, asked.Begun).Add(100*time.Hour) // the others move the clock meanwhile
	switch asked.Does {
	case register:
		r, err := c.ledger.Register(ctx, "harbor", invoice(number), submission.Revision{State: submission.Ready,
			Object: submission.Object{Name: number + ".txt", SHA: "sha", Canon: "canon"}}, "intake")
		return r.Submission, err
	case claim:
		s, claim, err := c.ledger.Claim(ctx, id, c.who, c.ttl)
		if err == nil {
			c.claimed(id, claim)
		}
		return s, err
	case renew:
		_, err := c.ledger.Renew(ctx, held, c.ttl)
		return submission.Submission{}, err
	case release:
		return submission.Submission{}, c.ledger.Release(ctx, held)
	case intent:
		return move(submission.Event{Kind: submission.Intended, Actor: submission.ByGate, Look: &submission.Look{At: later, Visit: "v"},
			Attempt: &submission.Attempt{ID: asked.Attempt, SHA: "sha", SettleUntil: later}})
	case notSent:
		return move(submission.Event{Kind: submission.NotSent, Actor: submission.ByGate, NotBefore: begun})
	case lost:
		return move(submission.Event{Kind: submission.Lost, Actor: submission.ByGate})
	case settle: // only a draft is there, long after
		return move(submission.Event{Kind: submission.Absent, Actor: submission.ByReconcile,
			Look: &submission.Look{At: later.Add(1000 * time.Hour), Visit: "v"}, Receipt: &carriers.Receipt{State: carriers.StateDraft}})
	case note:
		return submission.Submission{}, c.ledger.Note(ctx, id, submission.Event{Kind: submission.Noted, Actor: submission.ByMail, Who: c.who, Why: "a word"})
	case hold:
		return c.ledger.Decide(ctx, id, submission.Event{Kind: submission.Held, Who: "ann", Why: "she asks"})
	case unhold:
		return c.ledger.Decide(ctx, id, submission.Event{Kind: submission.Released, Hold: submission.HoldPerson, Who: "ann", Why: "she asks"})
	case get:
		return c.ledger.Get(ctx, id)
	}
	return submission.Submission{}, errors.New("nobody can do that")
}

// visit does something with an account.
func (c *caller) visit(ctx context.Context, name string) error {
	held := c.shownClaim(name)
	held.ID, held.Owner = name, c.who
	asked := call{About: name, Fence: held.Fence, Visits: 1}
	if name == accountPrefix+"2" {
		asked.Visits = maxVisits
	}
	asked.Does = c.oneOf(strings.Fields("get get enter enter renew renew leave leave log_in log_in log_in log_in logged_in logged_in " +
		"not_logged_in pause resume resume resume lift"))
	if held.Fence == 0 && c.pick(4) != 0 {
		asked.Does = enter
	}
	return c.aboutAccount(ctx, asked, held)
}

// aboutAccount is a call about an account.
func (c *caller) aboutAccount(ctx context.Context, asked call, held ledger.Claim) error {
	return c.try(ctx, asked, func(asked call) (*shown, error) {
		a, err := c.askAccount(ctx, asked, held)
		if err != nil || a.Name == "" {
			return nil, err
		}
		return showAccount(a), nil
	})
}

func (c *caller) askAccount(ctx context.Context, asked call, held ledger.Claim) (a ledger.Account, err error) {
	name := asked.About
	switch asked.Does {
	case get:
		return c.ledger.Account(ctx, name)
	case enter:
		var claim ledger.Claim
		if a, claim, err = c.ledger.EnterAccount(ctx, name, c.who, "v1", asked.Visits, c.ttl); err == nil {
			c.claimed(name, claim)
		}
		return a, err
	case renew:
		_, err = c.ledger.RenewAccount(ctx, held, c.ttl)
	case leave:
		err = c.ledger.LeaveAccount(ctx, held)
	case logIn:
		err = c.ledger.LoginBegins(ctx, held)
	case loggedIn:
		err = c.ledger.LoginEnds(ctx, held, nil)
	case notMade:
		err = c.ledger.LoginNotMade(ctx, held)
	case pause:
		err = c.ledger.Pause(ctx, name, "ann", "she asks")
	case resume:
		a, err = c.ledger.Resume(ctx, name, "ann", "she asks")
	case lift:
		err = c.ledger.LiftSuspension(ctx, name, "ann", "she asks")
	default:
		err = errors.New("nobody can do that")
	}
	return a, err
}

// takeOver is one call for each submission and account: each is freed by a write
// of its own, somewhere between the beginning and the end.
func (c *caller) takeOver(ctx context.Context) error {
	now, err := c.ledger.Now(ctx)
	if err != nil {
		return err
	}
	ends := map[string]func(answer){}
	for _, number := range c.subs {
		id := invoice(number).ID()
		ends[id] = c.begin(call{Does: takeover, About: id, Who: c.who, TTL: c.ttl, Begun: now.UnixNano()})
	}
	for _, name := range c.accs {
		ends[name] = c.begin(call{Does: takeover, About: name, Who: c.who, TTL: c.ttl, Begun: now.UnixNano()})
	}
	list, err := c.ledger.Takeover(ctx, c.who)
	open := c.open(err)
	if err != nil && !open {
		return err
	}
	now, err = c.ledger.Now(ctx)
	taken := map[string]bool{}
	for _, s := range list {
		taken[s.ID] = true
	}
	for about, end := range ends {
		end(answer{Ended: now.UnixNano(), Open: open, Taken: taken[about]})
	}
	return err
}
