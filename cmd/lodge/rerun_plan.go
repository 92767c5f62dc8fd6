package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
)

// What a rerun does for a submission.
const (
	isPlanned = "planned"
	isDone    = "done"
	isLeft    = "left"           // there is nothing to do
	isRefused = "refused"        // it cannot be done now
	needsMore = "needs-somebody" // who must do something else first
)

// A rerunStep is what a rerun does for one submission. It is also a line of
// --json.
type rerunStep struct {
	ID      string           `json:"id"`
	Account string           `json:"account"`
	Carrier string           `json:"carrier"`
	Invoice string           `json:"invoice"`
	State   submission.State `json:"state"`
	Becomes submission.State `json:"becomes"` // State again where nothing moves
	Outcome string           `json:"outcome"`
	Text    string           `json:"text"`

	name  string
	event submission.Event
}

// A planner finds out what a rerun does for each submission, and does it.
type planner struct {
	*app
	ledger   *ledger.Ledger
	who, why string
	held     []trouble
}

// plan asks the table what would become of each, and writes nothing.
func (p planner) plan(ctx context.Context, chosen []submission.Submission) ([]rerunStep, error) {
	now, err := p.ledger.Now(ctx)
	if err != nil {
		return nil, err
	}
	var plan []rerunStep
	for _, s := range chosen {
		sum := ledger.Summarize(s)
		step := rerunStep{ID: s.ID, Account: sum.Account, Carrier: s.Carrier, Invoice: sum.Invoice,
			State: sum.State, Becomes: sum.State, name: name(sum)}
		var e submission.Event
		e, step.Outcome, step.Text = p.what(s)
		if step.Outcome == isPlanned {
			e.Who, e.Why = p.who, p.why
			step.event = e
			p.foresee(ctx, &step)
		}
		if due, ok := s.Due(); step.Outcome == isPlanned && e.Kind == submission.Released && ok && !due.After(now) {
			step.Outcome, step.Text = isLeft, "it is due: the next run takes it"
		}
		plan = append(plan, step)
	}
	slices.SortStableFunc(plan, func(a, b rerunStep) int {
		return cmp.Or(cmp.Compare(a.Account, b.Account), cmp.Compare(a.name, b.name))
	})
	return plan, nil
}

// what is the event that a rerun means for a submission, or why there is none.
func (p planner) what(s submission.Submission) (e submission.Event, outcome, text string) {
	again := submission.Event{Kind: submission.Decided, Want: submission.Ready}
	release := submission.Event{Kind: submission.Released}
	look := submission.Event{Kind: submission.Decided, Want: submission.Uncertain}
	what := quoted(cmp.Or(s.Key.Number, s.ID))
	switch state := s.Current().State; {
	case s.HeldBack():
		return e, needsMore, fmt.Sprintf("on hold by %s: %s; first %s", s.OnHold.Who, s.OnHold.Why, p.with("release "+what+" --why TEXT"))
	case state == submission.Ready:
		return release, isPlanned, "filed by the next run"
	case state.LookUp():
		return release, isPlanned, "looked up by the next run"
	case state == submission.NeedsPerson && s.MayBeThere():
		return look, isPlanned, "it may have been sent: looked up by the next run"
	case state == submission.NeedsPerson:
		return again, isPlanned, "nothing was sent: filed by the next run"
	case state == submission.Rejected:
		return again, isPlanned, "the same file is filed again by the next run"
	case state == submission.Quarantined:
		return e, needsMore, "its file cannot be filed: mend it and put it into the inbox again"
	case state == submission.Accepted:
		return e, isLeft, "the carrier has it: nothing is to be done"
	case state == submission.Cancelled:
		return e, isLeft, "a person ended it; to file it after all: " + p.with("resolve "+what+" "+saySubmitAgain+" --why TEXT")
	case state == submission.Superseded:
		return e, isLeft, "another version of the file took its place"
	default:
		return e, isRefused, "it is being sent at this moment: its answer decides"
	}
}

// foresee completes a step with what the table makes of it.
func (p planner) foresee(ctx context.Context, step *rerunStep) {
	s, err := p.ledger.Foresee(ctx, step.ID, step.event)
	if err != nil {
		step.Outcome, step.Text = isRefused, reason(err)
		return
	}
	step.Becomes = s.Current().State
	if step.State == submission.Ready {
		step.Text = "filed by the " + p.filer(s)
	}
	for _, t := range p.held {
		if t.Account == step.Account {
			step.Text += fmt.Sprintf(", once account %s may be visited again (%s)", t.Account, p.with("status"))
			return
		}
	}
}

// carryOut does what was planned. What is refused meanwhile is told, and the
// rest goes on.
func (p planner) carryOut(ctx context.Context, plan []rerunStep) {
	for i := range plan {
		step := &plan[i]
		if step.Outcome != isPlanned {
			continue
		}
		step.Outcome = isDone
		if _, err := p.ledger.Decide(ctx, step.ID, step.event); err != nil {
			step.Outcome, step.Becomes, step.Text = isRefused, step.State, reason(err)
		}
	}
}

// reason is why a step was refused, in a sentence.
func reason(err error) string {
	if errors.Is(err, ledger.ErrHeld) {
		return "it is being worked on at this moment: rerun it when that is done"
	}
	if r, ok := errors.AsType[*submission.Refusal](err); ok {
		return r.Reason
	}
	return err.Error()
}

func (a *app) showPlan(plan []rerunStep, o rerunOptions) error {
	if o.json {
		return writeLines(a.out, plan)
	}
	if len(plan) == 0 {
		_, err := fmt.Fprintln(a.out, "There is no such invoice.")
		return err
	}
	n := map[string]int{}
	t := table{head: []string{"INVOICE", "ACCOUNT", "IS", "BECOMES", "", "WHAT HAPPENS"}}
	for _, s := range plan {
		n[s.Outcome]++
		t.add(s.name, s.Account, words(s.State), words(s.Becomes), s.Outcome, s.Text)
	}
	t.write(a.out, a.columns)
	text := fmt.Sprintf("\n%s rerun", count(n[isDone], "invoice"))
	if o.dryRun {
		text = fmt.Sprintf("\n%s would be rerun; nothing was done", count(n[isPlanned], "invoice"))
	}
	_, _ = fmt.Fprintf(a.out, "%s; %d left as they are, %d refused, %d first need somebody.\n", text, n[isLeft], n[isRefused], n[needsMore])
	if n[isDone] > 0 {
		_, _ = fmt.Fprintf(a.out, "A run that watches takes them up by itself; else: %s\n", a.with("run"))
	}
	return nil
}

// rerunVerdict is a plan's exit code.
func rerunVerdict(plan []rerunStep) error {
	has := func(outcome string) bool {
		return slices.ContainsFunc(plan, func(s rerunStep) bool { return s.Outcome == outcome })
	}
	switch {
	case has(isRefused):
		return errFailed
	case has(needsMore):
		return errPerson
	}
	return nil
}
