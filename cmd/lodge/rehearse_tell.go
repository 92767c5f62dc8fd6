package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"strings"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/browser"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/visit"
)

// rehearsalText tells a rehearsal while it goes on.
type rehearsalText struct {
	*app
	part visit.PartName // that was told of last
}

// stepColumns is how wide a step's line is where there is no terminal: signs have
// long names, and the evidence has them whole.
const stepColumns = 110

// step tells one step, under the name of its part.
func (t *rehearsalText) step(s visit.Taken) {
	if s.Part != t.part {
		_, _ = fmt.Fprintf(t.err, "%s\n", s.Part)
		t.part = s.Part
	}
	what := s.What
	if s.Kind != browser.Stepped {
		what = string(s.Kind) + ": " + what
	} else {
		what = fmt.Sprintf("%6s  %s", seconds(s.Took), what)
	}
	if s.Err != "" {
		what = "FAILED  " + what // why is told at the end
	}
	_, _ = fmt.Fprintf(t.err, "  %s\n", shorten(strings.Map(harmless, what), cmp.Or(t.errColumns, stepColumns)-2))
}

// showRehearsal tells what each part came to, and where to look.
func (w *works) showRehearsal(r visit.Rehearsed, err error) error {
	begun := false
	for _, p := range r.Parts {
		begun = begun || p.Proven || p.Err != nil
	}
	if !begun {
		w.tell(fmt.Errorf("%w; nobody has logged in%s", err, who(err)))
		if errors.Is(err, ledger.ErrSuspended) || errors.Is(err, ledger.ErrPaused) {
			w.remedy("operator", remedy{Do: "see what holds it back; then resume", Type: []string{w.with("status")}})
		}
		return verdictOf(err)
	}
	_, _ = fmt.Fprintln(w.out)
	for _, p := range r.Parts {
		writeWrapped(w.out, fmt.Sprintf("%-8s ", p.Name), partText(p), w.columns)
	}
	if r.Folder != "" {
		_, _ = fmt.Fprintf(w.out, "\nPictures and pages are in %s\n", printable(r.Folder))
		if names := namesIn(r.Folder); len(names) > 0 {
			writeWrapped(w.out, "  ", strings.Join(names, " "), w.columns)
		}
	}
	_, _ = fmt.Fprintf(w.out, "Nothing was sent%s.\n", who(err))
	return verdictOf(err)
}

// partText is what became of a part, in a line.
func partText(p visit.Part) string {
	switch {
	case p.Err != nil:
		return fmt.Sprintf("FAILED after %s: %v", seconds(p.Took), p.Err)
	case !p.Proven:
		return "not rehearsed: " + p.Text
	case p.Name == visit.PartCommit:
		return p.Text
	case p.Text == "":
		return "ok, " + seconds(p.Took)
	}
	return fmt.Sprintf("ok, %s: %s", seconds(p.Took), p.Text)
}

func namesIn(folder string) []string {
	files, err := os.ReadDir(folder)
	if err != nil {
		return nil
	}
	var names []string
	for _, f := range files {
		names = append(names, f.Name())
	}
	return names
}

// rehearsalLine is a rehearsal as --json prints it. All keys are always there.
type rehearsalLine struct {
	Account string          `json:"account"`
	Invoice string          `json:"invoice"`
	Works   bool            `json:"works"` // all that was rehearsed
	Needs   carriers.Person `json:"needs"`
	Error   string          `json:"error"` // why it did not come to its end
	Folder  string          `json:"folder"`
	Files   []string        `json:"files"`
	Parts   []partLine      `json:"parts"`
}

type partLine struct {
	Part   visit.PartName `json:"part"`
	Result string         `json:"result"` // ok, failed, or not rehearsed
	MS     int64          `json:"ms"`
	Text   string         `json:"text"`
	Kind   carriers.Kind  `json:"kind"` // of what failed
}

func (w *works) rehearsalJSON(o rehearsing, c chosen, r visit.Rehearsed, err error) error {
	l := rehearsalLine{Account: o.account, Invoice: c.Invoice.Number, Works: err == nil, Folder: r.Folder,
		Files: append([]string{}, namesIn(r.Folder)...)}
	if err != nil {
		l.Error, l.Needs = err.Error(), needs(err)
	}
	for _, p := range r.Parts {
		line := partLine{p.Name, "not rehearsed", p.Took.Milliseconds(), p.Text, carriers.KindOf(p.Err)}
		switch {
		case p.Proven:
			line.Result = "ok"
		case p.Err != nil:
			line.Result, line.Text = "failed", p.Err.Error()
		}
		l.Parts = append(l.Parts, line)
	}
	return writeLines(w.out, []rehearsalLine{l})
}

// needs is who acts on what failed: an account that is held back waits for its
// operator, whatever held it back.
func needs(err error) carriers.Person {
	acts := carriers.KindOf(err).Acts()
	if person(err) {
		return cmp.Or(acts, carriers.Operator)
	}
	if carriers.KindOf(err) == carriers.Unclassified {
		return carriers.Nobody
	}
	return acts
}
