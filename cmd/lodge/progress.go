package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"sync"

	"github.com/schollz/progressbar/v3"

	"example.com/lodge/internal/submission"
	"example.com/lodge/internal/visit"
)

// progress shows a run while it goes on: on a terminal as a bar with what is
// being done now, elsewhere as a line for each invoice. It is told by visits
// that run side by side.
type progress struct {
	mu   sync.Mutex
	to   io.Writer
	wide int                      // columns of the terminal that to is; 0: it is none
	bar  *progressbar.ProgressBar // nil: lines
	done []visit.Progress         // the ends that were told of
	n    int                      // of them, and how many there seem to be
	of   int
}

// barWidth is that of the bar alone: with counts, times and a step in front of
// it, a line of 80 columns holds it.
const barWidth, stepWidth = 12, 38

// newProgress shows the work on n submissions.
func newProgress(to io.Writer, columns, n int) *progress {
	p := &progress{to: to, wide: columns, of: n}
	if columns > 0 && n > 0 {
		p.bar = progressbar.NewOptions(n,
			progressbar.OptionSetWriter(to),
			progressbar.OptionSetWidth(barWidth),
			progressbar.OptionSetPredictTime(false),
			progressbar.OptionShowCount(),
			progressbar.OptionUseANSICodes(true),
			progressbar.OptionClearOnFinish(),
			progressbar.OptionSetDescription(step("starting the browser")))
		_ = p.bar.RenderBlank()
	}
	return p
}

// tell is a visit's [visit.Visit.Tell].
func (p *progress) tell(e visit.Progress) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if e.Step == visit.StepLeft {
		return // what came of the visit is in the batch's result
	}
	done := e.Step == visit.StepDone
	if done {
		p.done = append(p.done, e)
		p.n++
		p.of = max(p.of, p.n)
	}
	switch {
	case p.bar != nil:
		p.move(e, done)
	case done:
		p.line(e)
	case e.ID == "":
		_, _ = fmt.Fprintf(p.to, "%s: %s\n", e.Account, steps(e.Step))
	}
}

// move moves the bar. What somebody must know stays above it.
func (p *progress) move(e visit.Progress, done bool) {
	if !done {
		p.bar.Describe(step(cmp.Or(e.Invoice, e.Account) + ": " + steps(e.Step)))
		return
	}
	if notable(e.State) {
		_ = p.bar.Clear()
		p.line(e)
	}
	p.bar.ChangeMax(p.of)
	_ = p.bar.Set(p.n)
}

// line writes how one submission ended.
func (p *progress) line(e visit.Progress) {
	place := fmt.Sprintf("%*d/%d  ", len(fmt.Sprint(p.of)), p.n, p.of)
	text := printable(fmt.Sprintf("%s %s: %s", e.Invoice, words(e.State), cmp.Or(e.Text, "the site has it"))) + " (" + seconds(e.Took) + ")"
	writeWrapped(p.to, place, text, p.wide)
}

// Write writes lines, for instance of a log, without tearing the bar.
func (p *progress) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar != nil {
		_ = p.bar.Clear()
		defer func() { _ = p.bar.RenderBlank() }()
	}
	return p.to.Write(b)
}

// worked is the last word on each submission that was worked on, in order.
func (p *progress) worked() []visit.Progress {
	p.mu.Lock()
	defer p.mu.Unlock()
	var last []visit.Progress
	for _, e := range slices.Backward(p.done) {
		if !slices.ContainsFunc(last, func(l visit.Progress) bool { return l.ID == e.ID }) {
			last = append(last, e)
		}
	}
	slices.Reverse(last)
	return last
}

// close takes the bar away.
func (p *progress) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar != nil {
		_ = p.bar.Finish()
	}
	p.bar = nil
}

// step is a text of always the same width, so that the bar stands still.
func step(s string) string {
	return fmt.Sprintf("%-*s", stepWidth, shorten(printable(s), stepWidth))
}

// steps are a visit's steps in words.
func steps(s string) string {
	switch s {
	case visit.StepLogin:
		return "logging in"
	case visit.StepLook:
		return "is it there already?"
	case visit.StepSubmit:
		return "filling in the form"
	case visit.StepCommit:
		return "sending it"
	case visit.StepReview:
		return "is it still accepted?"
	case visit.StepVerify:
		return "looking whether it is there"
	}
	return s
}

// notable says whether somebody will want to know of an end in this state.
func notable(s submission.State) bool {
	return s != submission.Accepted && s != submission.Submitted
}
