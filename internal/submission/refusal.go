package submission

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// A Refusal is a move that the table does not allow. Nothing has changed.
type Refusal struct {
	Key    Key
	Rows   []int // those that could have taken the event; none if no row could
	State  State // of the revision that the event is about
	Kind   Kind
	Actor  Actor
	Reason string
}

// Error implements error.
func (r *Refusal) Error() string {
	state := string(r.State)
	if state == "" {
		state = "not there"
	}
	rows := "no row"
	if len(r.Rows) > 0 {
		rows = "row " + strings.Trim(fmt.Sprint(r.Rows), "[]")
	}
	return fmt.Sprintf("%s is %s: %q by %s is refused (%s): %s", r.Key, state, r.Kind, r.Actor, rows, r.Reason)
}

// pick finds the row that takes the event.
func (c change) pick() (Row, error) {
	if err := c.e.complete(); err != nil {
		return Row{}, c.refuse(nil, err.Error())
	}
	var rows []int
	var reasons []string
	for _, row := range table {
		if !c.fits(row) {
			continue
		}
		reason := c.failing(row)
		if reason == "" {
			return row, nil
		}
		if !slices.Contains(rows, row.Number) {
			rows = append(rows, row.Number)
		}
		if !slices.Contains(reasons, reason) {
			reasons = append(reasons, reason)
		}
	}
	if rows == nil {
		reasons = []string{c.stranger()}
	}
	return Row{}, c.refuse(rows, strings.Join(reasons, "; "))
}

// fits compares what a row asks for before its guards.
func (c change) fits(row Row) bool {
	return row.Kind == c.e.Kind &&
		slices.Contains(row.From, c.state()) &&
		slices.Contains(row.By, c.e.Actor) &&
		(row.Said == "" || row.Said == c.e.Receipt.State) &&
		(row.Kind != Decided || c.e.Want == row.To || c.e.Want == row.Next)
}

// failing is the reason of the first guard that does not hold, or "".
func (c change) failing(row Row) string {
	for _, g := range row.Guards {
		if reason := g.reason(c); reason != "" {
			return reason
		}
	}
	return ""
}

// stranger says why no row fits.
func (c change) stranger() string {
	var detail string
	switch {
	case c.e.Revision != 0 && c.i < 0:
		return fmt.Sprintf("there is no revision %d", c.e.Revision)
	case c.e.Kind == Decided:
		detail = fmt.Sprintf(" to %q", c.e.Want)
	case c.e.Receipt != nil:
		detail = fmt.Sprintf(" with the carrier's word %q", c.e.Receipt.State)
	}
	return "the table has no such move" + detail
}

func (c change) refuse(rows []int, reason string) error {
	return &Refusal{c.s.Key, rows, c.state(), c.e.Kind, c.e.Actor, reason}
}

// complete says what the event lacks that its kind always has.
func (e Event) complete() error {
	switch {
	case e.Who == "":
		return errors.New("it does not say who")
	case e.At.IsZero():
		return errors.New("it does not say when")
	}
	switch e.Kind {
	case Arrived:
		return e.Arrival.sound()
	case FoundOnSite, Answered, LookedUp:
		return worded(e)
	case NotSent:
		if e.Attempt == nil {
			return errors.New("it names no attempt")
		}
	case Recovered:
		return e.recovered()
	case Decided:
		if e.Want == None {
			return errors.New("it does not say what the person wants")
		}
		if e.Receipt != nil {
			return worded(e)
		}
	}
	return nil
}

// worded says whether the carrier's word has words.
func worded(e Event) error {
	if e.Receipt == nil || e.Receipt.Number+e.Receipt.Status+e.Receipt.Text == "" {
		return errors.New("it has no receipt: the carrier's own words are missing")
	}
	return nil
}

// sound says whether an arriving revision can be told from others.
func (r *Revision) sound() error {
	switch {
	case r == nil:
		return errors.New("no revision came with it")
	case r.Object.Name == "" || r.Object.SHA == "" || r.Object.Canon == "":
		return errors.New("the file has no name or no hash")
	case r.State != Ready && r.State != Quarantined:
		return fmt.Errorf("intake finds a file %s or %s, not %q", Ready, Quarantined, r.State)
	}
	return nil
}
